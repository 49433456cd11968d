import { newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'
import { secondPerson } from '../testing/second-person.ts'

let platform: TestPlatform
let operator: string
let tenantId: string
let count = 0

beforeAll(async () => {
  platform = await TestPlatform.start()
  operator = (await platform.signIn()).access_token
  tenantId = (await platform.createTenant(operator, 'mall')).body.data.tenant.id
})
afterAll(() => platform.stop())

const api = (method: 'GET' | 'POST' | 'DELETE', path: string, token: string, body?: object) =>
  platform.request(method, `/api/v1${path}`, { token, ...(body ? { body } : {}) })
const codeOf = (answer: { body: { errors?: { code: string }[] } }) => answer.body.errors?.[0]?.code

/** Somebody with one role, and their id. */
async function person(role: string, tenant: string | null = tenantId) {
  const tokens = await secondPerson(platform, operator, role, tenant)
  const id = (await api('GET', '/staff/me', tokens.access_token)).body.data.id as string
  return { ...tokens, id, token: tokens.access_token }
}

async function node(path: string | null = null) {
  const id = newId('nod')
  const at = new Date()
  const own = id.slice('nod_'.length)
  const full = path ? `${path}.${own}` : own
  const row = { name: json({ en: 'Place' }), status: 'active', attributes: json({}), created_at: at, updated_at: at }
  await platform.app.get(Registry).db.node.create({ data: { ...row, id, code: `node-${++count}`, type: 'CITY', path: full } })
  return { id, path: full }
}

describe('roles', () => {
  it('are given and taken back by id; what was given shows who may act on it', async () => {
    const colleague = await person('viewer')
    const given = await api('POST', `/staff/${colleague.id}/grants`, operator, { role: 'finance', tenant_id: 'mall' })
    expect(given.status).toBe(201)
    const finance = given.body.data.grants.find((grant: { role: string }) => grant.role === 'finance')
    expect(finance).toMatchObject({ role: 'finance', tenant_id: tenantId, nodes: [] })
    expect(given.body.data.actions).toEqual(['grant', 'disable', 'revoke_sessions'])
    const taken = await api('DELETE', `/staff/${colleague.id}/grants/${finance.id}`, operator)
    expect(taken.body.data.grants.map((grant: { role: string }) => grant.role)).toEqual(['viewer'])
    expect((await api('DELETE', `/staff/${colleague.id}/grants/${finance.id}`, operator)).status).toBe(404)
  })

  it('that are lost end the sessions they opened', async () => {
    const colleague = await person('viewer')
    const [grant] = (await api('GET', `/staff/${colleague.id}`, operator)).body.data.grants
    expect((await api('GET', '/staff/me', colleague.token)).status).toBe(200)
    await api('DELETE', `/staff/${colleague.id}/grants/${grant.id}`, operator)
    expect((await api('GET', '/staff/me', colleague.token)).status).toBe(401)
  })

  it('of more weight than one’s own are not given, nor taken', async () => {
    const admin = await person('tenant-admin')
    const colleague = await person('viewer')
    const heavier = await api('POST', `/staff/${colleague.id}/grants`, admin.token, { role: 'super-admin' })
    expect([heavier.status, codeOf(heavier)]).toEqual([403, 'forbidden'])
    expect((await api('POST', `/staff/${colleague.id}/grants`, admin.token, { role: 'auditor', tenant_id: tenantId })).status).toBe(201)
    const officer = await person('compliance-officer', null)
    expect((await api('POST', `/staff/${colleague.id}/grants`, officer.token, { role: 'viewer' })).status).toBe(403)
  })

  it('mean something: a tenant for its admin, no tenant for an SRE, nodes for a district manager', async () => {
    const colleague = await person('viewer')
    const refused = async (body: object) => {
      const answer = await api('POST', `/staff/${colleague.id}/grants`, operator, body)
      return [answer.status, answer.body.errors?.[0]?.field]
    }
    expect(await refused({ role: 'tenant-admin' })).toEqual([422, 'tenant_id'])
    expect(await refused({ role: 'sre', tenant_id: tenantId })).toEqual([422, 'tenant_id'])
    expect(await refused({ role: 'district-manager' })).toEqual([422, 'nodes'])
    expect(await refused({ role: 'viewer', nodes: [(await node()).id] })).toEqual([422, 'nodes'])
    expect(await refused({ role: 'district-manager', nodes: ['nod_missing'] })).toEqual([404, 'nodes'])
    expect(await refused({ role: 'viewer', tenant_id: 'nowhere' })).toEqual([404, 'tenant_id'])
  })

  it('within nodes reach the tenants at or below them, also those that move there later', async () => {
    const district = await node()
    const zone = await node(district.path)
    const elsewhere = await node()
    const { db } = platform.app.get(Registry)
    await db.tenant.update({ where: { id: tenantId }, data: { node_id: zone.id } })
    const colleague = await person('viewer', null)
    expect((await api('POST', `/staff/${colleague.id}/grants`, operator, { role: 'district-manager', nodes: [district.id] })).status).toBe(
      201,
    )
    const [viewing] = (await api('GET', `/staff/${colleague.id}`, operator)).body.data.grants.filter(
      (grant: { role: string }) => grant.role === 'viewer',
    )
    await api('DELETE', `/staff/${colleague.id}/grants/${viewing.id}`, operator)
    const { access_token: token } = await platform.signIn(colleague.email, 'Wadi-Hanifa-2026!')
    const seen = async () => (await api('GET', '/tenants', token)).body.data.map((tenant: { slug: string }) => tenant.slug)
    expect(await seen()).toEqual(['mall'])
    expect((await api('POST', '/tenants', token, { slug: 'x', name: 'x', owner: 'x@x.test' })).status).toBe(403)
    await db.tenant.update({ where: { id: tenantId }, data: { node_id: elsewhere.id } })
    expect(await seen()).toEqual([])
  })

  it('that are denied are gone, however often they are granted', async () => {
    const colleague = await person('city-manager', null)
    expect(
      (await api('POST', `/staff/${colleague.id}/grants`, operator, { role: 'city-manager', tenant_id: 'mall', deny: true })).status,
    ).toBe(201)
    const { access_token: token } = await platform.signIn(colleague.email, 'Wadi-Hanifa-2026!')
    await platform.createTenant(operator, `other${++count}`)
    const slugs = (await api('GET', '/tenants', token)).body.data.map((tenant: { slug: string }) => tenant.slug)
    expect(slugs).toContain(`other${count}`)
    expect(slugs).not.toContain('mall')
    expect((await api('GET', '/tenants/mall', token)).status).toBe(404)
  })
})

describe('accounts', () => {
  it('are locked and unlocked; a locked one neither signs in nor goes on', async () => {
    const colleague = await person('viewer')
    const locked = await api('POST', `/staff/${colleague.id}/disable`, operator, { reason: 'left the company' })
    expect(locked.body.data).toMatchObject({ status: 'disabled', actions: ['grant', 'enable', 'revoke_sessions'] })
    expect((await api('GET', '/staff/me', colleague.token)).status).toBe(401)
    await expect(platform.signIn(colleague.email, 'Wadi-Hanifa-2026!')).rejects.toThrow()
    await api('POST', `/staff/${colleague.id}/enable`, operator, {})
    expect((await platform.signIn(colleague.email, 'Wadi-Hanifa-2026!')).access_token).toBeTruthy()
  })

  it('with roles elsewhere are not for one tenant’s admin to lock; people of other tenants are not there at all', async () => {
    const admin = await person('tenant-admin')
    const cityWide = await person('viewer', null)
    expect((await api('POST', `/staff/${cityWide.id}/disable`, admin.token, {})).status).toBe(404)
    const both = await person('viewer')
    await api('POST', `/staff/${both.id}/grants`, operator, { role: 'auditor' })
    expect((await api('POST', `/staff/${both.id}/disable`, admin.token, {})).status).toBe(403)
    expect((await api('GET', `/staff/${both.id}`, admin.token)).body.data.grants).toHaveLength(1)
  })

  it('are found by tenant, role, status and whole address', async () => {
    const colleague = await person('finance')
    const found = async (query: string) =>
      (await api('GET', `/staff?${query}&limit=100`, operator)).body.data.map((user: { id: string }) => user.id)
    expect(await found(`email=${encodeURIComponent(colleague.email.toUpperCase())}`)).toEqual([colleague.id])
    expect(await found(`tenant_id=${tenantId}&role=finance`)).toContain(colleague.id)
    expect(await found('role=asset-technician')).toEqual([])
    expect(await found('status=disabled&role=finance')).toEqual([])
  })
})

describe('the last administrator', { retry: 0 }, () => {
  const admins = async (tenant: string) => {
    const people = await Promise.all([person('tenant-admin', tenant), person('tenant-admin', tenant)])
    return Promise.all(
      people.map(async ({ id }) => ({ id, grant: (await api('GET', `/staff/${id}`, operator)).body.data.grants[0].id as string })),
    )
  }

  it.each(['take the role', 'lock the account', 'deny the role'])('stays when two try at once to %s', async (how) => {
    const tenant = (await platform.createTenant(operator, `race${++count}`)).body.data.tenant.id as string
    const two = await admins(tenant)
    const answers = await Promise.all(
      two.map(({ id, grant }) => {
        if (how === 'take the role') return api('DELETE', `/staff/${id}/grants/${grant}`, operator)
        if (how === 'lock the account') return api('POST', `/staff/${id}/disable`, operator, {})
        return api('POST', `/staff/${id}/grants`, operator, { role: 'tenant-admin', tenant_id: tenant, deny: true })
      }),
    )
    expect(answers.map(({ status }) => status).filter((status) => status < 300)).toHaveLength(1)
    const refused = answers.find(({ status }) => status >= 300)!
    expect([refused.status, codeOf(refused)]).toEqual([409, 'last_admin'])
  })

  it('of the city stays, too', async () => {
    const { data } = (await api('GET', '/staff/me', operator)).body
    const [grant] = (await api('GET', `/staff/${data.id}`, operator)).body.data.grants
    const answer = await api('DELETE', `/staff/${data.id}/grants/${grant.id}`, operator)
    expect([answer.status, codeOf(answer)]).toEqual([409, 'last_admin'])
  })
})
