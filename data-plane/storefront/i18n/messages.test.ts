import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Locale, locales } from '@cityos/contract'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { type MessageKey, messages, translator } from './messages.ts'

const keys = Object.keys(messages.en) as MessageKey[]
const placeholders = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map((match) => match[1] ?? ''))].sort()

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

describe.each<Locale>(['fr', 'ar'])('messages in %s', (locale) => {
  it('have the same keys as the English ones', () => {
    expect(Object.keys(messages[locale]).sort()).toEqual([...keys].sort())
  })

  it('use the same placeholders and are translated', () => {
    for (const key of keys) {
      expect(placeholders(messages[locale][key]), key).toEqual(
        expect.arrayContaining(placeholders(messages.en[key]).filter((name) => name !== 'min')),
      )
      expect(messages[locale][key], key).not.toBe('')
    }
  })
})

describe('every message', () => {
  it.each(locales)('parses as ICU in %s', (locale) => {
    for (const key of keys) expect(() => new IntlMessageFormat(messages[locale][key], locale), key).not.toThrow()
  })

  it('has all six Arabic plural forms right where it counts', () => {
    const t = translator('ar')
    expect([0, 1, 2, 3, 11, 100].map((count) => t('cart.count', { count }))).toEqual([
      'لا قطع',
      'قطعة واحدة',
      'قطعتان',
      '3 قطع',
      '11 قطعة',
      '100 قطعة',
    ])
  })

  it('is used somewhere', () => {
    const text = [join(import.meta.dirname, '..'), join(import.meta.dirname, '../../verticals')].map(sources).join('\n')
    const built = [
      'notice.',
      'policy.',
      'sort.',
      'failure.',
      'refused.',
      'invalid.',
      'order.',
      'payment.',
      'home.promise.',
      'line.part.',
      'review.refusal.',
      'product.no_return.',
    ]
    const unused = keys.filter((key) => !text.includes(`'${key}'`) && !built.some((prefix) => key.startsWith(prefix)))
    expect(unused).toEqual([])
  })
})
