import { DomainError } from '@cityos/contract'

/** What decides whether a tenant comes into a cell. */
export interface Candidate {
  name: string
  region: string
  residency_zone: string | null
  /** Empty: any. */
  plans: readonly string[]
  databases: number
  namespaces: number
  is_open: boolean
  unreachable_since: Date | null
  /** Tenants that are not deleted and have a place in it, also those on their way in or out. */
  tenants: number
}

export interface Wanted {
  /** Null: the only one that has cells. */
  region: string | null
  /** Where its data must lie; null or GLOBAL: anywhere. */
  residency_zone: string | null
  plan: string
}

/** How many more tenants a cell takes: each needs a database and a namespace. */
export function roomIn(cell: Pick<Candidate, 'databases' | 'namespaces' | 'tenants'>): number {
  return Math.max(0, Math.min(cell.databases, cell.namespaces) - cell.tenants)
}

/**
 * Chooses the cell of a new tenant: in its region, where its data may lie, that takes its plan and has room. One whose API
 * server answers comes before one that is away; of several the emptiest, by share, so that they fill alike.
 * @throws DomainError validation_failed when the region has no cell | not_enough_capacity saying why each one is out
 */
export function chooseCell(cells: readonly Candidate[], wanted: Wanted): Candidate {
  const regions = [...new Set(cells.map((cell) => cell.region))].sort()
  const region = wanted.region ?? (regions.length === 1 ? regions[0] : undefined)
  const here = cells.filter((cell) => cell.region === region)
  if (here.length === 0) {
    throw new DomainError('validation_failed', {
      field: 'region',
      message:
        regions.length === 0
          ? 'this platform has no cell yet: add a cluster first (docs/kubernetes.md)'
          : `${region === undefined ? 'name the region' : `no cluster is in region ${region.slice(0, 40)}`}: use ${regions.join(', ')}, or add a cell there`,
      details: { regions },
    })
  }
  const fitting = here.filter((cell) => obstacle(cell, wanted) === null)
  const [best] = fitting.toSorted(
    (a, b) => Number(a.unreachable_since !== null) - Number(b.unreachable_since !== null) || fullness(a) - fullness(b) || compare(a, b),
  )
  if (best) return best
  const reasons = Object.fromEntries(here.map((cell) => [cell.name, obstacle(cell, wanted)]))
  throw new DomainError('not_enough_capacity', {
    field: 'region',
    message: `no cell of region ${region} takes this tenant: ${Object.entries(reasons)
      .map(([name, reason]) => `${name} ${reason}`)
      .join('; ')}`,
    details: { cells: reasons },
  })
}

/**
 * The cell somebody has named for a tenant that is there already: the rules are those of a new one, but it has to answer too,
 * since the tenant would have to wait for it.
 * @throws DomainError validation_failed when there is no such cell | not_enough_capacity saying why it does not take the tenant
 */
export function requireCell(cells: readonly Candidate[], name: string, wanted: Wanted): Candidate {
  const cell = cells.find((each) => each.name === name)
  if (!cell) {
    const others = cells.map((each) => each.name).join(', ')
    throw new DomainError('validation_failed', {
      field: 'to_cell',
      message: `there is no cell "${name.slice(0, 40)}"${others ? `: use ${others}` : ''}`,
      details: { cells: cells.map((each) => each.name) },
    })
  }
  const reason =
    wanted.region !== null && cell.region !== wanted.region
      ? `is in region ${cell.region}, not in ${wanted.region}`
      : (obstacle(cell, wanted) ?? (cell.unreachable_since ? `has not answered since ${cell.unreachable_since.toISOString()}` : null))
  if (reason === null) return cell
  throw new DomainError('not_enough_capacity', {
    field: 'to_cell',
    message: `cell ${name} does not take this tenant: it ${reason}`,
    details: { cells: { [name]: reason } },
  })
}

/** Why a tenant does not come into this cell; null: it may. */
function obstacle(cell: Candidate, wanted: Wanted): string | null {
  const anywhere = wanted.residency_zone === null || wanted.residency_zone === 'GLOBAL'
  if (!anywhere && cell.residency_zone !== wanted.residency_zone)
    return `keeps data in ${cell.residency_zone ?? 'no stated zone'}, not in ${wanted.residency_zone}`
  if (cell.plans.length > 0 && !cell.plans.includes(wanted.plan)) return `is for the plans ${cell.plans.join(', ')}`
  if (!cell.is_open) return 'is closed for new tenants'
  if (roomIn(cell) === 0) return `is full (${cell.tenants} tenants)`
  return null
}

const fullness = (cell: Candidate): number => cell.tenants / Math.min(cell.databases, cell.namespaces)
const compare = (a: Candidate, b: Candidate): number => (a.name < b.name ? -1 : 1)
