import { AbilityBuilder, Ability as CaslAbility, subject as rowOf } from '@casl/ability'
import type { Grant, StaffRole } from '@cityos/contract'
import { type Actor, Authorizer } from '@cityos/http'
import { Injectable } from '@nestjs/common'

/**
 * The one ability file of the control plane (design §8): built from (role, tenant, node subtree), and closed by default.
 * What no line here allows is refused, whatever it is called. Effective rights are the union of all grants; a grant
 * marked `deny` takes away what its role would give there, and wins.
 */

export const actions = ['read', 'create', 'update', 'operate', 'close', 'delete', 'force', 'approve', 'export'] as const
export const subjects = [
  'self',
  'tenant',
  'tenant_health',
  'tenant_usage',
  'operation',
  'release',
  'rollout',
  'plan',
  'vertical',
  'cell',
  'fleet',
  'staff',
  'session',
  'audit',
  'certificate',
  'backup',
  'approval',
  'billing',
  'invoice',
  'domain',
  'hierarchy',
  'node',
  'policy',
  'persona',
  'channel',
  'support_access',
  'mail',
  'setting',
  'alert',
] as const
export type Action = (typeof actions)[number]
export type Subject = (typeof subjects)[number]

/** Where a rule holds: rows of these tenants, and nodes at or below these paths. */
export interface Scope {
  tenants: readonly string[]
  paths: readonly string[]
}
/** What of a row decides: the tenant it belongs to, or the path of its node. */
export interface ScopedRow {
  tenant_id?: string | null
  node_path?: string | null
}
export type Ability = CaslAbility<[Action, Subject | (ScopedRow & { __caslSubjectType__: Subject })], Scope>

/** A grant with the tenants its node subtree holds (`StaffReach` looks them up). */
export type ReachingGrant = Grant & { tenants?: readonly string[] }

/** Allowed actions on subjects, where the grant holds; `everywhere` is for what belongs to no tenant. */
export type Rule = readonly [Action | readonly Action[], Subject | readonly Subject[], 'everywhere'?]
type Rules = Partial<Record<StaffRole, readonly Rule[]>>
export interface RuleBook {
  /** A grant without a tenant, of a role that is not tied to nodes. */
  cityWide: Rules
  /** A grant without a tenant, of a role tied to nodes: the tenants and nodes in its subtrees. */
  withinNodes: Rules
  /** A grant that names a tenant. */
  ofTenant: Rules
}

const seen = ['tenant', 'tenant_health', 'operation'] as const
const city = ['policy', 'persona', 'channel'] as const
/** What belongs to no tenant: whoever may read it reads the whole. */
const places = ['hierarchy', 'node'] as const
const offers = ['plan', 'vertical'] as const
const inspected = [
  'tenant',
  'operation',
  'audit',
  'staff',
  'certificate',
  'approval',
  'support_access',
  'invoice',
  'domain',
  'backup',
] as const
const inspection: readonly Rule[] = [
  ['read', [...inspected, ...city, ...places]],
  ['export', ['audit', 'tenant']],
]

