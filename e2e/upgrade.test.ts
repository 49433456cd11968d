import {
  type Freeze,
  listOperations,
  listRollouts,
  listTenants,
  type Operation,
  type Release,
  type Rollout,
  type RolloutEvent,
  type RolloutTenant,
  readOperation,
} from '@cityos/control-plane/contract'
import { verifyLedger } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { desktop, hasBrowser, launchBrowser, newVisitor, phone } from './browser.ts'
import { changedCheckout, removeFolder } from './changed-checkout.ts'
import { signInStaff, visitPages } from './console-pages.ts'
import { type Defect, releaseWith, serverDefect } from './defective-release.ts'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { lostOrders, ShoppingLoad } from './shopping-load.ts'
import { adminOf, ensureTenant } from './tenants.ts'

// Two releases built from two checkouts; three tenants that sell all the time. A good release reaches everybody and nobody
// notices; releases that are broken in five ways stop in the first ring, and everybody is back where they were.

const slugs = ['first', 'second', 'third']
const hosts = slugs.map((slug) => `${slug}.localhost`)
const greeting = 'Every upgrade is noticed by nobody'

let platform: Platform
/** The release that everybody is on when a test begins; the first test puts everybody on its own. */
let good: string

beforeAll(async () => {
  platform = await Platform.start({ environment: { CITYOS_IDLE_AFTER: '3600' } })
  for (const slug of slugs) await ensureTenant(platform, slug)
  await platform.json(['tenant', 'internal', 'first', 'on'])
})

beforeEach(async () => {
  // what a failed test left under way is not this one's fault
  await eventually(async () => {
    const { call } = await platform.operator()
    const { items } = await call(listRollouts, { query: { active: 'true', limit: 1 } })
    return items.length === 0
  }, 'no rollout is under way')
  const [release] = await tenantReleases()
  good = release!
  expect(await tenantReleases()).toEqual([good, good, good])
})

afterAll(() => platform?.end())

/** Releases that tenants are on, in the order of their names. */
async function tenantReleases(): Promise<string[]> {
  const { call } = await platform.operator()
  const { items } = await call(listTenants, { query: { limit: 20, order: 'slug' } })
  return items.map((tenant) => tenant.release)
}

/** Builds a checkout with these changes by the command, as an operator would. */
async function buildFrom(changes: Parameters<typeof changedCheckout>[0]): Promise<Release> {
  const folder = changedCheckout(changes)
  try {
    return await platform.json<Release>(['release', 'build', '--from', folder])
  } finally {
    removeFolder(folder)
  }
}

/** Shoppers on these hosts, who are there until the test ends at the latest. */
async function shoppers(hosts: readonly string[], counts: { looking: number; buying: number }): Promise<ShoppingLoad> {
  const load = new ShoppingLoad(platform, hosts, counts)
  onTestFinished(async () => void (await load.stop()))
  await eventually(() => load.report.orders.length > 0, `they sell on ${hosts.join(', ')}`)
  return load
}

/** The machine is shared with other suites: how fast it answers is judged where the release is what is slow. */
const whateverItTakes = 'latency_floor_ms=10000'

/** Long enough for figures that grow with what shoppers do, however slowly they are answered; the gate ends it when it has seen enough. */
const untilSeen = ['--soak', '60s']

const upgrade = (to: string, ...more: string[]) =>
  platform.cityos([
    ...['fleet', 'upgrade', '--to', to, '--rings', 'internal,50%,rest', '--soak', '5s', '--wait', '--json'],
    ...['--threshold', whateverItTakes, ...more],
  ])

/** Nothing of what was accepted is gone, and the books are right. */
async function expectNothingLost(orders: Parameters<typeof lostOrders>[1]): Promise<void> {
  expect(await lostOrders(platform, orders)).toEqual([])
  for (const slug of slugs) {
    const admin = await adminOf(platform, await ensureTenant(platform, slug))
    expect(await admin(verifyLedger)).toMatchObject({ balanced: true })
  }
}

