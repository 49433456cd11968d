import { DomainError, type I18nText, type Locale, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../../platform/db/index.ts'
import { actionsFor } from '../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { Address } from '../customer/contract.ts'
import type { Order, SubOrder } from './contract.ts'
import { type OrderRows, OrderRowsReader } from './order.rows.ts'
import { eventView, fulfilmentView, type Language, lineView, money, paymentView, vendorRef } from './order.view.ts'
import { subOrderLifecycle } from './sub-order.lifecycle.ts'
import type { OrderRow, SubOrderRow } from './sub-orders.ts'

/** Orders in the words of the person who asks. */
@Injectable()
export class OrderViews {
  constructor(
    private readonly database: Database,
    private readonly reader: OrderRowsReader,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
  ) {}

  language(ctx: RequestContext): Language {
    return { locale: ctx.locale, fallback: this.tenant.document.default_locale }
  }

  /** @throws DomainError not_found */
  async whole(ctx: RequestContext, orderId: string): Promise<Order> {
    const found = await this.reader.whole(this.database.read, orderId)
    if (!found) throw new DomainError('not_found')
    return this.orderOf(ctx, found.row, found.rows)
  }

  async order(tx: Tx, ctx: RequestContext, row: OrderRow): Promise<Order> {
    return this.orderOf(ctx, row, await this.reader.of(tx, row))
  }

  orderOf(ctx: RequestContext, row: OrderRow, rows: OrderRows): Order {
    const of = (amount: number) => money(amount, row.currency_code)
    return {
      id: row.id,
      number: row.number,
      status: row.status as Order['status'],
      placed_at: row.placed_at.toISOString(),
      currency: row.currency_code,
      locale: row.locale as Locale,
      name: this.pii.decryptOptional(row.name),
      email: this.pii.decryptOptional(row.email),
      phone: this.pii.decryptOptional(row.phone),
      shipping_address: this.address(row.shipping_address),
      billing_address: this.address(row.billing_address),
      payment_method: row.payment_method,
      payment_status: row.payment_status as Order['payment_status'],
      payment_deadline: row.status === 'placed' ? (row.payment_deadline?.toISOString() ?? null) : null,
      subtotal: of(row.subtotal_amount),
      shipping: of(row.shipping_amount),
      discount: of(row.discount_amount),
      tax: of(row.tax_amount),
      total: of(row.total_amount),
      refunded: of(row.refunded_amount),
      sub_orders: rows.subOrders.map((subOrder) => this.subOrder(ctx, subOrder, rows)),
      payments: rows.payments.map(paymentView),
      events: rows.events.map(eventView),
    }
  }

  private subOrder(ctx: RequestContext, row: SubOrderRow, rows: OrderRows): SubOrder {
    const language = this.language(ctx)
    const of = (amount: number) => money(amount, row.currency_code)
    return {
      id: row.id,
      number: row.number,
      vendor: vendorRef(row, language),
      status: row.status as SubOrder['status'],
      lines: rows.lines.filter((line) => line.sub_order_id === row.id).map((line) => lineView(line, row.currency_code, language)),
      shipping_option: row.shipping_option === null ? null : pickText(row.shipping_option as I18nText, language.locale, language.fallback),
      subtotal: of(row.subtotal_amount),
      shipping: of(row.shipping_amount),
      discount: of(row.discount_amount),
      tax: of(row.tax_amount),
      total: of(row.total_amount),
      refunded: of(row.refunded_amount),
      fulfilments: rows.fulfilments.filter((fulfilment) => fulfilment.sub_order_id === row.id).map(fulfilmentView),
      cancellable: actionsFor(subOrderLifecycle, row, ctx).includes('cancel'),
    }
  }

  address(sealed: string | null): Address | null {
    return sealed === null ? null : (JSON.parse(this.pii.decrypt(sealed)) as Address)
  }
}
