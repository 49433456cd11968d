import { formatLocale, type Locale, locales } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'

/** Messages of one module by language: keys with their namespace, ICU message syntax. */
export type Translations = Record<Locale, Record<string, string>>
/** What fills the placeholders; `details` of an error fit as they are. */
export type Values = Readonly<Record<string, unknown>>

const catalogue: Record<Locale, Map<string, string>> = { en: new Map(), fr: new Map(), ar: new Map() }
const compiled = new Map<string, IntlMessageFormat>()

/**
 * Adds a module's messages at load time.
 * @throws when the languages do not have the same keys, or a key is there already
 */
export function addMessages(translations: Translations): void {
  const keys = new Set(locales.flatMap((locale) => Object.keys(translations[locale])))
  for (const locale of locales) {
    const missing = [...keys].filter((key) => translations[locale][key] === undefined)
    if (missing.length > 0) throw new Error(`the languages differ in ${locale}: ${missing.join(', ')}`)
  }
  for (const key of keys) if (catalogue.en.has(key)) throw new Error(`message ${key} is defined twice`)
  for (const locale of locales) {
    for (const [key, text] of Object.entries(translations[locale])) catalogue[locale].set(key, text)
  }
}

/**
 * The message of a key in a language, with its values filled in.
 * @throws when there is no such key: a fault of the program, not a text
 */
export function t(locale: Locale, key: string, values: Values = {}): string {
  const text = catalogue[locale].get(key)
  if (text === undefined) throw new Error(`there is no message ${key}`)
  if (!text.includes('{') && !text.includes("'")) return text
  const name = `${locale}:${key}`
  let format = compiled.get(name)
  if (!format) {
    format = new IntlMessageFormat(text, formatLocale[locale], undefined, { ignoreTag: true })
    compiled.set(name, format)
  }
  return String(format.format(values as Record<string, string | number>))
}
