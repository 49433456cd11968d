import { DomainError, type Input, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { AdminOrderService } from '../../../core/order/admin-order.service.ts'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock, days, later } from '../../../platform/clock/clock.ts'
import { dayNumber, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import type {
  checkRestaurantLicence,
  FoodOrder,
  forceCloseRestaurant,
  listAdminFoodOrders,
  listAdminRestaurants,
  listRestaurantSla,
  ManagedRestaurant,
  refundAdminFoodOrder,
} from '../contract.ts'
import { restaurantLifecycle } from '../lifecycle.ts'
import { Directory } from './directory.ts'
import { FoodOrderMoves } from './food-order.moves.ts'
import { FoodOrderViews, type FoodOrderWhole, wholeColumns, wholeJoins, wholeTables } from './food-order.views.ts'
import { FoodOrders } from './food-orders.ts'
import { readPage } from './paged.ts'
import { Surroundings } from './surroundings.ts'
import { Venues } from './venues.ts'

interface SlaRow {
  id: string
  handle: string
  name: Record<string, string>
  orders: number
  accepted: number
  p50: number | null
  p95: number | null
  rejected: number
  auto_rejected: number
  vendor_cancelled: number
  late: number
  total_rows: number
}

/** What the city does with restaurants and their meals. */
@Injectable()
export class RestaurantAdmin {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly venues: Venues,
    private readonly directory: Directory,
    private readonly orders: FoodOrders,
    private readonly views: FoodOrderViews,
    private readonly moves: FoodOrderMoves,
    private readonly lines: OrderLines,
    private readonly refunds: AdminOrderService,
    private readonly surroundings: Surroundings,
  ) {}

  list(ctx: RequestContext, query: Input<typeof listAdminRestaurants>['query']) {
    return this.venues.list(ctx, query, [
      ...(query.status ? [sql`r.status = ${query.status}`] : []),
      ...(query.vendor_id ? [sql`r.vendor_id = ${query.vendor_id}`] : []),
    ])
  }

  /** Both papers were looked at and hold until the end of a day. */
  async checkLicence(
    ctx: RequestContext,
    id: string,
    { valid_until: date }: Input<typeof checkRestaurantLicence>['body'],
  ): Promise<ManagedRestaurant> {
    const now = this.clock.now()
    const until = momentOf(this.surroundings.zone.later((dayNumber(date) + 1) * 1440))
    await this.database.transaction(async (tx) => {
      const row = await this.venues.lock(tx, ctx, id)
      const missing = [
        ...(row.commercial_reg_no ? [] : ['commercial_reg_no']),
        ...(row.municipal_licence_no ? [] : ['municipal_licence_no']),
      ]
      if (missing.length > 0)
        throw new DomainError('validation_failed', { field: missing[0]!, details: { reason: 'required', fields: missing } })
      if (until <= now) throw new DomainError('validation_failed', { field: 'valid_until', details: { reason: 'past' } })
      await tx
        .updateTable('restaurant')
        .set({ licence_checked_at: now, licence_valid_until: until, version: row.version + 1, updated_at: now })
        .where('id', '=', id)
        .execute()
      await audit(tx, ctx, { action: 'restaurant.licence-check', resource: { type: 'restaurant', id }, after: { valid_until: date } })
    })
    return this.venues.get(ctx, id)
  }

  /** @throws DomainError vendor_not_licensed without a licence that was checked and is valid */
  async open(ctx: RequestContext, id: string, name: 'approve' | 'reopen'): Promise<ManagedRestaurant> {
    await this.database.transaction(async (tx) => {
      const row = await this.venues.lock(tx, ctx, id)
      const step = restaurantLifecycle.transitions.some((entry) => entry.name === name && entry.from.includes(row.status))
      if (step && (row.licence_valid_until === null || row.licence_valid_until <= this.clock.now()))
        throw new DomainError('vendor_not_licensed', { details: { licence_valid_until: row.licence_valid_until?.toISOString() ?? null } })
      await transition(tx, restaurantLifecycle, { id, name, ctx, changes: { status_reason: null } })
    })
    await this.directory.changed()
    return this.venues.get(ctx, id)
  }

  async reject(ctx: RequestContext, id: string, reason: string): Promise<ManagedRestaurant> {
    await this.database.transaction((tx) =>
      transition(tx, restaurantLifecycle, { id, name: 'reject', ctx, reason, changes: { status_reason: reason } }),
    )
    return this.venues.get(ctx, id)
  }

  /** At once: no new order is taken; those that are open are cancelled with full refund when asked. */
  async forceClose(
    ctx: RequestContext,
    id: string,
    { reason, cancel_open: cancelOpen }: Input<typeof forceCloseRestaurant>['body'],
  ): Promise<Output<typeof forceCloseRestaurant>> {
    await this.database.transaction((tx) =>
      transition(tx, restaurantLifecycle, { id, name: 'force-close', ctx, reason, changes: { status_reason: reason } }),
    )
    await this.directory.changed()
    const cancelled = cancelOpen ? await this.cancelAll(ctx, id, reason) : 0
    return { ...(await this.venues.get(ctx, id)), cancelled_orders: cancelled }
  }

  async listOrders(ctx: RequestContext, query: Input<typeof listAdminFoodOrders>['query']): Promise<Output<typeof listAdminFoodOrders>> {
    const where = [
      sql`f.status <> 'held'`,
      ...(query.restaurant_id ? [sql`f.restaurant_id = ${query.restaurant_id}`] : []),
      ...(query.status ? [sql`f.status = ${query.status}`] : []),
      ...(query.service ? [sql`f.service = ${query.service}`] : []),
      ...(query.q ? [sql`f.order_number LIKE ${`${query.q.replace(/[%_\\]/g, '\\$&')}%`}`] : []),
    ]
    const { rows, total } = await readPage<FoodOrderWhole>(this.database.read, {
      columns: wholeColumns,
      from: sql`restaurant_food_order f`,
      joins: wholeJoins,
      where,
      order: sql`f.placed_at DESC, f.id`,
      limit: query.limit,
      offset: query.offset,
    })
    const now = this.clock.now()
    return { total, items: rows.map((row) => this.views.summary(ctx, row, now)) }
  }

  async getOrder(ctx: RequestContext, id: string): Promise<FoodOrder> {
    return this.views.detail(ctx, await this.orders.whole(id), this.clock.now())
  }

  /** Ends an open meal; everything goes back. */
  async cancelOrder(ctx: RequestContext, id: string, reason: string): Promise<FoodOrder> {
    await this.endOrder(ctx, await this.orders.whole(id), reason)
    return this.getOrder(ctx, id)
  }

  /** A part of what was taken for the meal, or all that is left of it. */
  async refundOrder(ctx: RequestContext, id: string, { amount, reason }: Input<typeof refundAdminFoodOrder>['body']): Promise<FoodOrder> {
    const row = await this.orders.whole(id)
    if (amount && amount.currency !== row.currency_code) throw new DomainError('currency_mismatch', { field: 'amount' })
    const left = row.total_amount - (await this.views.refunded(row))
    await this.refunds.refund(ctx, row.order_id!, {
      sub_order_id: row.sub_order_id!,
      lines: [{ line_id: row.order_line_id!, amount: amount ?? { amount: left, currency: row.currency_code } }],
      reason,
    })
    return this.getOrder(ctx, id)
  }

  /** How kitchens answer over a time (default: the last 30 days), the slowest first. */
  async sla(ctx: RequestContext, query: Input<typeof listRestaurantSla>['query']): Promise<Output<typeof listRestaurantSla>> {
    const to = query.to ? new Date(query.to) : this.clock.now()
    const from = query.from ? new Date(query.from) : later(to, -days(30))
    const { rows } = await sql<SlaRow>`
      SELECT r.id, r.handle, r.name, x.*, count(*) OVER ()::int AS total_rows FROM (
        SELECT restaurant_id, count(*)::int AS orders, count(accepted_at)::int AS accepted,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM accepted_at - placed_at))::float AS p50,
          percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM accepted_at - placed_at))::float AS p95,
          count(*) FILTER (WHERE status = 'rejected')::int AS rejected,
          count(*) FILTER (WHERE status = 'auto_rejected')::int AS auto_rejected,
          count(*) FILTER (WHERE status = 'vendor_cancelled')::int AS vendor_cancelled,
          count(*) FILTER (WHERE coalesce(handed_over_at, ended_at) > coalesce(promised_delivery_at, promised_ready_at) + interval '10 minutes')::int AS late
        FROM restaurant_food_order WHERE status <> 'held' AND placed_at >= ${from} AND placed_at < ${to} GROUP BY restaurant_id) x
      JOIN restaurant r ON r.id = x.restaurant_id
      ORDER BY x.p95 DESC NULLS LAST, r.id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(this.database.read)
    const share = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part * 10_000) / whole))
    return {
      total: rows[0]?.total_rows ?? 0,
      items: rows.map((row) => ({
        restaurant: { id: row.id, handle: row.handle, name: pickText(row.name, ctx.locale, this.surroundings.fallback) },
        orders: row.orders,
        accepted: row.accepted,
        accept_p50_s: row.p50,
        accept_p95_s: row.p95,
        rejected_bps: share(row.rejected, row.orders),
        auto_rejected_bps: share(row.auto_rejected, row.orders),
        vendor_cancelled_bps: share(row.vendor_cancelled, row.orders),
        late_bps: share(row.late, row.orders),
      })),
    }
  }

  private async cancelAll(ctx: RequestContext, restaurantId: string, reason: string): Promise<number> {
    const { rows } = await sql<FoodOrderWhole>`SELECT ${wholeColumns} FROM ${wholeTables} WHERE f.restaurant_id = ${restaurantId}
      AND f.status IN ('placed', 'accepted', 'preparing', 'ready', 'out_for_delivery') ORDER BY f.id`.execute(this.database.read)
    let cancelled = 0
    for (const row of rows) {
      try {
        await this.endOrder(ctx, row, reason)
        cancelled += 1
      } catch (error) {
        // handed over or ended in the moment between: there is nothing left to cancel
        if (!(error instanceof DomainError) || error.code !== 'invalid_transition') throw error
      }
    }
    return cancelled
  }

  private async endOrder(ctx: RequestContext, row: FoodOrderWhole, reason: string): Promise<void> {
    await this.lines.end(ctx, row.order_line_id!, { cause: 'admin', reason }, (tx) =>
      this.moves.end(tx, row.id, 'admin', { now: this.clock.now(), ctx, reason }),
    )
  }
}
