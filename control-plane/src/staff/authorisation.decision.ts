import type { AnyEndpoint, StaffRole } from '@cityos/contract'
import {
  type Ability,
  type Action,
  abilityFor,
  allows,
  nodeRoles,
  type ReachingGrant,
  type RuleBook,
  ruleBook,
  type Subject,
} from './ability.ts'

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

export type Group = 'city-wide' | 'own' | 'foreign'

/** One letter of the table: abilities of whom, at which tenant. */
interface Column {
  group: Group
  letter: string
  asked: readonly Ability[]
  at: World['ours']
}

const columnsOf = new WeakMap<RuleBook, readonly Column[]>()

/** The three groups of twelve: city-wide, own tenant, and the same staff (our tenant's, and those tied to our nodes) at another tenant. */
function columns(book: RuleBook): readonly Column[] {
  const known = columnsOf.get(book)
  if (known) return known
  const built = roleLetters.map(([role, letter]) => ({
    letter,
    cityWide: abilityFor([cityWideGrant(role, imagined)], book),
    own: abilityFor([tenantGrant(role, imagined)], book),
    isOfNodes: nodeRoles.includes(role),
  }))
  const made = [
    ...built.map(({ letter, cityWide }): Column => ({ group: 'city-wide', letter, asked: [cityWide], at: imagined.ours })),
    ...built.map(({ letter, own }): Column => ({ group: 'own', letter, asked: [own], at: imagined.ours })),
    ...built.map(
      ({ letter, own, cityWide, isOfNodes }): Column => ({
        group: 'foreign',
        letter,
        asked: isOfNodes ? [own, cityWide] : [own],
        at: imagined.theirs,
      }),
    ),
  ]
  columnsOf.set(book, made)
  return made
}

/** The row of the table that the rules give an operation, without HTTP. */
export function decide({ access }: Pick<AnyEndpoint, 'access'>, book: RuleBook = ruleBook): string {
  if (access.who === 'anyone') return row('g', book, () => true)
  if (access.who !== 'staff') return row('-', book, () => false)
  const action = access.action as Action
  const subject = access.subject as Subject
  return row('-', book, ({ asked, at }) =>
    asked.some(
      (ability) =>
        ability.can(action, subject) &&
        (allows(ability, action, subject, { tenant_id: at.id }) || allows(ability, action, subject, { node_path: at.path })),
    ),
  )
}

function row(guest: 'g' | '-', book: RuleBook, allowed: (column: Column) => boolean): string {
  const groups = (['city-wide', 'own', 'foreign'] as const).map((group) =>
    columns(book)
      .filter((column) => column.group === group)
      .map((column) => (allowed(column) ? column.letter : '-'))
      .join(''),
  )
  return [guest, ...groups].join(' ')
}
