import { DomainError, type Input, newId, type Output } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { actionsFor } from '../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { CancelService } from './cancel.service.ts'
import type { AdminOrder, cancelAdminOrder, listAdminOrders, refundOrder } from './contract.ts'
import { takenOf } from './line-money.ts'
import { type OrderFilter, OrderFilters } from './order.filters.ts'
import { OrderRowsReader } from './order.rows.ts'
import { OrderSummaries } from './order.summaries.ts'
import { money } from './order.view.ts'
import { OrderViews } from './order.views.ts'
import { RefundService } from './refund.service.ts'
import { subOrderLifecycle } from './sub-order.lifecycle.ts'
import { type OrderLineRow, type OrderRow, type PaymentRow, SubOrders } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'

/** Of a line that its vertical leads, no more than was taken; of every other one, what it cost. */
function refundableOf(line: OrderLineRow, payments: readonly PaymentRow[]): number {
  const paid = line.fulfilment === 'own' ? takenOf(line, payments) : line.total_amount
  return Math.max(0, paid - line.refunded_amount)
}

/** Orders as tenant staff see, refund and cancel them. */
@Injectable()
export class AdminOrderService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly filters: OrderFilters,
    private readonly views: OrderViews,
    private readonly reader: OrderRowsReader,
    private readonly summaries: OrderSummaries,
    private readonly subOrders: SubOrders,
    private readonly refunds: RefundService,
    private readonly cancellations: CancelService,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listAdminOrders>['query']): Promise<Output<typeof listAdminOrders>> {
    const found = this.filters.apply(this.database.read, query as OrderFilter)
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found
      .selectAll()
      .orderBy('placed_at', query.order === 'placed_at' ? 'asc' : 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit)
      .offset(query.offset)
      .execute()
    const summaries = await this.summaries.of(this.database.read, rows, this.views.language(ctx))
    return {
      total: Number(count),
      items: rows.map((row, index) => ({
        ...summaries[index]!,
        email: this.pii.decryptOptional(row.email),
        payment_method: row.payment_method,
        payment_status: row.payment_status as AdminOrder['payment_status'],
      })),
    }
  }

  async get(ctx: RequestContext, id: string): Promise<AdminOrder> {
    const row = await this.row(this.database.read, id)
    const rows = await this.reader.of(this.database.read, row)
    const notes = await this.database.read.selectFrom('order_note').selectAll().where('order_id', '=', id).orderBy('created_at').execute()
    const refunds = await this.database.read.selectFrom('refund').selectAll().where('order_id', '=', id).orderBy('created_at').execute()
    const of = (amount: number) => money(amount, row.currency_code)
    return {
      ...this.views.orderOf(ctx, row, rows),
      customer_id: row.customer_id,
      notes: notes.map((note) => ({ id: note.id, at: note.created_at.toISOString(), author: note.author_name, text: note.text })),
      refunds: refunds.map((refund) => ({
        id: refund.id,
        created_at: refund.created_at.toISOString(),
        order_id: id,
        order_number: row.number,
        sub_order_id: refund.sub_order_id,
        payment_id: refund.payment_id,
        amount: of(refund.amount),
        reason: refund.reason,
        status: refund.status as 'pending' | 'succeeded' | 'failed',
      })),
      refundable: rows.subOrders.map((subOrder) => {
        const captured = rows.payments
          .filter((payment) => payment.sub_order_id === subOrder.id)
          .reduce((sum, payment) => sum + payment.captured_amount, 0)
        return {
          sub_order_id: subOrder.id,
          amount: of(Math.max(0, captured - subOrder.refunded_amount)),
          shipping: of(captured > 0 ? subOrder.shipping_amount - subOrder.shipping_refunded_amount : 0),
        }
      }),
    }
  }

  /** Gives money back for one vendor's part; without lines and shipping, all that is left (A4). */
  async refund(ctx: RequestContext, id: string, body: Input<typeof refundOrder>['body']): Promise<AdminOrder> {
    const made = await this.database.transaction(async (tx) => {
      const order = await this.row(tx, id)
      const whole = await this.subOrders.lock(tx, body.sub_order_id)
      if (whole.row.order_id !== id) throw new DomainError('not_found', { field: 'sub_order_id' })
      for (const amount of [...(body.lines ?? []).map((line) => line.amount), ...(body.shipping ? [body.shipping] : [])]) {
        if (amount.currency !== order.currency_code) throw new DomainError('currency_mismatch')
        if (amount.amount < 0) throw new DomainError('amount_out_of_range')
      }
      const everything = body.lines === undefined && body.shipping === undefined
      const lines = everything
        ? new Map(whole.lines.map((line) => [line.id, refundableOf(line, whole.payments)]))
        : new Map((body.lines ?? []).map((line) => [line.line_id, line.amount.amount]))
      for (const lineId of lines.keys()) {
        if (!whole.lines.some((line) => line.id === lineId))
          throw new DomainError('not_found', { field: 'lines', details: { line_id: lineId } })
      }
      const shippingAmount = everything ? whole.row.shipping_amount - whole.row.shipping_refunded_amount : (body.shipping?.amount ?? 0)
      const ids = await this.refunds.reserve(tx, ctx, whole, { lines, shippingAmount, cause: 'admin', reason: body.reason })
      if (ids.length === 0) throw new DomainError('amount_out_of_range', { details: { refundable_amount: 0 } })
      await audit(tx, ctx, { action: 'order.refund', resource: { type: 'order', id }, after: { refunds: ids }, reason: body.reason })
      return ids
    })
    await this.refunds.carryOutAll(ctx, made)
    return this.get(ctx, id)
  }

  /** The platform cancels: one part, or all that can still be cancelled; always refunded in full. */
  async cancel(ctx: RequestContext, id: string, body: Input<typeof cancelAdminOrder>['body']): Promise<AdminOrder> {
    const order = await this.row(this.database.read, id)
    const rows = await this.subOrders.ofOrder(this.database.read, order.id)
    const chosen = body.sub_order_id
      ? rows.filter((row) => row.id === body.sub_order_id)
      : rows.filter((row) => actionsFor(subOrderLifecycle, row, ctx).includes('cancel'))
    if (chosen.length === 0)
      throw new DomainError(body.sub_order_id ? 'not_found' : 'invalid_transition', { details: { status: order.status } })
    await this.cancellations.cancel(
      ctx,
      chosen.map((row) => row.id),
      { cause: 'admin', reason: body.reason },
    )
    return this.get(ctx, id)
  }

  async note(ctx: RequestContext, id: string, text: string): Promise<AdminOrder> {
    await this.database.transaction(async (tx) => {
      await this.row(tx, id)
      const now = this.clock.now()
      const author = ctx.actor.kind === 'staff' ? ctx.actor.name : ctx.actor.kind
      await tx
        .insertInto('order_note')
        .values({ id: newId('not'), order_id: id, author_id: actorId(ctx.actor) ?? 'system', author_name: author, text, created_at: now })
        .execute()
      await recordTimeline(tx, ctx.actor, [{ orderId: id, subOrderId: null, type: 'note' }], now)
    })
    return this.get(ctx, id)
  }

  private async row(tx: Tx, id: string): Promise<OrderRow> {
    const row = await tx
      .selectFrom('order')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', id), eb('number', '=', id)]))
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }
}
