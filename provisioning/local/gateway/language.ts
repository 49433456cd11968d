import { isLocale, type Locale } from '@cityos/contract'

/**
 * The language of a page: what the address says (`/ar/…`), else the best of `Accept-Language`, else the fallback.
 * @param acceptLanguage e.g. `fr-CA, fr;q=0.9, en;q=0.5`
 */
export function languageOf(path: string, acceptLanguage: string | undefined, fallback: Locale): Locale {
  const first = path.split('/')[1] ?? ''
  if (isLocale(first)) return first
  const wishes = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag, ...parameters] = part.trim().toLowerCase().split(';')
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean)
      return { language: tag!.split('-')[0]!, quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter((wish) => wish.quality > 0)
    .sort((left, right) => right.quality - left.quality)
  const known = wishes.find((wish) => isLocale(wish.language))?.language
  return known && isLocale(known) ? known : fallback
}
