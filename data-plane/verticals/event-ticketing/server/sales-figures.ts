import { DomainError, type I18nText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { SettingService } from '../../../core/store/setting.service.ts'
import { days, later } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import type { SalesDashboard } from '../contract.ts'
import { vendorScope } from './managed-events.ts'

/** How events sell. */
@Injectable()
export class SalesFigures {
  constructor(
    private readonly database: Database,
    private readonly settings: SettingService,
  ) {}

  async of(ctx: RequestContext, eventId: string): Promise<SalesDashboard> {
    const event = await this.database.read
      .selectFrom('event_event')
      .selectAll()
      .where('id', '=', eventId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    const vendorId = vendorScope(ctx)
    if (!event || (vendorId !== null && event.vendor_id !== vendorId)) throw new DomainError('not_found')
    const currency = event.currency_code
    const money = (amount: number | null) => ({ amount: amount ?? 0, currency })
    const { read } = this.database
    const [total, byDay, byType, byDate, quotas, waiting, payoutDays] = await Promise.all([
      sql<{
        sold: number
        held: number
        checked_in: number
        refunded: number
        gross: number | null
        fees: number | null
        refunds: number | null
      }>`
        SELECT count(*) FILTER (WHERE status IN ('valid', 'checked_in', 'expired'))::int AS sold, count(*) FILTER (WHERE status = 'pending')::int AS held,
          count(*) FILTER (WHERE status = 'checked_in')::int AS checked_in, count(*) FILTER (WHERE status IN ('refunded', 'cancelled'))::int AS refunded,
          (sum(price_amount) FILTER (WHERE status IN ('valid', 'checked_in', 'expired')))::int8 AS gross,
          (sum(fee_amount) FILTER (WHERE status IN ('valid', 'checked_in', 'expired')))::int8 AS fees, sum(refunded_amount)::int8 AS refunds
        FROM event_ticket WHERE event_id = ${eventId}`.execute(read),
      sql<{ day: string; tickets: number; gross: number }>`
        SELECT to_char(created_at AT TIME ZONE ${event.timezone}, 'YYYY-MM-DD') AS day, count(*)::int AS tickets, sum(price_amount)::int8 AS gross
        FROM event_ticket WHERE event_id = ${eventId} AND status IN ('valid', 'checked_in', 'expired') AND transferred_from_id IS NULL
        GROUP BY 1 ORDER BY 1 DESC LIMIT 90`.execute(read),
      sql<{ id: string; name: I18nText; sold: number; held: number; checked_in: number; refunded: number; gross: number | null }>`
        SELECT y.id, y.name, count(t.id) FILTER (WHERE t.status IN ('valid', 'checked_in', 'expired'))::int AS sold, count(t.id) FILTER (WHERE t.status = 'pending')::int AS held,
          count(t.id) FILTER (WHERE t.status = 'checked_in')::int AS checked_in, count(t.id) FILTER (WHERE t.status IN ('refunded', 'cancelled'))::int AS refunded,
          (sum(t.price_amount) FILTER (WHERE t.status IN ('valid', 'checked_in', 'expired')))::int8 AS gross
        FROM event_ticket_type y LEFT JOIN event_ticket t ON t.ticket_type_id = y.id WHERE y.event_id = ${eventId} AND y.deleted_at IS NULL
        GROUP BY y.id ORDER BY y.position, y.id`.execute(read),
      sql<{ id: string; starts_at: Date; sold: number; checked_in: number }>`
        SELECT d.id, d.starts_at, count(t.id) FILTER (WHERE t.status IN ('valid', 'checked_in', 'expired'))::int AS sold,
          count(t.id) FILTER (WHERE t.status = 'checked_in')::int AS checked_in
        FROM event_date d LEFT JOIN event_ticket t ON t.event_date_id = d.id WHERE d.event_id = ${eventId} GROUP BY d.id ORDER BY d.starts_at`.execute(
        read,
      ),
      sql<{ id: string; name: string; size: number | null; used: number; blocked: number }>`
        SELECT q.id, q.name, q.size, q.used, coalesce((SELECT sum(v.max_usages - v.redeemed) FROM event_voucher v JOIN event_quota_ticket_type qt
          ON qt.ticket_type_id = v.ticket_type_id AND qt.quota_id = q.id WHERE v.event_id = ${eventId} AND v.blocks_quota AND v.status = 'active'
          AND (q.event_date_id IS NULL OR q.event_date_id = v.event_date_id)), 0)::int AS blocked
        FROM event_quota q WHERE q.event_id = ${eventId} ORDER BY q.created_at, q.id`.execute(read),
      sql<{
        count: number
      }>`SELECT coalesce(sum(quantity), 0)::int AS count FROM event_waiting_entry WHERE event_id = ${eventId} AND status = 'waiting'`.execute(
        read,
      ),
      this.settings.get('event.payout_days'),
    ])
    const sums = total.rows[0]!
    return {
      event_id: eventId,
      status: event.status as SalesDashboard['status'],
      sold: sums.sold,
      held: sums.held,
      checked_in: sums.checked_in,
      refunded: sums.refunded,
      gross: money(sums.gross),
      fees: money(sums.fees),
      refunds: money(sums.refunds),
      waiting: waiting.rows[0]!.count,
      by_day: byDay.rows.reverse().map((row) => ({ day: row.day, tickets: row.tickets, gross: money(row.gross) })),
      by_type: byType.rows.map(({ id, gross, ...row }) => ({ ticket_type_id: id, ...row, gross: money(gross) })),
      by_date: byDate.rows.map((row) => ({
        event_date_id: row.id,
        starts_at: row.starts_at.toISOString(),
        sold: row.sold,
        checked_in: row.checked_in,
      })),
      quotas: quotas.rows,
      payout: {
        release_at: later(event.starts_at, days(payoutDays)).toISOString(),
        advanced_bps: event.advanced_bps,
        status: event.status === 'cancelled' ? 'cancelled' : event.payout_released_at ? 'released' : 'waiting',
      },
    }
  }
}
