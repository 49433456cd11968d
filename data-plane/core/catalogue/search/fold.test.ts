import { describe, expect, it } from 'vitest'
import { allowedTypos, editDistance, fold, words } from './fold.ts'

describe('folding (docs/spec/commerce.md, search)', () => {
  it.each([
    ['احمد', 'أحمد'],
    ['قهوه', 'قَهْوَة'],
    ['مصطفي', 'مصطفى'],
    ['عود', 'عـــود'],
    ['الات', 'آلات'],
    ['cafe creme', 'Café Crème'],
    ['coeur', 'Cœur'],
    ['2026', '٢٠٢٦'],
  ])('%s and %s are written alike', (left, right) => {
    expect(fold(left)).toBe(fold(right))
  })

  it('the article and a plural do not hide a word', () => {
    expect(words('الهاتف والعود')).toEqual(['هاتف', 'عود'])
    expect(words('phones')).toEqual(words('Phone'))
    expect(words('dress')).toEqual(['dress'])
    expect(words('الم')).toEqual(['الم'])
  })

  it('special characters of SQL and of the query language are no words', () => {
    expect(words(`%_'\\ & | ! ( ) : * "`)).toEqual([])
  })
})

describe('typing errors', () => {
  it('one from four letters, two from eight', () => {
    expect([allowedTypos('oud'), allowedTypos('oudh'), allowedTypos('incenses')]).toEqual([0, 1, 2])
  })

  it.each([
    ['galxy', 'galaxy', 1],
    ['gaalxy', 'galaxy', 1],
    ['galaxy', 'galaxy', 0],
    ['glxy', 'galaxy', 2],
    ['thobe', 'abaya', 3],
  ])('%s → %s costs %i', (left, right, cost) => {
    expect(editDistance(left, right, 2)).toBe(cost)
  })
})
