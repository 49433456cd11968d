import { describe, expect, it } from 'vitest'
import { vendorReplaceRules } from '../../contract.ts'
import { dayFailure, rulesOf, weekOf } from './week.ts'

const rule = (weekday: number, start: string, end: string, valid_from: string | null = null) => ({
  id: `r${weekday}${start}`,
  weekday,
  start,
  end,
  valid_from,
  valid_to: null,
})

describe('the working week', () => {
  it('keeps dated rules as they are and sends the rest as edited, in the shape the endpoint declares', () => {
    const { week, dated } = weekOf([rule(1, '16:00', '20:00'), rule(1, '09:00', '12:00'), rule(2, '09:00', '17:00', '2026-12-01')])
    expect(week[1]).toEqual([
      { start: '09:00', end: '12:00' },
      { start: '16:00', end: '20:00' },
    ])
    expect(dated.map((item) => item.weekday)).toEqual([2])
    const rules = rulesOf(week, dated)
    expect(rules).toHaveLength(3)
    expect(vendorReplaceRules.body.safeParse({ rules }).success).toBe(true)
  })

  it('says what is wrong before it is sent', () => {
    expect(dayFailure([{ start: '09:00', end: '09:00' }])).toBe('booking.end_after_start')
    expect(
      dayFailure([
        { start: '13:00', end: '17:00' },
        { start: '09:00', end: '13:30' },
      ]),
    ).toBe('booking.stretches_overlap')
    expect(dayFailure([{ start: '09:00', end: '24:00' }])).toBeNull()
  })
})
