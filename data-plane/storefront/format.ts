import { formatLocale, formatMoney, type Locale, type Money } from '@cityos/contract'

/** Prints money, dates and numbers of one page: in its language, in the tenant's time zone. */
export interface Formats {
  money(money: Money): string
  /** `21 November 2026` */
  date(iso: string): string
  /** `21 Nov 2026, 18:30` */
  time(iso: string): string
  number(value: number): string
}

const made = new Map<string, Formats>()

/** @param timezone IANA name, e.g. `Asia/Riyadh` */
export function formatsOf(locale: Locale, timezone: string): Formats {
  const key = `${locale}:${timezone}`
  let formats = made.get(key)
  if (!formats) {
    const tag = formatLocale[locale]
    const date = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: timezone })
    const time = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone })
    const number = new Intl.NumberFormat(tag)
    formats = {
      money: (money) => formatMoney(money, locale),
      date: (iso) => date.format(new Date(iso)),
      time: (iso) => time.format(new Date(iso)),
      number: (value) => number.format(value),
    }
    made.set(key, formats)
  }
  return formats
}
