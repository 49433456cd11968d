import { expect, it } from 'vitest'
import { daysOf, momentOf } from './upgrade-rules.ts'

it('reads days of the week, Monday first', () => {
  expect(daysOf('sun,Monday, tue')).toEqual([1, 2, 7])
  expect(daysOf('all')).toHaveLength(7)
  expect(() => daysOf('mon,someday')).toThrow('names no days')
})

it('reads the end of a pin as a day, a moment or a time from now', () => {
  const now = Date.parse('2026-11-23T10:00:00Z')
  expect(momentOf('2026-12-31', now)).toBe('2026-12-31T23:59:59.000Z')
  expect(momentOf('2026-12-31T08:00:00+03:00', now)).toBe('2026-12-31T05:00:00.000Z')
  expect(momentOf('2d', now)).toBe('2026-11-25T10:00:00.000Z')
  expect(() => momentOf('2026-13-40T00:00', now)).toThrow('is no date')
})
