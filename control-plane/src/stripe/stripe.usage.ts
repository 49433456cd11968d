import type { PlaneHealth } from '@cityos/contract'
import type { Tx } from '../registry/registry.ts'
import { enqueueStripe } from './stripe.jobs.ts'
import { stripeSettings } from './stripe.settings.ts'

/** Passes on what was used in hours that are over, for tenants the provider invoices: each hour once, by its key. */
export async function meterHours(tx: Tx, tenantId: string, meter: NonNullable<PlaneHealth['meter']>, now: Date): Promise<void> {
  if (!stripeSettings()) return
  const held = await tx.subscription.findUnique({ where: { tenant_id: tenantId }, select: { collection: true } })
  if (held?.collection !== 'stripe') return
  const measured = Date.parse(meter.measured_at)
  for (const figures of meter.hours) {
    if (Date.parse(figures.hour) + 3_600_000 > measured) continue
    for (const metric of ['orders', 'gmv_amount'] as const) {
      const quantity = figures[metric]
      const job = { kind: 'meter' as const, metric, hour: figures.hour, quantity }
      if (quantity > 0) await enqueueStripe(tx, `meter:${tenantId}:${metric}:${figures.hour}`, tenantId, job, now)
    }
  }
}
