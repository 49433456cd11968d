import { AbilityBuilder, createMongoAbility, type MongoAbility } from '@casl/ability'
import type { Grant, StaffRole } from '@cityos/contract'
import { type Actor, Authorizer } from '@cityos/http'
import { Injectable } from '@nestjs/common'

/**
 * The one ability file of the control plane (design §8): built from (role, scope), and closed by default. What no line
 * here allows is refused, whatever it is called.
 */

const actions = ['read', 'create', 'update', 'operate', 'close', 'delete', 'force'] as const
const subjects = [
  'self',
  'tenant',
  'tenant_health',
  'tenant_usage',
  'operation',
  'release',
  'plan',
  'vertical',
  'fleet',
  'staff',
  'audit',
  'certificate',
] as const
export type Action = (typeof actions)[number]
export type Subject = (typeof subjects)[number]
export type Ability = MongoAbility<[Action, Subject]>

type Rule = readonly [Action | readonly Action[], Subject | readonly Subject[]]

/** What a role may do city-wide (a grant without a tenant). */
const cityWide: Partial<Record<StaffRole, readonly Rule[]>> = {
  'super-admin': [[actions, subjects]],
  'city-manager': [
    ['read', ['tenant', 'tenant_health', 'tenant_usage', 'operation', 'plan', 'vertical', 'fleet', 'release']],
    [['create', 'update', 'operate'], 'tenant'],
    ['operate', 'operation'],
  ],
  'compliance-officer': [['read', ['tenant', 'operation', 'audit', 'staff', 'certificate']]],
  auditor: [['read', ['tenant', 'operation', 'audit', 'staff', 'certificate']]],
  viewer: [['read', ['tenant', 'operation', 'plan', 'vertical', 'fleet', 'release']]],
  sre: [
    ['read', ['tenant', 'tenant_health', 'operation', 'release', 'fleet', 'plan', 'vertical']],
    [['operate', 'force'], 'operation'],
    ['operate', 'tenant'],
  ],
  finance: [['read', ['tenant', 'tenant_usage', 'plan', 'fleet']]],
}

/** What a role may do with the one tenant its grant names. */
const ofTenant: Partial<Record<StaffRole, readonly Rule[]>> = {
  'tenant-admin': [
    ['read', ['tenant', 'tenant_health', 'tenant_usage', 'operation', 'staff', 'audit', 'plan', 'vertical']],
    ['update', 'tenant'],
    [['create', 'update'], 'staff'],
  ],
  'compliance-officer': [['read', ['tenant', 'operation', 'audit']]],
  auditor: [['read', ['tenant', 'operation', 'audit']]],
  finance: [['read', ['tenant', 'tenant_usage', 'plan']]],
  viewer: [['read', ['tenant']]],
}

/** Subjects without rows of a tenant: a tenant's grant may read them as a whole. */
const shared: readonly Subject[] = ['plan', 'vertical']

export function abilityFor(grants: readonly Grant[]): Ability {
  const { can, build } = new AbilityBuilder<Ability>(createMongoAbility)
  if (grants.length > 0) can('read', 'self')
  for (const grant of grants) {
    if (grant.tenant_id === null) {
      for (const [action, subject] of cityWide[grant.role] ?? []) can(list(action), list(subject))
      continue
    }
    for (const [action, subject] of ofTenant[grant.role] ?? []) {
      for (const one of list(subject)) {
        if (shared.includes(one)) can(list(action), one)
        else can(list(action), one, { tenant_id: grant.tenant_id } as never)
      }
    }
  }
  return build()
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

/** Tenants an ability reaches: every one, or those its grants name. */
export function tenantsOf(ability: Ability, action: Action, subject: Subject): 'all' | string[] {
  const ids: string[] = []
  for (const rule of ability.rulesFor(action, subject)) {
    if (rule.inverted) continue
    const condition = (rule.conditions as { tenant_id?: string } | undefined)?.tenant_id
    if (!rule.conditions) return 'all'
    if (condition) ids.push(condition)
  }
  return ids
}

/** A `where` that keeps a query of the registry inside what the caller may see; matches nothing when that is nothing. */
export function tenantScope<Column extends string>(
  ability: Ability,
  action: Action,
  subject: Subject,
  column: Column,
): Partial<Record<Column, { in: string[] }>> {
  const tenants = tenantsOf(ability, action, subject)
  return tenants === 'all' ? {} : ({ [column]: { in: tenants } } as Partial<Record<Column, { in: string[] }>>)
}

function list<T>(value: T | readonly T[]): T[] {
  return Array.isArray(value) ? [...(value as readonly T[])] : [value as T]
}
