import type { Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, hours, later } from '../../platform/clock/clock.ts'
import { sendAlong, type Tx } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import type { HeldLine } from '../vertical/holds.ts'
import { type CaptureMode, type EntitlementRef, Purchasables } from '../vertical/purchasable.ts'
import { subOrderLifecycle } from './sub-order.lifecycle.ts'
import type { OrderLineRow, OrderRow, SubOrderRow } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'

/** A vendor is late when a confirmed part is not accepted within a day. */
const acceptWithin = hours(24)

/** What was held becomes the buyer's: entitlements on the lines, sub-orders placed → confirmed. */
@Injectable()
export class Confirmation {
  constructor(
    private readonly clock: Clock,
    private readonly purchasables: Purchasables,
  ) {}

  /**
   * Runs in the transaction that consumed the holds.
   * @param held the consumed holds of these lines
   */
  async confirm(
    tx: Tx,
    ctx: RequestContext,
    order: Pick<OrderRow, 'id' | 'number' | 'customer_id' | 'locale' | 'currency_code'>,
    subOrders: readonly SubOrderRow[],
    lines: readonly OrderLineRow[],
    held: readonly HeldLine[],
  ): Promise<void> {
    const now = this.clock.now()
    const byCartLine = new Map(held.map((hold) => [hold.lineId, hold]))
    const refs: EntitlementRef[] = []
    for (const kind of [...new Set(lines.map((line) => line.kind))].sort()) {
      const own = lines
        .filter((line) => line.kind === kind)
        .map((line) => ({
          ...byCartLine.get(line.entitlement_id!)!,
          choice: line.choice,
          orderId: order.id,
          orderNumber: order.number,
          orderLineId: line.id,
          subOrderId: line.sub_order_id,
          vendorId: line.vendor_id,
          customerId: order.customer_id,
          locale: order.locale as Locale,
          currency: order.currency_code,
          totalAmount: line.total_amount,
          captureMode: line.capture_mode as CaptureMode,
          startsAt: line.starts_at,
        }))
      refs.push(...(await this.purchasables.get(kind)!.confirm(tx, own, { now, ctx })))
    }
    this.writeEntitlements(tx, refs, now)
    for (const subOrder of subOrders) {
      await transition(tx, subOrderLifecycle, {
        id: subOrder.id,
        row: subOrder,
        name: 'confirm',
        ctx,
        payload: { order_id: order.id, vendor_id: subOrder.vendor_id },
        // a vertical that leads its lines has deadlines of its own
        changes: { confirmed_at: now, sla_due_at: subOrder.led_by === 'own' ? null : later(now, acceptWithin) },
      })
    }
    await recordTimeline(
      tx,
      ctx.actor,
      subOrders.map((subOrder) => ({ orderId: order.id, subOrderId: subOrder.id, type: 'confirmed' })),
      now,
    )
  }

  private writeEntitlements(tx: Tx, refs: readonly EntitlementRef[], now: Date): void {
    if (refs.length === 0) return
    sendAlong(tx, {
      text: `UPDATE order_line l SET entitlement_type = x.type, entitlement_id = x.id, updated_at = $1
        FROM unnest($2::text[], $3::text[], $4::text[]) AS x(line_id, type, id) WHERE l.id = x.line_id`,
      values: [now, refs.map((ref) => ref.orderLineId), refs.map((ref) => ref.type), refs.map((ref) => ref.id)],
    })
  }
}
