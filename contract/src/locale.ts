import { z } from 'zod'
import { currencyExponent, type Money } from './money.ts'

export const locales = ['en', 'fr', 'ar'] as const
export const Locale = z.enum(locales)
export type Locale = z.infer<typeof Locale>

/** A text in several languages; `en` and `ar` are required to publish. */
export const I18nText = z.object({ en: z.string().optional(), fr: z.string().optional(), ar: z.string().optional() })
export type I18nText = z.infer<typeof I18nText>

/** Asked locale → the tenant's default → English → whatever there is. */
export function pickText(text: I18nText | null | undefined, locale: Locale, fallback: Locale = 'en'): string {
  if (!text) return ''
  return text[locale] || text[fallback] || text.en || text.ar || text.fr || ''
}

export function isLocale(value: string): value is Locale {
  return (locales as readonly string[]).includes(value)
}

export function direction(locale: Locale): 'ltr' | 'rtl' {
  return locale === 'ar' ? 'rtl' : 'ltr'
}

/** BCP 47 tags pinned so that server and every browser print the same digits and calendar (ux guide §4). */
export const formatLocale: Record<Locale, string> = {
  en: 'en-GB-u-nu-latn',
  fr: 'fr-FR-u-nu-latn',
  ar: 'ar-SA-u-ca-gregory-nu-latn',
}

const formats = new Map<string, Intl.NumberFormat>()

/** `SAR 1,234.50` · `1 234,50 SAR` · `1,234.50 ر.س.` */
export function formatMoney(money: Money, locale: Locale): string {
  const key = `${locale}:${money.currency}`
  const exponent = currencyExponent(money.currency)
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(formatLocale[locale], {
      style: 'currency',
      currency: money.currency,
      currencyDisplay: locale === 'ar' ? 'symbol' : 'code',
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
    })
    formats.set(key, format)
  }
  return format.format(money.amount / 10 ** exponent)
}
