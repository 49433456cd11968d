import { words } from './fold.ts'

/** How much a field says about a product: title, then brand and names around it, then the description. */
export type Weight = 'A' | 'B' | 'C' | 'D'

/**
 * A `tsvector` literal from texts by weight. Built here and not by `to_tsvector`, so that index and query fold alike.
 * Words hold letters and digits only, so nothing needs escaping.
 */
export function termsOf(fields: readonly (readonly [Weight, readonly string[]])[]): { vector: string; words: string[] } {
  const positions = new Map<string, string[]>()
  let position = 1
  for (const [weight, texts] of fields) {
    for (const text of texts) {
      for (const word of words(text)) {
        if (position > 4000 || word.length > 60) continue
        const list = positions.get(word) ?? []
        if (list.length < 8) list.push(`${position}${weight === 'D' ? '' : weight}`)
        positions.set(word, list)
        position++
      }
    }
  }
  return {
    vector: [...positions].map(([word, list]) => `'${word}':${list.join(',')}`).join(' '),
    words: [...positions.keys()].filter((word) => word.length >= 4),
  }
}

/** A `tsquery` literal: every term must occur, as the beginning of a word or as one of its look-alikes. */
export function queryOf(terms: readonly (readonly string[])[]): string {
  return terms.map((alternatives) => `(${alternatives.map((word) => `'${word}':*`).join(' | ')})`).join(' & ')
}
