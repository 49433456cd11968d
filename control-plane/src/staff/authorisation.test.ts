import { newId, type StaffRole } from '@cityos/contract'
import { EndpointRegistry } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { TestPlatform } from '../testing/platform.ts'
import { abilityFor, tenantsOf } from './ability.ts'
import { type Caller, callers, table } from './authorisation.table.ts'
import { StaffService } from './staff.service.ts'

let platform: TestPlatform
let operator: string
let ours: { id: string; operation: string }
let theirs: { id: string; operation: string }
const tokens = new Map<Caller, string>()

interface Operation {
  operationId: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
}
let operations: Operation[]

/** Makes a member of staff with one grant and signs them in. */
async function signedIn(role: StaffRole, tenant_id: string | null): Promise<string> {
  const staff = platform.app.get(StaffService)
  const email = `${newId('who')}@staff.test`
  await platform.app.get(Registry).transaction(async (tx) => {
    const user = await staff.create(tx, { email, name: role, password: 'Some-pass-1' })
    await staff.grant(tx, user.id, { role, tenant_id, nodes: [] })
  })
  return (await platform.signIn(email, 'Some-pass-1')).access_token
}

async function tenant(slug: string) {
  const { body } = await platform.createTenant(operator, slug)
  await platform.ended(operator, body.data.operation.id)
  return { id: body.data.tenant.id as string, operation: body.data.operation.id as string }
}

beforeAll(async () => {
  platform = await TestPlatform.start()
  operator = (await platform.signIn()).access_token
  ours = await tenant('ours')
  theirs = await tenant('theirs')
  for (const caller of callers) {
    if (caller === 'guest') continue
    const isOfTenant = caller.startsWith('tenant-')
    const role = (caller === 'tenant-viewer' ? 'viewer' : caller === 'tenant-finance' ? 'finance' : caller) as StaffRole
    tokens.set(caller, await signedIn(role, isOfTenant ? ours.id : null))
  }
  operations = platform.app
    .get(EndpointRegistry)
    .all()
    .map(({ endpoint }) => ({ operationId: endpoint.id, path: endpoint.path, method: endpoint.method as Operation['method'] }))
})
afterAll(() => platform.stop())

/** Calls with the id of something that does not exist: whoever passes the gate gets 4xx for another reason, and nothing is changed. */
function call(operation: Operation, token: string | undefined, id = 'nothing-here') {
  const url = operation.path.replace(/\{\w+\}/g, id)
  return platform.request(operation.method, url, {
    ...(token ? { token } : {}),
    ...(operation.method === 'GET' ? {} : { body: {} }),
    headers: { 'idempotency-key': newId('key') },
  })
}

describe('the authorisation table', () => {
  it('has a row for every operation, and no other; the OpenAPI document names all but the internal ones', async () => {
    expect(operations.map((operation) => operation.operationId).sort()).toEqual(Object.keys(table).sort())
    const document = (await platform.request('GET', '/api/v1/openapi.json')).body
    const paths = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>)
    const documented = paths.flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    const open = operations.filter(({ path }) => !path.startsWith('/internal/'))
    expect(documented.sort()).toEqual(open.map(({ operationId }) => operationId).sort())
  })

  it.each(Object.entries(table))('%s', async (operationId, row) => {
    const expected = row.replace(/[\s|]/g, '').split('')
    expect(expected).toHaveLength(callers.length)
    const operation = operations.find((candidate) => candidate.operationId === operationId)!
    const found: string[] = []
    for (const caller of callers) {
      const { status, body } = await call(operation, tokens.get(caller))
      const code = body?.errors?.[0]?.code as string | undefined
      const refused = code === 'forbidden' || (code === 'unauthenticated' && operationId !== 'auth.session')
      if (refused) expect(caller === 'guest' || operationId.startsWith('plane.') ? [401] : [403]).toContain(status)
      found.push(refused ? '-' : 'y')
    }
    expect(found.join(' ')).toBe(expected.join(' '))
  })
})

describe('another tenant', () => {
  const own = (token: string) => platform.request('GET', `/api/v1/tenants/${ours.id}`, { token })

  it('does not exist for staff of this one, whatever they ask for', async () => {
    const token = tokens.get('tenant-admin')!
    expect((await own(token)).status).toBe(200)
    for (const operation of operations.filter((candidate) => /^\/api\/v1\/(?:tenants|operations)\/\{id\}/.test(candidate.path))) {
      const id = operation.path.includes('/operations/{id}') && !operation.path.startsWith('/api/v1/tenants') ? theirs.operation : theirs.id
      const { status, body } = await call(operation, token, id)
      expect([400, 403, 404], `${operation.operationId}: ${JSON.stringify(body)}`).toContain(status)
      expect(JSON.stringify(body ?? '')).not.toContain('theirs')
    }
  })

  it('is in none of the lists', async () => {
    for (const caller of ['tenant-admin', 'tenant-viewer', 'tenant-finance'] as const) {
      for (const operation of operations.filter(
        (candidate) => candidate.method === 'GET' && /^\/api\/v1\/[a-z/]+$/.test(candidate.path) && !candidate.path.endsWith('.json'),
      )) {
        const { text } = await call(operation, tokens.get(caller))
        expect(text, operation.operationId).not.toContain(theirs.id)
        expect(text, operation.operationId).not.toContain('theirs')
      }
    }
  })

  it('is not shown in an invitation either', async () => {
    const token = tokens.get('tenant-admin')!
    const answer = await platform.request('POST', '/api/v1/staff/invitations', {
      token,
      body: { email: 'x@x.test', role: 'viewer', tenant_id: theirs.id },
    })
    expect(answer.status).toBe(403)
  })
})

describe('abilities', () => {
  it('fail closed: no grant, an unknown role, or a grant without a tenant where one is needed give nothing', () => {
    expect(abilityFor([]).rules).toEqual([])
    const strange = abilityFor([{ role: 'asset-technician', tenant_id: null, nodes: [] }])
    expect(strange.can('read', 'tenant')).toBe(false)
    expect(strange.can('read', 'self')).toBe(true)
    const cityWideTenantAdmin = abilityFor([{ role: 'tenant-admin', tenant_id: null, nodes: [] }])
    expect(cityWideTenantAdmin.can('read', 'tenant')).toBe(false)
    expect(tenantsOf(abilityFor([]), 'read', 'tenant')).toEqual([])
  })

  it('reach the tenants of their grants and no more', () => {
    const two = abilityFor([
      { role: 'tenant-admin', tenant_id: 'tnt_a', nodes: [] },
      { role: 'viewer', tenant_id: 'tnt_b', nodes: [] },
    ])
    expect(tenantsOf(two, 'read', 'tenant').toString().split(',').sort()).toEqual(['tnt_a', 'tnt_b'])
    expect(tenantsOf(two, 'update', 'tenant')).toEqual(['tnt_a'])
    expect(tenantsOf(two, 'create', 'tenant')).toEqual([])
  })
})
