import type { Locale } from '@cityos/contract'
import type { AlertKind } from './alert.contract.ts'
import ar from './i18n/ar.json' with { type: 'json' }
import en from './i18n/en.json' with { type: 'json' }
import fr from './i18n/fr.json' with { type: 'json' }

const texts: Record<Locale, Record<AlertKind, { title: string; advice: string }>> = { en, fr, ar }

/** What an alert says, and what to do; a value that is missing shows as a dash. */
export function alertTexts(kind: AlertKind, locale: Locale, parameters: Record<string, unknown>): { title: string; advice: string } {
  const fill = (text: string) => text.replace(/\{([a-z_]+)\}/g, (_, name: string) => String(parameters[name] ?? '–'))
  const { title, advice } = texts[locale][kind]
  return { title: fill(title), advice: fill(advice) }
}
