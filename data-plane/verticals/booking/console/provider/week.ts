import { emptyWeek, type Week, weekdays } from '@cityos/console/kit'
import type { AvailabilityRule } from '../../contract.ts'

/** The plain weekly rules by weekday (here 0 = Sunday, on the wire 7); rules with dates are kept apart, the editor does not touch them. */
export function weekOf(rules: readonly AvailabilityRule[]): { week: Week; dated: AvailabilityRule[] } {
  const week = emptyWeek()
  const dated: AvailabilityRule[] = []
  for (const rule of [...rules].sort((one, other) => one.start.localeCompare(other.start))) {
    if (rule.valid_from || rule.valid_to) dated.push(rule)
    else week[rule.weekday % 7]?.push({ start: rule.start, end: rule.end })
  }
  return { week, dated }
}

/** The request: the week as edited and the dated rules as they were. */
export const rulesOf = (week: Week, dated: readonly AvailabilityRule[]) => [
  ...weekdays.flatMap((day) => (week[day] ?? []).map((stretch) => ({ weekday: day === 0 ? 7 : day, ...stretch }))),
  ...dated.map(({ id: _, ...rule }) => rule),
]
