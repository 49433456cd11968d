import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { Clock, later } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { schedule, TimerHandlers } from '../../../platform/timer/timers.ts'
import { autoConfirmTimer, noShowTimer, ReservationMoves, type ReservationRow, reminderBefore, reminderTimer } from './reservation.moves.ts'
import { unlessMoved } from './unless-moved.ts'

/** What happens to reservations by itself; late, early or doubled runs change no outcome, and it goes on when the vertical is off. */
@Injectable()
export class ReservationTimers implements OnModuleInit {
  constructor(
    private readonly timers: TimerHandlers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lines: OrderLines,
    private readonly moves: ReservationMoves,
  ) {}

  onModuleInit(): void {
    this.timers.on(autoConfirmTimer, (ctx, timer) => this.autoConfirm(ctx, timer.ref))
    this.timers.on(reminderTimer, (ctx, timer) => this.remind(ctx, timer.ref))
    this.timers.on(noShowTimer, (ctx, timer) => this.miss(ctx, timer.ref))
  }

  /** The restaurant's rule for small parties. A declined deposit leaves it requested: core asks for another card. */
  async autoConfirm(ctx: RequestContext, id: string): Promise<void> {
    const row = await this.row(id)
    if (row?.status !== 'requested') return
    await unlessMoved(() => this.lines.accept(ctx, row.order_line_id!, (tx) => this.moves.confirm(tx, id, ctx)), ['payment_declined'])
  }

  /** Three hours before, once: a reminder that comes after the start is none. */
  async remind(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const row = await tx.selectFrom('restaurant_table_reservation').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      if (row?.status !== 'confirmed' || now >= row.starts_at) return
      const due = later(row.starts_at, -reminderBefore)
      if (now < due) {
        await schedule(tx, { kind: reminderTimer, ref: id, dueAt: due })
        return
      }
      const sent = (row.metadata as { reminded_at?: string }).reminded_at
      if (sent) return
      await tx
        .updateTable('restaurant_table_reservation')
        .set({ metadata: JSON.stringify({ ...(row.metadata as object), reminded_at: now.toISOString() }) })
        .where('id', '=', id)
        .execute()
      await appendEvent(tx, {
        type: 'restaurant.table_reservation.reminder_due',
        aggregate: { type: 'table_reservation', id, version: row.version },
        payload: { id, restaurant_id: row.restaurant_id, starts_at: row.starts_at.toISOString() },
        ctx,
      })
    })
  }

  /** Nobody came: the deposit stays with the restaurant. */
  async miss(ctx: RequestContext, id: string): Promise<void> {
    const row = await this.row(id)
    if (row?.status !== 'confirmed') return
    if (this.clock.now() < row.seat_by) {
      await this.database.transaction((tx) => schedule(tx, { kind: noShowTimer, ref: id, dueAt: row.seat_by }))
      return
    }
    await unlessMoved(() =>
      this.lines.end(ctx, row.order_line_id!, { cause: 'system', reason: 'no_show', keepAmount: row.deposit_amount }, (tx) =>
        this.moves.miss(tx, id, ctx),
      ),
    )
  }

  private row(id: string): Promise<ReservationRow | undefined> {
    return this.database.read.selectFrom('restaurant_table_reservation').selectAll().where('id', '=', id).executeTakeFirst()
  }
}
