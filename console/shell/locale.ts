import { direction, isLocale, type Locale } from '@cityos/contract'

const key = 'cityos.locale'

/** The language the person chose before, else the first of the browser's languages that we speak, else English. */
export function initialLocale(stored: string | null = localStorage.getItem(key), wanted: readonly string[] = navigator.languages): Locale {
  if (stored && isLocale(stored)) return stored
  for (const tag of wanted) {
    const language = tag.slice(0, 2).toLowerCase()
    if (isLocale(language)) return language
  }
  return 'en'
}

/** Remembers the language and sets `lang` and `dir` of the document, which really mirrors the page. */
export function applyLocale(locale: Locale): void {
  localStorage.setItem(key, locale)
  document.documentElement.lang = locale
  document.documentElement.dir = direction(locale)
}
