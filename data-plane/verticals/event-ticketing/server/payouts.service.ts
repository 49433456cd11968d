import { DomainError } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { SettingService } from '../../../core/store/setting.service.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock, days, later, seconds } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type { EventPayout } from '../contract.ts'
import { timerKinds } from './ticket-rows.ts'

const linesPerRun = 50

/**
 * The organiser's money: available at the start of the date + 3 days (setting). Fulfilling a line, once its date is over,
 * says so to the order; before, only what an admin advances.
 */
@Injectable()
export class Payouts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: SettingService,
    private readonly orderLines: OrderLines,
  ) {}

  /** Fulfils lines of a date that is over; schedules itself again while any are left. A line is fulfilled once. */
  async run(dateId: string): Promise<void> {
    const date = await this.database.read
      .selectFrom('event_date as d')
      .innerJoin('event_event as e', 'e.id', 'd.event_id')
      .select(['d.starts_at', 'd.ends_at', 'd.status', 'e.id as event_id', 'e.sales_frozen_at', 'e.status as event_status'])
      .where('d.id', '=', dateId)
      .executeTakeFirst()
    const now = this.clock.now()
    if (date?.status !== 'finished' || date.event_status === 'cancelled') return
    // a frozen event keeps the money where it is until somebody has looked at it
    if (date.sales_frozen_at) return this.again(dateId, days(1))
    const releaseAt = later(date.starts_at, days(await this.settings.get('event.payout_days')))
    const lines = await this.openLines(dateId)
    let failed = 0
    for (const lineId of lines) {
      try {
        await this.fulfil(lineId, dateId, releaseAt, now)
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        failed += 1
      }
    }
    if (lines.length === linesPerRun || failed > 0) return this.again(dateId, failed > 0 ? seconds(60) : 0)
    await sql`UPDATE event_event SET payout_released_at = ${now} WHERE id = ${date.event_id} AND payout_released_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM event_date d WHERE d.event_id = event_event.id AND d.status = 'scheduled')`.execute(this.database.read)
  }

  async get(eventId: string): Promise<EventPayout> {
    const payoutDays = await this.settings.get('event.payout_days')
    const { rows } = await sql<{
      vendor_id: string
      starts_at: Date
      status: string
      advanced_bps: number
      currency_code: string
      payout_released_at: Date | null
      lines: number
      released: number
      gross: number | null
    }>`
      SELECT e.vendor_id, e.starts_at, e.status, e.advanced_bps, e.currency_code, e.payout_released_at, count(DISTINCT t.order_line_id)::int AS lines,
        count(DISTINCT t.order_line_id) FILTER (WHERE t.fulfilled_at IS NOT NULL)::int AS released, sum(t.price_amount)::int8 AS gross
      FROM event_event e LEFT JOIN event_ticket t ON t.event_id = e.id AND t.status IN ('valid', 'checked_in', 'blocked', 'expired')
      WHERE e.id = ${eventId} AND e.deleted_at IS NULL GROUP BY e.id`.execute(this.database.read)
    const row = rows[0]
    if (!row) throw new DomainError('not_found')
    return {
      event_id: eventId,
      vendor_id: row.vendor_id,
      release_at: later(row.starts_at, days(payoutDays)).toISOString(),
      status: row.status === 'cancelled' ? 'cancelled' : row.payout_released_at ? 'released' : 'waiting',
      lines: row.lines,
      released_lines: row.released,
      gross: { amount: row.gross ?? 0, currency: row.currency_code },
      advanced_bps: row.advanced_bps,
    }
  }

  /** A part of every line sold so far comes available at once. @throws DomainError amount_out_of_range when it is not more than before */
  async advance(ctx: RequestContext, eventId: string, bps: number, reason: string): Promise<EventPayout> {
    const before = await this.database.transaction(async (tx) => {
      const event = await tx
        .selectFrom('event_event')
        .select(['status', 'advanced_bps', 'sales_frozen_at', 'vendor_id'])
        .where('id', '=', eventId)
        .forNoKeyUpdate()
        .executeTakeFirst()
      if (!event) throw new DomainError('not_found')
      if (['cancelled', 'finished', 'postponed', 'draft', 'submitted'].includes(event.status))
        throw new DomainError('invalid_transition', { details: { entity: 'event', status: event.status } })
      const vendor = await tx.selectFrom('vendor').select('payout_hold').where('id', '=', event.vendor_id).executeTakeFirstOrThrow()
      if (vendor.payout_hold || event.sales_frozen_at) throw new DomainError('payout_hold')
      if (bps <= event.advanced_bps)
        throw new DomainError('amount_out_of_range', { field: 'advance_bps', details: { advanced_bps: event.advanced_bps } })
      await tx.updateTable('event_event').set({ advanced_bps: bps }).where('id', '=', eventId).execute()
      await audit(tx, ctx, {
        action: 'event.payout.advance',
        resource: { type: 'event', id: eventId },
        before: { bps: event.advanced_bps },
        after: { bps },
        reason,
      })
      return event.advanced_bps
    })
    const { rows } = await sql<{ id: string }>`SELECT DISTINCT order_line_id AS id FROM event_ticket WHERE event_id = ${eventId}
      AND status IN ('valid', 'checked_in') AND fulfilled_at IS NULL AND price_amount > 0 ORDER BY 1`.execute(this.database.read)
    for (const { id } of rows) await this.orderLines.release(ctx, id, { bps: bps - before })
    return this.get(eventId)
  }

  private async openLines(dateId: string): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`SELECT DISTINCT order_line_id AS id FROM event_ticket
      WHERE event_date_id = ${dateId} AND fulfilled_at IS NULL AND status IN ('valid', 'checked_in', 'blocked', 'expired') ORDER BY 1 LIMIT ${linesPerRun}`.execute(
      this.database.read,
    )
    return rows.map((row) => row.id)
  }

  private async fulfil(lineId: string, dateId: string, releaseAt: Date, now: Date): Promise<void> {
    await this.orderLines.fulfil(RequestContext.system('event-payout'), lineId, { releaseAt }, async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('event_ticket')
        .set({ fulfilled_at: now })
        .where('order_line_id', '=', lineId)
        .where('event_date_id', '=', dateId)
        .where('fulfilled_at', 'is', null)
        .where('status', 'in', ['valid', 'checked_in', 'blocked', 'expired'])
        .executeTakeFirst()
      if (numUpdatedRows === 0n)
        throw new DomainError('invalid_transition', { details: { order_line_id: lineId, reason: 'fulfilled_before' } })
    })
  }

  private async again(dateId: string, wait: number): Promise<void> {
    await this.database.transaction((tx) => schedule(tx, { kind: timerKinds.payout, ref: dateId, dueAt: later(this.clock.now(), wait) }))
  }
}
