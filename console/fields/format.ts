import { formatLocale, isLocale, type Locale } from '@cityos/contract'
import { useLocaleState } from 'react-admin'
import { dateIn } from './zone.ts'

/** The console's language as the contract's type. */
export function useConsoleLocale(): Locale {
  const [locale] = useLocaleState()
  return isLocale(locale) ? locale : 'en'
}

/** A name inside a sentence of any language keeps its own direction (first strong isolate). */
export const isolate = (text: string): string => `\u2068${text}\u2069`

/** Versions, and numbers with a sign after them, inside a sentence of any language: always left to right. */
export const leftToRight = (text: string): string => `\u2066${text}\u2069`

export const formatNumber = (value: number, locale: Locale): string => new Intl.NumberFormat(formatLocale[locale]).format(value)

export const formatWhen = (iso: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

export const formatDay = (iso: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { day: 'numeric', month: 'short' }).format(new Date(iso))

/** A day of the calendar, `2026-11-24`: the same day wherever the reader is. */
export const formatDate = (date: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))

/** A month of the calendar, `2026-11`, as `Nov 2026`. */
export const formatMonth = (month: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00:00Z`),
  )

/** Basis points as `12.5%`. */
export const formatPercent = (bps: number, locale: Locale): string =>
  new Intl.NumberFormat(formatLocale[locale], { style: 'percent', maximumFractionDigits: 2 }).format(bps / 10_000)

/** Time of day in the zone of the place it happens at. */
export const formatTimeIn = (iso: string, timeZone: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(iso))

/** Time of day with seconds, on the reader's clock: for what happens within minutes. */
export const formatClock = (iso: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { timeStyle: 'medium' }).format(new Date(iso))

/** From one time of day to another, as the language writes ranges; put it in a `bdi`, its order is the language's own. */
export function formatRangeIn(from: string, to: string, timeZone: string, locale: Locale): string {
  const clock = new Intl.DateTimeFormat(formatLocale[locale], { hour: '2-digit', minute: '2-digit', timeZone })
  // over midnight the language would add both dates; the page says the day already
  if (dateIn(from, timeZone) !== dateIn(to, timeZone)) return `${clock.format(new Date(from))} – ${clock.format(new Date(to))}`
  return clock.formatRange(new Date(from), new Date(to))
}

/** Day and time in the zone of the place it happens at. */
export const formatWhenIn = (iso: string, timeZone: string, locale: Locale): string =>
  new Intl.DateTimeFormat(formatLocale[locale], { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(iso))

/** `3 minutes ago`: the largest unit that is at least one. */
export function formatAgo(iso: string, locale: Locale, now: number): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000)
  const format = new Intl.RelativeTimeFormat(formatLocale[locale], { numeric: 'auto' })
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]
  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  return format.format(seconds, 'second')
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function formatBytes(bytes: number, locale: Locale): string {
  const power = bytes < 1 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  return new Intl.NumberFormat(formatLocale[locale], {
    style: 'unit',
    unit: byteUnits[power],
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power)
}

/** A duration in milliseconds as `850 ms`, `12.4 s`, `3 min 5 s`. */
export function formatDuration(ms: number, locale: Locale): string {
  const unit = (value: number, name: 'millisecond' | 'second' | 'minute', digits = 0) =>
    new Intl.NumberFormat(formatLocale[locale], { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(
      value,
    )
  if (ms < 1000) return unit(Math.round(ms), 'millisecond')
  if (ms < 60_000) return unit(ms / 1000, 'second', 1)
  return `${unit(Math.floor(ms / 60_000), 'minute')} ${unit(Math.round((ms % 60_000) / 1000), 'second')}`
}
