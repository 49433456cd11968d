import type { MaintenanceWindow } from './fleet-rules.contract.ts'

const minute = 60_000
const dayMinutes = 1_440
const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError for a name that is no time zone */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  formats.set(timeZone, made)
  return made
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch {
    return false // Intl knows no such zone
  }
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Weekday (Monday is 1) and minute of the day on a wall in this zone. */
function wallClock(at: Date, timeZone: string): { day: number; minute: number } {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  return { day: weekdays.indexOf(parts['weekday'] ?? '') + 1, minute: Number(parts['hour']) * 60 + Number(parts['minute']) }
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Whether rollouts may touch the tenant at this moment. A window that ends where it begins lasts the whole day. */
export function windowOpen(window: MaintenanceWindow, at: Date): boolean {
  const { day, minute: now } = wallClock(at, window.time_zone)
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)]
  const dayBefore = day === 1 ? 7 : day - 1
  if (from < to) return window.days.includes(day) && now >= from && now < to
  return (window.days.includes(day) && now >= from) || (from !== to && window.days.includes(dayBefore) && now < to)
}

/** When it opens next; null while it is open. Right across the change to and from summer time. */
export function windowOpensAt(window: MaintenanceWindow, at: Date): Date | null {
  if (windowOpen(window, at)) return null
  const { day, minute: now } = wallClock(at, window.time_zone)
  const from = minutesOf(window.from)
  const start = Math.floor(at.getTime() / minute) * minute
  for (let ahead = 0; ahead <= 7; ahead++) {
    const wait = ahead * dayMinutes + from - now
    if (wait <= 0 || !window.days.includes(((day - 1 + ahead) % 7) + 1)) continue
    const guess = start + wait * minute
    const off = from - wallClock(new Date(guess), window.time_zone).minute
    const shift = ((off + dayMinutes + dayMinutes / 2) % dayMinutes) - dayMinutes / 2
    return new Date(guess + shift * minute)
  }
  return new Date(start + 7 * dayMinutes * minute)
}
