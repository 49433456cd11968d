import { formatLocale, type Locale } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'

/** `{ 'order.placed': 'Order {number} was placed' }`, one per language; ICU message syntax. */
export type Messages = Record<string, string>
export type Translations = Record<Locale, Messages>
export type Values = Record<string, string | number | boolean | Date>

const catalogue: Record<Locale, Map<string, string>> = { en: new Map(), fr: new Map(), ar: new Map() }
const compiled = new Map<string, IntlMessageFormat>()

/**
 * Adds a module's messages; its keys begin with the namespace.
 * @throws when a language lacks a key that another has, or a key is there already with other words
 */
export function registerMessages(namespace: string, translations: Translations): void {
  const keys = new Set(Object.values(translations).flatMap((messages) => Object.keys(messages)))
  for (const locale of Object.keys(translations) as Locale[]) {
    for (const key of keys) {
      const text = translations[locale][key]
      if (text === undefined) throw new Error(`${namespace}: ${locale} lacks ${key}`)
      const name = `${namespace}.${key}`
      const known = catalogue[locale].get(name)
      if (known !== undefined && known !== text) throw new Error(`${name} is registered twice`)
      catalogue[locale].set(name, text)
    }
  }
}

/**
 * The message of a key: asked language → fallback → English; an unknown key comes back as it is, so that it is seen.
 * @param key with its namespace, e.g. `order.placed`
 */
export function t(locale: Locale, key: string, values: Values = {}, fallback: Locale = 'en'): string {
  for (const candidate of [locale, fallback, 'en'] as const) {
    const text = catalogue[candidate].get(key)
    if (text !== undefined) return formatted(candidate, key, text, values)
  }
  return key
}

function formatted(locale: Locale, key: string, text: string, values: Values): string {
  if (!text.includes('{') && !text.includes("'")) return text
  const name = `${locale}:${key}`
  let format = compiled.get(name)
  if (!format) {
    format = new IntlMessageFormat(text, formatLocale[locale], undefined, { ignoreTag: true })
    compiled.set(name, format)
  }
  return String(format.format(values))
}
