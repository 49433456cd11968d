import type { AnyEndpoint, StaffRole } from '@cityos/contract'
import { type Action, abilityFor, allows, nodeRoles, type ReachingGrant, type RuleBook, ruleBook, type Subject } from './ability.ts'

/** The roles in the order of the table's columns, each with its letter. */
export const roleLetters: readonly (readonly [StaffRole, string])[] = [
  ['super-admin', 's'],
  ['tenant-admin', 't'],
  ['compliance-officer', 'c'],
  ['auditor', 'a'],
  ['city-manager', 'm'],
  ['district-manager', 'd'],
  ['zone-operator', 'z'],
  ['facility-operator', 'f'],
  ['asset-technician', 'e'],
  ['viewer', 'v'],
  ['sre', 'r'],
  ['finance', 'b'],
]

/** The world the table speaks of: two tenants, each on a node of its own district. */
export interface World {
  ours: { id: string; node: string; path: string }
  theirs: { id: string; node: string; path: string }
}
const imagined: World = {
  ours: { id: 'tnt_ours', node: 'nod_ours', path: 'city.north.ours' },
  theirs: { id: 'tnt_theirs', node: 'nod_theirs', path: 'city.south.theirs' },
}

/** A grant of the first group: no tenant; roles tied to nodes get the node of our tenant. */
export function cityWideGrant(role: StaffRole, { ours }: World): ReachingGrant {
  if (!nodeRoles.includes(role)) return { role, tenant_id: null, nodes: [] }
  return { role, tenant_id: null, nodes: [ours.node], paths: [ours.path], tenants: [ours.id] }
}

/** A grant of the second group: of our tenant. */
export function tenantGrant(role: StaffRole, { ours }: World): ReachingGrant {
  return { role, tenant_id: ours.id, nodes: nodeRoles.includes(role) ? [ours.node] : [], paths: [ours.path] }
}

/**
 * The row of the table that the rules give an operation, without HTTP: guest, then three groups of twelve roles —
 * city-wide, own tenant, and the same staff (our tenant's, and those tied to our nodes) at another tenant.
 */
export function decide(endpoint: AnyEndpoint, book: RuleBook = ruleBook): string {
  const { access } = endpoint
  if (access.who === 'anyone') return row('g', () => true)
  if (access.who !== 'staff') return row('-', () => false)
  const action = access.action as Action
  const subject = access.subject as Subject
  const can = (grant: ReachingGrant, at: World['ours']) => {
    const ability = abilityFor([grant], book)
    return (
      ability.can(action, subject) &&
      (allows(ability, action, subject, { tenant_id: at.id }) || allows(ability, action, subject, { node_path: at.path }))
    )
  }
  return row('-', (role, group) => {
    if (group === 'city-wide') return can(cityWideGrant(role, imagined), imagined.ours)
    if (group === 'own') return can(tenantGrant(role, imagined), imagined.ours)
    return (
      can(tenantGrant(role, imagined), imagined.theirs) || (nodeRoles.includes(role) && can(cityWideGrant(role, imagined), imagined.theirs))
    )
  })
}

export type Group = 'city-wide' | 'own' | 'foreign'

function row(guest: 'g' | '-', allowed: (role: StaffRole, group: Group) => boolean): string {
  const groups = (['city-wide', 'own', 'foreign'] as const).map((group) =>
    roleLetters.map(([role, letter]) => (allowed(role, group) ? letter : '-')).join(''),
  )
  return [guest, ...groups].join(' ')
}
