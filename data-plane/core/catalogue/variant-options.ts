import { DomainError, type I18nText, locales } from '@cityos/contract'
import type { OptionInput } from './contract.ts'

/** The chosen values as one text that is the same for the same choice: `color:black|size:54`. */
export function optionKey(options: Record<string, string>): string {
  return Object.entries(options)
    .map(([code, value]) => `${code}:${value}`)
    .sort()
    .join('|')
}

/** What tells a variant from its siblings, in every language: `Black / 54`. */
export function variantTitle(names: readonly I18nText[]): I18nText {
  if (names.length === 0) return {}
  return Object.fromEntries(locales.map((locale) => [locale, names.map((name) => name[locale] || name.en || name.ar || '').join(' / ')]))
}

/**
 * Checks a variant's choice against its product's options: one existing value of each, nothing else.
 * @returns the names of the chosen values in option order
 * @throws DomainError validation_failed
 */
export function chosenNames(definitions: readonly OptionInput[], chosen: Record<string, string>): I18nText[] {
  const unknown = Object.keys(chosen).filter((code) => !definitions.some((option) => option.code === code))
  if (unknown.length > 0) throw new DomainError('validation_failed', { field: 'options', details: { unknown } })
  return definitions.map((option) => {
    const value = option.values.find((candidate) => candidate.code === chosen[option.code])
    if (!value)
      throw new DomainError('validation_failed', {
        field: `options.${option.code}`,
        details: { values: option.values.map((item) => item.code) },
      })
    return value.name
  })
}
