import { type AnyEndpoint, type Binding, DomainError, type Grant, isEndpoint, StaffRole } from '@cityos/contract'
import { type Actor, guest, RequestContext } from '@cityos/http'
import { describe, expect, it } from 'vitest'
import { VendorRole } from '../../core/vendor/contract.ts'
import * as contract from '../contract.ts'
import * as internal from '../internal/internal.contract.ts'
import * as staffSession from '../staff-session/staff-session.contract.ts'
import { abilityFor, type Rule, type RuleBook, ruleBook, TenantAuthorizer } from './ability.ts'

const endpoints = [contract, internal, staffSession]
  .flatMap((module) => Object.values(module).filter(isEndpoint))
  .sort((a, b) => (a.id < b.id ? -1 : 1))

const here = 'tnt_here'
const expiresAt = new Date(0)
const staff = (...grants: Grant[]): Actor => ({ kind: 'staff', sub: 'u', email: '', name: '', sid: 's', grants, expiresAt })
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
  ...Object.fromEntries(StaffRole.options.map((role) => [role, staff({ role, tenant_id: here, nodes: [] })])),
  'support (reads only)': staff({ role: 'tenant-admin', tenant_id: here, nodes: [], read_only: true }),
}
/** Nothing of this tenant is theirs: they are in no line of the table but those of anyone. */
const strangers: Record<string, Actor> = {
  'staff without a grant': staff(),
  ...Object.fromEntries(StaffRole.options.map((role) => [`${role} of another tenant`, staff({ role, tenant_id: 'tnt_other', nodes: [] })])),
  'denied super-admin': staff(
    { role: 'super-admin', tenant_id: null, nodes: [] },
    { role: 'super-admin', tenant_id: here, nodes: [], deny: true },
  ),
}

/** The gate with changed rules in place of the house's. */
class GateWith extends TenantAuthorizer {
  readonly #book: RuleBook

  constructor(book: RuleBook) {
    super({ tenant: { id: here } as Binding['tenant'] })
    this.#book = book
  }

  protected override can(actor: Actor & { kind: 'staff' | 'vendor' }, action: string, subject: string): boolean {
    return abilityFor(actor, here, this.#book).can(action, subject)
  }
}
const authorizer = new TenantAuthorizer({ tenant: { id: here } as Binding['tenant'] })

function allowed(endpoint: AnyEndpoint, actor: Actor, gate: TenantAuthorizer = authorizer): boolean {
  try {
    gate.authorize(new RequestContext({ actor }), endpoint)
    return true
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'forbidden' || error.code === 'unauthenticated')) return false
    throw error
  }
}

const namesIn = (endpoint: AnyEndpoint, gate?: TenantAuthorizer) =>
  Object.entries(actors)
    .filter(([, actor]) => allowed(endpoint, actor, gate))
    .map(([name]) => name)

/** Who may call what, one line per operation: a changed rule shows as a changed line, to be read before it is committed. */
it('the table of operations and who may call them is what was agreed', async () => {
  const everybody = Object.keys(actors).length
  const lines = endpoints.map((endpoint) => {
    const names = namesIn(endpoint)
    return `${endpoint.id.padEnd(34)} ${endpoint.method.padEnd(6)} ${endpoint.path.padEnd(52)} ${names.length === everybody ? 'anyone' : names.join(', ') || 'nobody'}`
  })
  const table = ['Who may call what. Written by authorisation.test.ts (`vitest -u`); read every changed line.', '', ...lines, '']
  await expect(table.join('\n')).toMatchFileSnapshot('./authorisation.txt')
})

it('staff of another tenant, and whoever is denied, may do what anyone may and nothing else', () => {
  for (const endpoint of endpoints.filter(({ access }) => access.who !== 'anyone')) {
    for (const [name, actor] of Object.entries(strangers)) expect(allowed(endpoint, actor), `${endpoint.id} by ${name}`).toBe(false)
  }
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

describe('a changed rule changes the table (mutation test)', () => {
  /** One operation for each kind of access: all with the same have the same line. */
  const gated = [
    ...new Map(
      endpoints
        .filter(({ access }) => access.who === 'staff' || access.who === 'vendor')
        .map((endpoint) => [JSON.stringify(endpoint.access), endpoint]),
    ).values(),
  ]
  const usual = new Map(gated.map((endpoint) => [endpoint.id, namesIn(endpoint).join()]))
  const differs = (book: RuleBook, asked = gated) => {
    const gate = new GateWith(book)
    return asked.some((endpoint) => namesIn(endpoint, gate).join() !== usual.get(endpoint.id))
  }
  const places = (['staff', 'vendor'] as const).flatMap((audience) =>
    Object.entries(ruleBook[audience]).flatMap(([role, rules]) =>
      (rules as readonly Rule[]).map((rule, index) => ({ audience, role, rule, index })),
    ),
  )
  type Place = (typeof places)[number]
  const replaced = ({ audience, role, index }: Place, rules: readonly Rule[]): RuleBook => ({
    ...ruleBook,
    [audience]: {
      ...ruleBook[audience],
      [role]: (ruleBook[audience] as Record<string, readonly Rule[]>)[role]!.flatMap((rule, at) => (at === index ? rules : [rule])),
    },
  })
  const nameOf = ({ audience, role, rule }: Place) => `${audience} ${role}: ${rule[0].join('+')} ${rule[1].join('+')}`
  const asked = gated.map(({ access }) => access as { who: string; action: string; subject: string })
  const every = { actions: [...new Set(asked.map(({ action }) => action))], subjects: [...new Set(asked.map(({ subject }) => subject))] }

  /** Roles that may do everything their audience can be asked for: no rule can widen them. */
  const holdsAll = ({ audience, role }: Place) =>
    gated.every(
      (endpoint) =>
        endpoint.access.who !== audience ||
        usual
          .get(endpoint.id)!
          .split(',')
          .includes(audience === 'staff' ? role : `vendor ${role}`),
    )

  it('when it is replaced by `true`: every action on every subject', () => {
    const survivors = places.filter((place) => !holdsAll(place) && !differs(replaced(place, [[every.actions, every.subjects]])))
    expect(survivors.map(nameOf)).toEqual([])
    expect([...new Set(places.filter(holdsAll).map(({ role }) => role))]).toEqual(['super-admin', 'tenant-admin', 'owner'])
  })

  it('when one of its parts is taken away', () => {
    const survivors = places.flatMap((place) =>
      place.rule[0].flatMap((action) =>
        place.rule[1].flatMap((subject) => {
          const endpoint = gated.find(
            ({ access }) => 'action' in access && access.who === place.audience && access.action === action && access.subject === subject,
          )
          if (!endpoint) return []
          const rest = place.rule[0].flatMap((one) =>
            place.rule[1].flatMap((other): Rule[] => (one === action && other === subject ? [] : [[[one], [other]]])),
          )
          return differs(replaced(place, rest), [endpoint]) ? [] : [`${place.audience} ${place.role}: ${action} ${subject}`]
        }),
      ),
    )
    expect(survivors).toEqual([])
  })
})
