/** Minutes that `timeZone` is ahead of UTC at a moment. */
export function zoneOffset(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((item) => item.type === type)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return Math.round((wall - Math.floor(at / 1000) * 1000) / 60_000)
}

/** `2026-11-24` in the zone of the place. */
export function dateIn(at: number | string, timeZone: string): string {
  const moment = typeof at === 'string' ? Date.parse(at) : at
  return new Date(moment + zoneOffset(moment, timeZone) * 60_000).toISOString().slice(0, 10)
}

/** Minutes since midnight on the place's clock. */
export function minuteIn(at: string, timeZone: string): number {
  const moment = Date.parse(at)
  const wall = new Date(moment + zoneOffset(moment, timeZone) * 60_000)
  return wall.getUTCHours() * 60 + wall.getUTCMinutes()
}

/** The moment at which the place's clock shows this day and time (`2026-11-24`, `18:30`). */
export function momentIn(date: string, time: string, timeZone: string): string {
  const wall = Date.parse(`${date}T${time === '24:00' ? '00:00' : time}:00Z`) + (time === '24:00' ? 86_400_000 : 0)
  const guess = wall - zoneOffset(wall, timeZone) * 60_000
  return new Date(wall - zoneOffset(guess, timeZone) * 60_000).toISOString()
}

/** The day so many days later. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** Sunday of the week a day is in: weeks start on Sunday. */
export const weekStart = (date: string): string => addDays(date, -new Date(`${date}T00:00:00Z`).getUTCDay())
