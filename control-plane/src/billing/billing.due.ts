import type { Tx } from '../registry/registry.ts'

/** What billing does at a time; `ref` says to what (`tnt_…:3` the period, `inv_…:5` the day of dunning). */
export type DueKind = 'renewal' | 'trial-notice' | 'trial-end' | 'dunning' | 'standing' | 'change'

export interface Due {
  kind: DueKind
  ref: string
  tenantId: string
  at: Date
}

/** Writes what is due together with its cause; a repeat finds the row. */
export async function schedule(tx: Tx, dues: readonly Due[]): Promise<void> {
  if (dues.length === 0) return
  await tx.billing_due.createMany({
    data: dues.map((due) => ({ kind: due.kind, ref: due.ref, tenant_id: due.tenantId, due_at: due.at })),
    skipDuplicates: true,
  })
}

/** Days after its due date on which an open invoice is looked at; the last one ends in suspension (docs/spec/core.md, subscription). */
export const dunningDays = [0, 1, 3, 5, 7] as const

/** The rows of an invoice's reminders. */
export const remindersOf = (invoiceId: string): string[] => dunningDays.map((days) => `${invoiceId}:${days}`)

/** Settles what no longer applies: an invoice that was paid, a subscription that ended. */
export async function dismiss(
  tx: Tx,
  where: { kind: DueKind; ref: { in: string[] } } | { kind: DueKind; tenant_id: string },
  outcome: string,
  now: Date,
) {
  await tx.billing_due.updateMany({ where: { ...where, done_at: null }, data: { done_at: now, outcome } })
}
