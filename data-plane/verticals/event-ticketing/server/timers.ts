import { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock, later, seconds } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { TimerHandlers } from '../../../platform/timer/timer-handlers.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { waitingLifecycle } from '../lifecycle.ts'
import { refreshEvent, tickEvent, tickSoldOut } from './event-state.ts'
import { EventWriter } from './event-writer.ts'
import { Payouts } from './payouts.service.ts'
import { RefundBatches } from './refund-batches.service.ts'
import { timerKinds } from './ticket-rows.ts'
import { endVoucher } from './voucher-rows.ts'
import { WaitingList } from './waiting-list.service.ts'

/**
 * Jobs of docs/spec/event-ticketing.md. Every one reads what is true now and may run early, late, twice or after a miss:
 * deadlines stand on the rows. All belong to what was sold or offered, so they go on while the vertical is off.
 */
@Injectable()
export class EventTimers implements OnModuleInit {
  constructor(
    private readonly handlers: TimerHandlers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly writer: EventWriter,
    private readonly waiting: WaitingList,
    private readonly batches: RefundBatches,
    private readonly payouts: Payouts,
  ) {}

  onModuleInit(): void {
    this.handlers.on(timerKinds.state, async (_ctx, { ref }) => {
      const fee = await this.writer.usualFee()
      await this.database.transaction((tx) => tickEvent(tx, ref, fee, this.clock.now()))
    })
    this.handlers.on(timerKinds.soldOut, (_ctx, { ref }) => this.database.transaction((tx) => tickSoldOut(tx, ref, this.clock.now())))
    this.handlers.on(timerKinds.tierSwitch, async (_ctx, { ref }) => {
      const fee = await this.writer.usualFee()
      await this.database.transaction((tx) => refreshEvent(tx, ref, fee, this.clock.now()))
    })
    this.handlers.on(timerKinds.waitingList, async (_ctx, { ref }) => {
      await this.waiting.run(ref)
    })
    this.handlers.on(timerKinds.voucherExpiry, (_ctx, { ref }) => this.expireVoucher(ref))
    this.handlers.on(timerKinds.reminder, (_ctx, { ref }) => this.remind(ref))
    this.handlers.on(timerKinds.refundBatch, (_ctx, { ref }) => this.batches.run(ref))
    this.handlers.on(timerKinds.payout, (_ctx, { ref }) => this.payouts.run(ref))
  }

  /** An offer that ran out goes to the next; one whose tickets lie in a cart is decided there. */
  private async expireVoucher(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const voucher = await tx.selectFrom('event_voucher').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      // moved to a later moment, or without one: not now
      if (!voucher?.valid_until || voucher.valid_until > now) return
      if (!(await endVoucher(tx, id, 'expired', now)) || voucher.waiting_id === null || voucher.redeemed > 0) return
      const entry = await tx.selectFrom('event_waiting_entry').select('status').where('id', '=', voucher.waiting_id).executeTakeFirst()
      if (entry?.status === 'offered') {
        await transition(tx, waitingLifecycle, { id: voucher.waiting_id, name: 'expire', ctx: RequestContext.system('voucher-expiry') })
      }
    })
  }

  /** One event per purchase, so that a mail can carry all its tickets; who was reminded stands on the date. */
  private async remind(dateId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const date = await tx
        .selectFrom('event_date as d')
        .innerJoin('event_event as e', 'e.id', 'd.event_id')
        .select(['d.id', 'd.event_id', 'd.starts_at', 'd.status', 'd.reminded_at', 'd.version', 'e.status as event_status'])
        .where('d.id', '=', dateId)
        .forUpdate('d')
        .executeTakeFirst()
      if (date?.status !== 'scheduled' || date.starts_at <= now || ['cancelled', 'postponed'].includes(date.event_status)) return
      const due = later(date.starts_at, -seconds(86_400))
      if (now < due) return schedule(tx, { kind: timerKinds.reminder, ref: dateId, dueAt: due })
      const from = date.reminded_at ?? null
      const lines = await tx
        .selectFrom('event_ticket')
        .select(['order_line_id', (eb) => eb.fn.agg<string[]>('array_agg', ['id']).as('ids')])
        .where('event_date_id', '=', dateId)
        .where('status', '=', 'valid')
        .where('order_line_id', 'is not', null)
        .$if(from !== null, (query) => query.where('created_at', '>', from!))
        .groupBy('order_line_id')
        .orderBy('order_line_id')
        .execute()
      for (const line of lines) {
        await appendEvent(tx, {
          type: 'event.ticket.reminder_due',
          aggregate: { type: 'ticket', id: line.ids[0]!, version: date.version },
          payload: {
            order_line_id: line.order_line_id,
            event_id: date.event_id,
            event_date_id: dateId,
            ticket_ids: line.ids,
            starts_at: date.starts_at.toISOString(),
          },
          ctx: RequestContext.system('event-reminder'),
        })
      }
      await tx.updateTable('event_date').set({ reminded_at: now }).where('id', '=', dateId).execute()
    })
  }
}
