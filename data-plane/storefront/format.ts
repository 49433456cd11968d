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
  /** `480 g`, `1.25 kg` */
  weight(grams: number): string
  /** Name of a country. @param code ISO 3166 alpha-2 */
  country(code: string): string
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
    const kilograms = new Intl.NumberFormat(tag, { style: 'unit', unit: 'kilogram', maximumFractionDigits: 2 })
    const grammes = new Intl.NumberFormat(tag, { style: 'unit', unit: 'gram' })
    const countries = new Intl.DisplayNames([tag], { type: 'region' })
    const round = new Map<string, Intl.NumberFormat>()
    formats = {
      money: (money) => formatMoney(money, locale),
      roundMoney: (money) => {
        const unit = 10 ** currencyExponent(money.currency)
        if (money.amount % unit !== 0) return formatMoney(money, locale)
        const format = round.get(money.currency) ?? roundFormat(money.currency, locale)
        round.set(money.currency, format)
        return format.format(money.amount / unit)
      },
      date: (iso) => date.format(new Date(iso)),
      time: (iso) => time.format(new Date(iso)),
      number: (value) => number.format(value),
      weight: (grams) => (grams >= 1000 ? kilograms.format(grams / 1000) : grammes.format(grams)),
      country: (code) => countries.of(code) ?? code,
    }
    made.set(key, formats)
  }
  return formats
}

function roundFormat(currency: string, locale: Locale): Intl.NumberFormat {
  const currencyDisplay = locale === 'ar' ? 'symbol' : 'code'
  return new Intl.NumberFormat(formatLocale[locale], { style: 'currency', currency, currencyDisplay, maximumFractionDigits: 0 })
}
