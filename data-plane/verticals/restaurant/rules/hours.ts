/** A time zone in whole minutes; `Zone` of platform/clock is one. */
export interface LocalTime {
  /** Epoch minute → minute on the wall clock since 1970-01-01. */
  wall(at: number): number
  /** Epoch minute → calendar day since 1970-01-01. */
  day(at: number): number
  /** Wall minute → first and last epoch minute that show it. */
  earlier(wall: number): number
  later(wall: number): number
}

/** One window of the week; minutes of the day, `closes` ≤ `opens` = the next day. */
export interface WeekWindow {
  service: string
  /** 0 = Sunday … 6 = Saturday */
  weekday: number
  opens: number
  closes: number
}

/** Days that differ; calendar days since 1970-01-01, both inclusive. */
export interface HoursException {
  /** null = every service */
  service: string | null
  fromDay: number
  toDay: number
  kind: 'closed' | 'hours'
  /** Minutes of the day; null = all day. */
  opens: number | null
  closes: number | null
}

/** Open from (inclusive) to (exclusive), epoch minutes; slots are counted from `grid`, the opening of the window. */
export interface OpenSpan {
  from: number
  to: number
  grid: number
}

export interface Week {
  windows: readonly WeekWindow[]
  exceptions: readonly HoursException[]
}

const minutesOfDay = 1440
/** The business day begins at 04:00 local: a night belongs to the day it began on. */
export const businessDayStart = 240

/** `HH:MM` → minute of the day. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
}

/** 0 = Sunday … 6 = Saturday of a calendar day. */
export function weekdayOfDay(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

/** The business day of a moment, as days since 1970-01-01. */
export function businessDay(at: number, zone: LocalTime): number {
  return Math.floor((zone.wall(at) - businessDayStart) / minutesOfDay)
}

/** `YYYY-MM-DD` of the business day of a moment. */
export function dateOfBusinessDay(at: number, zone: LocalTime): string {
  return new Date(businessDay(at, zone) * 86_400_000).toISOString().slice(0, 10)
}

/** First and last (exclusive) epoch minute of a business day. */
export function businessDaySpan(day: number, zone: LocalTime): { from: number; to: number } {
  return {
    from: zone.earlier(day * minutesOfDay + businessDayStart),
    to: zone.earlier((day + 1) * minutesOfDay + businessDayStart),
  }
}

/**
 * When a service is open in windows that begin on a calendar day, earliest first. An `hours` exception replaces the
 * week, a whole-day closure removes it, a closure with times is cut out (prayer break).
 */
export function openSpans(week: Week, service: string, day: number, zone: LocalTime): OpenSpan[] {
  const applying = (from: number, to: number) =>
    week.exceptions.filter(
      (exception) => (exception.service === null || exception.service === service) && exception.fromDay <= to && from <= exception.toDay,
    )
  const today = applying(day, day)
  if (today.some((exception) => exception.kind === 'closed' && exception.opens === null)) return []
  const instead = today.filter((exception) => exception.kind === 'hours')
  const windows =
    instead.length > 0
      ? instead.map(({ opens, closes }) => ({ opens: opens!, closes: closes! }))
      : week.windows.filter((window) => window.service === service && window.weekday === weekdayOfDay(day))
  const spans = windows.map((window) => spanOf(day, window.opens, window.closes, zone)).sort((a, b) => a.from - b.from)
  const breaks = applying(day, day + 1).filter((exception) => exception.kind === 'closed' && exception.opens !== null)
  return breaks.reduce<OpenSpan[]>((open, pause) => {
    const days = [day - 1, day, day + 1].filter((candidate) => pause.fromDay <= candidate && candidate <= pause.toDay)
    return days.reduce((rest, candidate) => cut(rest, spanOf(candidate, pause.opens!, pause.closes!, zone)), open)
  }, spans)
}

function spanOf(day: number, opens: number, closes: number, zone: LocalTime): OpenSpan {
  const from = zone.earlier(day * minutesOfDay + opens)
  const to = zone.later(day * minutesOfDay + (closes <= opens ? closes + minutesOfDay : closes))
  return { from, to, grid: from }
}

function cut(spans: readonly OpenSpan[], hole: { from: number; to: number }): OpenSpan[] {
  return spans.flatMap((span) => {
    if (hole.to <= span.from || span.to <= hole.from) return [span]
    return [
      { ...span, to: hole.from },
      { ...span, from: hole.to },
    ].filter((part) => part.from < part.to)
  })
}

/** The span a service is open in at a moment; null when it is closed. */
export function openSpanAt(week: Week, service: string, at: number, zone: LocalTime): OpenSpan | null {
  const today = zone.day(at)
  for (const day of [today, today - 1]) {
    const span = openSpans(week, service, day, zone).find((candidate) => candidate.from <= at && at < candidate.to)
    if (span) return span
  }
  return null
}

/** When it opens next after a moment, within eight days; null when it does not. */
export function nextOpening(week: Week, service: string, at: number, zone: LocalTime): number | null {
  const today = zone.day(at)
  for (let day = today; day <= today + 8; day += 1) {
    const span = openSpans(week, service, day, zone).find((candidate) => candidate.from > at)
    if (span) return span.from
  }
  return null
}

/** Part of the day in which some dishes are served; empty list = all day. */
export interface MealtimeRule {
  id: string
  weekdays: readonly number[]
  from: number
  to: number
  /** Calendar days, inclusive; null = open. */
  fromDay: number | null
  toDay: number | null
}

/** Whether a dish that belongs to these mealtimes is served at a moment. */
export function isServed(mealtimes: readonly MealtimeRule[], at: number, zone: LocalTime): boolean {
  if (mealtimes.length === 0) return true
  const today = zone.day(at)
  return mealtimes.some((mealtime) =>
    [today, today - 1].some((day) => {
      if (!mealtime.weekdays.includes(weekdayOfDay(day))) return false
      if ((mealtime.fromDay !== null && day < mealtime.fromDay) || (mealtime.toDay !== null && day > mealtime.toDay)) return false
      const span = spanOf(day, mealtime.from, mealtime.to, zone)
      return span.from <= at && at < span.to
    }),
  )
}
