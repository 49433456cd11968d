import { z } from 'zod'

/** An amount in integer minor units of its currency (49.95 SAR = 4995; 1.250 KWD = 1250). */
export const Money = z.object({
  amount: z.int(),
  currency: z.string().regex(/^[A-Z]{3}$/),
})
export type Money = z.infer<typeof Money>

const exponents: Record<string, number> = { BHD: 3, JOD: 3, KWD: 3, OMR: 3, TND: 3, IQD: 3, LYD: 3, JPY: 0, KRW: 0, VND: 0, CLP: 0, ISK: 0 }

/** Digits behind the decimal point (ISO 4217): 2 unless the currency says otherwise. */
export function currencyExponent(currency: string): number {
  return exponents[currency] ?? 2
}

/** Integer division rounded half away from zero; all arguments are integers. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const quotient = (2n * n + d) / (2n * d)
  return negative ? -quotient : quotient
}

/** rate × amount, half-up to the minor unit (00-conventions). @param bps 1 % = 100 */
export function applyRate(amount: number, bps: number): number {
  return Number(divideHalfUp(BigInt(amount) * BigInt(bps), 10_000n))
}

/** A5: splits a tax-inclusive gross amount. `base + tax` is exactly `gross`. */
export function splitInclusiveTax(gross: number, bps: number): { base: number; tax: number } {
  const base = Number(divideHalfUp(BigInt(gross) * 10_000n, 10_000n + BigInt(bps)))
  return { base, tax: gross - base }
}

/** A4, A20: splits `total` in proportion to `weights` by largest remainder; the parts sum to `total`. Ties go to the first parts. */
export function splitByWeight(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + BigInt(b), 0n)
  if (weights.length === 0) return []
  if (sum === 0n)
    return splitByWeight(
      total,
      weights.map(() => 1),
    )
  const sign = total < 0 ? -1 : 1
  const whole = BigInt(Math.abs(total))
  const parts = weights.map((weight, index) => {
    const product = whole * BigInt(weight)
    return { index, floor: product / sum, remainder: product % sum }
  })
  let left = whole - parts.reduce((a, part) => a + part.floor, 0n)
  const shares = parts.map((part) => part.floor)
  for (const part of [...parts].sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))) {
    if (left === 0n) break
    shares[part.index] = part.floor + 1n
    left -= 1n
  }
  return shares.map((share) => Number(share) * sign)
}

/**
 * A4: cumulative proportional reversal, so that nothing is ever left over.
 * @returns what to reverse now, given what has been refunded in total and what was reversed before
 */
export function reversalDelta(amount: number, base: number, refundedTotal: number, alreadyReversed: number): number {
  if (base === 0) return 0
  return Number(divideHalfUp(BigInt(amount) * BigInt(refundedTotal), BigInt(base))) - alreadyReversed
}
