import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import { cancel } from '../../platform/timer/timers.ts'
import { type Afterwards, CancelService } from '../order/cancel.service.ts'
import { subOrderLifecycle } from '../order/sub-order.lifecycle.ts'
import { Voids } from '../order/voids.ts'
import { Holds } from '../vertical/holds.ts'
import { type CheckoutRow, isLive, lockCheckout } from './checkout.rows.ts'
import type { Failure } from './checkout.workflow.ts'

/** Takes a checkout back that did not come to its end: money, stock and cart are as before the click. */
@Injectable()
export class CheckoutUndo {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly holds: Holds,
    private readonly voids: Voids,
    private readonly cancellations: CancelService,
  ) {}

  /** One transaction behind the checkout's row, as confirming and booking are: of two runs at once one decides. */
  async undo(checkoutId: string, failure: Failure): Promise<void> {
    const ctx = RequestContext.system('checkout')
    const after = await this.database.transaction(async (tx) => {
      const checkout = await lockCheckout(tx, checkoutId)
      return isLive(checkout) ? this.close(tx, ctx, checkout, failure) : null
    })
    if (after) await this.cancellations.carryOut(ctx, after)
  }

  private async close(tx: Tx, ctx: RequestContext, checkout: CheckoutRow, failure: Failure): Promise<Afterwards> {
    const now = this.clock.now()
    await tx
      .updateTable('checkout')
      .set({ status: 'failed', failure: jsonb(failure), updated_at: now, version: checkout.version + 1 })
      .where('id', '=', checkout.id)
      .execute()
    const subOrders = await tx.selectFrom('sub_order').select(['id', 'status']).where('order_id', '=', checkout.order_id).execute()
    // confirmed already (a capture failed): the ordinary cancellation gives back money and stock
    const confirmed = subOrders.filter((row) => ['confirmed', 'accepted', 'preparing'].includes(row.status)).map((row) => row.id)
    const after = await this.cancellations.cancelIn(tx, ctx, confirmed, { cause: 'system', reason: failure.code })
    await this.holds.releaseCheckout(tx, ctx, checkout.id, now)
    for (const { id } of subOrders.filter((row) => row.status === 'placed')) {
      await transition(tx, subOrderLifecycle, {
        id,
        name: 'expire',
        ctx,
        reason: failure.code,
        changes: { ended_at: now, end_reason: failure.code },
      })
    }
    await tx
      .updateTable('order_line')
      .set((eb) => ({ quantity_cancelled: eb('quantity_cancelled', '+', eb.ref('quantity_open')), quantity_open: 0, updated_at: now }))
      .where('order_id', '=', checkout.order_id)
      .where('quantity_open', '>', 0)
      .execute()
    const payments = await tx.selectFrom('payment').select('id').where('order_id', '=', checkout.order_id).execute()
    const marked = await this.voids.mark(
      tx,
      payments.map((payment) => payment.id),
      'failed',
    )
    await tx.updateTable('order').set({ checkout_failed_at: now, updated_at: now }).where('id', '=', checkout.order_id).execute()
    await tx
      .updateTable('payment_challenge')
      .set({ status: 'expired', updated_at: now })
      .where('checkout_id', '=', checkout.id)
      .where('status', '=', 'pending')
      .execute()
    // the shopper may try again, unless a newer cart has taken its place meanwhile
    await tx
      .updateTable('cart')
      .set((eb) => ({ status: 'open', completing_at: null, updated_at: now, version: eb('version', '+', 1) }))
      .where('id', '=', checkout.cart_id)
      .where('status', '=', 'completing')
      .execute()
    await cancel(tx, 'checkout.sweep', checkout.id)
    return { ...after, voids: [...after.voids, ...marked] }
  }
}
