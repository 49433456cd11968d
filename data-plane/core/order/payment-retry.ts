import { DomainError, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { cancel, TimerHandlers } from '../../platform/timer/timers.ts'
import { PaymentProviders } from '../payment/providers.ts'
import { Purchasables } from '../vertical/purchasable.ts'
import { openShare, payerId } from './line-money.ts'
import { OrderLines } from './order-lines.ts'
import { Payer, paymentDueTimer } from './payer.ts'
import { lineToCancel, type OrderLineRow, type OrderRow, SubOrders } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'
import { Voids } from './voids.ts'

type Owed = Pick<OrderLineRow, 'id' | 'sub_order_id' | 'due_amount'>

/** The ten minutes after a charge that failed: another method, or the end (00-conventions, Payments). */
@Injectable()
export class PaymentRetry implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly providers: PaymentProviders,
    private readonly purchasables: Purchasables,
    private readonly subOrders: SubOrders,
    private readonly lines: OrderLines,
    private readonly payer: Payer,
    private readonly voids: Voids,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on(paymentDueTimer, (ctx, timer) => this.end(ctx, timer.ref))
  }

  /**
   * Authorises another card for every line of an order whose charge failed. Nothing is captured: the vendor's next try does.
   * @throws DomainError payment_declined | offer_expired when the time is over | invalid_transition when nothing is owed
   */
  async change(ctx: RequestContext, order: OrderRow, token: string): Promise<void> {
    const owed = await this.database.read
      .selectFrom('order_line')
      .select(['id', 'sub_order_id', 'due_amount', 'payment_due_at'])
      .where('order_id', '=', order.id)
      .where('payment_due_at', 'is not', null)
      .orderBy('sub_order_id')
      .orderBy('id')
      .execute()
    if (owed.length === 0) throw new DomainError('invalid_transition', { details: { status: order.payment_status } })
    if (owed.every((line) => line.payment_due_at! <= this.clock.now())) throw new DomainError('offer_expired')
    for (const line of owed) await this.replace(ctx, order, line, token)
  }

  private async replace(ctx: RequestContext, order: OrderRow, owed: Owed, token: string): Promise<void> {
    const provider = this.providers.get('sandbox')!
    const paymentId = newId('pay')
    const money = { amount: owed.due_amount, currency: order.currency_code }
    const now = this.clock.now()
    const answer = await provider.authorize({ key: `authorize:${paymentId}`, token, money, confirmed: false, now })
    if (answer.outcome !== 'authorized')
      throw new DomainError('payment_declined', {
        details: { reason: answer.outcome === 'declined' ? answer.reason : 'challenge_not_possible' },
      })
    const voids = await this.database
      .transaction((tx) => this.replaceIn(tx, ctx, owed, { id: paymentId, reference: answer.reference, expiresAt: answer.expiresAt }))
      .catch(async (error: unknown) => {
        await provider.void({ reference: answer.reference, booked: 0, now })
        throw error
      })
    await this.voids.carryOutAll(ctx, voids)
  }

  /** What is owed for a line moves to a payment of its own; the first one shrinks by it, so that all of them are the order's total. */
  private async replaceIn(
    tx: Tx,
    ctx: RequestContext,
    owed: Owed,
    authorized: { id: string; reference: string; expiresAt: Date },
  ): Promise<string[]> {
    const now = this.clock.now()
    const whole = await this.subOrders.lock(tx, owed.sub_order_id)
    const line = whole.lines.find((candidate) => candidate.id === owed.id)!
    const before = whole.payments.find((payment) => payment.id === payerId(line))
    if (!before || line.payment_due_at === null || line.due_amount !== owed.due_amount) throw new DomainError('stale_version')
    if (line.payment_due_at <= now) throw new DomainError('offer_expired')
    const due = line.due_amount
    await tx
      .updateTable('payment')
      .set((eb) => ({
        amount: eb('amount', '-', due),
        upfront_amount: eb.fn<number>('least', ['upfront_amount', eb('amount', '-', due)]),
        authorized_amount: eb.fn<number>('least', ['authorized_amount', eb('amount', '-', due)]),
        version: eb('version', '+', 1),
        updated_at: now,
      }))
      .where('id', '=', before.id)
      .execute()
    const sequence = Math.max(...whole.payments.map((payment) => payment.sequence)) + 1
    await tx
      .insertInto('payment')
      .values({
        id: authorized.id,
        order_id: before.order_id,
        sub_order_id: before.sub_order_id,
        vendor_id: before.vendor_id,
        capture_mode: before.capture_mode,
        sequence,
        provider: 'sandbox',
        method: 'sandbox',
        currency_code: before.currency_code,
        amount: due,
        upfront_amount: due,
        authorized_amount: due,
        provider_ref: authorized.reference,
        auth_expires_at: authorized.expiresAt,
        status: 'authorized',
        created_at: now,
        updated_at: now,
      })
      .execute()
    await tx
      .updateTable('order_line')
      .set({ balance_payment_id: authorized.id, balance_captured_amount: 0, payment_due_at: null, updated_at: now })
      .where('id', '=', line.id)
      .execute()
    await cancel(tx, paymentDueTimer, line.id)
    await appendEvent(tx, {
      type: 'order.line.payment_renewed',
      aggregate: { type: 'sub_order', id: whole.row.id, version: whole.row.version },
      payload: { order_id: whole.row.order_id, order_line_id: line.id },
      ctx,
    })
    await recordTimeline(tx, ctx.actor, [{ orderId: whole.row.order_id, subOrderId: whole.row.id, type: 'payment_renewed' }], now)
    return this.payer.letGo(tx, await this.subOrders.whole(tx, whole.row), line)
  }

  /** Nobody gave another method: the line ends and what it occupied is free. */
  private async end(ctx: RequestContext, orderLineId: string): Promise<void> {
    const line = await this.database.read.selectFrom('order_line').selectAll().where('id', '=', orderLineId).executeTakeFirst()
    const now = this.clock.now()
    if (!line || line.quantity_open === 0 || line.payment_due_at === null || line.payment_due_at > now) return
    const reason = 'payment_failed'
    const payments = await this.database.read.selectFrom('payment').selectAll().where('sub_order_id', '=', line.sub_order_id).execute()
    const { paid } = openShare(line, payments)
    // A deposit stays with the vendor when the customer does not pay the rest.
    const keepAmount = line.capture_mode === 'deposit' ? paid : undefined
    await this.lines.end(ctx, orderLineId, { cause: 'system', reason, keepAmount }, async (tx) => {
      await this.purchasables.get(line.kind)!.cancel(tx, [lineToCancel(line, line.quantity_open, 'system', paid)], { now, ctx, reason })
    })
  }
}
