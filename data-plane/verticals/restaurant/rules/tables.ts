import { type LocalTime, openSpans, type Week } from './hours.ts'

export interface TableRule {
  id: string
  seatsMin: number
  seatsMax: number
  joinGroup: string | null
}

export interface SittingRule {
  week: Week
  sittingMinutes: number
  stepMinutes: number
}

/** Minutes after the start until which a reservation is kept. */
export const noShowMinutes = 15

/**
 * The tables for a party: the smallest single one that fits, else the fewest of one group that can be put together.
 * @param free tables nobody sits at, in id order
 * @returns ids in order; null when the party cannot be seated
 */
export function tablesFor(free: readonly TableRule[], partySize: number): string[] | null {
  const single = free
    .filter((table) => table.seatsMin <= partySize && partySize <= table.seatsMax)
    .sort((a, b) => a.seatsMax - b.seatsMax || (a.id < b.id ? -1 : 1))[0]
  if (single) return [single.id]
  const groups = Map.groupBy(
    free.filter((table) => table.joinGroup !== null),
    (table) => table.joinGroup!,
  )
  let best: TableRule[] | null = null
  for (const [, tables] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const joined = fewest(tables, partySize)
    if (joined && (best === null || joined.length < best.length)) best = joined
  }
  return best === null ? null : best.map((table) => table.id).sort()
}

/** Largest first until the party fits; then the last one is exchanged for the smallest that still does. */
function fewest(tables: readonly TableRule[], partySize: number): TableRule[] | null {
  const sorted = [...tables].sort((a, b) => b.seatsMax - a.seatsMax || (a.id < b.id ? -1 : 1))
  const taken: TableRule[] = []
  let seats = 0
  for (const table of sorted) {
    if (seats + table.seatsMax < partySize) {
      taken.push(table)
      seats += table.seatsMax
      continue
    }
    const smallest = sorted.filter((candidate) => !taken.includes(candidate) && seats + candidate.seatsMax >= partySize).at(-1)!
    return [...taken, smallest]
  }
  return null
}

/** Times at which a sitting may begin in the windows of a calendar day, epoch minutes; the whole sitting while dine-in is open. */
export function sittingTimes(rule: SittingRule, day: number, zone: LocalTime): number[] {
  const times: number[] = []
  for (const span of openSpans(rule.week, 'dine_in', day, zone)) {
    const skipped = Math.ceil((span.from - span.grid) / rule.stepMinutes)
    for (let at = span.grid + skipped * rule.stepMinutes; at + Math.min(60, rule.sittingMinutes) <= span.to; at += rule.stepMinutes)
      times.push(at)
  }
  return times
}
