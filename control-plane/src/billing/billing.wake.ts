import type { Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'

/** Asks for a look at a tenant's standing as soon as this transaction has ended. */
export async function wakeStanding(tx: Tx, tenantId: string, now: Date): Promise<void> {
  await tx.billing_due.upsert({
    where: { kind_ref: { kind: 'standing', ref: tenantId } },
    create: { kind: 'standing', ref: tenantId, tenant_id: tenantId, due_at: now },
    update: { due_at: now, done_at: null, outcome: null },
  })
  await Signals.announce(tx, 'billing')
}
