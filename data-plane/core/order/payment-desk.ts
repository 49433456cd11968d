import { DomainError, type I18nText, type Input, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import { TimerHandlers } from '../../platform/timer/timers.ts'
import type { AdminPayment, listAdminPayments } from '../payment/contract.ts'
import { Holds } from '../vertical/holds.ts'
import { Confirmation } from './confirmation.ts'
import { paymentView } from './order.view.ts'
import { OrderViews } from './order.views.ts'
import { OrderSecrets } from './order-secrets.ts'
import { RefundService } from './refund.service.ts'
import { Settlement, wholePayment } from './settlement.ts'
import { subOrderLifecycle } from './sub-order.lifecycle.ts'
import { type OrderRow, type PaymentRow, SubOrders, type SubOrderWhole } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'
import { Voids } from './voids.ts'

/** Payments as finance sees them; the money of bank transfers is confirmed here, or does not come in time. */
@Injectable()
export class PaymentDesk implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly holds: Holds,
    private readonly secrets: OrderSecrets,
    private readonly confirmation: Confirmation,
    private readonly settlement: Settlement,
    private readonly refunds: RefundService,
    private readonly voids: Voids,
    private readonly views: OrderViews,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on('order.payment_deadline', (ctx, timer) => this.expire(ctx, timer.ref))
  }

  async list(ctx: RequestContext, query: Input<typeof listAdminPayments>['query']): Promise<Output<typeof listAdminPayments>> {
    let found = this.database.read.selectFrom('payment as p')
    if (query.status) found = found.where('p.status', '=', query.status)
    if (query.method) found = found.where('p.method', '=', query.method)
    if (query.order_id) found = found.where('p.order_id', '=', query.order_id)
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await this.withOrder(
      found.selectAll('p').orderBy('p.created_at', 'desc').orderBy('p.id').limit(query.limit).offset(query.offset),
    ).execute()
    return { total: Number(count), items: rows.map((row) => this.view(ctx, row)) }
  }

  async get(ctx: RequestContext, id: string): Promise<AdminPayment> {
    const row = await this.withOrder(this.database.read.selectFrom('payment as p').selectAll('p').where('p.id', '=', id)).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return this.view(ctx, row)
  }

  /**
   * Finance has seen the money of a transfer: what was held is confirmed and the sale is booked, once. Money that comes
   * after the deadline is booked and given back in full, once.
   * @throws DomainError invalid_transition when it was confirmed already, or is no transfer
   */
  async confirm(ctx: RequestContext, id: string, reference: string): Promise<AdminPayment> {
    const refunds = await this.database.transaction(async (tx) => {
      const found = await tx.selectFrom('payment').select(['sub_order_id', 'method', 'status']).where('id', '=', id).executeTakeFirst()
      if (!found) throw new DomainError('not_found')
      const whole = await this.subOrders.lock(tx, found.sub_order_id)
      const payment = whole.payments.find((row) => row.id === id)!
      const late = payment.status === 'expired'
      if (payment.method !== 'bank_transfer' || !(late || payment.status === 'pending')) {
        throw new DomainError('invalid_transition', { details: { entity: 'payment', status: payment.status } })
      }
      const now = this.clock.now()
      await tx.updateTable('payment').set({ provider_ref: reference, updated_at: now }).where('id', '=', id).execute()
      await audit(tx, ctx, {
        action: 'payment.confirm',
        resource: { type: 'payment', id },
        before: { status: payment.status },
        after: { reference },
      })
      if (!late) await this.confirmLines(tx, ctx, whole)
      await this.settlement.book(tx, [wholePayment(whole, payment)], now)
      await recordTimeline(tx, ctx.actor, [{ orderId: payment.order_id, subOrderId: whole.row.id, type: late ? 'paid_late' : 'paid' }], now)
      return late ? this.giveBack(tx, ctx, whole, payment) : []
    })
    await this.refunds.carryOutAll(ctx, refunds)
    return this.get(ctx, id)
  }

  private async confirmLines(tx: Tx, ctx: RequestContext, whole: SubOrderWhole): Promise<void> {
    const order = await tx.selectFrom('order').selectAll().where('id', '=', whole.row.order_id).executeTakeFirstOrThrow()
    const cartLines = whole.lines.map((line) => line.entitlement_id!)
    const held = await this.holds.consume(tx, order.checkout_id, this.secrets.holdToken(order.checkout_id), this.clock.now(), cartLines)
    if (held.length !== whole.lines.length) throw new DomainError('hold_expired')
    await this.confirmation.confirm(tx, ctx, order, [whole.row], whole.lines, held)
  }

  private async giveBack(tx: Tx, ctx: RequestContext, whole: SubOrderWhole, payment: PaymentRow): Promise<string[]> {
    const booked = await this.subOrders.whole(tx, whole.row)
    return this.refunds.reserve(tx, ctx, booked, {
      lines: new Map(booked.lines.filter((line) => line.payment_id === payment.id).map((line) => [line.id, line.total_amount])),
      shippingAmount: whole.row.shipping_amount,
      cause: 'system',
      reason: 'paid_after_deadline',
    })
  }

  /** The transfer did not come: what still waits for it expires and is free again. */
  private async expire(ctx: RequestContext, orderId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const waiting = await tx
        .selectFrom('sub_order')
        .select('id')
        .where('order_id', '=', orderId)
        .where('status', '=', 'placed')
        .orderBy('id')
        .forUpdate()
        .execute()
      if (waiting.length === 0) return
      const order: OrderRow = await tx.selectFrom('order').selectAll().where('id', '=', orderId).executeTakeFirstOrThrow()
      await this.holds.releaseCheckout(tx, ctx, order.checkout_id, now)
      const ids = waiting.map((row) => row.id)
      for (const id of ids) {
        await transition(tx, subOrderLifecycle, { id, name: 'expire', ctx, changes: { ended_at: now, end_reason: 'not_paid' } })
      }
      await tx
        .updateTable('order_line')
        .set((eb) => ({ quantity_cancelled: eb('quantity_cancelled', '+', eb.ref('quantity_open')), quantity_open: 0, updated_at: now }))
        .where('sub_order_id', 'in', ids)
        .execute()
      const payments = await tx.selectFrom('payment').select('id').where('sub_order_id', 'in', ids).execute()
      await this.voids.mark(
        tx,
        payments.map((payment) => payment.id),
        'expired',
      )
      await recordTimeline(
        tx,
        ctx.actor,
        ids.map((id) => ({ orderId, subOrderId: id, type: 'expired' })),
        now,
      )
    })
  }

  private withOrder<Q extends ReturnType<typeof paymentsOf>>(query: Q) {
    return query
      .innerJoin('order as o', 'o.id', 'p.order_id')
      .innerJoin('sub_order as s', 's.id', 'p.sub_order_id')
      .select(['o.number as order_number', 's.vendor as vendor_snapshot'])
  }

  private view(ctx: RequestContext, row: PaymentRow & { order_number: string; vendor_snapshot: unknown }): AdminPayment {
    const language = this.views.language(ctx)
    const mayConfirm = row.method === 'bank_transfer' && (row.status === 'pending' || row.status === 'expired')
    return {
      ...paymentView(row),
      order_id: row.order_id,
      order_number: row.order_number,
      vendor_name: pickText((row.vendor_snapshot as { name: I18nText }).name, language.locale, language.fallback),
      created_at: row.created_at.toISOString(),
      actions: mayConfirm ? ['confirm'] : [],
    }
  }
}

/** Only for its type: a selection of whole payments. */
function paymentsOf(tx: Tx) {
  return tx.selectFrom('payment as p').selectAll('p')
}
