import { type AnyEndpoint, DomainError, isEndpoint, StaffRole } from '@cityos/contract'
import { type Actor, guest, RequestContext } from '@cityos/http'
import { expect, it } from 'vitest'
import { VendorRole } from '../../core/vendor/contract.ts'
import * as contract from '../contract.ts'
import * as internal from '../internal/internal.contract.ts'
import * as staffSession from '../staff-session/staff-session.contract.ts'
import { TenantAuthorizer } from './ability.ts'

const endpoints = [contract, internal, staffSession]
  .flatMap((module) => Object.values(module).filter(isEndpoint))
  .sort((a, b) => (a.id < b.id ? -1 : 1))

const expiresAt = new Date(0)
const actors: Record<string, Actor> = {
  guest,
  customer: { kind: 'customer', id: 'cus_1', sessionId: 's' },
  plane: { kind: 'plane', tenantId: 't', iss: 'node' },
  ...Object.fromEntries(
    VendorRole.options.map((role) => [
      `vendor ${role}`,
      { kind: 'vendor', userId: 'u', vendorId: 'v', role, sessionId: 's' } satisfies Actor,
    ]),
  ),
  ...Object.fromEntries(
    StaffRole.options.map((role) => [
      role,
      { kind: 'staff', sub: 'u', email: '', name: '', sid: 's', grants: [{ role, tenant_id: null, nodes: [] }], expiresAt } satisfies Actor,
    ]),
  ),
  'staff without a grant': { kind: 'staff', sub: 'u', email: '', name: '', sid: 's', grants: [], expiresAt },
}

const authorizer = new TenantAuthorizer()

function allowed(endpoint: AnyEndpoint, actor: Actor): boolean {
  try {
    authorizer.authorize(new RequestContext({ actor }), endpoint)
    return true
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'forbidden' || error.code === 'unauthenticated')) return false
    throw error
  }
}

/** Who may call what, one line per operation: a changed rule shows as a changed line, to be read before it is committed. */
it('the table of operations and who may call them is what was agreed', async () => {
  const everybody = Object.keys(actors).length
  const lines = endpoints.map((endpoint) => {
    const names = Object.entries(actors)
      .filter(([, actor]) => allowed(endpoint, actor))
      .map(([name]) => name)
    return `${endpoint.id.padEnd(34)} ${endpoint.method.padEnd(6)} ${endpoint.path.padEnd(52)} ${names.length === everybody ? 'anyone' : names.join(', ') || 'nobody'}`
  })
  const table = ['Who may call what. Written by authorisation.test.ts (`vitest -u`); read every changed line.', '', ...lines, '']
  await expect(table.join('\n')).toMatchFileSnapshot('./authorisation.txt')
})

it('every operation has an id, a route and a line of its own', () => {
  expect(endpoints.length).toBeGreaterThan(100)
  expect(new Set(endpoints.map((endpoint) => endpoint.id)).size).toBe(endpoints.length)
  expect(new Set(endpoints.map((endpoint) => `${endpoint.method} ${endpoint.path.replace(/\{\w+\}/g, '{}')}`)).size).toBe(endpoints.length)
})

it('no operation of staff or vendors is left to nobody: its action and subject are known to the abilities', () => {
  const nobody = endpoints
    .filter((endpoint) => !Object.values(actors).some((actor) => allowed(endpoint, actor)))
    .map((endpoint) => endpoint.id)
  expect(nobody).toEqual([])
})

it('the surfaces keep their audience: nothing under admin or vendor is open to guests or customers', () => {
  for (const endpoint of endpoints) {
    const open = allowed(endpoint, guest) || allowed(endpoint, actors['customer']!)
    if (endpoint.path.startsWith('/v1/admin/')) expect(open, endpoint.id).toBe(false)
    if (endpoint.path.startsWith('/v1/vendor/') && !endpoint.path.startsWith('/v1/vendor/auth/')) expect(open, endpoint.id).toBe(false)
    if (endpoint.path.startsWith('/internal/')) expect(open || allowed(endpoint, actors['super-admin']!), endpoint.id).toBe(false)
  }
})

it('fails closed: an access rule of an unknown kind lets nobody in', () => {
  const strange = { ...endpoints[0], access: { who: 'someone-new' } } as unknown as AnyEndpoint
  expect(Object.values(actors).some((actor) => allowed(strange, actor))).toBe(false)
})