/** The rules of the house; the mutation test puts changed books in its place. */
export const ruleBook: RuleBook = {
  cityWide: {
    'super-admin': [[actions, subjects.filter((subject) => subject !== 'self')]],
    'compliance-officer': inspection,
    auditor: [...inspection, ['read', ['billing', 'tenant_usage']], ['export', 'invoice']],
    'city-manager': [
      ['read', [...seen, ...city, ...places, ...offers, 'tenant_usage', 'fleet', 'release', 'rollout', 'backup', 'approval']],
      ['read', ['billing', 'invoice', 'domain', 'support_access', 'alert', 'setting', 'cell']],
      [['create', 'update', 'operate', 'export'], 'tenant'],
      ['operate', 'operation'],
      [
        ['create', 'update', 'delete'],
        [...city, ...places],
      ],
      ['create', ['backup', 'support_access']],
      [['create', 'update', 'operate', 'delete'], 'domain'],
      ['approve', ['approval', 'policy']],
      ['close', 'support_access'],
      ['update', 'alert'],
    ],
    viewer: [['read', ['tenant', 'operation', 'fleet', 'release', 'rollout', 'alert', ...offers, ...city, ...places]]],
    sre: [
      ['read', [...seen, ...offers, 'fleet', 'release', 'rollout', 'backup', 'approval', 'domain', 'support_access', 'alert', 'setting']],
      ['read', 'cell'],
      ['operate', ['tenant', 'backup', 'domain', 'cell']],
      ['export', 'tenant'],
      [['operate', 'force'], 'operation'],
      [['create', 'update', 'operate', 'force'], 'rollout'],
      ['create', ['backup', 'support_access', 'release']],
      ['close', 'support_access'],
      ['update', ['alert', 'release']],
    ],
    finance: [
      ['read', ['tenant', 'tenant_usage', 'plan', 'fleet', 'billing', 'invoice']],
      [['create', 'update'], 'plan'],
      [['create', 'update', 'operate', 'export'], 'billing'],
      [['create', 'update', 'operate', 'export'], 'invoice'],
    ],
  },
  withinNodes: {
    'district-manager': [
      ['read', [...seen, ...city, 'tenant_usage', 'backup', 'domain', 'alert']],
      ['read', [...offers, ...places], 'everywhere'],
      [['update', 'operate'], 'tenant'],
      [
        ['create', 'update'],
        ['node', 'policy', 'channel'],
      ],
    ],
    'zone-operator': [
      ['read', [...seen, ...city, 'domain', 'alert']],
      ['read', [...offers, ...places], 'everywhere'],
      ['update', ['tenant', 'node', 'channel']],
    ],
    'facility-operator': [
      ['read', [...seen, 'channel', 'alert']],
      ['read', ['vertical', ...places], 'everywhere'],
    ],
    'asset-technician': [
      ['read', ['tenant', 'tenant_health', 'alert']],
      ['read', places, 'everywhere'],
    ],
  },
  ofTenant: {
    'tenant-admin': [
      ['read', [...seen, ...city, 'tenant_usage', 'staff', 'session', 'audit', 'backup', 'approval', 'billing', 'invoice', 'domain']],
      ['read', 'support_access'],
      ['read', [...offers, ...places], 'everywhere'],
      ['update', ['tenant', 'billing', 'domain', 'persona', 'channel']],
      [
        ['create', 'update', 'delete'],
        ['staff', 'session'],
      ],
      [['create', 'delete', 'operate'], 'domain'],
      [
        ['create', 'delete'],
        ['persona', 'channel'],
      ],
      ['create', 'backup'],
      ['export', ['audit', 'invoice']],
      ['close', 'support_access'],
      ['approve', 'approval'],
    ],
    'compliance-officer': [
      ['read', ['tenant', 'operation', 'audit', 'staff', 'approval', 'support_access', 'policy']],
      ['export', 'audit'],
    ],
    auditor: [
      ['read', ['tenant', 'operation', 'audit', 'staff', 'approval', 'support_access', 'policy', 'invoice']],
      ['export', 'audit'],
    ],
    'city-manager': [
      ['read', [...seen, ...city, 'tenant_usage', 'domain']],
      ['read', [...offers, ...places], 'everywhere'],
      ['update', ['tenant', 'domain', 'persona', 'channel']],
    ],
    'district-manager': [
      ['read', [...seen, 'channel']],
      ['read', ['vertical', ...places], 'everywhere'],
      ['update', 'channel'],
    ],
    'zone-operator': [
      ['read', [...seen, 'channel']],
      ['read', ['vertical', ...places], 'everywhere'],
    ],
    'facility-operator': [
      ['read', ['tenant', 'tenant_health']],
      ['read', places, 'everywhere'],
    ],
    'asset-technician': [
      ['read', 'tenant'],
      ['read', places, 'everywhere'],
    ],
    finance: [
      ['read', ['tenant', 'tenant_usage', 'billing', 'invoice']],
      ['read', 'plan', 'everywhere'],
      ['export', 'invoice'],
    ],
    viewer: [['read', 'tenant']],
  },
}

/** Roles that act only at or below their nodes; an empty list of nodes grants none (docs/spec/core.md, tenant). */
export const nodeRoles: readonly StaffRole[] = ['district-manager', 'zone-operator', 'facility-operator', 'asset-technician']

export function abilityFor(grants: readonly ReachingGrant[], book: RuleBook = ruleBook): Ability {
  const { can, cannot, build } = new AbilityBuilder<Ability>(CaslAbility)
  const allowing = grants.filter((grant) => !grant.deny)
  if (allowing.length > 0) can(['read', 'update'], 'self')
  for (const grant of allowing) {
    const scope = scopeOf(grant)
    if (scope === 'nowhere') continue
    for (const [allowed, subject, reach] of rulesOf(grant, book)) {
      const action = grant.read_only ? list(allowed).filter((one) => one === 'read') : list(allowed)
      if (action.length === 0) continue
      if (scope === 'everywhere' || reach === 'everywhere') can(action, list(subject))
      else can(action, list(subject), scope)
    }
  }
  for (const grant of grants.filter((one) => one.deny)) {
    const scope = scopeOf(grant)
    if (scope === 'nowhere') continue
    for (const [action, subject] of [...(book.cityWide[grant.role] ?? []), ...rulesOf(grant, book)]) {
      if (scope === 'everywhere') cannot(list(action), list(subject))
      else cannot(list(action), list(subject), scope)
    }
  }
  return build({
    conditionsMatcher: (scope) => (row) => covers(scope, row as ScopedRow),
    detectSubjectType: (row) => row.__caslSubjectType__,
  })
}

