import { type Locale, locales } from '@cityos/contract'
import polyglotI18nProvider from 'ra-i18n-polyglot'
import type { I18nProvider, TranslationMessages } from 'react-admin'

export type Messages = Record<string, unknown>
export type MessageLoader = Record<Locale, () => Promise<Messages>>

const names: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' }

/** Merges message files: a later file adds to an earlier one, key by key. */
export function mergeMessages(...files: Messages[]): Messages {
  const merged: Messages = {}
  for (const file of files) {
    for (const [key, value] of Object.entries(file)) {
      const before = merged[key]
      merged[key] = isTree(before) && isTree(value) ? mergeMessages(before, value) : value
    }
  }
  return merged
}

const isTree = (value: unknown): value is Messages => typeof value === 'object' && value !== null

/**
 * The console's texts. Only the language in use is downloaded; the first one before the first paint.
 * @param onChange called when a person picks another language, before the page is drawn again
 */
export async function consoleMessages(load: MessageLoader, first: Locale, onChange: (locale: Locale) => void): Promise<I18nProvider> {
  const loaded = new Map<string, Messages>([[first, await load[first]()]])
  const provider = polyglotI18nProvider(
    (locale) => {
      const known = loaded.get(locale)
      if (known) return known as unknown as TranslationMessages
      return load[locale as Locale]().then((messages) => {
        loaded.set(locale, messages)
        return messages as unknown as TranslationMessages
      })
    },
    first,
    locales.map((locale) => ({ locale, name: names[locale] })),
    { allowMissing: true },
  )
  return {
    ...provider,
    changeLocale: async (locale: string) => {
      await provider.changeLocale(locale)
      onChange(locale as Locale)
    },
  }
}
