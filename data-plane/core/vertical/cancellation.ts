const hour = 3_600_000

export interface CancellationTier {
  hours_before: number
  refund_bps: number
}

/**
 * What a cancellation by the customer gives back under a tiered policy (A10, docs/spec/algorithms.md): the first tier,
 * from the longest notice down, whose notice is kept. Real hours, so that a daylight-saving change shifts nothing.
 * @param tiers in any order; null = free until the start
 * @param startsAt start of the service; null = undated, the best tier counts
 * @param paid minor units
 * @returns minor units, half-up
 */
export function tierRefund(tiers: readonly CancellationTier[] | null, startsAt: Date | null, paid: number, now: Date): number {
  if (startsAt !== null && now >= startsAt) return 0
  if (tiers === null) return paid
  const left = startsAt === null ? Number.POSITIVE_INFINITY : (startsAt.getTime() - now.getTime()) / hour
  const tier = [...tiers].sort((a, b) => b.hours_before - a.hours_before).find((candidate) => left >= candidate.hours_before)
  return tier ? Number((BigInt(paid) * BigInt(tier.refund_bps) * 2n + 10_000n) / 20_000n) : 0
}
