import type { Visit } from '../visit.ts'

export interface Tier {
  hours_before: number
  refund_bps: number
}

/**
 * What cancelling gives back, by how long before the start it is done (A10, docs/spec/algorithms.md). No tiers: free at any time.
 * @param tiers longest notice first
 */
export function CancellationTerms({ visit, tiers }: { visit: Visit; tiers: readonly Tier[] }) {
  const { t, formats } = visit
  if (tiers.length === 0) return <p>{t('cancellation.free')}</p>
  const last = tiers.at(-1)
  const before = (tier: Tier) => formats.duration(tier.hours_before * 60)
  return (
    <ul className="grid gap-1">
      {tiers
        .filter((tier) => tier.refund_bps > 0 && tier.hours_before > 0)
        .map((tier) => (
          <li key={tier.hours_before}>
            {tier.refund_bps === 10_000
              ? t('cancellation.all_until', { time: before(tier) })
              : t('cancellation.part_until', { time: before(tier), percent: formats.number(tier.refund_bps / 100) })}
          </li>
        ))}
      {last && (
        <li>
          {last.refund_bps > 0 && last.hours_before === 0
            ? t('cancellation.then_part', { percent: formats.number(last.refund_bps / 100) })
            : t('cancellation.then_nothing')}
        </li>
      )}
    </ul>
  )
}
