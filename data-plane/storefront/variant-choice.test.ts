import { describe, expect, it } from 'vitest'
import { choose, firstVariant, valueState, variantOf } from './variant-choice.ts'

const variants = [
  { id: 'v1', options: { color: 'black', size: '54' }, available: false },
  { id: 'v2', options: { color: 'black', size: '56' }, available: true },
  { id: 'v3', options: { color: 'white', size: '56' }, available: true },
]

describe('choosing a variant', () => {
  it('tells compatible, sold out and incompatible values apart', () => {
    expect(valueState(variants, { color: 'black' }, 'size', '54')).toBe('out')
    expect(valueState(variants, { color: 'black' }, 'size', '56')).toBe('open')
    expect(valueState(variants, { color: 'white' }, 'size', '54')).toBe('other')
  })

  it('lets an incompatible value clear what does not go with it', () => {
    expect(choose(variants, { color: 'white', size: '56' }, 'size', '54')).toEqual({ color: 'black', size: '54' })
    expect(choose(variants, { color: 'black', size: '56' }, 'color', 'white')).toEqual({ color: 'white', size: '56' })
  })

  it('names a variant only when the selection is complete', () => {
    expect(variantOf(variants, { color: 'black' })).toBeUndefined()
    expect(variantOf(variants, { color: 'black', size: '56' })?.id).toBe('v2')
    expect(variantOf([{ id: 'only', options: {}, available: true }], {})?.id).toBe('only')
  })

  it('starts with what was asked for, else with what can be bought', () => {
    expect(firstVariant(variants, 'v1')?.id).toBe('v1')
    expect(firstVariant(variants, null)?.id).toBe('v2')
    expect(firstVariant(variants.slice(0, 1), 'gone')?.id).toBe('v1')
  })
})
