import { divideHalfUp } from '@cityos/contract'
import type { Division } from '../ledger/postings.ts'

/** Half-up share of `amount` that the first `part` of `whole` make up. */
function upTo(amount: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Number(divideHalfUp(BigInt(amount) * BigInt(part), BigInt(whole)))
}

/**
 * The share of units `from`…`to` in an amount over `quantity` units. Units leave a line in a row (fulfilled or cancelled),
 * so every unit has a fixed share and all shares sum to the whole (A4, docs/spec/algorithms.md).
 */
export function unitShare(amount: number, quantity: number, from: number, to: number): number {
  return upTo(amount, to, quantity) - upTo(amount, from, quantity)
}

export interface DividedAmounts {
  total: number
  tax: number
  commission: number
}

/** How the money of units `from`…`to` of a line divides. */
export function unitDivision(line: DividedAmounts, quantity: number, from: number, to: number): Division {
  return {
    gross: unitShare(line.total, quantity, from, to),
    tax: unitShare(line.tax, quantity, from, to),
    commission: unitShare(line.commission, quantity, from, to),
  }
}

/**
 * How the piece `from`…`to` of a line's amount divides: cumulative and proportional, so that taking a line in any number of
 * steps takes exactly its tax and its commission.
 */
export function amountDivision(line: DividedAmounts, from: number, to: number): Division {
  const piece = (amount: number) => upTo(amount, to, line.total) - upTo(amount, from, line.total)
  return { gross: to - from, tax: piece(line.tax), commission: piece(line.commission) }
}

/**
 * How a refund divides: cumulative proportional reversal (A4), so that refunding in any number of steps reverses exactly
 * the tax and the commission of the line.
 * @param refundedBefore minor units refunded of this line up to now
 */
export function refundDivision(line: DividedAmounts, refundedBefore: number, refund: number): Division {
  return amountDivision(line, refundedBefore, refundedBefore + refund)
}

export function addDivisions(divisions: readonly Division[]): Division {
  return divisions.reduce<Division>(
    (sum, part) => ({ gross: sum.gross + part.gross, tax: sum.tax + part.tax, commission: sum.commission + part.commission }),
    { gross: 0, tax: 0, commission: 0 },
  )
}
