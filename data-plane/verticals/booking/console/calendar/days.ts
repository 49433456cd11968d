import { dateIn, minuteIn } from '@cityos/console/kit'

/** Minutes of `date` that something takes, on the place's clock; null when it does not touch that day. */
export function spanOn(date: string, start: string, end: string, timeZone: string): { start: number; end: number } | null {
  const first = dateIn(start, timeZone)
  const last = dateIn(end, timeZone)
  if (date < first || date > last) return null
  const from = date === first ? minuteIn(start, timeZone) : 0
  const to = date === last ? minuteIn(end, timeZone) : 1440
  return to > from ? { start: from, end: to } : null
}
