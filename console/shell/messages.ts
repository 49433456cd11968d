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

/** react-admin's provider of texts, and a way to add a vertical's to them while the console runs. */
export interface ConsoleMessages {
  provider: I18nProvider
  add: (code: string, load: (locale: Locale) => Promise<Messages>) => Promise<void>
}

/**
 * The console's texts. Only the language in use is downloaded; the first one before the first paint.
 * @param onChange called when a person picks another language, before the page is drawn again
 */
export async function consoleMessages(load: MessageLoader, first: Locale, onChange: (locale: Locale) => void): Promise<ConsoleMessages> {
  const added = new Map<string, (locale: Locale) => Promise<Messages>>()
  const whole = async (locale: Locale): Promise<Messages> => {
    const [own, ...others] = await Promise.all([load[locale](), ...[...added.values()].map((more) => more(locale))])
    return mergeMessages(own, ...others)
  }
  const loaded = new Map<string, Messages>([[first, await whole(first)]])
  const polyglot = polyglotI18nProvider(
    (locale) => {
      const known = loaded.get(locale)
      if (known) return known as unknown as TranslationMessages
      return whole(locale as Locale).then((messages) => {
        loaded.set(locale, messages)
        return messages as unknown as TranslationMessages
      })
    },
    first,
    locales.map((locale) => ({ locale, name: names[locale] })),
    { allowMissing: true },
  )
  return {
    provider: {
      ...polyglot,
      changeLocale: async (locale: string) => {
        await polyglot.changeLocale(locale)
        onChange(locale as Locale)
      },
    },
    add: async (code, more) => {
      if (added.has(code)) return
      added.set(code, more)
      loaded.clear()
      await polyglot.changeLocale(polyglot.getLocale())
    },
  }
}
