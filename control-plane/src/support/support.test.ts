import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'
import { TestClock } from '../testing/test-clock.ts'
import { SupportService } from './support.service.ts'

const password = 'Wadi-Hanifa-2026!'
let platform: TestPlatform
let clock: TestClock
let operator: string
let tenantId: string
let sre: { email: string; access_token: string }
let admin: { email: string; access_token: string }

beforeAll(async () => {
  clock = new TestClock()
  platform = await TestPlatform.start(undefined, { clock })
  operator = (await platform.signIn()).access_token
  tenantId = (await platform.createTenant(operator, 'souq')).body.data.tenant.id
  sre = await secondPerson(platform, operator, 'sre')
  admin = await secondPerson(platform, operator, 'tenant-admin', tenantId)
})
afterAll(() => platform.stop())

const api = (method: 'GET' | 'POST', path: string, token: string, body?: object) =>
  platform.request(method, `/api/v1${path}`, { token, ...(body ? { body } : {}) })
const ask = (more: object = {}) =>
  api('POST', '/tenants/souq/support-access', sre.access_token, { reason: 'orders are stuck since noon', hours: 3, ...more })
const approve = (approval: string, token = admin.access_token) => api('POST', `/approvals/${approval}/approve`, token, {})
const enter = () => platform.signIn(sre.email, password, `tenant:${tenantId}`)
const end = (id: string, token: string) => api('POST', `/support-access/${id}/end`, token, {})
const revoked = async () => {
  const messages = await platform.app.get(Registry).db.plane_message.findMany({ where: { tenant_id: tenantId, kind: 'revoked' } })
  return messages.flatMap((message) => (message.payload as { sids: string[] }).sids)
}

describe('support access', () => {
  it('is asked for with a reason, for 3 to 168 hours, once', async () => {
    expect((await ask({ reason: 'x' })).status).toBe(400)
    expect((await ask({ hours: 2 })).status).toBe(400)
    expect((await ask({ hours: 169 })).status).toBe(400)
    const asked = await ask()
    expect(asked.status).toBe(201)
    expect(asked.body.data.support_access).toMatchObject({
      status: 'requested',
      read_only: true,
      hours: 3,
      tenant_slug: 'souq',
      actions: ['end'],
    })
    expect(asked.body.data.approval).toMatchObject({ kind: 'support-access', details: { read_only: true, hours: 3 } })
    expect((await ask()).body.errors[0].code).toBe('already_exists')
    const mails = await platform.app.get(Registry).db.mail.count({ where: { template: 'support-access', tenant_id: tenantId } })
    expect(mails).toBeGreaterThan(0)
    expect((await end(asked.body.data.support_access.id, sre.access_token)).body.data.status).toBe('ended')
  })

  it('is for the tenant to give: neither who asks nor any operator can', async () => {
    const { approval, support_access } = (await ask()).body.data
    expect((await approve(approval.id, sre.access_token)).status).toBe(403)
    expect((await approve(approval.id, operator)).status).toBe(403)
    const rejected = await api('POST', `/approvals/${approval.id}/reject`, admin.access_token, { reason: 'not today' })
    expect(rejected.status).toBe(200)
    expect((await api('GET', `/support-access/${support_access.id}`, sre.access_token)).body.data).toMatchObject({
      status: 'rejected',
      actions: [],
    })
  })

  it('once given is in the token with both identities, reads only, and is over when the tenant says so', async () => {
    const { approval, support_access } = (await ask()).body.data
    expect((await approve(approval.id)).status).toBe(202)
    const claims = decodeJwt((await enter()).access_token) as Record<string, never> & {
      exp: number
      act: { sub: string }
      sub: string
      sid: string
    }
    const [sreId, adminId] = await Promise.all(
      [sre, admin].map(async ({ access_token }) => (await api('GET', '/staff/me', access_token)).body.data.id as string),
    )
    expect(claims).toMatchObject({
      sub: adminId,
      act: { sub: sreId, name: 'Second sre' },
      support: { id: support_access.id, read_only: true },
      grants: [{ role: 'tenant-admin', tenant_id: tenantId, read_only: true }],
    })
    const opened = (await api('GET', `/audit?action=session.open&tenant_id=${tenantId}`, operator)).body.data[0]
    expect(opened).toMatchObject({ actor: sreId, on_behalf_of: adminId, on_behalf_of_name: 'Second tenant-admin' })
    expect((await end(support_access.id, admin.access_token)).body.data.status).toBe('ended')
    expect(await revoked()).toContain(claims.sid)
    expect((await end(support_access.id, sre.access_token)).status).toBe(409)
    const later = decodeJwt((await enter()).access_token)
    expect(later).not.toHaveProperty('act')
  })

  it('may be asked to change things, which the request says', async () => {
    const { approval, support_access } = (await ask({ read_only: false })).body.data
    expect(approval.details.read_only).toBe(false)
    await approve(approval.id)
    const claims = decodeJwt((await enter()).access_token)
    expect(claims['grants']).toEqual([{ role: 'tenant-admin', tenant_id: tenantId, nodes: [] }])
    expect((await end(support_access.id, sre.access_token)).body.data.status).toBe('ended')
  })

  it('ends by itself: tokens to the second, sessions with it', async () => {
    const { approval, support_access } = (await ask()).body.data
    await approve(approval.id)
    clock.move(3 * 3600 - 60)
    const tokens = await platform.signIn(sre.email, password, `tenant:${tenantId}`)
    const claims = decodeJwt(tokens.access_token) as { exp: number; iat: number; sid: string }
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(60)
    clock.move(120)
    const operatorNow = (await platform.signIn()).access_token
    const over = await api('GET', `/support-access/${support_access.id}`, operatorNow)
    expect(over.body.data, over.text).toMatchObject({
      status: 'ended',
      actions: [],
    })
    const renewed = await platform.request('POST', '/oauth/token', {
      body: { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: 'cli' },
    })
    expect(renewed.status).toBe(401)
    await platform.app.get(SupportService).endDue()
    expect(await revoked()).toContain(claims.sid)
    expect(await platform.app.get(SupportService).endDue()).toBe(0)
  })
})
