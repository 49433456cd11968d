/** When a subscription's periods begin and end, as pure functions: everything counts from the anchor, nothing from the job's time. */

export type Interval = 'month' | 'year'

export interface Period {
  no: number
  start: Date
  end: Date
}

/** Months in one period. */
export const monthsOf = (interval: Interval): number => (interval === 'year' ? 12 : 1)

/**
 * The anchor `months` later, at the same time of day; a month without the anchor's day gives its last one
 * (Jan 31 → Feb 28 → Mar 31: counted from the anchor each time, so that no short month moves the later ones). UTC.
 */
export function monthsAfter(anchor: Date, months: number): Date {
  const year = anchor.getUTCFullYear()
  const month = anchor.getUTCMonth() + months
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const moved = new Date(anchor)
  moved.setUTCFullYear(year, month, Math.min(anchor.getUTCDate(), lastDay))
  return moved
}

/** The period that begins `steps` periods after the anchor. @param no the number it gets in the subscription's count */
export function periodAt(anchor: Date, interval: Interval, steps: number, no: number): Period {
  const months = monthsOf(interval)
  return { no, start: monthsAfter(anchor, steps * months), end: monthsAfter(anchor, (steps + 1) * months) }
}

/** Whole seconds left of a period at `at`, and its length; both 0 or more. */
export function remainingSeconds(period: Pick<Period, 'start' | 'end'>, at: Date): { left: number; whole: number } {
  const whole = Math.floor((period.end.getTime() - period.start.getTime()) / 1000)
  const left = Math.floor((period.end.getTime() - at.getTime()) / 1000)
  return { left: Math.max(0, Math.min(left, whole)), whole }
}
