import { describe, expect, it } from 'vitest'
import { dayFailure } from './week-hours.tsx'

describe('hours of a day', () => {
  it('end after they start, unless the place works past midnight', () => {
    expect(dayFailure([{ start: '09:00', end: '09:00' }], false)).toBe('form.end_after_start')
    expect(dayFailure([{ start: '17:00', end: '03:00' }], false)).toBe('form.end_after_start')
    expect(dayFailure([{ start: '17:00', end: '03:00' }], true)).toBeNull()
    expect(dayFailure([{ start: '', end: '03:00' }], true)).toBe('form.end_after_start')
  })

  it('do not overlap, in whatever order they were typed', () => {
    const afternoon = { start: '13:00', end: '17:00' }
    expect(dayFailure([afternoon, { start: '09:00', end: '13:30' }], false)).toBe('form.stretches_overlap')
    expect(dayFailure([afternoon, { start: '09:00', end: '13:00' }], false)).toBeNull()
    expect(
      dayFailure(
        [
          { start: '17:00', end: '03:00' },
          { start: '18:00', end: '19:00' },
        ],
        true,
      ),
    ).toBe('form.stretches_overlap')
  })
})
