import { expect, it } from 'vitest'
import { tierRefund } from './cancellation.ts'

const tiers = [
  { hours_before: 0, refund_bps: 0 },
  { hours_before: 48, refund_bps: 10_000 },
  { hours_before: 24, refund_bps: 5_000 },
]
const startsAt = new Date('2026-12-01T12:00:00Z')
const before = (hours: number) => new Date(startsAt.getTime() - hours * 3_600_000)

it.each([
  [48, 10_001],
  [47.99, 5_001],
  [24, 5_001],
  [23.99, 0],
  [0, 0],
  [-1, 0],
])('A10: %d hours before the start, of 100.01 comes back %d', (hours, refund) => {
  expect(tierRefund(tiers, startsAt, 10_001, before(hours))).toBe(refund)
})

it('without tiers it is free until the start; without a start the best tier counts', () => {
  expect(tierRefund(null, startsAt, 500, before(1))).toBe(500)
  expect(tierRefund(null, startsAt, 500, startsAt)).toBe(0)
  expect(tierRefund(tiers, null, 500, startsAt)).toBe(500)
})