function rulesOf(grant: Grant, book: RuleBook): readonly Rule[] {
  if (grant.tenant_id !== null) return book.ofTenant[grant.role] ?? []
  return (nodeRoles.includes(grant.role) ? book.withinNodes : book.cityWide)[grant.role] ?? []
}

function scopeOf(grant: ReachingGrant): Scope | 'everywhere' | 'nowhere' {
  if (nodeRoles.includes(grant.role) && grant.nodes.length === 0) return 'nowhere'
  if (grant.tenant_id !== null) return { tenants: [grant.tenant_id], paths: grant.paths ?? [] }
  if (!nodeRoles.includes(grant.role)) return 'everywhere'
  return { tenants: grant.tenants ?? [], paths: grant.paths ?? [] }
}

function covers(scope: Scope, row: ScopedRow): boolean {
  if (row.tenant_id !== undefined && row.tenant_id !== null) return scope.tenants.includes(row.tenant_id)
  const path = row.node_path
  return typeof path === 'string' && scope.paths.some((above) => isWithin(path, above))
}

/** Whether a node's path lies at or below another's; paths are codes from the city down, joined by dots. */
export function isWithin(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`)
}

/** Abilities of whoever asks; nobody but staff and the plane itself has any. */
@Injectable()
export class Abilities {
  of(actor: Actor): Ability {
    if (actor.kind === 'staff') return abilityFor(actor.grants)
    if (actor.kind === 'system') return abilityFor([{ role: 'super-admin', tenant_id: null, nodes: [] }])
    return abilityFor([])
  }
}

/** The gate in front of every handler: may this caller do this at all? Which rows is the service's affair (`tenantScope`). */
@Injectable()
export class StaffAuthorizer extends Authorizer {
  constructor(private readonly abilities: Abilities) {
    super()
  }

  protected override can(actor: Actor & { kind: 'staff' | 'vendor' }, action: string, subject: string): boolean {
    if (actor.kind !== 'staff') return false
    if (!actions.includes(action as Action) || !subjects.includes(subject as Subject)) return false
    return this.abilities.of(actor).can(action as Action, subject as Subject)
  }
}

/** Whether this row, by its tenant or its node's path, is within reach. */
export function allows(ability: Ability, action: Action, subject: Subject, row: ScopedRow): boolean {
  return ability.can(action, rowOf(subject, { ...row }))
}

/** How far an ability reaches: everything but `exceptTenants`, or only the tenants and node paths its grants name. */
export interface Reach {
  everything: boolean
  tenants: string[]
  exceptTenants: string[]
  paths: string[]
}

export function reachOf(ability: Ability, action: Action, subject: Subject): Reach {
  const reach = { everything: false, tenants: new Set<string>(), exceptTenants: new Set<string>(), paths: new Set<string>() }
  const rules = ability.rulesFor(action, subject)
  if (!rules.some((rule) => rule.inverted && !rule.conditions)) {
    for (const { inverted, conditions } of rules) {
      if (inverted) for (const tenant of conditions?.tenants ?? []) reach.exceptTenants.add(tenant)
      else if (!conditions) reach.everything = true
      else {
        for (const tenant of conditions.tenants) reach.tenants.add(tenant)
        for (const path of conditions.paths) reach.paths.add(path)
      }
    }
  }
  const tenants = [...reach.tenants].filter((tenant) => !reach.exceptTenants.has(tenant))
  return { everything: reach.everything, tenants, exceptTenants: [...reach.exceptTenants], paths: [...reach.paths] }
}

/** Tenants an ability reaches: every one, or those its grants name. */
export function tenantsOf(ability: Ability, action: Action, subject: Subject): 'all' | string[] {
  const { everything, tenants } = reachOf(ability, action, subject)
  return everything ? 'all' : tenants
}

/** A `where` that keeps a query of the registry inside what the caller may see; matches nothing when that is nothing. */
export function tenantScope<Column extends string>(
  ability: Ability,
  action: Action,
  subject: Subject,
  column: Column,
): Partial<Record<Column, { in: string[] } | { notIn: string[] }>> {
  const { everything, tenants, exceptTenants } = reachOf(ability, action, subject)
  const where = everything ? (exceptTenants.length > 0 ? { notIn: exceptTenants } : null) : { in: tenants }
  return where ? ({ [column]: where } as Partial<Record<Column, { in: string[] } | { notIn: string[] }>>) : {}
}

function list<T>(value: T | readonly T[]): T[] {
  return Array.isArray(value) ? [...(value as readonly T[])] : [value as T]
}
