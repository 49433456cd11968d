import { describe, expect, test } from 'vitest'
import { applyRate, currencyExponent, formatMoney, reversalDelta, splitByWeight, splitInclusiveTax } from './index.ts'

describe('A4 splits and reversal (docs/spec/algorithms.md)', () => {
  test('100.00 over three parts gives the remainder to the first', () => {
    expect(splitByWeight(10_000, [1, 1, 1])).toEqual([3334, 3333, 3333])
  })

  test('A20: bundle shares by list price', () => {
    expect(splitByWeight(19_900, [12_000, 7_900, 6_000])).toEqual([9220, 6070, 4610])
    expect(splitByWeight(23_310, [12_000, 7_900, 6_000])).toEqual([10_800, 7_110, 5_400])
  })

  test('parts always sum to the whole, also for negative and zero weights', () => {
    for (const total of [0, 1, 99, -100, 100_001, Number.MAX_SAFE_INTEGER]) {
      for (const weights of [[1], [3, 7, 11], [0, 0], [1, 0, 2]]) {
        expect(splitByWeight(total, weights).reduce((a, b) => a + b, 0)).toBe(total)
      }
    }
    expect(splitByWeight(5, [])).toEqual([])
  })

  test('a line refunded in two steps reverses its commission exactly', () => {
    const commission = applyRate(9999, 1500)
    expect(commission).toBe(1500)
    const first = reversalDelta(commission, 9999, 3333, 0)
    expect(first).toBe(500)
    expect(reversalDelta(commission, 9999, 9999, first)).toBe(1000)
  })
})

describe('A5 tax inside a price', () => {
  test.each([
    [11_500, 10_000, 1500],
    [999, 869, 130],
    [1, 1, 0],
    [0, 0, 0],
  ])('%i → base %i and tax %i', (gross, base, tax) => {
    expect(splitInclusiveTax(gross, 1500)).toEqual({ base, tax })
  })
})

test('rates round half up: 333 × 15 % = 49.95 → 50', () => {
  expect(applyRate(333, 1500)).toBe(50)
  expect(applyRate(-333, 1500)).toBe(-50)
})

test('money is printed with the exponent of its currency and latin digits in every language', () => {
  expect(currencyExponent('KWD')).toBe(3)
  expect(formatMoney({ amount: 123_450, currency: 'SAR' }, 'en').replace(/\s/g, ' ')).toBe('SAR 1,234.50')
  expect(formatMoney({ amount: 1250, currency: 'KWD' }, 'en').replace(/\s/g, ' ')).toBe('KWD 1.250')
  expect(formatMoney({ amount: 123_450, currency: 'SAR' }, 'ar')).toContain('1,234.50')
  expect(formatMoney({ amount: 123_450, currency: 'SAR' }, 'fr')).toMatch(/1\s234,50\sSAR/u)
})