describe('upgrading the fleet', { retry: 0 }, () => {
  test('a release built from a changed checkout reaches every tenant, while they sell, and no shopper sees anything go wrong', async () => {
    const footer = 'data-plane/storefront/components/footer.tsx'
    const built = await buildFrom([{ file: footer, find: '{frame.store.tagline}</p>', put: `${greeting}</p>` }])
    expect(built.version).not.toBe(good)
    const load = await shoppers(hosts, { looking: 1, buying: 1 })
    const ended = await upgrade(built.version)
    const { failures, orders, samples } = await load.stop()
    expect(ended.code, ended.stderr).toBe(0)
    expect(JSON.parse(ended.stdout) as Rollout).toMatchObject({ status: 'succeeded', to: built.version, counts: { upgraded: 3 } })
    expect(await tenantReleases()).toEqual(slugs.map(() => built.version))
    expect(failures).toEqual([])
    expect(samples.length).toBeGreaterThan(50)
    await expectNothingLost(orders)
    for (const host of hosts) expect(await (await platform.request(host, '/en')).text()).toContain(greeting)
    expect((await platform.node()).tenants.filter((tenant) => tenant.pid !== null)).toHaveLength(3)
  })

  test('a release that answers 500 to one request in five goes back by itself, and the status says where, by which figure and when', async () => {
    const { version: bad } = await buildFrom([
      {
        file: 'data-plane/src/main.ts',
        find: "say({ ready: 'unbound' })",
        put: `${serverDefect('answers 500')}\nsay({ ready: 'unbound' })`,
      },
    ])
    await expectBack(bad, ['error_rate', 'failed_checkouts', 'probes', 'failures'])
  })

  test('a fault that shows with real shoppers alone passes rehearsal and probes, and is stopped by the gate’s share of failed requests', async () => {
    const bad = await releaseWith(platform, good, 'fails for browsers alone')
    const status = await expectBack(bad, ['error_rate'], ...untilSeen, '--threshold', 'min_requests=40')
    const ring = status.rings.find(({ name }) => name === 'internal')
    expect(ring?.gate).toMatchObject({ basis: 'traffic', verdict: 'failed' })
    expect(ring?.gate?.upgraded.errors).toBeGreaterThan(4)
    expect(ring?.gate?.control.errors).toBe(0)
    const [tenant] = (await platform.json<RolloutTenant[]>(['fleet', 'tenants'])).filter((each) => each.tenant_slug === 'first')
    expect(tenant).toMatchObject({ status: 'rolled_back' })
    const upgraded = (await operations('tenant-upgrade')).find((operation) => operation.tenant_id === tenant?.tenant_id)
    expect(upgraded).toMatchObject({ status: 'succeeded' })
    const steps = new Map(upgraded?.steps.map((step) => [step.name, step]))
    expect(steps.get('rehearse')).toMatchObject({ status: 'done', message: expect.stringContaining('steps on a copy') })
    expect(steps.get('probe')).toMatchObject({ status: 'done' })
  })

  test.each<[Defect, string[], ...string[]]>([
    ['crashes', ['failures'], '--no-rehearse'],
    ['migration fails half-way', ['failures'], '--no-rehearse'],
    // whichever comes first: what it holds, its end, or what nobody gets from it any more
    ['leaks', ['memory', 'memory_worst', 'crashes', 'probes', 'error_rate'], '--no-rehearse', ...untilSeen],
    [
      'is slow',
      ['latency_p95'],
      ...['--no-rehearse', ...untilSeen, '--threshold', 'min_requests=10', '--threshold', 'latency_floor_ms=100'],
    ],
  ])('a release that %s is caught in the first ring', async (defect, figures, ...options) => {
    await expectBack(await releaseWith(platform, good, defect), figures, ...options)
  })

  test('the control plane is killed while tenants are upgraded and while a ring is watched: it goes on to the end', async () => {
    const next = await releaseWith(platform, good, 'none')
    const load = await shoppers(hosts, { looking: 0, buying: 1 })
    const running = upgrade(next, '--no-rehearse')
    for (const status of ['upgrading', 'soaking']) {
      await eventually(async () => (await latest()).rings.some((ring) => ring.status === status), `a ring is ${status}`)
      await platform.kill(await platform.pid('control-plane'))
    }
    const ended = await running
    const { failures, orders } = await load.stop()
    expect(ended.code, ended.stderr).toBe(0)
    expect(await tenantReleases()).toEqual([next, next, next])
    expect(failures).toEqual([])
    await expectNothingLost(orders)
  })

  test('a pinned tenant is left out and named; while releases are frozen nothing starts', async () => {
    await platform.json(['tenant', 'pin', 'third', '--until', '1d', '--owner', 'e2e', '--reason', 'season sale'])
    const next = await releaseWith(platform, good, 'none')
    const plan = await platform.json<{ tenants: RolloutTenant[] }>(['fleet', 'preview', '--to', next])
    expect(plan.tenants.find((tenant) => tenant.tenant_slug === 'third')).toMatchObject({ status: 'blocked', reason: 'pinned' })
    expect(await platform.json<Freeze>(['fleet', 'freeze', '--reason', 'a holiday', '--for', '1h'])).toMatchObject({ frozen: true })
    const refused = await upgrade(next)
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('fleet_frozen')
    await platform.json(['fleet', 'unfreeze'])
    await platform.json(['tenant', 'unpin', 'third'])
    expect(await tenantReleases()).toEqual([good, good, good])
  })
})

