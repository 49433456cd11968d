import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock } from '../clock.ts'
import { TestPlatform } from '../testing/platform.ts'
import { GovernanceCache } from './governance.cache.ts'

let platform: TestPlatform
let token: string
const authority = new Map<string, string>()
let tenantId: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
  const { body } = await get('/api/v1/authorities?limit=100')
  for (const row of body.data) authority.set(row.code, row.id)
  const created = await platform.createTenant(token, 'souq', { node_id: 'RUH-OLAYA-MALL' })
  tenantId = created.body.data.tenant.id
  await platform.ended(token, created.body.data.operation.id)
})
afterAll(() => platform.stop())

const get = (url: string) => platform.request('GET', url, { token })
const post = (url: string, body: object = {}) => platform.request('POST', url, { token, body })
const draft = (subject: object, rules: object, domain = 'commerce', more: object = {}) =>
  post('/api/v1/policies', { subject, domain, name: { en: 'Rules' }, rules, ...more })

async function inForce(subject: object, rules: object, domain = 'commerce'): Promise<string> {
  const { body } = await draft(subject, rules, domain)
  expect(body.errors).toEqual([])
  expect((await post(`/api/v1/policies/${body.data.id}/approve`)).body.data.status).toBe('approved')
  expect((await post(`/api/v1/policies/${body.data.id}/activate`)).body.data.status).toBe('active')
  return body.data.id
}
const city = () => ({ kind: 'authority', id: authority.get('riyadh') })
const country = () => ({ kind: 'authority', id: authority.get('ksa') })
const effective = async () => (await get(`/api/v1/tenants/${tenantId}/policy`)).body.data
const rule = async (name: string) => (await effective()).rules.find((one: { rule: string }) => one.rule === name)
const sent = async () => {
  const kept = platform.driver.tenants.get(tenantId)!
  return (kept.document as { version: number; policy: Record<string, unknown> }).policy
}
const eventually = async (check: () => Promise<void>) => {
  const deadline = performance.now() + 30_000
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

describe('what holds for a tenant', () => {
  it('is what its authorities rule from the platform down, each value with where it comes from', async () => {
    const policy = await effective()
    expect(policy.chain.map((subject: { code: string }) => subject.code)).toEqual(
      expect.arrayContaining(['cityos', 'ksa', 'riyadh-region', 'riyadh', 'RUH', 'RUH-OLAYA', 'RUH-OLAYA-KFR', 'RUH-OLAYA-MALL', 'souq']),
    )
    const denied = await rule('categories_denied')
    expect(denied.value).toEqual(['alcohol', 'fireworks', 'gambling'])
    expect(denied.sources.map((source: { subject: { code: string } }) => source.subject.code)).toEqual(['ksa', 'riyadh'])
  })

  it('was in the document its data plane was given when it was made', async () => {
    expect(await sent()).toMatchObject({ categories_denied: ['alcohol', 'fireworks', 'gambling'], health_residency: ['GCC'] })
    const { body } = await get(`/api/v1/tenants/${tenantId}`)
    expect(body.data).toMatchObject({ residency_zone: 'GCC' })
  })
})

describe('a policy', () => {
  it('of a city that allows what the country denies is refused when it is saved, naming the path', async () => {
    await inForce(country(), {
      verticals_denied: ['auction'],
      max_order_amount: { SAR: 500_000 },
      max_cash_on_delivery_amount: { SAR: 1_000_000 },
    })
    const wider = await draft(city(), { verticals_allowed: ['catalogue', 'auction'] })
    expect(wider.status).toBe(422)
    expect(wider.body.errors[0]).toMatchObject({ code: 'policy_widening', details: { path: 'rules.verticals_allowed.auction' } })
    const higher = await draft(city(), { max_order_amount: { SAR: 500_001 } })
    expect(higher.body.errors[0]).toMatchObject({ code: 'policy_widening', details: { path: 'rules.max_order_amount.SAR' } })
  })

  it('in force is sent to the tenants below it, the stream and the driver, with the number every decision names', async () => {
    const before = await effective()
    await inForce(city(), { max_order_amount: { SAR: 400_000 } })
    const after = await effective()
    expect(after.version).toBeGreaterThan(before.version)
    expect((await rule('max_order_amount')).value).toEqual({ SAR: 400_000 })
    await eventually(async () => expect(await sent()).toMatchObject({ version: after.version, max_order_amount: { SAR: 400_000 } }))
  })

  it('supersedes its predecessor, says what differs, and can be withdrawn', async () => {
    const first = await inForce({ kind: 'tenant', id: tenantId }, { max_order_amount: { SAR: 300_000 } })
    const { body } = await draft({ kind: 'tenant', id: tenantId }, { max_order_amount: { SAR: 200_000 }, cash_on_delivery: false })
    expect(body.data).toMatchObject({ version: 2, status: 'draft' })
    const diff = (await get(`/api/v1/policies/${body.data.id}/diff`)).body.data
    expect(diff).toMatchObject({
      against: { id: first, version: 1 },
      rules: [
        { rule: 'max_order_amount', before: { SAR: 300_000 }, after: { SAR: 200_000 } },
        { rule: 'cash_on_delivery', before: null, after: false },
      ],
    })
    const simulated = (await post(`/api/v1/policies/${body.data.id}/simulate`, { tenant_id: tenantId })).body.data
    expect(simulated).toMatchObject({ applies: true, tenants: 1, verticals_off: [] })
    await post(`/api/v1/policies/${body.data.id}/approve`)
    await post(`/api/v1/policies/${body.data.id}/activate`)
    expect((await get(`/api/v1/policies/${first}`)).body.data.status).toBe('superseded')
    expect((await rule('cash_on_delivery')).value).toBe(false)
    expect((await post(`/api/v1/policies/${body.data.id}/withdraw`)).body.data.status).toBe('superseded')
    expect(await rule('cash_on_delivery')).toBeUndefined()
    expect((await rule('max_order_amount')).value).toEqual({ SAR: 400_000 })
  })

  it('is a draft until it is approved, and never changed after', async () => {
    const { body } = await draft(city(), { max_order_amount: { SAR: 1 } })
    expect((await post(`/api/v1/policies/${body.data.id}/activate`)).body.errors[0].code).toBe('invalid_transition')
    await post(`/api/v1/policies/${body.data.id}/approve`)
    const late = await platform.request('PATCH', `/api/v1/policies/${body.data.id}`, { token, body: { rules: {} } })
    expect(late.body.errors[0].code).toBe('invalid_transition')
    expect((await platform.request('DELETE', `/api/v1/policies/${body.data.id}`, { token })).status).toBe(409)
  })

  it('names rules of its own domain and verticals there are', async () => {
    expect((await draft(city(), { age_limit: 18 }, 'commerce')).body.errors[0]).toMatchObject({
      code: 'validation_failed',
      field: 'rules.age_limit',
    })
    expect((await draft(city(), { verticals_allowed: ['casino'] })).body.errors[0].code).toBe('unknown_vertical')
    expect((await draft(city(), { colour: 'red' })).status).toBe(400)
  })

  it('of a place holds for tenants in it, and moves with the place', async () => {
    const olaya = (await get('/api/v1/nodes/RUH-OLAYA')).body.data.id
    const id = await inForce({ kind: 'node', id: olaya }, { guest_checkout: false }, 'access')
    await eventually(async () => expect(await sent()).toMatchObject({ guest_checkout: false }))
    const zone = (await get('/api/v1/nodes/RUH-OLAYA-KFR')).body.data
    await platform.request('PATCH', `/api/v1/nodes/${zone.id}`, { token, body: { boundary: null } })
    const kafd = (await get('/api/v1/nodes/RUH-KAFD')).body.data.id
    expect((await post(`/api/v1/nodes/${zone.id}/move`, { parent_id: kafd })).status).toBe(200)
    await eventually(async () => expect((await sent())['guest_checkout']).toBeUndefined())
    await post(`/api/v1/nodes/${zone.id}/move`, { parent_id: olaya })
    expect((await rule('guest_checkout')).value).toBe(false)
    await post(`/api/v1/policies/${id}/withdraw`)
  })
})

describe('an exception', () => {
  it('takes the place of a rule for one tenant until its end, and says what it stands instead of', async () => {
    const until = new Date(platform.app.get(Clock).now().getTime() + 3_600_000).toISOString()
    const asked = { tenant_id: tenantId, rule: 'max_order_amount', value: { SAR: 900_000 }, until, reason: 'Season opening' }
    const { body, status } = await post('/api/v1/policy-exceptions', asked)
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ status: 'live', actions: ['end'] })
    expect((await post('/api/v1/policy-exceptions', asked)).body.errors[0].code).toBe('already_exists')
    expect(await rule('max_order_amount')).toMatchObject({
      value: { SAR: 900_000 },
      exception: { id: body.data.id, instead_of: { SAR: 400_000 } },
    })
    await eventually(async () =>
      expect(await sent()).toMatchObject({ exemptions: [{ rule: 'max_order_amount', value: { SAR: 900_000 }, until }] }),
    )
    expect((await post(`/api/v1/policy-exceptions/${body.data.id}/end`)).body.data.status).toBe('ended')
    expect((await post(`/api/v1/policy-exceptions/${body.data.id}/end`)).body.errors[0].code).toBe('invalid_transition')
    expect((await rule('max_order_amount')).value).toEqual({ SAR: 400_000 })
  })

  it('needs a value its rule knows, and an end that is to come', async () => {
    const base = {
      tenant_id: tenantId,
      rule: 'age_limit',
      until: new Date(platform.app.get(Clock).now().getTime() + 60_000).toISOString(),
      reason: 'Some reason',
    }
    expect((await post('/api/v1/policy-exceptions', { ...base, value: 'old' })).body.errors[0]).toMatchObject({
      code: 'validation_failed',
      field: 'value',
    })
    expect((await post('/api/v1/policy-exceptions', { ...base, until: '2020-01-01T00:00:00.000Z' })).body.errors[0].field).toBe('until')
  })
})

describe('where data lies', () => {
  it('a tenant cannot be put in a zone its authorities do not allow', async () => {
    await inForce(country(), { health_residency: ['GCC'], residency: ['GCC', 'MENA'] }, 'data')
    const refused = await platform.createTenant(token, 'abroad', { residency_zone: 'EU' })
    expect(refused.status).toBe(403)
    expect(refused.body.errors[0]).toMatchObject({ code: 'policy_denied', details: { rule: 'residency', allowed: ['GCC', 'MENA'] } })
  })
})

it('an effective policy that is known costs no question: a thousand in less than a second', async () => {
  const started = performance.now()
  const cache = platform.app.get(GovernanceCache)
  const place = { tenant: null, node_path: null, authority_id: authority.get('riyadh')! }
  await cache.resolve('probe', place)
  for (let turn = 0; turn < 1_000; turn += 1) await cache.resolve('probe', place)
  expect(performance.now() - started).toBeLessThan(1_000)
})
