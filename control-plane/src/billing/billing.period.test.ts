import { describe, expect, it } from 'vitest'
import { monthsAfter, periodAt } from './billing.period.ts'
import { priceChange, prorate } from './billing.proration.ts'
import { taxFor, taxOf } from './billing.tax.ts'

const at = (text: string) => new Date(`${text}T09:30:00.000Z`)

describe('periods', () => {
  it('count from the anchor: Jan 31, Feb 28, Mar 31, Apr 30; a leap year has Feb 29', () => {
    const ends = [0, 1, 2, 3].map((steps) =>
      periodAt(at('2026-01-31'), 'month', steps, steps + 1)
        .end.toISOString()
        .slice(0, 10),
    )
    expect(ends).toEqual(['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'])
    expect(monthsAfter(at('2028-01-31'), 1)).toEqual(at('2028-02-29'))
    expect(monthsAfter(at('2028-02-29'), 12)).toEqual(at('2029-02-28'))
    expect(monthsAfter(at('2028-02-29'), 48)).toEqual(at('2032-02-29'))
    expect(monthsAfter(at('2026-01-15'), -2)).toEqual(at('2025-11-15'))
  })

  it('follow one another without gap or overlap', () => {
    for (let no = 0; no < 60; no++) {
      expect(periodAt(at('2026-12-31'), 'month', no, no).end).toEqual(periodAt(at('2026-12-31'), 'month', no + 1, no + 1).start)
    }
  })
})

describe('proration', () => {
  const period = { no: 1, start: at('2026-03-01'), end: at('2026-04-01') }

  it('is to the second, half up; nothing is left of a period that is over', () => {
    expect(prorate(99_900, period, period.start)).toBe(99_900)
    expect(prorate(99_900, period, at('2026-03-16'))).toBe(Math.round((99_900 * 16) / 31))
    expect(prorate(31 * 86_400, period, new Date(period.end.getTime() - 1000))).toBe(1)
    expect(prorate(99_900, period, at('2026-04-02'))).toBe(0)
  })

  it('gives back before it charges, and pays a new interval whole', () => {
    const plan = (code: string, price_amount: number) => ({ kind: 'plan' as const, code, price_amount })
    const same = priceChange({ period, interval: 'month', at: at('2026-03-16'), removed: [plan('a', 31_00)], added: [plan('b', 62_00)] })
    expect(same.map((line) => line.amount)).toEqual([-16_00, 32_00])
    const yearly = { no: 2, start: at('2026-03-16'), end: at('2027-03-16') }
    const kept = [{ kind: 'add_on' as const, code: 'booking', price_amount: 31_00 }]
    const longer = priceChange({
      period,
      interval: 'month',
      at: at('2026-03-16'),
      removed: [plan('a', 31_00)],
      added: [plan('y', 600_00)],
      next: { period: yearly, interval: 'year', kept },
    })
    expect(longer.map((line) => [line.scope, line.amount])).toEqual([
      ['plan', -16_00],
      ['booking', -16_00],
      ['booking', 31_00 * 12],
      ['plan', 600_00],
    ])
  })
})

it('VAT: 15 % at home, the buyer’s own country elsewhere, none where a VAT number accounts for it', () => {
  expect(taxFor({ country: 'SA', vat_number: '300000000000003' })).toEqual({ rule: 'standard', bps: 1500, country: 'SA' })
  expect(taxFor({ country: 'AE', vat_number: null })).toMatchObject({ rule: 'standard', bps: 500 })
  expect(taxFor({ country: 'FR', vat_number: 'FR123' })).toMatchObject({ rule: 'reverse_charge', bps: 0 })
  expect(taxFor({ country: 'US', vat_number: null })).toMatchObject({ rule: 'out_of_scope', bps: 0 })
  expect(taxOf(-333, taxFor({ country: 'SA', vat_number: null }))).toBe(-50)
})
