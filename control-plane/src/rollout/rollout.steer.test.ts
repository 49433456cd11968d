import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Alerts } from '../alert/alerts.ts'
import { Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'
import { watchRollouts } from './rollout.watch.ts'

/** What people do to a rollout under way, by HTTP; and what operators are told of one that went wrong. */

// Whole rollouts, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let platform: TestPlatform
let token: string
const old = '0.0.0+test'
let to: string
let made = 0

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
  for (const slug of ['demo', 'souq', 'mall', 'park', 'quay']) {
    const { body } = await platform.createTenant(token, slug, { internal: slug === 'demo' })
    await platform.ended(token, body.data.operation.id)
  }
})
afterAll(() => platform.stop())
beforeEach(async () => {
  made += 1
  to = await newRelease(`0.${made}.0+next`)
})

async function newRelease(version: string): Promise<string> {
  const { db } = platform.app.get(Registry)
  const row = await db.release.findUniqueOrThrow({ where: { version: old } })
  await db.release.create({ data: { ...row, migrations: row.migrations ?? [], version, is_current: false, is_platform: false } })
  return version
}

const call = (method: 'GET' | 'POST', path: string, body?: object) =>
  platform.request(method, `/api/v1${path}`, { token, ...(body ? { body } : {}) })
const read = async (id: string) => (await call('GET', `/rollouts/${id}`)).body.data
const releaseOf = async (slug: string) => (await call('GET', `/tenants/${slug}`)).body.data.release
type Ring = { name: string; position: number; status: string }

async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = await ask()
    if (found) return found
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const ended = (id: string) =>
  until('the rollout ends', async () => {
    const data = await read(id)
    return ['succeeded', 'rolled_back'].includes(data.status) && data
  })
/** Planned, started and paused at once, so that it holds still. */
async function paused(soak_seconds = 1) {
  const plan = { to, rings: ['internal', '40%', 'rest'], soak_seconds, parallel: 4, rehearse: false, start: false }
  const { data } = (await call('POST', '/rollouts', plan)).body
  await call('POST', `/rollouts/${data.id}/start`, {})
  const answer = await call('POST', `/rollouts/${data.id}/pause`, { reason: 'a fair in the harbour' })
  expect(answer.body.data).toMatchObject({ status: 'paused', paused_reason: 'a fair in the harbour' })
  return answer.body.data
}
const lines = async (id: string, kind: string) => (await call('GET', `/rollouts/${id}/events?kind=${kind}`)).body.data

describe('a ring is left out', () => {
  it('before its turn: its tenants stay, the others go on, and timeline and audit trail say who and why', async () => {
    const rollout = await paused()
    const ring = rollout.rings.find((each: Ring) => each.name === '40%')
    const skip = (body: object) => call('POST', `/rollouts/${rollout.id}/skip`, body)
    const members = (await call('GET', `/rollouts/${rollout.id}/tenants?ring=${ring.position}`)).body.data
    expect((await skip({ ring: ring.position })).status).toBe(400)
    expect((await skip({ ring: 99, reason: 'no such ring' })).status).toBe(404)
    const skipped = await skip({ ring: ring.position, reason: 'they have a sale' })
    expect(skipped.body.data.rings.find((each: Ring) => each.name === '40%')).toMatchObject({ status: 'skipped' })
    expect((await skip({ ring: ring.position, reason: 'once more' })).body.errors[0].code).toBe('invalid_transition')
    await call('POST', `/rollouts/${rollout.id}/resume`, {})
    const done = await ended(rollout.id)
    expect(done).toMatchObject({ status: 'succeeded', counts: { upgraded: 5 - members.length, skipped: members.length } })
    for (const { tenant_slug } of members) expect(await releaseOf(tenant_slug)).not.toBe(to)
    expect(await lines(rollout.id, 'ring_skipped')).toMatchObject([{ ring: '40%', parameters: { reason: 'they have a sale' } }])
    expect((await lines(rollout.id, 'paused'))[0].message).toContain('a fair in the harbour')
    const trail = (await call('GET', '/audit?action=rollout.skip')).body.data
    expect(trail[0]).toMatchObject({ reason: 'they have a sale', changes: { ring: ring.position }, resource: { id: rollout.id } })
    expect((await call('GET', '/audit?action=rollout.pause')).body.data[0]).toMatchObject({ reason: 'a fair in the harbour' })
  })

  it('while it is watched: it has been watched for long enough, and the next one begins', async () => {
    const rollout = await paused(3_600)
    await call('POST', `/rollouts/${rollout.id}/resume`, {})
    for (const { name, position } of rollout.rings as Ring[]) {
      await until(`${name} is watched`, async () =>
        (await read(rollout.id)).rings.some((ring: Ring) => ring.name === name && ring.status === 'soaking'),
      )
      const answer = await call('POST', `/rollouts/${rollout.id}/skip`, { ring: position, reason: 'seen enough' })
      expect(answer.body.data.rings.find((ring: Ring) => ring.name === name)).toMatchObject({ status: 'passed' })
    }
    expect(await ended(rollout.id)).toMatchObject({ status: 'succeeded', counts: { upgraded: 5 } })
  })
})