describe.runIf(hasBrowser)('fleet upgrades in a browser', () => {
  test.each([
    ['en', desktop],
    ['ar', phone],
  ] as const)('in %s: plan, rollouts, one that went back, releases compared, a tenant’s rules', async (locale, window) => {
    const browser = await launchBrowser()
    try {
      const visitor = await newVisitor(browser)
      const { origin } = platform.reached
      await signInStaff(platform, visitor.page, origin)
      await visitor.page.evaluate(`localStorage.setItem('cityos.locale', '${locale}')`)
      await visitor.page.setViewportSize(window.viewport ?? { width: 390, height: 844 })
      await visitor.page.reload()
      const { id } = await latest()
      const pages = ['rollouts', 'rollouts/create', `rollouts/${id}/show`, `releases/${encodeURIComponent(good)}/show`, 'tenants']
      await visitPages(
        visitor,
        pages.map((page) => `${origin}/#/${page}`),
      )
      const tenant = await ensureTenant(platform, 'first')
      await visitPages(visitor, [`${origin}/#/tenants/${tenant.id}/show?tab=upgrades`])
      expect(await visitor.page.evaluate('document.documentElement.dir')).toBe(locale === 'ar' ? 'rtl' : 'ltr')
    } finally {
      await browser.close()
    }
  })
})

async function latest(): Promise<Rollout> {
  return platform.json<Rollout>(['fleet', 'status'])
}

async function operations(kind: Operation['kind']): Promise<Operation[]> {
  const { call } = await platform.operator()
  const { items } = await call(listOperations, { query: { kind, limit: 10 } })
  return Promise.all(items.map(({ id }) => call(readOperation, { params: { id } })))
}

/** The rollout to a bad release ends as rolled back in the first ring, by one of these figures, and nobody has lost anything. */
async function expectBack(bad: string, figures: string[], ...options: string[]): Promise<Rollout> {
  // most come to the tenant of the first ring
  const loads = await Promise.all([
    shoppers(hosts.slice(0, 1), { looking: 2, buying: 1 }),
    shoppers(hosts.slice(1), { looking: 1, buying: 1 }),
  ])
  const ended = await upgrade(bad, ...options)
  const reports = await Promise.all(loads.map((load) => load.stop()))
  const [failures, orders] = [reports.flatMap((report) => report.failures), reports.flatMap((report) => report.orders)]
  expect(ended.code, ended.stderr).not.toBe(0)
  expect(JSON.parse(ended.stdout) as Rollout).toMatchObject({ status: 'rolled_back', to: bad })
  const status = await latest()
  expect(status).toMatchObject({ status: 'rolled_back', failure: { ring: 'internal' } })
  expect(figures).toContain(status.failure?.figure)
  expect(Date.parse(status.failure?.at ?? '')).toBeGreaterThan(Date.parse(status.started_at ?? ''))
  expect(await tenantReleases()).toEqual([good, good, good])
  // only shoppers of the first ring may have noticed
  expect(failures.filter((failure) => !failure.startsWith('first.'))).toEqual([])
  await expectNothingLost(orders)
  const told = await platform.json<RolloutEvent[]>(['fleet', 'timeline', '--limit', '100'])
  expect(told.map((event) => event.kind)).toEqual(expect.arrayContaining(['started', 'ring_started', 'ring_failed', 'rolled_back']))
  return status
}
