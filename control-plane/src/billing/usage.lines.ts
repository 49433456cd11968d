import type { Tx } from '../registry/registry.ts'
import type { LineToWrite } from './invoice.issue.ts'
import { type Metered, type Metric, priceOfUse } from './metered.ts'
import { describe } from './subscription.lines.ts'

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
