import { type I18nText, isLocale, pickText } from '@cityos/contract'

/** A text in the page's language, for titles that are made outside of a component. */
export function titleOf(name: unknown): string {
  if (typeof name === 'string') return name
  const lang = document.documentElement.lang
  return pickText((name ?? {}) as I18nText, isLocale(lang) ? lang : 'en')
}
