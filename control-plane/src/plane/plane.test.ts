import { PlaneMessage } from '@cityos/contract'
import { signPlaneToken } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { readSecrets } from '../tenant/tenant.document.ts'
import { TestPlatform } from '../testing/platform.ts'
import { PlaneStreams } from './plane.streams.ts'

let platform: TestPlatform
let token: string
let tenantId: string
let key: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
  const { body } = await platform.createTenant(token, 'plane')
  tenantId = body.data.tenant.id
  await platform.ended(token, body.data.operation.id)
  key = (await readSecrets(platform.app.get(Registry).db, platform.app.get(Sealing), tenantId)).planeKey
})
afterAll(() => platform.stop())

const planeToken = (signingKey = key, tenant = tenantId, aud: 'control-plane' | 'data-plane' = 'control-plane', at = new Date()) =>
  signPlaneToken(signingKey, { iss: 'data-plane', aud, tenant_id: tenant }, at)

const usage = {
  orders: 3,
  gmv_amount: 12900,
  products: 71,
  customers: 2,
  database_bytes: 9_000_000,
  memory_bytes: 80_000_000,
  requests: 40,
  last_request_at: null,
}
const health = {
  status: 'ok',
  release: '0.0.0+test',
  schema: 'test',
  uptime_s: 4,
  tenant_version: 1,
  dependencies: {},
  next_due_at: null,
  usage,
}

/** Reads the stream until `enough`; the reader hangs up then. */
async function read(after: number, enough: (messages: PlaneMessage[]) => boolean): Promise<PlaneMessage[]> {
  const stop = new AbortController()
  const messages: PlaneMessage[] = []
  for await (const message of platform.app.get(PlaneStreams).messages(tenantId, after, stop.signal)) {
    messages.push(PlaneMessage.parse(message))
    if (enough(messages)) stop.abort()
  }
  return messages
}

describe('the stream to a data plane', () => {
  it('begins with a greeting, the keys and the document', async () => {
    const messages = await read(0, (seen) => seen.length >= 3)
    expect(messages.slice(0, 3).map((message) => message.kind)).toEqual(['hello', 'keys', 'tenant'])
    expect(messages[2]).toMatchObject({ tenant: { id: tenantId, slug: 'plane', status: 'active' } })
  })

  it('brings a changed document at once, under a higher number, and replays it to whoever was away', async () => {
    const first = await read(0, (seen) => seen.some((message) => message.kind === 'tenant'))
    const seq = Math.max(...first.map((message) => message.seq))
    const live = read(seq, (seen) => seen.some((message) => message.kind === 'tenant' && message.tenant.name.en === 'Renamed'))
    const changed = await platform.request('PATCH', `/api/v1/tenants/${tenantId}`, { token, body: { name: 'Renamed' } })
    const received = await live
    expect(received.at(-1)).toMatchObject({ kind: 'tenant', tenant: { version: 2 } })
    await platform.ended(token, changed.body.data.operation.id)
    const replayed = await read(seq, (seen) => seen.some((message) => message.kind === 'tenant' && message.seq > seq))
    expect(replayed.at(-1)).toMatchObject({ kind: 'tenant', seq: received.at(-1)?.seq, tenant: { version: 2 } })
  })

  it('tells within a second that a session was ended', async () => {
    const member = await platform.signIn(platform.credential.email, platform.credential.password, `tenant:${tenantId}`)
    const began = performance.now()
    const live = read(0, (seen) => seen.some((message) => message.kind === 'revoked'))
    await platform.request('POST', '/oauth/revoke', { body: { token: member.refresh_token } })
    const revoked = (await live).find((message) => message.kind === 'revoked')
    expect(revoked?.kind === 'revoked' && revoked.sids).toHaveLength(1)
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  it('gives a sign of life more often than every 10 seconds', async () => {
    const began = performance.now()
    await read(1_000_000, (seen) => seen.filter((message) => message.kind === 'hello').length >= 2)
    expect(performance.now() - began).toBeLessThan(9_000)
  })
})

describe('a data plane’s token', () => {
  const report = (authorization: string, id = tenantId) =>
    platform.request('POST', `/internal/planes/${id}/report`, { body: health, headers: { authorization: `Bearer ${authorization}` } })

  it('opens its own tenant’s door, and what it reported last is shown while it sleeps', async () => {
    await platform.driver.sleep(tenantId)
    expect((await report(await planeToken())).status).toBe(200)
    const shown = await platform.request('GET', '/api/v1/tenants/plane/health', { token })
    expect(shown.body.data).toMatchObject({ runtime: 'asleep', report: { status: 'ok', usage: { orders: 3 } } })
    const used = await platform.request('GET', '/api/v1/tenants/plane/usage', { token })
    expect(used.body.data).toMatchObject({ currency: 'SAR', now: { orders: 3, gmv_amount: 12900 }, limits: { products: 20000 } })
    expect(used.body.data.history).toHaveLength(1)
  })

  it('a plan that cannot hold what the tenant reported is refused', async () => {
    const body = { ...health, usage: { ...usage, products: 501 } }
    const reported = await platform.request('POST', `/internal/planes/${tenantId}/report`, {
      body,
      headers: { authorization: `Bearer ${await planeToken()}` },
    })
    expect(reported.status).toBe(200)
    const answer = await platform.request('PATCH', `/api/v1/tenants/${tenantId}`, { token, body: { plan: 'starter' } })
    expect(answer.status).toBe(409)
    expect(answer.body.errors[0]).toMatchObject({ code: 'plan_below_usage', details: { limit: 500, used: 501 } })
    expect((await platform.request('PATCH', `/api/v1/tenants/${tenantId}`, { token, body: { plan: 'unlimited' } })).status).toBe(202)
  })

  it('opens no other: another tenant, another key, another audience, an old one, a staff token', async () => {
    const other = await platform.createTenant(token, 'other')
    await platform.ended(token, other.body.data.operation.id)
    const otherId = other.body.data.tenant.id as string
    expect((await report(await planeToken(), otherId)).status).toBe(404)
    const refused = [
      await planeToken(Buffer.alloc(32, 1).toString('base64')),
      await planeToken(key, otherId),
      await planeToken(key, tenantId, 'data-plane'),
      await planeToken(key, tenantId, 'control-plane', new Date(Date.now() - 120_000)),
      await planeToken(key, 'tnt_unknown'),
      token,
      'nonsense',
    ]
    for (const bad of refused) expect((await report(bad)).status).toBe(401)
  })

  it('is not a staff token', async () => {
    expect((await platform.request('GET', '/api/v1/tenants', { token: await planeToken() })).status).toBe(401)
  })
})
