import { listOperations, type Operation, type Rollout, readOperation, registerRelease } from '@cityos/control-plane/contract'
import { verifyLedger } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { anotherRelease, builtRelease } from './release.ts'
import { lostOrders, ShoppingLoad } from './shopping-load.ts'
import { adminOf, ensureTenant } from './tenants.ts'

// Postgres is killed under a whole platform that sells, in the moment in which a tenant goes from one release to the other.

const slugs = ['first', 'second']
let platform: Platform

beforeAll(async () => {
  platform = await Platform.start({ environment: { CITYOS_IDLE_AFTER: '3600' } })
  for (const slug of slugs) await ensureTenant(platform, slug)
})
afterAll(() => platform?.end())

async function underWay(): Promise<Operation[]> {
  const { call } = await platform.operator()
  const { items } = await call(listOperations, { query: { kind: 'tenant-upgrade', active: 'true', limit: 10 } })
  return Promise.all(items.map(({ id }) => call(readOperation, { params: { id } })))
}

/** Its probes have passed: what comes now is the switch. */
const isSwitching = (operation: Operation): boolean => operation.steps.some((step) => step.name === 'probe' && step.status === 'done')

test('the rollout comes to its end, every tenant serves on one of the two releases, and no order is lost', {
  timeout: 400_000,
}, async () => {
  const next = await anotherRelease(platform)
  const load = new ShoppingLoad(
    platform,
    slugs.map((slug) => `${slug}.localhost`),
    { looking: 0, buying: 1 },
  )
  await eventually(() => load.report.orders.length >= 3, 'they sell', 120_000)
  await (await platform.operator()).call(registerRelease, { body: { dir: next.dir } })
  const running = platform.cityos([
    'fleet',
    'upgrade',
    '--to',
    next.version,
    '--rings',
    '50%,rest',
    '--soak',
    '5s',
    '--no-rehearse',
    '--wait',
  ])
  await eventually(async () => (await underWay()).some(isSwitching), 'a tenant is about to be switched', 120_000)
  await platform.kill(await platform.pid('postgres'))
  // whoever watches may be told that something went wrong; the rollout goes on
  await running
  const status = await eventually(
    async () => {
      const rollout = await platform.json<Rollout>(['fleet', 'status'])
      return ['succeeded', 'rolled_back'].includes(rollout.status) && rollout.status
    },
    'the rollout ends',
    180_000,
  )
  const { orders } = await load.stop()
  const expected = status === 'succeeded' ? next.version : builtRelease().version
  for (const slug of slugs) {
    const tenant = await ensureTenant(platform, slug)
    expect(tenant.release).toBe(expected)
    await eventually(async () => (await platform.request(`${slug}.localhost`, '/v1/store/products')).status === 200, `${slug} serves`)
    expect(await (await adminOf(platform, tenant))(verifyLedger)).toMatchObject({ balanced: true })
  }
  expect((await platform.node()).tenants.filter((tenant) => tenant.pid !== null && tenant.beside === null)).toHaveLength(slugs.length)
  expect(await lostOrders(platform, orders)).toEqual([])
})