it('a tenant is left out by its slug or id; who is upgraded already, or takes no part, is not', async () => {
  const rollout = await paused()
  const skip = (body: object) => call('POST', `/rollouts/${rollout.id}/skip`, body)
  const mall = (await call('GET', '/tenants/mall')).body.data
  expect((await skip({ tenant_id: mall.id, reason: 'a big day' })).body.data.counts.skipped).toBe(1)
  expect((await skip({ tenant_id: 'mall', reason: 'again' })).body.errors[0].code).toBe('invalid_transition')
  expect((await skip({ tenant_id: 'nobody', reason: 'who' })).status).toBe(404)
  await call('POST', `/rollouts/${rollout.id}/resume`, {})
  expect(await ended(rollout.id)).toMatchObject({ status: 'succeeded', counts: { upgraded: 4, skipped: 1 } })
  expect((await skip({ tenant_id: 'souq', reason: 'too late' })).body.errors[0].code).toBe('invalid_transition')
  const row = (await call('GET', `/rollouts/${rollout.id}/tenants?status=skipped`)).body.data
  expect(row).toMatchObject([{ tenant_slug: 'mall', reason: 'skipped_by_hand', message: 'a big day' }])
})

describe('operators are told', () => {
  const look = () => watchRollouts(platform.app.get(Registry).db, platform.app.get(Alerts))
  const open = async (kind: string) => {
    await look()
    return (await call('GET', `/alerts?status=open&kind=${kind}`)).body.data
  }

  it('of a rollout that went back by itself, once, until the next one has been started', async () => {
    platform.driver.defects.set(to, 'boot')
    const { data } = (await call('POST', '/rollouts', { to, rings: ['internal', 'rest'], soak_seconds: 1, rehearse: false })).body
    await ended(data.id)
    const [alert, ...others] = await open('rollout-rolled-back')
    expect(alert).toMatchObject({ severity: 'critical', parameters: { release: to, ring: 'internal', id: data.id } })
    expect(alert.title).toContain(to)
    expect(others).toEqual([])
    expect(await open('rollout-rolled-back')).toHaveLength(1)
    platform.driver.defects.delete(to)
    const next = (await call('POST', '/rollouts', { to, rings: ['internal', 'rest'], soak_seconds: 1, rehearse: false })).body.data
    expect(await open('rollout-rolled-back')).toEqual([])
    await ended(next.id)
  })

  it('of a tenant that does not come back after three tries, until somebody leaves it out', async () => {
    const { data } = (await call('POST', '/rollouts', { to, rings: ['internal', 'rest'], soak_seconds: 1, rehearse: false })).body
    await ended(data.id)
    const { db } = platform.app.get(Registry)
    const park = (await call('GET', '/tenants/park')).body.data
    const later = new Date(Date.now() + 3_600_000)
    // where three tries have failed, as the runner writes it: the next one is an hour away
    const { ring } = await db.rollout_tenant.findUniqueOrThrow({
      where: { rollout_id_tenant_id: { rollout_id: data.id, tenant_id: park.id } },
    })
    await db.$transaction([
      db.rollout_tenant.update({
        where: { rollout_id_tenant_id: { rollout_id: data.id, tenant_id: park.id } },
        data: { status: 'rolling_back', attempts: 3, operation_id: null, retry_at: later, message: 'the former release did not start' },
      }),
      db.rollout_ring.updateMany({ where: { rollout_id: data.id, position: ring ?? 0 }, data: { status: 'rolling_back' } }),
      db.rollout_tenant.updateMany({
        where: { rollout_id: data.id, ring, tenant_id: { not: park.id } },
        data: { status: 'skipped', reason: 'skipped_by_hand' },
      }),
      db.rollout.update({ where: { id: data.id }, data: { status: 'rolling_back', back_scope: 'ring', finished_at: null } }),
    ])
    expect(await open('rollout-stuck')).toMatchObject([
      { severity: 'critical', tenant_id: park.id, parameters: { slug: 'park', reason: 'the former release did not start' } },
    ])
    const left = await call('POST', `/rollouts/${data.id}/skip`, { tenant_id: 'park', reason: 'it is looked after by hand' })
    expect(left.status).toBe(202)
    expect(await open('rollout-stuck')).toEqual([])
    expect(await ended(data.id)).toMatchObject({ status: 'rolled_back' })
    expect((await call('GET', `/rollouts/${data.id}/tenants?status=skipped&q=park`)).body.data).toMatchObject([
      { reason: 'rollback_skipped' },
    ])
  })
})
