import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'

/** The way of a rollout as an operator goes it: preview, start, watch, steer; and what stands against an upgrade. */

// Whole rollouts, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let platform: TestPlatform
let token: string
const to = '0.1.0+next'
const old = '0.0.0+test'

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
  for (const [slug, internal] of [
    ['demo', true],
    ['souq', false],
    ['mall', false],
    ['park', false],
  ] as const) {
    const { body } = await platform.createTenant(token, slug, { internal })
    await platform.ended(token, body.data.operation.id)
  }
  const { db } = platform.app.get(Registry)
  const row = await db.release.findUniqueOrThrow({ where: { version: old } })
  for (const version of [to, '0.2.0+bad', '0.3.0+other'])
    await db.release.create({ data: { ...row, migrations: row.migrations ?? [], version, is_current: false, is_platform: false } })
})
afterAll(() => platform.stop())

const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) =>
  platform.request(method, `/api/v1${path}`, { token, ...(body ? { body } : {}) })
const quick = { rings: ['internal', '50%', 'rest'], soak_seconds: 1, parallel: 4 }
const releaseOf = async (slug: string) => (await call('GET', `/tenants/${slug}`)).body.data.release

async function ended(id: string) {
  const deadline = performance.now() + 60_000
  for (;;) {
    const { data } = (await call('GET', `/rollouts/${id}`)).body
    if (data.status === 'succeeded' || data.status === 'rolled_back') return data
    if (performance.now() > deadline)
      throw new Error(`the rollout is ${data.status}: ${JSON.stringify(data.rings.map((ring: object) => ring))}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

describe('pins, windows and the freeze', () => {
  it('a pin keeps a tenant where it is, with an owner and an end, unless a reason overrides it', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString()
    const pinned = await call('PUT', '/tenants/park/pin', { until, owner: 'park team', reason: 'a fair this week' })
    expect(pinned.body.data).toMatchObject({ pin: { owner: 'park team', release: null }, internal: false })
    const refused = await call('POST', '/tenants/park/upgrade', { release: to })
    expect(refused.body.errors[0]).toMatchObject({ code: 'tenant_pinned' })
    const past = await call('PUT', '/tenants/park/pin', { until: '2020-01-01T00:00:00.000Z', owner: 'park team', reason: 'too late' })
    expect(past.body.errors[0]).toMatchObject({ code: 'validation_failed', field: 'until' })
    const preview = await call('POST', '/rollouts/preview', { to, ...quick })
    const park = preview.body.data.tenants.find((row: { tenant_slug: string }) => row.tenant_slug === 'park')
    expect(park).toMatchObject({ status: 'blocked', reason: 'pinned', ring: null })
    expect(preview.body.data.reasons.pinned).toBe(1)
    expect((await call('DELETE', '/tenants/park/pin')).body.data.pin).toBeNull()
  })

  it('a maintenance window that is closed keeps it waiting', async () => {
    const tomorrow = ((new Date(Date.now() + 2 * 86_400_000).getUTCDay() + 6) % 7) + 1
    const window = { days: [tomorrow], from: '02:00', to: '04:00', time_zone: 'UTC' }
    const set = await call('PUT', '/tenants/park/maintenance-window', window)
    expect(set.body.data).toMatchObject({ window, window_open: false })
    expect(Date.parse(set.body.data.window_opens_at)).toBeGreaterThan(Date.now())
    const refused = await call('POST', '/tenants/park/upgrade', { release: to })
    expect(refused.body.errors[0]).toMatchObject({ code: 'outside_maintenance_window' })
    expect((await call('PUT', '/tenants/park/maintenance-window', { ...window, time_zone: 'Mars/Olympus' })).status).toBe(422)
    expect((await call('DELETE', '/tenants/park/maintenance-window')).body.data.window).toBeNull()
  })

  it('a freeze refuses rollouts and upgrades, and says why', async () => {
    expect((await call('PUT', '/fleet/freeze', { frozen: true })).body.errors[0].code).toBe('reason_required')
    await call('PUT', '/fleet/freeze', { frozen: true, reason: 'national day' })
    expect((await call('GET', '/fleet/freeze')).body.data).toMatchObject({ frozen: true, reason: 'national day' })
    expect((await call('POST', '/tenants/park/upgrade', { release: to })).body.errors[0].code).toBe('fleet_frozen')
    expect((await call('POST', '/rollouts', { to, ...quick })).body.errors[0].code).toBe('fleet_frozen')
    expect((await call('POST', '/rollouts/preview', { to, ...quick })).body.data.refused).toMatchObject({ code: 'fleet_frozen' })
    await call('PUT', '/fleet/freeze', { frozen: false })
    expect((await call('GET', '/fleet/freeze')).body.data.frozen).toBe(false)
  })

  it('one tenant is upgraded by hand, and is not upgraded twice', async () => {
    const started = await call('POST', '/tenants/park/upgrade', { release: '0.3.0+other', rehearse: false })
    expect(started.status).toBe(202)
    const operation = await platform.ended(token, started.body.data.operation.id)
    expect(operation).toMatchObject({ status: 'succeeded', kind: 'tenant-upgrade', pivot: 'verify' })
    expect(await releaseOf('park')).toBe('0.3.0+other')
    expect((await call('POST', '/tenants/park/upgrade', { release: '0.3.0+other' })).body.errors[0].code).toBe('invalid_transition')
    expect((await call('POST', '/tenants/park/upgrade', { release: 'none' })).body.errors[0].code).toBe('unknown_release')
  })
})

describe('a rollout', () => {
  it('that is planned wrongly is refused', async () => {
    expect((await call('POST', '/rollouts', { to: 'none', ...quick })).body.errors[0].code).toBe('unknown_release')
    const rings = await call('POST', '/rollouts', { to, ...quick, rings: ['10%', 'internal'] })
    expect(rings.body.errors[0]).toMatchObject({ code: 'validation_failed', field: 'rings' })
  })

  it('is stopped by a release that does not start: everything is back, and it says where and why', async () => {
    platform.driver.defects.set('0.2.0+bad', 'boot')
    const made = await call('POST', '/rollouts', { to: '0.2.0+bad', ...quick })
    expect(made.status).toBe(201)
    const done = await ended(made.body.data.id)
    expect(done).toMatchObject({ status: 'rolled_back', failure: { ring: 'internal', figure: 'failures', value: 1, limit: 0 } })
    expect(done.rings.map((ring: { status: string }) => ring.status)).toEqual(['rolled_back', 'not_reached', 'not_reached', 'not_reached'])
    expect(await releaseOf('demo')).toBe(old)
    const { body } = await call('GET', `/rollouts/${done.id}/tenants?ring=1`)
    expect(body.data).toMatchObject([{ tenant_slug: 'demo', status: 'failed', reason: 'operation_failed', ring: 'internal' }])
  })

  it('goes ring by ring to its end, can be paused, and is what new tenants get then', async () => {
    const planned = (await call('POST', '/rollouts', { to, ...quick, start: false })).body.data
    expect(planned).toMatchObject({ status: 'planned', actions: ['start'], current_ring: null, tenants: 4 })
    const started = await call('POST', `/rollouts/${planned.id}/start`, {})
    expect(started.body.data.status).toBe('running')
    expect((await call('POST', '/rollouts', { to, ...quick })).body.errors[0].code).toBe('rollout_in_progress')
    expect((await call('POST', `/rollouts/${planned.id}/pause`, { reason: 'lunch' })).body.data).toMatchObject({
      status: 'paused',
      paused_reason: 'lunch',
    })
    expect((await call('POST', `/rollouts/${planned.id}/pause`, {})).body.errors[0].code).toBe('invalid_transition')
    expect((await call('POST', `/rollouts/${planned.id}/resume`, {})).body.data.status).toBe('running')
    const done = await ended(planned.id)
    expect(done.counts.upgraded).toBe(4)
    expect(done).toMatchObject({ status: 'succeeded', failure: null, actions: ['roll-back'] })
    expect(done.rings.at(-1)).toMatchObject({ kind: 'control', status: 'passed', tenants: 1 })
    for (const slug of ['demo', 'souq', 'mall', 'park']) expect(await releaseOf(slug)).toBe(to)
    const releases = (await call('GET', `/releases/${encodeURIComponent(to)}`)).body.data
    expect(releases).toMatchObject({ current: true, tenants: 4 })
    const lines = (await call('GET', `/rollouts/${planned.id}/events?order=sequence&limit=100`)).body.data
    expect(lines[0].kind).toBe('planned')
    expect(lines.at(-1)).toMatchObject({ kind: 'succeeded', parameters: { tenants: 4 }, message: 'succeeded: 4 tenants upgraded' })
    const looked = lines.find((line: { kind: string }) => line.kind === 'gate_looked')
    expect(looked.gate).toMatchObject({ basis: 'probes', upgraded: { tenants: 1 }, control: { tenants: 1 } })
    const stream = await platform.request('GET', `/api/v1/rollouts/${planned.id}/stream`, {
      token,
      headers: { accept: 'text/event-stream' },
    })
    expect(stream.text).toContain('"kind":"succeeded"')
  })

  it('that has succeeded is taken back by hand, every tenant to where it came from', async () => {
    const { data } = (await call('GET', '/rollouts/latest')).body
    const asked = await call('POST', `/rollouts/${data.id}/roll-back`, { reason: 'a complaint' })
    expect(asked.body.data).toMatchObject({ status: 'rolling_back', failure: { figure: 'by_hand' } })
    const done = await ended(data.id)
    expect(done.counts.rolled_back).toBe(4)
    expect(await Promise.all(['demo', 'souq', 'mall', 'park'].map(releaseOf))).toEqual([old, old, old, '0.3.0+other'])
    expect((await call('GET', '/rollouts?status=rolled_back')).body.meta.total).toBe(2)
    const trail = (await call('GET', '/audit?action=rollout.roll_back')).body.data
    expect(trail[0]).toMatchObject({ reason: 'a complaint', resource: { type: 'rollout', id: data.id } })
  })

  it('leaves out who is skipped by hand, with the reason', async () => {
    const made = (await call('POST', '/rollouts', { to, ...quick, start: false })).body.data
    await call('POST', `/rollouts/${made.id}/start`, {})
    await call('POST', `/rollouts/${made.id}/pause`, {})
    const both = await call('POST', `/rollouts/${made.id}/skip`, { ring: 3, tenant_id: 'park', reason: 'not both' })
    expect(both.body.errors[0].code).toBe('validation_failed')
    const skipped = await call('POST', `/rollouts/${made.id}/skip`, { tenant_id: 'park', reason: 'a fair' })
    expect(skipped.body.data.counts.skipped).toBe(1)
    await call('POST', `/rollouts/${made.id}/resume`, {})
    expect(await ended(made.id)).toMatchObject({ status: 'succeeded' })
    expect(await releaseOf('park')).toBe('0.3.0+other')
  })
})
