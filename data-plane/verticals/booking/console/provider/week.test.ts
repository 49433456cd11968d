import { describe, expect, it } from 'vitest'
import { vendorReplaceRules } from '../../contract.ts'
import { rulesOf, weekOf } from './week.ts'

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
    const { week, dated } = weekOf([
      rule(7, '16:00', '20:00'),
      rule(7, '09:00', '12:00'),
      rule(1, '10:00', '24:00'),
      rule(2, '09:00', '17:00', '2026-12-01'),
    ])
    expect(week[0]).toEqual([
      { start: '09:00', end: '12:00' },
      { start: '16:00', end: '20:00' },
    ])
    expect(dated.map((item) => item.weekday)).toEqual([2])
    const rules = rulesOf(week, dated)
    expect(rules.map((item) => item.weekday)).toEqual([7, 7, 1, 2])
    expect(vendorReplaceRules.body.safeParse({ rules }).success).toBe(true)
  })
})
