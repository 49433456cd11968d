import { divideHalfUp, type I18nText, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { accounts } from '../ledger/accounts.ts'
import { Ledger } from '../ledger/ledger.service.ts'
import type { getAdminDashboard, getVendorDashboard, SubOrderStatus } from './contract.ts'
import { money } from './order.view.ts'
import { vendorOf } from './vendor-order.service.ts'

const window = days(30)
type Day = { date: string; orders: number; sales: number }

/** Figures for the first page of the consoles, from the orders themselves. Money in the tenant's default currency. */
@Injectable()
export class Dashboards {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly ledger: Ledger,
  ) {}

  async vendor(ctx: RequestContext): Promise<Output<typeof getVendorDashboard>> {
    const vendorId = vendorOf(ctx)
    const now = this.clock.now()
    const currency = this.tenant.document.default_currency
    const of = (amount: number) => money(amount, currency)
    const byStatus = await this.statuses(vendorId)
    const count = (...wanted: string[]) => byStatus.filter((row) => wanted.includes(row.status)).reduce((sum, row) => sum + row.count, 0)
    const late = await sql<{ count: number }>`SELECT count(*) AS count FROM sub_order
      WHERE vendor_id = ${vendorId} AND status = 'confirmed' AND confirmed_at IS NOT NULL AND sla_due_at < ${now}`.execute(
      this.database.read,
    )
    const byDay = await this.days(now, currency, vendorId)
    const codes = [accounts.vendorPending(vendorId), accounts.vendorAvailable(vendorId)] as const
    const balances = await this.ledger.balances(this.database.read, codes, currency)
    return {
      to_accept: count('confirmed'),
      to_fulfil: count('accepted', 'preparing', 'partially_fulfilled'),
      late: Number(late.rows[0]?.count ?? 0),
      orders_30d: byDay.reduce((sum, day) => sum + day.orders, 0),
      sales_30d: of(byDay.reduce((sum, day) => sum + day.sales, 0)),
      pending_balance: of(0 - (balances.get(codes[0]) ?? 0)),
      available_balance: of(0 - (balances.get(codes[1]) ?? 0)),
      by_status: byStatus,
      by_day: byDay.map((day) => ({ ...day, sales: of(day.sales) })),
      top_products: await this.topProducts(ctx, now, currency, vendorId),
    }
  }

  async admin(ctx: RequestContext): Promise<Output<typeof getAdminDashboard>> {
    const now = this.clock.now()
    const since = later(now, -window)
    const currency = this.tenant.document.default_currency
    const of = (amount: number) => money(amount, currency)
    const byDay = await this.days(now, currency, null)
    const orders = byDay.reduce((sum, day) => sum + day.orders, 0)
    const sales = byDay.reduce((sum, day) => sum + day.sales, 0)
    const { rows } = await sql<{ customers: number; open_orders: number; open_carts: number; refunds: number; commission: number }>`SELECT
      (SELECT count(*) FROM customer WHERE status <> 'anonymised') AS customers,
      (SELECT count(*) FROM "order" WHERE checkout_failed_at IS NULL AND status IN ('placed', 'confirmed', 'accepted', 'preparing', 'partially_fulfilled')) AS open_orders,
      (SELECT count(*) FROM cart WHERE status = 'open' AND expires_at > ${now}) AS open_carts,
      (SELECT coalesce(sum(amount), 0)::bigint FROM refund WHERE status = 'succeeded' AND created_at >= ${since} AND currency_code = ${currency}) AS refunds,
      (SELECT coalesce(-sum(e.amount), 0)::bigint FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        WHERE a.code = ${accounts.commission} AND a.currency_code = ${currency} AND e.created_at >= ${since}) AS commission`.execute(
      this.database.read,
    )
    const figures = rows[0]!
    return {
      orders_30d: orders,
      sales_30d: of(sales),
      average_order: of(orders === 0 ? 0 : Number(divideHalfUp(BigInt(sales), BigInt(orders)))),
      customers: Number(figures.customers),
      open_orders: Number(figures.open_orders),
      open_carts: Number(figures.open_carts),
      refunds_30d: of(Number(figures.refunds)),
      commission_30d: of(Number(figures.commission)),
      by_status: await this.statuses(null),
      by_day: byDay.map((day) => ({ ...day, sales: of(day.sales) })),
      top_vendors: await this.topVendors(ctx, now, currency),
      top_products: await this.topProducts(ctx, now, currency, null),
    }
  }

  private async statuses(vendorId: string | null): Promise<{ status: SubOrderStatus; count: number }[]> {
    const { rows } = vendorId
      ? await sql<{ status: SubOrderStatus; count: number }>`SELECT status, count(*) AS count FROM sub_order
          WHERE vendor_id = ${vendorId} AND confirmed_at IS NOT NULL GROUP BY 1 ORDER BY 1`.execute(this.database.read)
      : await sql<{
          status: SubOrderStatus
          count: number
        }>`SELECT status, count(*) AS count FROM "order" WHERE checkout_failed_at IS NULL GROUP BY 1 ORDER BY 1`.execute(this.database.read)
    return rows.map((row) => ({ status: row.status, count: Number(row.count) }))
  }

  /** Every day of the window in the tenant's time zone, also those without an order. */
  private async days(now: Date, currency: string, vendorId: string | null): Promise<Day[]> {
    const since = later(now, -window)
    const zone = this.tenant.document.timezone
    const { rows } = await sql<{ date: string; orders: number; sales: number }>`
      SELECT to_char(day, 'YYYY-MM-DD') AS date, count(DISTINCT s.order_id) AS orders, coalesce(sum(s.total_amount), 0)::bigint AS sales
      FROM generate_series((${since}::timestamptz AT TIME ZONE ${zone})::date + 1, (${now}::timestamptz AT TIME ZONE ${zone})::date, interval '1 day') AS day
      LEFT JOIN sub_order s ON s.confirmed_at IS NOT NULL AND s.placed_at >= ${since} AND s.currency_code = ${currency}
        AND s.status NOT IN ('cancelled', 'expired') AND (s.placed_at AT TIME ZONE ${zone})::date = day::date
        AND (${vendorId}::text IS NULL OR s.vendor_id = ${vendorId})
      GROUP BY day ORDER BY day`.execute(this.database.read)
    return rows.map((row) => ({ date: row.date, orders: Number(row.orders), sales: Number(row.sales) }))
  }

  private async topProducts(ctx: RequestContext, now: Date, currency: string, vendorId: string | null) {
    const { rows } = await sql<{ title: I18nText; quantity: number; sales: number }>`
      SELECT (array_agg(l.title ORDER BY l.created_at DESC))[1] AS title, sum(l.quantity - l.quantity_cancelled) AS quantity, sum(l.total_amount - l.refunded_amount)::bigint AS sales
      FROM order_line l JOIN sub_order s ON s.id = l.sub_order_id
      WHERE l.created_at >= ${later(now, -window)} AND s.confirmed_at IS NOT NULL AND s.status NOT IN ('cancelled', 'expired')
        AND s.currency_code = ${currency} AND (${vendorId}::text IS NULL OR l.vendor_id = ${vendorId})
      GROUP BY l.kind, l.path, l.reference_id ORDER BY sales DESC LIMIT 5`.execute(this.database.read)
    return rows.map((row) => ({
      title: pickText(row.title, ctx.locale, this.tenant.document.default_locale),
      quantity: Number(row.quantity),
      sales: money(Number(row.sales), currency),
    }))
  }

  private async topVendors(ctx: RequestContext, now: Date, currency: string) {
    const { rows } = await sql<{ id: string; handle: string; name: I18nText; orders: number; sales: number }>`
      SELECT v.id, v.handle, v.name, count(*) AS orders, sum(s.total_amount - s.refunded_amount)::bigint AS sales
      FROM sub_order s JOIN vendor v ON v.id = s.vendor_id
      WHERE s.placed_at >= ${later(now, -window)} AND s.confirmed_at IS NOT NULL AND s.status NOT IN ('cancelled', 'expired') AND s.currency_code = ${currency}
      GROUP BY v.id ORDER BY sales DESC LIMIT 5`.execute(this.database.read)
    return rows.map((row) => ({
      vendor: { id: row.id, handle: row.handle, name: pickText(row.name, ctx.locale, this.tenant.document.default_locale) },
      orders: Number(row.orders),
      sales: money(Number(row.sales), currency),
    }))
  }
}
