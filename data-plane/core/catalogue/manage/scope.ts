import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import type { Tx } from '../../../platform/db/index.ts'

/** Whose rows the caller works on: one vendor's, or (staff and the house) everybody's. */
export function vendorOf(ctx: RequestContext): string | null {
  const { actor } = ctx
  if (actor.kind === 'vendor') return actor.vendorId
  if (actor.kind === 'staff' || actor.kind === 'system') return null
  throw new DomainError('forbidden')
}

const readOnly = ['suspended', 'terminated']

/**
 * A suspended vendor reads and changes nothing (docs/spec/core.md, vendor).
 * @throws DomainError forbidden
 */
export async function requireWritable(tx: Tx, ctx: RequestContext): Promise<void> {
  if (ctx.actor.kind !== 'vendor') return
  const vendor = await tx.selectFrom('vendor').select('status').where('id', '=', ctx.actor.vendorId).executeTakeFirst()
  if (!vendor || readOnly.includes(vendor.status)) throw new DomainError('forbidden', { details: { reason: 'vendor_suspended' } })
}

/**
 * Locks a product of the caller (K3): changes of one product, its variants and prices come one after another.
 * @throws DomainError not_found also for another vendor's product
 */
export async function lockProduct(tx: Tx, ctx: RequestContext, id: string) {
  await requireWritable(tx, ctx)
  const vendorId = vendorOf(ctx)
  let query = tx.selectFrom('product').selectAll().where('id', '=', id).where('deleted_at', 'is', null)
  if (vendorId) query = query.where('vendor_id', '=', vendorId)
  const row = await query.forUpdate().executeTakeFirst()
  if (!row) throw new DomainError('not_found')
  return row
}

/** @throws DomainError not_found also for a variant of another vendor's product */
export async function lockVariant(tx: Tx, ctx: RequestContext, id: string) {
  const found = await tx.selectFrom('variant').select('product_id').where('id', '=', id).executeTakeFirst()
  if (!found) throw new DomainError('not_found')
  const product = await lockProduct(tx, ctx, found.product_id)
  const variant = await tx.selectFrom('variant').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  return { product, variant }
}
