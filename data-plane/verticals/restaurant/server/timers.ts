import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { Clock, later } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { schedule, TimerHandlers } from '../../../platform/timer/timers.ts'
import { acceptTimer, autoAcceptTimer, FoodOrderMoves, type FoodOrderRow, lateAfter, lateTimer } from './food-order.moves.ts'
import { KitchenDesk } from './kitchen-desk.ts'
import { unlessMoved } from './unless-moved.ts'

/**
 * What happens to food orders by itself. Every handler asks the row: late, early, twice or not at all changes no outcome.
 * What was sold goes on when the vertical is off, so these timers never rest.
 */
@Injectable()
export class FoodOrderTimers implements OnModuleInit {
  constructor(
    private readonly timers: TimerHandlers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lines: OrderLines,
    private readonly moves: FoodOrderMoves,
    private readonly desk: KitchenDesk,
  ) {}

  onModuleInit(): void {
    this.timers.on(acceptTimer, (ctx, timer) => this.timeOut(ctx, timer.ref))
    this.timers.on(autoAcceptTimer, (ctx, timer) => this.autoAccept(ctx, timer.ref))
    this.timers.on(lateTimer, (ctx, timer) => this.alertLate(ctx, timer.ref))
  }

  /** The kitchen was silent: the order goes back and what was authorised is voided, in the same transaction. */
  async timeOut(ctx: RequestContext, id: string): Promise<void> {
    const row = await this.row(id)
    if (row?.status !== 'placed' || row.accept_by === null) return
    const { accept_by: acceptBy } = row
    if (this.clock.now() < acceptBy) {
      await this.database.transaction((tx) => schedule(tx, { kind: acceptTimer, ref: id, dueAt: acceptBy }))
      return
    }
    await unlessMoved(() =>
      this.lines.end(ctx, row.order_line_id!, { cause: 'system', reason: 'accept_timeout' }, (tx) =>
        this.moves.autoReject(tx, id, { ctx }),
      ),
    )
  }

  /** A declined card leaves the order placed: the customer is asked for another, and core ends it when none comes. */
  async autoAccept(ctx: RequestContext, id: string): Promise<void> {
    await unlessMoved(() => this.desk.autoAccept(ctx, id), ['payment_declined'])
  }

  /** Ten minutes after the promise and not handed over (nor waiting at the counter): somebody is told, once. */
  async alertLate(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const row = await tx.selectFrom('restaurant_food_order').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      if (!row || row.late_alerted_at !== null || !isUnderway(row)) return
      const due = later(row.promised_delivery_at ?? row.promised_ready_at, lateAfter)
      if (now < due) {
        await schedule(tx, { kind: lateTimer, ref: id, dueAt: due })
        return
      }
      await tx.updateTable('restaurant_food_order').set({ late_alerted_at: now }).where('id', '=', id).execute()
      await appendEvent(tx, {
        type: 'restaurant.food_order.late',
        aggregate: { type: 'food_order', id, version: row.version },
        payload: { id, restaurant_id: row.restaurant_id, vendor_id: row.vendor_id, status: row.status, promised_at: due.toISOString() },
        ctx,
      })
    })
  }

  private row(id: string): Promise<FoodOrderRow | undefined> {
    return this.database.read.selectFrom('restaurant_food_order').selectAll().where('id', '=', id).executeTakeFirst()
  }
}

function isUnderway(row: FoodOrderRow): boolean {
  return ['accepted', 'preparing', 'out_for_delivery'].includes(row.status) || (row.status === 'ready' && row.service === 'delivery')
}
