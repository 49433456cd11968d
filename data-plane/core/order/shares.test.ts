import { applyRate, splitInclusiveTax } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { refundEntries, saleEntries } from '../ledger/postings.ts'
import { addDivisions, refundDivision, unitDivision } from './shares.ts'

/** Deterministic numbers (mulberry32): a failing case can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

describe('A4: splits and reversal', () => {
  it('line 99.99, commission 15 % = 15.00; refund 33.33 reverses 5.00, the rest 10.00', () => {
    const line = { total: 9999, tax: 0, commission: applyRate(9999, 1500) }
    expect(line.commission).toBe(1500)
    expect(refundDivision(line, 0, 3333).commission).toBe(500)
    expect(refundDivision(line, 3333, 6666).commission).toBe(1000)
  })

  it('property: refunding in any steps reverses exactly tax and commission, and every step balances', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const next = numbers(seed)
      const total = next(500_000) + 1
      const line = { total, tax: splitInclusiveTax(total, 1500).tax, commission: applyRate(total, next(4000)) }
      const parts = []
      let refunded = 0
      while (refunded < total) {
        const refund = Math.min(total - refunded, next(Math.ceil(total / 3)) + 1)
        const part = refundDivision(line, refunded, refund)
        const entries = refundEntries('psp_clearing', 'ven_1', part, seed % 2 === 0 ? 0 : part.gross - part.tax - part.commission)
        expect(entries.reduce((sum, entry) => sum + entry.amount, 0)).toBe(0)
        parts.push(part)
        refunded += refund
      }
      expect(addDivisions(parts)).toEqual({ gross: total, tax: line.tax, commission: line.commission })
    }
  })

  it('property: units fulfilled or cancelled in any steps take exactly the line, and the vendor is never charged for a sale', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const next = numbers(seed)
      const quantity = next(12) + 1
      const total = next(100_000) + quantity
      const line = { total, tax: splitInclusiveTax(total, 1500).tax, commission: applyRate(total, 1000) }
      const parts = []
      let done = 0
      while (done < quantity) {
        const units = Math.min(quantity - done, next(quantity) + 1)
        const part = unitDivision(line, quantity, done, done + units)
        const entries = saleEntries('psp_clearing', 'ven_1', part)
        expect(entries.reduce((sum, entry) => sum + entry.amount, 0)).toBe(0)
        parts.push(part)
        done += units
      }
      expect(addDivisions(parts)).toEqual({ gross: total, tax: line.tax, commission: line.commission })
    }
  })
})
