import type { DayNumber, EpochMinute } from '../../../platform/clock/zone.ts'
import { byTurn, freeStarts, type SlotShape, servable } from '../rules.ts'
import type { Candidate } from './schedule.ts'

/** How many providers of each kind one booking takes. */
export interface Crew {
  /** Everybody who serves at once, or one of them. */
  together: boolean
  /** Rooms or equipment beside who serves, by kind. */
  resources: readonly { kind: string; quantity: number }[]
}

export interface SearchRange {
  /** First start allowed. */
  earliest: EpochMinute
  /** No start at or after it. */
  latest: EpochMinute
}

export interface FoundStart {
  start: EpochMinute
  /** How many of those who serve are free then. */
  free: number
}

/** Providers who serve: those of a kind that is required as a resource only accompany. */
export function leadsOf(team: readonly Candidate[], crew: Crew): Candidate[] {
  const accompanying = new Set(crew.resources.map((resource) => resource.kind))
  return team.filter((candidate) => !accompanying.has(candidate.kind))
}

/**
 * Free starts of a service: the union over those who serve (all of them at once for a collective service), where enough of
 * the resources are free too. Counts per minute in flat arrays, so that 200 providers over 31 days cost milliseconds.
 */
export function findStarts(team: readonly Candidate[], crew: Crew, shape: SlotShape, { earliest, latest }: SearchRange): FoundStart[] {
  const leads = leadsOf(team, crew)
  if (leads.length === 0 || latest <= earliest) return []
  const length = latest - earliest
  const counts = new Uint16Array(length)
  for (const lead of leads) {
    freeStarts(lead.open, lead.busy, shape, earliest, latest, (start) => {
      counts[start - earliest]! += 1
    })
  }
  const needed = crew.together ? leads.length : 1
  const found: FoundStart[] = []
  for (let index = 0; index < length; index += 1) {
    if (counts[index]! >= needed) found.push({ start: earliest + index, free: counts[index]! })
  }
  return crew.resources.reduce((left, resource) => withResource(left, team, resource, shape), found)
}

/** Starts at which enough rooms or pieces of equipment are free too; they follow the grid of who they accompany. */
function withResource(
  found: FoundStart[],
  team: readonly Candidate[],
  resource: Crew['resources'][number],
  shape: SlotShape,
): FoundStart[] {
  const starts = found.map(({ start }) => start)
  const free = new Uint16Array(found.length)
  for (const candidate of team) {
    if (candidate.kind !== resource.kind) continue
    servable(candidate.open, candidate.busy, shape, starts).forEach((can, index) => {
      if (can) free[index]! += 1
    })
  }
  return found.filter((_, index) => free[index]! >= resource.quantity)
}

/** Who of those who serve is free at each start, at most `limit`, whose turn it is by priority first. */
export function freeProviders(
  team: readonly Candidate[],
  crew: Crew,
  shape: SlotShape,
  { earliest, latest }: SearchRange,
  limit: number,
): Map<EpochMinute, string[]> {
  const result = new Map<EpochMinute, string[]>()
  const ordered = leadsOf(team, crew).sort((a, b) => byTurn({ ...a, load: 0 }, { ...b, load: 0 }))
  for (const lead of ordered) {
    freeStarts(lead.open, lead.busy, shape, earliest, latest, (start) => {
      const ids = result.get(start)
      if (!ids) result.set(start, [lead.id])
      else if (ids.length < limit) ids.push(lead.id)
    })
  }
  return result
}

/** Days on which no more is taken. */
export function fullDays(counts: ReadonlyMap<DayNumber, number>, mostPerDay: number | null): Set<DayNumber> {
  if (mostPerDay === null) return new Set()
  return new Set([...counts].filter(([, count]) => count >= mostPerDay).map(([day]) => day))
}
