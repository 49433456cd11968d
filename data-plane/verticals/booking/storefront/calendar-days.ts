/** Arithmetic on days of the calendar (`2026-11-26`), without time or zone. */

const dayLength = 86_400_000
const pattern = /^\d{4}-\d{2}-\d{2}$/

/** The day itself when it is one, else null. */
export function asDay(text: string | null): string | null {
  return text && pattern.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) ? text : null
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * dayLength).toISOString().slice(0, 10)
}

/** Whole days from one to the other; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayLength)
}

/** Noon of a day in UTC: for printing the day with formats that take a time. */
export const noonOf = (day: string): string => `${day}T12:00:00Z`
