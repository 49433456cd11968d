import { currencyExponent, formatLocale, formatMoney, type Locale, type Money } from '@cityos/contract'

/** Prints money, dates and numbers of one page: in its language, in the tenant's time zone. */
export interface Formats {
  money(money: Money): string
  /** `SAR 250` where there is nothing behind the point: labels of price bands, never a price. */
  roundMoney(money: Money): string
  /** `21 November 2026` */
  date(iso: string): string
  /** `21 Nov 2026, 18:30` */
  time(iso: string): string
  number(value: number): string
}

const made = new Map<string, Formats>()

function roundMoney(money: Money, locale: Locale): string {
  const exponent = currencyExponent(money.currency)
  if (money.amount % 10 ** exponent !== 0) return formatMoney(money, locale)
  const format = new Intl.NumberFormat(formatLocale[locale], {
    style: 'currency',
    currency: money.currency,
    currencyDisplay: locale === 'ar' ? 'symbol' : 'code',
    maximumFractionDigits: 0,
  })
  return format.format(money.amount / 10 ** exponent)
}

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
      roundMoney: (money) => roundMoney(money, locale),
      date: (iso) => date.format(new Date(iso)),
      time: (iso) => time.format(new Date(iso)),
      number: (value) => number.format(value),
    }
    made.set(key, formats)
  }
  return formats
}
