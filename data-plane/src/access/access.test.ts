import { type AnyEndpoint, isEndpoint, tenantAudience } from '@cityos/contract'
import { EndpointRegistry, signPlaneToken } from '@cityos/http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock } from '../../platform/clock/clock.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import * as contract from '../contract.ts'
import { StaffKeys } from '../control-stream/staff-keys.ts'

let plane: TestPlane
let sign: (claims: { aud?: string; sid?: string; iss?: string; exp?: number; grants?: unknown[] }) => Promise<string>

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  plane = await startTestPlane({ jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA', kid: 'k1' }] } })
  const tenantId = plane.binding.tenant.id
  sign = ({
    aud = tenantAudience(tenantId),
    sid = 'sid_1',
    iss = plane.binding.issuer,
    exp = 900,
    grants = [{ role: 'tenant-admin', tenant_id: tenantId, nodes: [] }],
  }) => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ sid, email: 'a@b.test', name: 'A', grants })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setIssuer(iss)
      .setAudience(aud)
      .setSubject('usr_1')
      .setJti('j')
      .setIssuedAt(now)
      .setExpirationTime(now + exp)
      .sign(privateKey)
  }
})
afterAll(() => plane.stop())

async function send(method: 'GET' | 'POST' | 'PUT', url: string, headers: Record<string, string> = {}, payload?: object) {
  const answer = await plane.app.inject({ method, url, payload, headers: { host: 'test.localhost', ...headers } })
  const body = (answer.headers['content-type'] ?? '').toString().includes('json') && answer.body ? answer.json() : null
  return { status: answer.statusCode, code: body?.errors?.[0]?.code as string | undefined, data: body?.data, headers: answer.headers }
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Hands the plane a changed document, as the control plane's stream does. */
function change(changes: Partial<TestPlane['binding']['tenant']>): void {
  const tenant = plane.app.get(TenantContext)
  tenant.replace({ ...tenant.document, ...changes, version: tenant.document.version + 1 })
}

it('every declared operation has a handler, and none that is internal is published', async () => {
  const declared = Object.values(contract).filter(isEndpoint)
  const bound = new Set(
    plane.app
      .get(EndpointRegistry)
      .all()
      .map(({ endpoint }) => endpoint.id),
  )
  expect(declared.filter((endpoint) => !bound.has(endpoint.id)).map((endpoint) => endpoint.id)).toEqual([])
  const paths = Object.keys((await plane.app.inject({ url: '/v1/openapi.json', headers: { host: 'test.localhost' } })).json().paths)
  expect(paths.filter((path) => path.startsWith('/internal/'))).toEqual([])
})

describe('staff tokens', () => {
  const list = (token: string) => send('GET', '/v1/admin/audit', bearer(token))

  it('are verified offline: this tenant’s opens the door, everything else is 401', async () => {
    expect((await list(await sign({}))).status).toBe(200)
    expect((await list(await sign({ aud: 'tenant:ten_another' }))).status).toBe(401)
    expect((await list(await sign({ aud: 'cityos' }))).status).toBe(401)
    expect((await list(await sign({ iss: 'http://evil.test' }))).status).toBe(401)
    expect((await list(await sign({ exp: -1 }))).status).toBe(401)
    const { privateKey } = await generateKeyPair('EdDSA')
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setAudience(tenantAudience(plane.binding.tenant.id))
      .setExpirationTime('5m')
      .sign(privateKey)
    expect((await list(forged)).status).toBe(401)
  })

  it('without a grant are 403', async () => {
    expect((await list(await sign({ grants: [] }))).code).toBe('forbidden')
  })

  it('of a revoked session are 401 at once', async () => {
    const token = await sign({ sid: 'sid_gone' })
    expect((await list(token)).status).toBe(200)
    await plane.app.get(StaffKeys).revoke(['sid_gone'])
    expect((await list(token)).status).toBe(401)
  })

  it('move no money while the control plane has not been heard', async () => {
    const declared = Object.values(contract).find(
      (value) =>
        typeof value === 'object' &&
        'access' in value &&
        value.access.who === 'staff' &&
        'action' in value.access &&
        value.access.action === 'refund',
    ) as AnyEndpoint
    const url = declared.path.replace(/\{\w+\}/g, 'ord_1')
    const answer = await send('POST', url, { ...bearer(await sign({})), 'idempotency-key': 'key-12345678' }, {})
    expect([answer.status, answer.code]).toEqual([503, 'dependency_unavailable'])
    expect((await send('GET', '/v1/admin/orders', bearer(await sign({})))).status).toBe(200)
  })
})

describe('plane tokens', () => {
  const token = (tenantId: string, key = plane.binding.secrets.plane_key) =>
    signPlaneToken(key, { iss: 'node', aud: 'data-plane', tenant_id: tenantId }, new Date())

  it('of this tenant and its key open the internal routes; others, and staff, do not', async () => {
    const { id } = plane.binding.tenant
    expect((await send('GET', '/internal/health', bearer(await token(id)))).status).toBe(200)
    expect((await send('GET', '/internal/health', bearer(await token('ten_other')))).status).toBe(401)
    expect((await send('GET', '/internal/health', bearer(await token(id, Buffer.alloc(32).toString('base64'))))).status).toBe(401)
    expect((await send('GET', '/internal/health', bearer(await sign({})))).status).toBe(401)
    expect((await send('GET', '/internal/health')).status).toBe(401)
  })

  it('are of no use through the gateway: internal routes and figures do not exist there', async () => {
    const viaGateway = { 'x-forwarded-for': '203.0.113.9' }
    expect((await send('GET', '/internal/health', { ...viaGateway, ...bearer(await token(plane.binding.tenant.id)) })).status).toBe(404)
    expect((await send('GET', '/metrics', viaGateway)).status).toBe(404)
    expect((await send('GET', '/metrics')).status).toBe(200)
  })

  it('move the clock of a test tenant, and of no other', async () => {
    const move = async () =>
      send('PUT', '/internal/clock', bearer(await token(plane.binding.tenant.id)), { now: '2030-01-01T00:00:00.000Z' })
    expect((await move()).status).toBe(200)
    expect(plane.app.get(Clock).now().getUTCFullYear()).toBe(2030)
    plane.app.get(Clock).travelTo(null)
  })
})

describe('hosts', () => {
  it('answers on the tenant’s own hosts only', async () => {
    for (const host of ['test.localhost', 'admin.test.localhost', 'vendor.test.localhost'])
      expect((await send('GET', '/v1/store/products', { host })).status, host).toBe(200)
    for (const host of ['other.localhost', 'evil.test.localhost', 'localhost', ''])
      expect((await send('GET', '/v1/store/products', { host })).code, host).toBe('unknown_host')
  })

  it('asks for a publishable key on api. hosts and from foreign pages; a wrong one is 401 everywhere', async () => {
    expect((await send('GET', '/v1/store/products', { host: 'api.test.localhost' })).code).toBe('invalid_publishable_key')
    expect((await send('GET', '/v1/store/products', { origin: 'https://partner.test' })).code).toBe('invalid_publishable_key')
    expect((await send('GET', '/v1/store/products', { 'x-publishable-key': 'pk_wrong' })).code).toBe('invalid_publishable_key')
    const own = await send('GET', '/v1/store/products', { origin: 'http://admin.test.localhost' })
    expect([own.status, own.headers['access-control-allow-origin']]).toEqual([200, 'http://admin.test.localhost'])
    expect(
      (await send('GET', '/v1/store/products', { origin: 'https://partner.test' })).headers['access-control-allow-origin'],
    ).toBeUndefined()
  })

  it('gives a stale cookie no rights and no error, a bearer token that does not hold 401', async () => {
    expect((await send('GET', '/v1/store/products', { cookie: 'session=old' })).status).toBe(200)
    expect((await send('GET', '/v1/store/me', { cookie: 'session=old' })).status).toBe(401)
    expect((await send('GET', '/v1/store/products', bearer('old'))).status).toBe(401)
  })
})

describe('a tenant’s state', () => {
  it('suspended goes on reading and takes no orders', async () => {
    change({ status: 'suspended' })
    expect((await send('GET', '/v1/store/products')).status).toBe(200)
    const complete = await send('POST', '/v1/store/carts/crt_1/complete', { 'idempotency-key': 'key-12345678' }, {})
    expect([complete.status, complete.code]).toEqual([503, 'tenant_suspended'])
    change({ status: 'active' })
    expect((await send('POST', '/v1/store/carts/crt_1/complete', { 'idempotency-key': 'key-12345678' }, {})).code).not.toBe(
      'tenant_suspended',
    )
  })

  it('in quarantine goes on reading and sells nothing', async () => {
    change({ quarantined: true })
    expect((await send('GET', '/v1/store/products')).status).toBe(200)
    const complete = await send('POST', '/v1/store/carts/crt_1/complete', { 'idempotency-key': 'key-12345678' }, {})
    expect([complete.status, complete.code]).toEqual([503, 'tenant_quarantined'])
    change({ quarantined: false })
  })

  it('while it is moved goes on reading and takes nothing new', async () => {
    change({ read_only: true })
    expect((await send('GET', '/v1/store/products')).status).toBe(200)
    const refused = await send('POST', '/v1/store/carts', {}, {})
    expect([refused.status, refused.code]).toEqual([503, 'tenant_read_only'])
    change({ read_only: false })
    expect((await send('POST', '/v1/store/carts', {}, {})).code).not.toBe('tenant_read_only')
  })

  it('a vertical that is off does not exist', async () => {
    change({ verticals: [] })
    expect((await send('GET', '/v1/store/products')).code).toBe('not_found')
    change({ verticals: ['catalogue'] })
    expect((await send('GET', '/v1/store/products')).status).toBe(200)
  })

  it('an older document never replaces a newer one', async () => {
    const tenant = plane.app.get(TenantContext)
    expect(tenant.replace({ ...tenant.document, status: 'closed', version: tenant.document.version })).toBe(false)
    expect(tenant.document.status).toBe('active')
  })
})
