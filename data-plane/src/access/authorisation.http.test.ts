import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AnyEndpoint, StaffRole, tenantAudience } from '@cityos/contract'
import { EndpointRegistry } from '@cityos/http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../platform/db/index.ts'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { ControlStream } from '../control-stream/control-stream.ts'
import { verticalModules } from '../verticals.ts'

let plane: TestPlane
let sign: (claims: object, audience?: string) => Promise<string>
let endpoints: AnyEndpoint[]
const support = { act: { sub: 'stf_helper', name: 'Helper' }, support: { id: 'sup_1', until: '2100-01-01T00:00:00.000Z', read_only: true } }

/** What the committed table says: who may call each operation. */
const table = new Map(
  readFileSync(join(import.meta.dirname, 'authorisation.txt'), 'utf8')
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line) => {
      const [, id, who] = /^(\S+)\s+\S+\s+\S+\s+(.*)$/.exec(line)!
      return [id!, new Set(who!.split(', '))]
    }),
)

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  plane = await startTestPlane(
    { jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA', kid: 'k1' }] } },
    { verticals: ['catalogue', ...verticalModules.map(({ manifest }) => manifest.name)] },
  )
  // the control plane is away in this test: it counts as heard, so that delicate acts reach their gate
  Object.defineProperty(plane.app.get(ControlStream), 'stale', { get: () => false })
  const tenantId = plane.binding.tenant.id
  sign = (claims, audience = tenantAudience(tenantId)) => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ sid: 'sid_1', email: 'a@b.test', name: 'A', sub: 'stf_1', jti: 'j', iat: now, exp: now + 900, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setIssuer(plane.binding.issuer)
      .setAudience(audience)
      .sign(privateKey)
  }
  endpoints = plane.app
    .get(EndpointRegistry)
    .all()
    .map(({ endpoint }) => endpoint)
    .filter(({ access }) => access.who === 'staff')
})
afterAll(() => plane.stop())

/** Calls with the id of something that does not exist: whoever passes the gate gets an answer for another reason. */
async function call(endpoint: AnyEndpoint, token: string) {
  const answer = await plane.app.inject({
    method: endpoint.method,
    url: endpoint.path.replace(/\{\w+\}/g, 'nothing-here'),
    headers: { host: 'admin.test.localhost', authorization: `Bearer ${token}`, 'idempotency-key': `key-${Math.random()}` },
    ...(endpoint.method === 'GET' ? {} : { payload: {} }),
  })
  const isJson = String(answer.headers['content-type'] ?? '').startsWith('application/json')
  return { status: answer.statusCode, code: isJson ? (answer.json().errors?.[0]?.code as string | undefined) : undefined }
}

const grant = (role: StaffRole, tenant_id: string) => ({ grants: [{ role, tenant_id, nodes: [] }] })

describe('the authorisation table over HTTP', () => {
  // thousands of requests: seconds on a quiet machine, a minute on a crowded one
  it('is what the running data plane does, for every role of this tenant', { timeout: 120_000 }, async () => {
    const { id } = plane.binding.tenant
    const found: string[] = []
    for (const role of StaffRole.options) {
      const token = await sign(grant(role, id))
      await Promise.all(
        endpoints.map(async (endpoint) => {
          const { status, code } = await call(endpoint, token)
          const isRefused = status === 403 && code === 'forbidden'
          if (isRefused === (table.get(endpoint.id)?.has(role) ?? false)) found.push(`${endpoint.id} by ${role}: ${status} ${code}`)
        }),
      )
    }
    expect(found).toEqual([])
    expect(endpoints.length).toBeGreaterThan(100)
  })

  it('leaves staff of another tenant outside: their tokens are none here, their grants count for nothing', async () => {
    const elsewhere = await sign(grant('super-admin', 'tnt_other'), tenantAudience('tnt_other'))
    const smuggled = await sign(grant('super-admin', 'tnt_other'))
    await Promise.all(
      endpoints.map(async (endpoint) => {
        expect((await call(endpoint, elsewhere)).status, endpoint.id).toBe(401)
        expect(await call(endpoint, smuggled), endpoint.id).toEqual({ status: 403, code: 'forbidden' })
      }),
    )
  })

  it('lets support access look, records each call with both identities, and changes nothing', async () => {
    const token = await sign({
      sub: 'stf_admin',
      grants: [{ role: 'tenant-admin', tenant_id: plane.binding.tenant.id, nodes: [], read_only: true }],
      ...support,
    })
    const may = (endpoint: AnyEndpoint) => table.get(endpoint.id)!.has('support (reads only)')
    const [reading, changing] = [endpoints.filter(may), endpoints.filter((endpoint) => !may(endpoint))]
    await Promise.all(changing.map(async (endpoint) => expect((await call(endpoint, token)).status, endpoint.id).toBe(403)))
    for (const endpoint of reading.slice(0, 3)) expect((await call(endpoint, token)).code, endpoint.id).not.toBe('forbidden')
    const entries = await plane.app.get(Database).read.selectFrom('audit_entry').selectAll().where('action', '=', 'support.call').execute()
    expect(entries).toHaveLength(changing.length + 3)
    expect(entries[0]).toMatchObject({ actor_id: 'stf_helper', actor: { on_behalf_of: 'stf_admin', support_access: 'sup_1' } })
  })

  it('exports the trail as CSV and JSON lines', async () => {
    const token = await sign(grant('auditor', plane.binding.tenant.id))
    const file = (format: string) =>
      plane.app.inject({
        method: 'GET',
        url: `/v1/admin/audit/export?format=${format}&action=support.call`,
        headers: { host: 'admin.test.localhost', authorization: `Bearer ${token}` },
      })
    const csv = await file('csv')
    expect([csv.statusCode, csv.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
    const lines = (await file('jsonl')).body.trim().split('\n')
    expect(csv.body.trim().split('\r\n')).toHaveLength(lines.length + 1)
    expect(JSON.parse(lines[0]!)).toMatchObject({ action: 'support.call', actor: { id: 'stf_helper', on_behalf_of: 'stf_admin' } })
  })
})
