import { AbilityBuilder, createMongoAbility, type MongoAbility } from '@casl/ability'
import type { StaffRole } from '@cityos/contract'
import { type Actor, Authorizer } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { verticalModules } from '../verticals.ts'

/**
 * The one ability file of the data plane (design §8). What no line here allows is refused, whatever it is called.
 * Tokens carry only the grants that count for this tenant, so a grant here is either of this tenant or city-wide.
 */
type Ability = MongoAbility<[string, string]>
type Rule = readonly [actions: readonly string[], subjects: readonly string[]]

const shop = ['product', 'category', 'stock', 'store', 'vendor', 'vendor_user', 'file', 'review'] as const
const trade = ['dashboard', 'order', 'payment', 'customer'] as const
const books = ['ledger'] as const
const house = ['settings', 'vertical', 'audit', 'outbox', 'timer'] as const
const everything = [...shop, ...trade, ...books, ...house] as const
const allActions = ['read', 'write', 'update', 'approve', 'lock', 'cancel', 'refund', 'confirm', 'export', 'requeue', 'verify'] as const

const staffRules: Partial<Record<StaffRole, readonly Rule[]>> = {
  'super-admin': [[allActions, everything]],
  'tenant-admin': [[allActions, everything]],
  'city-manager': [
    [['read'], [...shop, ...trade, ...books, 'vertical', 'settings']],
    [['approve'], ['product', 'vendor', 'review']],
    [['export'], ['order']],
  ],
  'compliance-officer': [
    [['read'], everything],
    [
      ['approve', 'lock'],
      ['product', 'vendor', 'customer', 'review'],
    ],
    [['verify', 'export'], ['audit']],
  ],
  auditor: [
    [['read'], everything],
    [['verify', 'export'], ['audit']],
  ],
  finance: [
    [['read'], ['dashboard', 'order', 'payment', 'ledger', 'vendor', 'customer', 'store']],
    [['refund', 'export'], ['order']],
    [['confirm'], ['payment']],
  ],
  sre: [
    [['read'], ['dashboard', 'outbox', 'timer', 'vertical']],
    [['requeue'], ['outbox', 'timer']],
  ],
  viewer: [[['read'], ['dashboard', ...shop, 'order', 'vertical']]],
}

/** Everybody who works for a vendor sees who they are. */
const self: Rule = [['read'], ['self']]
const vendorShop = ['product', 'stock', 'file', 'category', 'vendor', 'review'] as const
const vendorRules: Record<string, readonly Rule[]> = {
  owner: [
    [
      ['read', 'write', 'update'],
      [...vendorShop, 'vendor_user', 'dashboard'],
    ],
    [['read', 'accept', 'prepare', 'fulfil', 'cancel', 'export'], ['order']],
  ],
  manager: [
    [
      ['read', 'write', 'update'],
      ['product', 'stock', 'file', 'review'],
    ],
    [['read'], ['category', 'vendor', 'dashboard', 'vendor_user']],
    [['read', 'accept', 'prepare', 'fulfil', 'cancel', 'export'], ['order']],
  ],
  staff: [
    [['read'], ['product', 'stock', 'category', 'vendor', 'dashboard', 'file', 'review']],
    [['read', 'accept', 'prepare', 'fulfil'], ['order']],
  ],
  finance: [
    [['read'], ['order', 'vendor', 'dashboard', 'product', 'category']],
    [['export'], ['order']],
  ],
  courier: [[['read', 'fulfil'], ['order']]],
}

/**
 * What the manifests of the verticals say; whether a vertical is on is the gate's affair. Who may do everything in the shop
 * may do what any staff role of a vertical may.
 */
function ofVerticals(audience: 'staff' | 'vendor', role: string): Rule[] {
  return verticalModules.flatMap(({ manifest }) => {
    const roles = manifest.permissions[audience]
    const all = audience === 'staff' && (role === 'super-admin' || role === 'tenant-admin')
    return (all ? Object.values(roles) : [roles[role] ?? {}]).flatMap((subjects) =>
      Object.entries(subjects).map(([subject, actions]): Rule => [actions, [subject]]),
    )
  })
}

const built = new Map<string, Ability>()

function abilityOf(key: string, rules: readonly Rule[]): Ability {
  let ability = built.get(key)
  if (!ability) {
    const { can, build } = new AbilityBuilder<Ability>(createMongoAbility)
    for (const [actions, subjects] of rules) can([...actions], [...subjects])
    ability = build()
    built.set(key, ability)
  }
  return ability
}

/** What staff or a vendor's user may do; nobody else is asked here. */
export function abilityFor(actor: Actor): Ability {
  if (actor.kind === 'vendor')
    return abilityOf(`vendor:${actor.role}`, [
      ...(vendorRules[actor.role] ? [self] : []),
      ...(vendorRules[actor.role] ?? []),
      ...ofVerticals('vendor', actor.role),
    ])
  if (actor.kind === 'staff') {
    const roles = [...new Set(actor.grants.map((grant) => grant.role))].sort()
    return abilityOf(
      `staff:${roles.join(',')}`,
      roles.flatMap((role) => [...(staffRules[role] ?? []), ...ofVerticals('staff', role)]),
    )
  }
  return abilityOf('nobody', [])
}

/** The gate in front of every handler; which rows is the service's affair. */
@Injectable()
export class TenantAuthorizer extends Authorizer {
  protected override can(actor: Actor & { kind: 'staff' | 'vendor' }, action: string, subject: string): boolean {
    return abilityFor(actor).can(action, subject)
  }
}
