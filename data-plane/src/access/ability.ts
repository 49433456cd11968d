import { AbilityBuilder, createMongoAbility, type MongoAbility } from '@casl/ability'
import type { Binding, Grant, StaffRole } from '@cityos/contract'
import { type Actor, Authorizer } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../../platform/binding/binding.ts'
import { verticalModules } from '../verticals.ts'

/**
 * The one ability file of the data plane (design §8). What no line here allows is refused, whatever it is called.
 * Tokens carry only the grants that count for this tenant: of this tenant, city-wide, or of nodes this tenant lies in
 * (the control plane decides that when it issues them). A grant marked `deny` takes away what its role would give, and
 * wins; one marked `read_only` gives what may be read.
 */
type Ability = MongoAbility<[string, string]>
export type Rule = readonly [actions: readonly string[], subjects: readonly string[]]
export interface RuleBook {
  staff: Partial<Record<StaffRole, readonly Rule[]>>
  vendor: Readonly<Record<string, readonly Rule[]>>
}

const shop = ['product', 'category', 'stock', 'store', 'vendor', 'vendor_user', 'file', 'review'] as const
const trade = ['dashboard', 'order', 'payment', 'customer'] as const
const books = ['ledger'] as const
const house = ['settings', 'vertical', 'audit', 'outbox', 'timer'] as const
/** Codes and links in messages work for whoever reads them: `open` is no reading, so support access does not give it. */
const letters = ['mail'] as const
const everything = [...shop, ...trade, ...books, ...house] as const
const allActions = [
  'read',
  'write',
  'update',
  'approve',
  'lock',
  'cancel',
  'refund',
  'confirm',
  'export',
  'requeue',
  'verify',
  'open',
] as const

const staffRules: RuleBook['staff'] = {
  'super-admin': [[allActions, [...everything, ...letters]]],
  'tenant-admin': [[allActions, [...everything, ...letters]]],
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
  'district-manager': [
    [['read'], [...shop, ...trade, 'vertical']],
    [['approve'], ['product', 'vendor', 'review']],
  ],
  'zone-operator': [
    [['read'], [...shop, 'dashboard', 'order', 'vertical']],
    [['approve'], ['product', 'review']],
  ],
  'facility-operator': [[['read'], ['dashboard', 'product', 'category', 'stock', 'store', 'vendor', 'order', 'vertical']]],
  'asset-technician': [[['read'], ['dashboard', 'store', 'vertical']]],
  viewer: [[['read'], ['dashboard', ...shop, 'order', 'vertical']]],
}

/** Everybody who works for a vendor sees who they are. */
const self: Rule = [['read'], ['self']]
const vendorShop = ['product', 'stock', 'file', 'category', 'vendor', 'review'] as const
const vendorRules: RuleBook['vendor'] = {
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

/** The rules of the house; the mutation test puts changed books in its place. */
export const ruleBook: RuleBook = { staff: staffRules, vendor: vendorRules }

/** Whose part of a vertical's manifest a role has that manifests do not name: managers of a district as of the city, others look on. */
const manifestRole: Partial<Record<string, string>> = {
  'district-manager': 'city-manager',
  'zone-operator': 'viewer',
  'facility-operator': 'viewer',
}

/**
 * What the manifests of the verticals say; whether a vertical is on is the gate's affair. Who may do everything in the shop
 * may do what any staff role of a vertical may.
 */
function ofVerticals(audience: 'staff' | 'vendor', role: string): Rule[] {
  return verticalModules.flatMap(({ manifest }) => {
    const roles = manifest.permissions[audience]
    const all = audience === 'staff' && (role === 'super-admin' || role === 'tenant-admin')
    return (all ? Object.values(roles) : [roles[manifestRole[role] ?? role] ?? {}]).flatMap((subjects) =>
      Object.entries(subjects).map(([subject, actions]): Rule => [actions, [subject]]),
    )
  })
}

/** Abilities by what they are built from; there are as many as combinations of roles in use. */
const built = new WeakMap<RuleBook, Map<string, Ability>>()

function abilityOf(book: RuleBook, key: string, rules: () => { allowed: readonly Rule[]; denied?: readonly Rule[] }): Ability {
  const known = built.get(book) ?? new Map<string, Ability>()
  built.set(book, known)
  const found = known.get(key)
  if (found) return found
  const { can, cannot, build } = new AbilityBuilder<Ability>(createMongoAbility)
  const { allowed, denied = [] } = rules()
  for (const [actions, subjects] of allowed) can([...actions], [...subjects])
  for (const [actions, subjects] of denied) cannot([...actions], [...subjects])
  const ability = build()
  known.set(key, ability)
  return ability
}

/**
 * What staff or a vendor's user may do here; nobody else is asked.
 * @param tenantId this tenant: grants of another one count for nothing, whatever token brought them
 */
export function abilityFor(actor: Actor, tenantId: string, book: RuleBook = ruleBook): Ability {
  if (actor.kind === 'vendor') {
    const rules = book.vendor[actor.role]
    return abilityOf(book, `vendor:${actor.role}`, () => ({
      allowed: [...(rules ? [self] : []), ...(rules ?? []), ...ofVerticals('vendor', actor.role)],
    }))
  }
  if (actor.kind !== 'staff') return abilityOf(book, 'nobody', () => ({ allowed: [] }))
  const grants = actor.grants.filter((grant) => grant.tenant_id === null || grant.tenant_id === tenantId)
  const rolesOf = (chosen: readonly Grant[]) => [...new Set(chosen.map((grant) => grant.role))].sort()
  const whole = rolesOf(grants.filter((grant) => !grant.deny && !grant.read_only))
  const readOnly = rolesOf(grants.filter((grant) => !grant.deny && grant.read_only))
  const denied = rolesOf(grants.filter((grant) => grant.deny))
  return abilityOf(book, `staff:${whole.join(',')}:${readOnly.join(',')}:${denied.join(',')}`, () => {
    const rulesOf = (roles: readonly StaffRole[]) => roles.flatMap((role) => [...(book.staff[role] ?? []), ...ofVerticals('staff', role)])
    const reading = rulesOf(readOnly).flatMap(([actions, subjects]): Rule[] => (actions.includes('read') ? [[['read'], subjects]] : []))
    return { allowed: [...rulesOf(whole), ...reading], denied: rulesOf(denied) }
  })
}

/** The gate in front of every handler; which rows is the service's affair. */
@Injectable()
export class TenantAuthorizer extends Authorizer {
  constructor(@Inject(BINDING) private readonly binding: Pick<Binding, 'tenant'>) {
    super()
  }

  protected override can(actor: Actor & { kind: 'staff' | 'vendor' }, action: string, subject: string): boolean {
    return abilityFor(actor, this.binding.tenant.id).can(action, subject)
  }
}
