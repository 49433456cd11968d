import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { secretMatches } from '../../platform/credential/secret.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { Codes } from '../customer/codes.ts'
import { Customers } from '../customer/customers.ts'
import { customerOf } from '../customer/profile.service.ts'
import { CancelService } from './cancel.service.ts'
import type { cancelOrder, listMyOrders, Order, quoteRefund, RefundQuote, trackOrder } from './contract.ts'
import { OrderRowsReader } from './order.rows.ts'
import { OrderSummaries } from './order.summaries.ts'
import { eventView, fulfilmentView, lineView, money, vendorRef } from './order.view.ts'
import { OrderViews } from './order.views.ts'
import { PaymentRetry } from './payment-retry.ts'
import { type OrderRow, type SubOrderRow, SubOrders } from './sub-orders.ts'

/** Orders as their buyer sees and cancels them. */
@Injectable()
export class StoreOrderService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly views: OrderViews,
    private readonly reader: OrderRowsReader,
    private readonly summaries: OrderSummaries,
    private readonly subOrders: SubOrders,
    private readonly cancellations: CancelService,
    private readonly retry: PaymentRetry,
    private readonly codes: Codes,
    private readonly customers: Customers,
    private readonly pii: Pii,
  ) {}

  async listMine(ctx: RequestContext, query: Input<typeof listMyOrders>['query']): Promise<Output<typeof listMyOrders>> {
    const own = this.database.read.selectFrom('order').where('customer_id', '=', customerOf(ctx).id).where('checkout_failed_at', 'is', null)
    const { count } = await own.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await own.selectAll().orderBy('placed_at', 'desc').orderBy('id', 'desc').limit(query.limit).offset(query.offset).execute()
    return { total: Number(count), items: await this.summaries.of(this.database.read, rows, this.views.language(ctx)) }
  }

  async getMine(ctx: RequestContext, number: string): Promise<Order> {
    const own = customerOf(ctx).id
    const row = await this.database.read
      .selectFrom('order')
      .selectAll()
      .where('number', '=', number)
      .where('customer_id', '=', own)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return this.views.order(this.database.read, ctx, row)
  }

  async get(ctx: RequestContext, number: string, token: string | undefined): Promise<Order> {
    return this.views.order(this.database.read, ctx, await this.find(ctx, number, token))
  }

  /** Without an account: both must match, and nothing personal is shown. */
  async track(ctx: RequestContext, query: Input<typeof trackOrder>['query']): Promise<Output<typeof trackOrder>> {
    const row = await this.database.read
      .selectFrom('order')
      .selectAll()
      .where('number', '=', query.no.trim())
      .where('email_index', '=', this.pii.index('email', query.email))
      .where('checkout_failed_at', 'is', null)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    const rows = await this.reader.of(this.database.read, row)
    const language = this.views.language(ctx)
    return {
      number: row.number,
      status: row.status as Order['status'],
      placed_at: row.placed_at.toISOString(),
      total: money(row.total_amount, row.currency_code),
      sub_orders: rows.subOrders.map((subOrder) => ({
        vendor: vendorRef(subOrder, language),
        status: subOrder.status as Order['status'],
        lines: rows.lines
          .filter((line) => line.sub_order_id === subOrder.id)
          .map((line) => lineView(line, row.currency_code, language))
          .map(({ title, subtitle, quantity, quantity_fulfilled }) => ({ title, subtitle, quantity, quantity_fulfilled })),
        fulfilments: rows.fulfilments.filter((fulfilment) => fulfilment.sub_order_id === subOrder.id).map(fulfilmentView),
      })),
      events: rows.events.map(eventView).map((event) => ({ ...event, message: null })),
    }
  }

  async quote(ctx: RequestContext, number: string, query: Input<typeof quoteRefund>['query']): Promise<RefundQuote> {
    const order = await this.find(ctx, number, query.token)
    const rows = await this.partsOf(order, query.sub_order_id)
    const quotes = await this.cancellations.quote(this.database.read, ctx, rows, 'customer')
    return {
      refund: money(
        quotes.reduce((sum, part) => sum + part.refundAmount, 0),
        order.currency_code,
      ),
      parts: quotes.map((part) => ({
        sub_order_id: part.row.id,
        vendor: vendorRef(part.row, this.views.language(ctx)),
        cancellable: part.cancellable,
        refund: money(part.refundAmount, order.currency_code),
        reason: part.reason,
      })),
    }
  }

  /** Cancels one part, or every part that can still be cancelled. */
  async cancel(ctx: RequestContext, number: string, token: string | undefined, body: Input<typeof cancelOrder>['body']): Promise<Order> {
    const order = await this.find(ctx, number, token)
    if (body.expected_refund.currency !== order.currency_code) throw new DomainError('currency_mismatch', { field: 'expected_refund' })
    const rows = await this.partsOf(order, body.sub_order_id)
    const quotes = await this.cancellations.quote(this.database.read, ctx, rows, 'customer')
    const ids = body.sub_order_id ? [body.sub_order_id] : quotes.filter((part) => part.cancellable).map((part) => part.row.id)
    if (ids.length === 0) throw new DomainError('cancellation_not_allowed', { details: { status: order.status } })
    await this.cancellations.cancel(ctx, ids, { cause: 'customer', reason: body.reason ?? null }, body.expected_refund)
    return this.views.whole(ctx, order.id)
  }

  /** Another card for what could not be charged. */
  async changePaymentMethod(ctx: RequestContext, number: string, token: string | undefined, cardToken: string): Promise<Order> {
    const order = await this.find(ctx, number, token)
    await this.retry.change(ctx, order, cardToken)
    return this.views.whole(ctx, order.id)
  }

  async requestClaim(ctx: RequestContext) {
    const email = await this.ownEmail(ctx)
    return this.codes.send(ctx, email, 'claim', null)
  }

  /** Guest orders join the account only after proof of their address (sylius#6883). */
  async claim(ctx: RequestContext, code: string): Promise<{ claimed: number }> {
    const email = await this.ownEmail(ctx)
    const checked = await this.codes.check(email, 'claim', code)
    const claimed = await this.database.transaction(async (tx) => {
      await this.codes.redeem(tx, checked.id)
      const result = await tx
        .updateTable('order')
        .set({ customer_id: customerOf(ctx).id, updated_at: this.clock.now() })
        .where('email_index', '=', this.pii.index('email', email))
        .where('customer_id', 'is', null)
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    })
    return { claimed }
  }

  private async ownEmail(ctx: RequestContext): Promise<string> {
    const email = this.customers.email(await this.customers.get(this.database.read, customerOf(ctx).id))
    if (!email) throw new DomainError('validation_failed', { field: 'email' })
    return email
  }

  /** The signed-in buyer's order, or any with its token; else it does not exist. */
  private async find(ctx: RequestContext, number: string, token: string | undefined): Promise<OrderRow> {
    const row = await this.database.read.selectFrom('order').selectAll().where('number', '=', number).executeTakeFirst()
    const own = row?.customer_id != null && ctx.actor.kind === 'customer' && ctx.actor.id === row.customer_id
    if (!row || !(own || (token && secretMatches(token, row.token_hash)))) throw new DomainError('not_found')
    return row
  }

  private async partsOf(order: OrderRow, subOrderId: string | undefined): Promise<SubOrderRow[]> {
    const rows = await this.subOrders.ofOrder(this.database.read, order.id)
    if (subOrderId === undefined) return rows
    const row = rows.find((candidate) => candidate.id === subOrderId)
    if (!row) throw new DomainError('not_found', { field: 'sub_order_id' })
    return [row]
  }
}
