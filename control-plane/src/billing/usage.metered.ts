import { applyRate } from '@cityos/contract'
import { z } from 'zod'
import type { Tx } from '../registry/registry.ts'
import type { LineToWrite } from './invoice.issue.ts'
import { describe } from './subscription.lines.ts'

export const metrics = ['orders', 'gmv_amount', 'storage_mb'] as const
export type Metric = (typeof metrics)[number]

/** The limit of a plan that is a metric's quota. */
export const quotaOf: Readonly<Record<Metric, string | null>> = { orders: 'orders_month', gmv_amount: null, storage_mb: 'storage_mb' }

/** What use costs beyond what a plan includes; a metric that is not named costs nothing. */
export const Metered = z.object({
  /** Orders beyond `included`, each at `unit_amount`. */
  orders: z.object({ included: z.int().min(0), unit_amount: z.int().min(0) }).optional(),
  /** Sales beyond `included` (minor units), `bps` of them. */
  gmv_amount: z.object({ included: z.int().min(0), bps: z.int().min(0).max(10_000) }).optional(),
  /** Peak of the period beyond `included` MB, each begun 1024 MB at `unit_amount`. */
  storage_mb: z.object({ included: z.int().min(0), unit_amount: z.int().min(0) }).optional(),
})
export type Metered = z.infer<typeof Metered>

/** Price of `used` of a metric, net. */
export function priceOfUse(metered: Metered, metric: Metric, used: number): { quantity: number; unit: number; amount: number } {
  if (metric === 'gmv_amount') {
    const terms = metered.gmv_amount
    const beyond = Math.max(0, used - (terms?.included ?? 0))
    return { quantity: beyond, unit: 0, amount: applyRate(beyond, terms?.bps ?? 0) }
  }
  const terms = metered[metric]
  const beyond = Math.max(0, used - (terms?.included ?? 0))
  const quantity = metric === 'storage_mb' ? Math.ceil(beyond / 1024) : beyond
  const unit = terms?.unit_amount ?? 0
  return { quantity, unit, amount: quantity * unit }
}

/**
 * Lines for what was used in periods that are over and not invoiced yet: a measurement that came in late is in the next
 * invoice, at the terms of the subscription. `billed` keeps what is written, so that a repeat writes nothing.
 */
export async function usageLines(tx: Tx, tenantId: string, before: number, metered: Metered, now: Date): Promise<LineToWrite[]> {
  const rows = await tx.$queryRaw<{ metric: Metric; period_no: number; used: bigint; billed: bigint; starts_at: Date; ends_at: Date }[]>`
    SELECT u.metric, u.period_no, u.used, u.billed, p.starts_at, p.ends_at
    FROM tenant_usage u JOIN subscription_period p ON p.tenant_id = u.tenant_id AND p.no = u.period_no
    WHERE u.tenant_id = ${tenantId} AND u.period_no < ${before} AND u.used > u.billed
    ORDER BY u.period_no, u.metric FOR UPDATE OF u`
  const lines: LineToWrite[] = []
  for (const row of rows) {
    await tx.tenant_usage.update({
      where: { tenant_id_metric_period_no: { tenant_id: tenantId, metric: row.metric, period_no: row.period_no } },
      data: { billed: row.used, updated_at: now },
    })
    const whole = priceOfUse(metered, row.metric, Number(row.used))
    const before = priceOfUse(metered, row.metric, Number(row.billed))
    const amount = whole.amount - before.amount
    if (amount <= 0) continue
    lines.push({
      kind: 'usage',
      code: row.metric,
      description: describe(row.metric),
      quantity: whole.quantity - before.quantity,
      unit_amount: whole.unit,
      amount,
      start: row.starts_at,
      end: row.ends_at,
    })
  }
  return lines
}
