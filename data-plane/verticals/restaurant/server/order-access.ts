import type { RequestContext } from '@cityos/http'
import { secretMatches } from '../../../platform/credential/secret.ts'
import type { Tx } from '../../../platform/db/index.ts'

/** Whether the caller is the buyer: signed in as the one it belongs to, or holding the token of its order. */
export async function isBuyer(
  tx: Tx,
  ctx: RequestContext,
  row: { customer_id: string | null; order_id: string | null },
  token: string | undefined,
): Promise<boolean> {
  if (row.customer_id !== null && ctx.actor.kind === 'customer' && ctx.actor.id === row.customer_id) return true
  if (!token || row.order_id === null) return false
  const order = await tx.selectFrom('order').select('token_hash').where('id', '=', row.order_id).executeTakeFirst()
  return order !== undefined && secretMatches(token, order.token_hash)
}
