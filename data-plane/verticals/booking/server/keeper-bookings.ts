import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import { tierRefund } from '../../../core/vertical/cancellation.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import type { adminGetBookingDispute, adminListBookings, ManagedBooking, vendorListBookings } from '../contract.ts'
import { earlierOf, unmarkedUntil } from '../rules.ts'
import { BookingActs } from './booking-acts.ts'
import { pageOfBookings } from './booking-reader.ts'
import { BookingViews } from './booking-views.ts'
import { Bookings } from './bookings.ts'
import { recordOf } from './customer-bookings.ts'
import { Rescheduling } from './rescheduling.ts'

type Query = Input<typeof adminListBookings>['query']

const orders: Record<string, string> = {
  start: 'b.starts_at, b.id',
  '-start': 'b.starts_at DESC, b.id DESC',
  created_at: 'b.created_at, b.id',
  '-created_at': 'b.created_at DESC, b.id DESC',
}

/** Bookings for those who keep them: a vendor's own, everybody's for staff. */
@Injectable()
export class KeeperBookings {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly bookings: Bookings,
    private readonly views: BookingViews,
    private readonly acts: BookingActs,
    private readonly rescheduling: Rescheduling,
  ) {}

  async list(ctx: RequestContext, query: Query): Promise<Output<typeof vendorListBookings>> {
    const statement = new Statement()
    const conditions = query.status
      ? [`b.status = ${statement.value(query.status)}`]
      : ["b.status NOT IN ('held')", "NOT (b.status = 'expired' AND b.order_id IS NULL)"]
    const vendorId = ctx.actor.kind === 'vendor' ? ctx.actor.vendorId : query.vendor_id
    if (vendorId) conditions.push(`b.vendor_id = ${statement.value(vendorId)}`)
    if (query.offering_id) conditions.push(`b.offering_id = ${statement.value(query.offering_id)}`)
    if (query.provider_id) conditions.push(`${statement.value(query.provider_id)} = ANY (b.provider_ids)`)
    if (query.from) conditions.push(`b.starts_at >= ${statement.value(new Date(query.from))}::timestamptz`)
    if (query.to) conditions.push(`b.starts_at < ${statement.value(new Date(query.to))}::timestamptz`)
    if (query.q) conditions.push(`b.reference = ${statement.value(query.q.trim().toUpperCase())}`)
    const order = orders[query.order ?? '-start']
    if (!order) {
      throw new DomainError('invalid_request', {
        field: 'order',
        details: { fields: [{ field: 'order', code: 'unknown', allowed: Object.keys(orders) }] },
      })
    }
    const { limit, offset } = query
    const { rows, total } = await pageOfBookings(this.database.read, statement, { where: conditions.join(' AND '), order, limit, offset })
    return { items: rows.map((facts) => this.views.managedRow(ctx, facts)), total }
  }

  async get(ctx: RequestContext, id: string): Promise<ManagedBooking> {
    return this.views.managed(ctx, await this.bookings.forKeeper(ctx, id))
  }

  async confirm(ctx: RequestContext, id: string): Promise<ManagedBooking> {
    await this.acts.confirm(ctx, recordOf(await this.bookings.forKeeper(ctx, id)))
    return this.get(ctx, id)
  }

  async decline(ctx: RequestContext, id: string, reason: string): Promise<ManagedBooking> {
    await this.acts.decline(ctx, recordOf(await this.bookings.forKeeper(ctx, id)), reason)
    return this.get(ctx, id)
  }

  async cancel(ctx: RequestContext, id: string, reason: string): Promise<ManagedBooking> {
    await this.acts.cancel(ctx, recordOf(await this.bookings.forKeeper(ctx, id)), { reason })
    return this.get(ctx, id)
  }

  async noShow(ctx: RequestContext, id: string, party: 'customer' | 'provider'): Promise<ManagedBooking> {
    await this.acts.noShow(ctx, recordOf(await this.bookings.forKeeper(ctx, id)), party)
    return this.get(ctx, id)
  }

  async checkIn(ctx: RequestContext, id: string): Promise<ManagedBooking> {
    await this.acts.checkIn(ctx, recordOf(await this.bookings.forKeeper(ctx, id)))
    return this.get(ctx, id)
  }

  async start(ctx: RequestContext, id: string): Promise<ManagedBooking> {
    await this.acts.start(ctx, recordOf(await this.bookings.forKeeper(ctx, id)))
    return this.get(ctx, id)
  }

  /** Completed now, or when it would have completed by itself: whichever came first. */
  async complete(ctx: RequestContext, id: string): Promise<ManagedBooking> {
    const record = recordOf(await this.bookings.forKeeper(ctx, id))
    await this.acts.complete(ctx, record, earlierOf(this.clock.now(), unmarkedUntil(record)))
    return this.get(ctx, id)
  }

  async reschedule(
    ctx: RequestContext,
    id: string,
    to: { start: string; provider_id?: string | undefined; reason?: string | undefined },
  ): Promise<ManagedBooking> {
    const facts = await this.bookings.forKeeper(ctx, id)
    const next = await this.rescheduling.move(ctx, recordOf(facts), {
      startsAt: new Date(to.start),
      providerId: to.provider_id ?? null,
      reason: to.reason ?? null,
    })
    return this.get(ctx, next)
  }

  async reassign(
    ctx: RequestContext,
    id: string,
    given: { from_provider_id?: string | undefined; to_provider_id: string },
  ): Promise<ManagedBooking> {
    const facts = await this.bookings.forKeeper(ctx, id)
    await this.rescheduling.reassign(ctx, recordOf(facts), { from: given.from_provider_id ?? null, to: given.to_provider_id })
    return this.get(ctx, id)
  }

  /** Promise, deeds and money on one page. */
  async dispute(ctx: RequestContext, id: string): Promise<Output<typeof adminGetBookingDispute>> {
    const facts = await this.bookings.forKeeper(ctx, id)
    const booking = await this.views.managed(ctx, facts)
    const paid = facts.line ? facts.line.paid - facts.line.refunded : 0
    return {
      booking,
      chain: await this.chain(id),
      money: facts.order_line_id ? await this.money(facts.order_line_id, facts.currency_code) : [],
      policy_refund: facts.line && {
        amount: tierRefund(facts.cancellation_tiers, facts.starts_at, Math.max(0, paid), this.clock.now()),
        currency: facts.currency_code,
      },
    }
  }

  private async chain(id: string) {
    const statement = new Statement()
    const own = statement.value(id)
    const rows = await statement.rows<{ id: string; reference: string; status: ManagedBooking['status']; starts_at: Date }>(
      this.database.read,
      `WITH RECURSIVE earlier AS (
        SELECT id, reschedule_of_id FROM booking WHERE id = ${own}
        UNION SELECT b.id, b.reschedule_of_id FROM booking b JOIN earlier e ON b.id = e.reschedule_of_id),
      whole AS (
        SELECT id FROM earlier UNION SELECT b.id FROM booking b JOIN whole w ON b.reschedule_of_id = w.id)
      SELECT b.id, b.reference, b.status, b.starts_at FROM whole w JOIN booking b ON b.id = w.id ORDER BY b.created_at, b.id`,
    )
    return rows.map((row) => ({ id: row.id, reference: row.reference, status: row.status, start: row.starts_at.toISOString() }))
  }

  private async money(orderLineId: string, currency: string): Promise<Output<typeof adminGetBookingDispute>['money']> {
    const statement = new Statement()
    const line = statement.value(orderLineId)
    const rows = await statement.rows<{ at: Date; kind: 'payment' | 'refund'; status: string; amount: number }>(
      this.database.read,
      `SELECT p.created_at AS at, 'payment' AS kind, p.status, p.amount FROM payment p JOIN order_line l ON p.id IN (l.payment_id, l.balance_payment_id) WHERE l.id = ${line}
      UNION ALL
      SELECT r.created_at, 'refund', r.status, (part->>'amount')::bigint FROM order_line l
      JOIN refund r ON r.payment_id IN (l.payment_id, l.balance_payment_id), jsonb_array_elements(r.lines) part
      WHERE l.id = ${line} AND part->>'line_id' = l.id
      ORDER BY at LIMIT 100`,
    )
    return rows.map((row) => ({
      at: row.at.toISOString(),
      kind: row.kind,
      status: row.status,
      amount: { amount: Number(row.amount), currency },
    }))
  }
}
