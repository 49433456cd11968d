import type { AvailabilityRule } from '../../contract.ts'

/** One stretch of work on a weekday, as typed. */
export interface Stretch {
  start: string
  end: string
}

/** Monday is 1; weeks are shown from Sunday. */
export const weekdays = [7, 1, 2, 3, 4, 5, 6] as const
export type Week = Record<number, Stretch[]>

/** The plain weekly rules by weekday; rules with dates are kept apart, the editor does not touch them. */
export function weekOf(rules: readonly AvailabilityRule[]): { week: Week; dated: AvailabilityRule[] } {
  const week: Week = Object.fromEntries(weekdays.map((day) => [day, []]))
  const dated: AvailabilityRule[] = []
  for (const rule of [...rules].sort((one, other) => one.start.localeCompare(other.start))) {
    if (rule.valid_from || rule.valid_to) dated.push(rule)
    else week[rule.weekday]?.push({ start: rule.start, end: rule.end })
  }
  return { week, dated }
}

/** i18n key of what is wrong with a day; null when it can be sent. */
export function dayFailure(stretches: readonly Stretch[]): string | null {
  if (stretches.some((stretch) => !stretch.start || !stretch.end || stretch.end <= stretch.start)) return 'booking.end_after_start'
  const sorted = [...stretches].sort((one, other) => one.start.localeCompare(other.start))
  return sorted.some((stretch, index) => index > 0 && stretch.start < (sorted[index - 1]?.end ?? '')) ? 'booking.stretches_overlap' : null
}

/** The request: the week as edited and the dated rules as they were. */
export const rulesOf = (week: Week, dated: readonly AvailabilityRule[]) => [
  ...weekdays.flatMap((weekday) => (week[weekday] ?? []).map((stretch) => ({ weekday, ...stretch }))),
  ...dated.map(({ id: _, ...rule }) => rule),
]
