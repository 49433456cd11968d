import { DomainError, type I18nText, type Input, type Output, pickText, reversalDelta } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { actionsFor } from '../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { CancelService } from './cancel.service.ts'
import type { fulfilVendorOrder, listVendorOrders, VendorOrder, VendorOrderSummary } from './contract.ts'
import { FulfilService } from './fulfil.service.ts'
import { OrderRowsReader } from './order.rows.ts'
import { eventView, fulfilmentView, lineView, money, paymentView } from './order.view.ts'
import { OrderViews } from './order.views.ts'
import { subOrderLifecycle } from './sub-order.lifecycle.ts'
import type { OrderRow, SubOrderRow } from './sub-orders.ts'

/** The vendor of a request: every row a vendor sees or changes is filtered by it. */
export function vendorOf(ctx: RequestContext): string {
  if (ctx.actor.kind !== 'vendor') throw new DomainError('unauthenticated')
  return ctx.actor.vendorId
}

/** One vendor's inbox and what it does with an order. */
@Injectable()
export class VendorOrderService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly views: OrderViews,
    private readonly reader: OrderRowsReader,
    private readonly fulfilment: FulfilService,
    private readonly cancellations: CancelService,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listVendorOrders>['query']): Promise<Output<typeof listVendorOrders>> {
    const now = this.clock.now()
    let found = this.database.read
      .selectFrom('sub_order as s')
      .where('s.vendor_id', '=', vendorOf(ctx))
      .where('s.confirmed_at', 'is not', null)
    if (query.status) found = found.where('s.status', '=', query.status)
    if (query.late) found = found.where('s.status', '=', 'confirmed').where('s.sla_due_at', '<', now)
    if (query.q) found = found.where('s.number', 'like', `${query.q.replace(/[%_\\]/g, '\\$&')}%`)
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found
      .innerJoin('order as o', 'o.id', 's.order_id')
      .selectAll('s')
      .select(['o.name', 'o.phone', 'o.email', 'o.shipping_address', 'o.billing_address', 'o.payment_method'])
      .select((eb) =>
        eb
          .selectFrom('order_line as l')
          .whereRef('l.sub_order_id', '=', 's.id')
          .select((line) => line.fn.coalesce(line.fn.sum<number>('l.quantity'), sql<number>`0`).as('units'))
          .as('units'),
      )
      .orderBy('s.placed_at', query.order === 'placed_at' ? 'asc' : 'desc')
      .orderBy('s.id', 'desc')
      .limit(query.limit)
      .offset(query.offset)
      .execute()
    return { total: Number(count), items: rows.map((row) => this.summary(ctx, row, row, Number(row.units), now)) }
  }

  async get(ctx: RequestContext, id: string): Promise<VendorOrder> {
    const row = await this.own(ctx, id)
    const order = await this.database.read.selectFrom('order').selectAll().where('id', '=', row.order_id).executeTakeFirstOrThrow()
    const rows = await this.reader.of(this.database.read, order, id)
    const language = this.views.language(ctx)
    const of = (amount: number) => money(amount, row.currency_code)
    const units = rows.lines.reduce((sum, line) => sum + line.quantity, 0)
    const commission = row.commission_amount - row.commission_reversed_amount
    const tax = row.tax_amount - reversalDelta(row.tax_amount, row.total_amount, row.refunded_amount, 0)
    return {
      ...this.summary(ctx, row, order, units, this.clock.now()),
      order_number: order.number,
      version: row.version,
      currency: row.currency_code,
      lines: rows.lines.map((line) => lineView(line, row.currency_code, language)),
      shipping_option: row.shipping_option === null ? null : pickText(row.shipping_option as I18nText, language.locale, language.fallback),
      shipping_address: this.shippingAddress(row, order),
      subtotal: of(row.subtotal_amount),
      shipping: of(row.shipping_amount),
      discount: of(row.discount_amount),
      tax: of(row.tax_amount),
      refunded: of(row.refunded_amount),
      commission: of(commission),
      net: of(row.total_amount - row.refunded_amount - commission - tax),
      payments: rows.payments.map(paymentView),
      fulfilments: rows.fulfilments.map(fulfilmentView),
      events: rows.events.map(eventView),
    }
  }

  async accept(ctx: RequestContext, id: string): Promise<VendorOrder> {
    await this.own(ctx, id)
    await this.fulfilment.accept(ctx, id)
    return this.get(ctx, id)
  }

  async prepare(ctx: RequestContext, id: string): Promise<VendorOrder> {
    await this.own(ctx, id)
    await this.fulfilment.prepare(ctx, id)
    return this.get(ctx, id)
  }

  async fulfil(ctx: RequestContext, id: string, body: Input<typeof fulfilVendorOrder>['body']): Promise<VendorOrder> {
    await this.own(ctx, id)
    await this.fulfilment.fulfil(ctx, id, body)
    return this.get(ctx, id)
  }

  /** All of it, or what has not been handed over yet. */
  async cancel(ctx: RequestContext, id: string, reason: string): Promise<VendorOrder> {
    const row = await this.own(ctx, id)
    const transition = row.status === 'partially_fulfilled' ? 'end_rest' : 'cancel'
    await this.cancellations.cancel(ctx, [id], { cause: 'vendor', reason, transition })
    return this.get(ctx, id)
  }

  /** @throws DomainError not_found for another vendor's part, or one that still waits for its money */
  private async own(ctx: RequestContext, id: string): Promise<SubOrderRow> {
    const row = await this.database.read
      .selectFrom('sub_order')
      .selectAll()
      .where('id', '=', id)
      .where('vendor_id', '=', vendorOf(ctx))
      .where('confirmed_at', 'is not', null)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }

  private summary(
    ctx: RequestContext,
    row: SubOrderRow,
    order: Pick<OrderRow, 'name' | 'phone' | 'email' | 'shipping_address' | 'billing_address' | 'payment_method'>,
    units: number,
    now: Date,
  ): VendorOrderSummary {
    return {
      id: row.id,
      number: row.number,
      status: row.status as VendorOrderSummary['status'],
      placed_at: row.placed_at.toISOString(),
      sla_due_at: row.sla_due_at?.toISOString() ?? null,
      late: row.status === 'confirmed' && row.sla_due_at !== null && row.sla_due_at < now,
      buyer: this.buyer(row, order),
      count: units,
      total: money(row.total_amount, row.currency_code),
      payment_method: order.payment_method,
      actions: vendorActions(row, ctx),
    }
  }

  /** Masked until the vendor has accepted (commerce.md, order). */
  private buyer(
    row: SubOrderRow,
    order: Pick<OrderRow, 'name' | 'phone' | 'email' | 'shipping_address' | 'billing_address'>,
  ): VendorOrder['buyer'] {
    const address = this.views.address(order.shipping_address ?? order.billing_address)
    const phone = this.pii.decryptOptional(order.phone) ?? address?.phone ?? null
    const name = this.pii.decryptOptional(order.name) ?? address?.name ?? null
    if (row.accepted_at !== null) return { name, phone, email: this.pii.decryptOptional(order.email), masked: false }
    return {
      name: name && maskName(name),
      phone: phone && `${phone.slice(0, 4)}••••${phone.slice(-2)}`,
      email: null,
      masked: true,
    }
  }

  private shippingAddress(row: SubOrderRow, order: OrderRow): VendorOrder['shipping_address'] {
    const address = this.views.address(order.shipping_address)
    if (!address || row.accepted_at !== null) return address
    return { city: address.city, country: address.country, region: address.region }
  }
}

/** Fatimah Al-Otaibi → F•••• A••••: as much as is needed to tell two orders apart. */
function maskName(name: string): string {
  return name
    .split(/\s+/)
    .map((part) => `${[...part][0] ?? ''}••••`)
    .join(' ')
}

/** Buttons of the vendor console: part of a hand-over is the same button as all of it. */
function vendorActions(row: SubOrderRow, ctx: RequestContext): VendorOrderSummary['actions'] {
  const names: Record<string, VendorOrderSummary['actions'][number]> = {
    accept: 'accept',
    prepare: 'prepare',
    fulfil: 'fulfil',
    cancel: 'cancel',
    end_rest: 'cancel',
  }
  return [...new Set(actionsFor(subOrderLifecycle, row, ctx).flatMap((name) => names[name] ?? []))]
}
