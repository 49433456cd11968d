import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { type DueTimer, schedule, TimerHandlers } from '../../../platform/timer/timers.ts'
import { unmarkedUntil } from '../rules.ts'
import { BookingActs } from './booking-acts.ts'
import { type BookingRecord, moveBooking } from './booking-moves.ts'
import { bookingEvent } from './booking-rows.ts'
import { timerKinds } from './timer-kinds.ts'

/**
 * What happens to bookings by itself. Every handler decides from the deadline on the row: one that runs late, early, twice
 * or never changes no outcome. They go on while the vertical is off: what was sold is carried to its end.
 */
@Injectable()
export class BookingTimers implements OnModuleInit {
  constructor(
    private readonly handlers: TimerHandlers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly acts: BookingActs,
  ) {}

  onModuleInit(): void {
    this.handlers.on(timerKinds.unanswered, (ctx, timer) => this.unanswered(ctx, timer))
    this.handlers.on(timerKinds.start, (ctx, timer) => this.start(ctx, timer))
    this.handlers.on(timerKinds.complete, (ctx, timer) => this.complete(ctx, timer))
    this.handlers.on(timerKinds.dayReminder, (ctx, timer) => this.remind(ctx, timer, 24))
    this.handlers.on(timerKinds.hourReminder, (ctx, timer) => this.remind(ctx, timer, 2))
    this.handlers.on(timerKinds.review, (ctx, timer) => this.inviteReview(ctx, timer))
  }

  private async unanswered(ctx: RequestContext, timer: DueTimer): Promise<void> {
    const row = await this.find(timer.ref)
    if (!row?.confirm_by || !['pending_confirmation', 'expired'].includes(row.status)) return
    if (await this.early(timer, row.confirm_by)) return
    if (row.status === 'expired' && !(await this.lineIsOpen(row))) return
    await this.acts.expire(ctx, row, row.confirm_by)
  }

  private async start(ctx: RequestContext, timer: DueTimer): Promise<void> {
    const row = await this.find(timer.ref)
    if (row?.status !== 'checked_in' || (await this.early(timer, row.starts_at))) return
    await this.database.transaction((tx) => moveBooking(tx, { id: row.id, name: 'start', ctx, now: row.starts_at }))
  }

  private async complete(ctx: RequestContext, timer: DueTimer): Promise<void> {
    const row = await this.find(timer.ref)
    if (!row || !['confirmed', 'checked_in', 'in_progress'].includes(row.status)) return
    const deadline = unmarkedUntil(row)
    if (await this.early(timer, deadline)) return
    await this.acts.complete(ctx, row, deadline)
  }

  /** Nobody is reminded of what is over or of what has begun. */
  private async remind(ctx: RequestContext, timer: DueTimer, hoursBefore: number): Promise<void> {
    const row = await this.find(timer.ref)
    if (row?.status !== 'confirmed' || row.starts_at <= this.clock.now()) return
    await this.once(timer, row, (tx) =>
      bookingEvent(tx, ctx, row, 'booking.booking.reminder_due', { hours_before: hoursBefore, start: row.starts_at.toISOString() }),
    )
  }

  private async inviteReview(ctx: RequestContext, timer: DueTimer): Promise<void> {
    const row = await this.find(timer.ref)
    if (row?.status !== 'completed') return
    await this.once(timer, row, (tx) => bookingEvent(tx, ctx, row, 'booking.booking.review_invited', { order_line_id: row.order_line_id }))
  }

  /** An event that is no transition leaves a mark on the row in the same statement, so that a timer that runs twice tells it once (K4). */
  private async once(timer: DueTimer, row: BookingRecord, tell: (tx: Tx) => Promise<void>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { rows } =
        await sql`UPDATE booking SET metadata = coalesce(metadata, '{}') || jsonb_build_object(${timer.kind}::text, ${timer.dueAt.toISOString()}::text)
        WHERE id = ${row.id} AND status = ${row.status} AND NOT coalesce(jsonb_exists(metadata, ${timer.kind}), false) RETURNING id`.execute(
          tx,
        )
      if (rows.length > 0) await tell(tx)
    })
  }

  /** A timer that came before its moment is put where it belongs. */
  private async early(timer: DueTimer, due: Date): Promise<boolean> {
    if (this.clock.now() >= due) return false
    await this.database.transaction((tx) => schedule(tx, { kind: timer.kind, ref: timer.ref, dueAt: due }))
    return true
  }

  private async lineIsOpen(row: BookingRecord): Promise<boolean> {
    if (!row.order_line_id) return false
    const line = await this.database.read
      .selectFrom('order_line')
      .select('quantity_open')
      .where('id', '=', row.order_line_id)
      .executeTakeFirst()
    return (line?.quantity_open ?? 0) > 0
  }

  private find(id: string): Promise<BookingRecord | undefined> {
    return this.database.read.selectFrom('booking').selectAll().where('id', '=', id).executeTakeFirst()
  }
}
