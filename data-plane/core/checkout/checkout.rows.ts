import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { HandWritten, Tx } from '../../platform/db/index.ts'

export type CheckoutRow = Selectable<DB['checkout']>

/** Everything that decides about a checkout does so behind this lock (K3, docs/spec/00-conventions.md). */
export async function lockCheckout(tx: Tx, id: string): Promise<CheckoutRow> {
  return tx.selectFrom('checkout').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
}

/** The statement of `lockCheckout`; what travels behind it runs once the lock is there. */
export function lockingCheckout(id: string): HandWritten<CheckoutRow> {
  return { text: 'select * from checkout where id = $1 for update', values: [id] }
}

/** Neither succeeded nor failed yet. */
export function isLive(checkout: CheckoutRow): boolean {
  return checkout.status === 'running' || checkout.status === 'action_required'
}
