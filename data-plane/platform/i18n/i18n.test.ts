import { expect, test } from 'vitest'
import { addMessages, t } from './i18n.ts'

test('messages are filled per language, with the plural forms of Arabic', () => {
  addMessages({
    en: { 'test.left': '{count, plural, one {# left} other {# left}}' },
    fr: { 'test.left': '{count, plural, one {Il en reste #} other {Il en reste #}}' },
    ar: { 'test.left': '{count, plural, zero {لا شيء} one {قطعة واحدة} two {قطعتان} few {# قطع} many {# قطعة} other {# قطعة}}' },
  })
  expect(t('en', 'test.left', { count: 3 })).toBe('3 left')
  expect(t('ar', 'test.left', { count: 2 })).toBe('قطعتان')
  expect(t('ar', 'test.left', { count: 3 })).toBe('3 قطع')
})

test('a key that misses a language, or is defined twice, fails at boot', () => {
  expect(() => addMessages({ en: { 'test.half': 'x' }, fr: { 'test.half': 'x' }, ar: {} })).toThrow('differ in ar: test.half')
  expect(() => addMessages({ en: { 'test.left': '' }, fr: { 'test.left': '' }, ar: { 'test.left': '' } })).toThrow('defined twice')
})

test('an unknown key is a fault, not a text', () => {
  expect(() => t('fr', 'test.nowhere')).toThrow('test.nowhere')
})
