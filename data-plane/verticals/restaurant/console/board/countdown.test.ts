import { describe, expect, it } from 'vitest'
import { clockText, secondsTo, urgencyOf } from './countdown.ts'

const now = Date.parse('2026-11-22T18:00:00Z')

describe('countdowns of the kitchen board', () => {
  it('counts whole seconds down and goes on below zero', () => {
    expect(secondsTo('2026-11-22T18:05:00.000Z', now)).toBe(300)
    expect([300, 61, 9, 0, -75, 3725].map(clockText)).toEqual(['5:00', '1:01', '0:09', '0:00', '−1:15', '1:02:05'])
  })

  it('is pressing in the last stretch and late after it', () => {
    expect([urgencyOf(61, 60), urgencyOf(60, 60), urgencyOf(0, 60)]).toEqual(['calm', 'soon', 'over'])
  })
})
