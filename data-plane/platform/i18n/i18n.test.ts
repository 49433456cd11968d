import { expect, test } from 'vitest'
import { registerMessages, t } from './i18n.ts'

test('messages are filled per language, with the plural forms of Arabic', () => {
  registerMessages('shelf', {
    en: { left: '{count, plural, one {# left} other {# left}}' },
    fr: { left: '{count, plural, one {Il en reste #} other {Il en reste #}}' },
    ar: { left: '{count, plural, zero {لا شيء} one {قطعة واحدة} two {قطعتان} few {# قطع} many {# قطعة} other {# قطعة}}' },
  })
  expect(t('en', 'shelf.left', { count: 3 })).toBe('3 left')
  expect(t('ar', 'shelf.left', { count: 2 })).toBe('قطعتان')
  expect(t('ar', 'shelf.left', { count: 3 })).toBe('3 قطع')
})

test('a key that misses a language, or has two meanings, fails at boot', () => {
  expect(() => registerMessages('half', { en: { a: 'x' }, fr: { a: 'x' }, ar: {} })).toThrow('ar lacks a')
  expect(() => registerMessages('shelf', { en: { left: 'y' }, fr: { left: 'y' }, ar: { left: 'y' } })).toThrow('registered twice')
})

test('an unknown key comes back as it is, so that it is seen', () => {
  expect(t('fr', 'shelf.nowhere')).toBe('shelf.nowhere')
})
