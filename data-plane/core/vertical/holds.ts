import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Insertable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { hashSecret } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { type ActContext, type Hold, Purchasables, type ReleaseCause } from './purchasable.ts'

export interface HeldLine extends Hold {
  kind: string
}

export type NewHold = Insertable<DB['hold']>

export interface HoldsToKeep {
  held: readonly HeldLine[]
  checkoutId: string
  ownerToken: string
  customerId: string | null
  expiresAt: Date
  now: Date
}

/**
 * Envelopes of what checkout took: until when, for whom, and what became of it. Every way out of `active` is a
 * compare-and-set (K4, docs/spec/00-conventions.md), so nothing is freed or consumed twice.
 */
@Injectable()
export class Holds {
  constructor(
    private readonly database: Database,
    private readonly purchasables: Purchasables,
  ) {}

  /** Rows of new holds, to be written in the transaction that took them. */
  rows({ held, checkoutId, ownerToken, customerId, expiresAt, now }: HoldsToKeep): NewHold[] {
    const ownerHash = hashSecret(ownerToken)
    return held.map((hold) => ({
      id: newId('hld'),
      kind: hold.kind,
      resource_id: hold.resourceId,
      quantity: hold.quantity,
      owner_hash: ownerHash,
      customer_id: customerId,
      cart_line_id: hold.lineId,
      checkout_id: checkoutId,
      status: 'active',
      expires_at: expiresAt,
      created_at: now,
      updated_at: now,
    }))
  }

  /**
   * active → consumed for all holds of a checkout (or those of some lines), in the transaction that books what they held. Requires the owner's token.
   * @returns the holds; fewer than were kept means that some ran out meanwhile, and nothing may be confirmed
   */
  async consume(tx: Tx, checkoutId: string, ownerToken: string, now: Date, cartLineIds?: readonly string[]): Promise<HeldLine[]> {
    const rows = await tx
      .updateTable('hold')
      .set({ status: 'consumed', updated_at: now })
      .where('checkout_id', '=', checkoutId)
      .where('status', '=', 'active')
      .where('owner_hash', '=', hashSecret(ownerToken))
      .$if(cartLineIds !== undefined, (query) => query.where('cart_line_id', 'in', [...cartLineIds!]))
      .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
      .execute()
    return rows.map(toHeld)
  }

  /** active → released, and what was held is free again; holds that ended before are left alone. */
  async releaseCheckout(tx: Tx, ctx: RequestContext, checkoutId: string, now: Date): Promise<void> {
    const rows = await tx
      .updateTable('hold')
      .set({ status: 'released', updated_at: now })
      .where('checkout_id', '=', checkoutId)
      .where('status', '=', 'active')
      .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
      .execute()
    await this.giveBack(tx, rows.map(toHeld), 'payment_failed', { ctx, now })
  }

  /**
   * Frees overdue holds of some resources, before a claim on them is refused: a late timer never costs a sale.
   * @returns how many were freed
   */
  async expireOverdue(kind: string, resourceIds: readonly string[], now: Date): Promise<number> {
    if (resourceIds.length === 0) return 0
    return this.database.transaction(async (tx) => {
      const rows = await tx
        .updateTable('hold')
        .set({ status: 'expired', updated_at: now })
        .where('kind', '=', kind)
        .where('resource_id', 'in', [...resourceIds])
        .where('status', '=', 'active')
        .where('expires_at', '<=', now)
        .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
        .execute()
      await this.giveBack(tx, rows.map(toHeld), 'expired', { ctx: RequestContext.system('hold'), now })
      return rows.length
    })
  }

  private async giveBack(tx: Tx, held: readonly HeldLine[], cause: ReleaseCause, context: ActContext): Promise<void> {
    for (const kind of [...new Set(held.map((hold) => hold.kind))].sort()) {
      const purchasable = this.purchasables.get(kind)
      if (!purchasable) throw new Error(`no purchasable ${kind} to release what it held`)
      await purchasable.release(
        tx,
        held.filter((hold) => hold.kind === kind),
        cause,
        context,
      )
    }
  }
}

const toHeld = (row: { kind: string; cart_line_id: string; resource_id: string; quantity: number }): HeldLine => ({
  kind: row.kind,
  lineId: row.cart_line_id,
  resourceId: row.resource_id,
  quantity: row.quantity,
})
