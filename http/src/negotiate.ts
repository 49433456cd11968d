import { isLocale, type Locale } from '@cityos/contract'

/**
 * Picks the language of an answer: `x-locale` header, else the best of `Accept-Language`, else the fallback.
 * @param accepted value of `Accept-Language`, e.g. `fr-CH, fr;q=0.9, en;q=0.8`
 */
export function negotiateLocale(
  explicit: string | undefined,
  accepted: string | undefined,
  supported: readonly Locale[],
  fallback: Locale,
): Locale {
  if (explicit && isLocale(explicit) && supported.includes(explicit)) return explicit
  if (!accepted || accepted === '*') return fallback
  let best: Locale | undefined
  let bestWeight = 0
  for (const part of accepted.split(',')) {
    const [tag = '', ...parameters] = part.trim().split(';')
    const language = tag.slice(0, 2).toLowerCase()
    const weight = Number(
      parameters
        .find((parameter) => parameter.trim().startsWith('q='))
        ?.trim()
        .slice(2) ?? 1,
    )
    if (isLocale(language) && supported.includes(language) && weight > bestWeight) {
      best = language
      bestWeight = weight
    }
  }
  return best ?? fallback
}
