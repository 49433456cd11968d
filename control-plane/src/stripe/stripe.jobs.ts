import { newId } from '@cityos/contract'
import { json, type Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'

/** What is to be told to, or read from, the payment provider. */
export type StripeJob =
  /** A customer for the tenant, then a subscription for one of its items. */
  | { kind: 'subscribe'; item_id: string }
  /** The plan's subscription moves to another item's price, prorated at a moment (seconds since 1970). */
  | { kind: 'move'; from_item_id: string; item_id: string; at: number }
  | { kind: 'cancel'; item_id: string }
  | { kind: 'read-subscription'; subscription_id: string }
  | { kind: 'read-invoice'; invoice_id: string }
  /** Use of one hour, for the provider's meter. */
  | { kind: 'meter'; metric: string; hour: string; quantity: number }
  | { kind: 'erase' }

/**
 * Puts a job into the outbox, in the transaction of its cause.
 * @param key its idempotency key, here and at the provider; a repeat finds the row
 */
export async function enqueueStripe(tx: Tx, key: string, tenantId: string | null, job: StripeJob, now: Date): Promise<void> {
  const { kind, ...payload } = job
  await tx.stripe_job.createMany({
    data: [{ id: newId('stj'), key, kind, tenant_id: tenantId, payload: json(payload), next_at: now, created_at: now }],
    skipDuplicates: true,
  })
  await Signals.announce(tx, 'stripe')
}
