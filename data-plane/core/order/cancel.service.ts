import { DomainError, type Money } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { actionsFor, transition } from '../../platform/lifecycle/lifecycle.ts'
import { schedule } from '../../platform/timer/timers.ts'
import { SettingService } from '../store/setting.service.ts'
import { type CancelCause, type LineToCancel, Purchasables, type RefundDecision } from '../vertical/purchasable.ts'
import { openShare } from './line-money.ts'
import { releaseTimer } from './line-release.ts'
import { RefundService } from './refund.service.ts'
import { unitShare } from './shares.ts'
import { completeTimer, subOrderLifecycle } from './sub-order.lifecycle.ts'
import { doneUnits, lineToCancel, type OrderLineRow, type SubOrderRow, SubOrders, type SubOrderWhole } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'
import { Voids } from './voids.ts'

export interface PartQuote {
  row: SubOrderRow
  cancellable: boolean
  refundAmount: number
  /** i18n key below `refund.reason.` */
  reason: string
}

/** Calls to the provider that a cancellation leaves for after its commit. */
export interface Afterwards {
  refundAmount: number
  refunds: string[]
  voids: string[]
}

export interface Cancellation {
  cause: CancelCause
  reason: string | null
  /** `cancel` ends all of it, `end_rest` what has not been handed over yet. */
  transition?: 'cancel' | 'end_rest'
}

/** Ends one vendor's part of an order, or several at once: nothing of another vendor's part is touched. */
@Injectable()
export class CancelService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly purchasables: Purchasables,
    private readonly refunds: RefundService,
    private readonly voids: Voids,
    private readonly settings: SettingService,
  ) {}

  /** What cancelling each part would refund now. Pure read; the cancellation decides by the same functions. */
  async quote(tx: Tx, ctx: RequestContext, rows: readonly SubOrderRow[], cause: CancelCause): Promise<PartQuote[]> {
    const quotes: PartQuote[] = []
    for (const row of rows) {
      const cancellable = actionsFor(subOrderLifecycle, row, ctx).includes('cancel')
      if (!cancellable) {
        quotes.push({ row, cancellable, refundAmount: 0, reason: 'not_cancellable' })
        continue
      }
      const plan = this.plan(await this.subOrders.whole(tx, row), cause)
      const reason = plan.decisions[0]?.reason ?? 'not_charged'
      quotes.push({ row, cancellable, refundAmount: plan.captured ? plan.refundAmount : 0, reason: plan.captured ? reason : 'not_charged' })
    }
    return quotes
  }

  /**
   * Cancels parts of an order in one transaction, in id order.
   * @param expected what the customer was shown; anything else is refused
   * @throws DomainError invalid_transition | refund_quote_changed | cancellation_not_allowed
   */
  async cancel(ctx: RequestContext, ids: readonly string[], cancellation: Cancellation, expected?: Money): Promise<void> {
    const window = await this.settings.get('consumer.withdrawal_days')
    const after = await this.database.transaction(async (tx) => {
      const done = await this.cancelIn(tx, ctx, ids, cancellation)
      if (expected && expected.amount !== done.refundAmount) {
        const details = { expected_amount: expected.amount, refund_amount: done.refundAmount, currency: expected.currency }
        throw new DomainError('refund_quote_changed', { details })
      }
      if (cancellation.transition === 'end_rest') {
        // what was handed over before has its return window now
        const dueAt = later(this.clock.now(), days(window))
        for (const id of ids) await schedule(tx, { kind: completeTimer, ref: id, dueAt })
      }
      return done
    })
    await this.carryOut(ctx, after)
  }

  /** The same inside a transaction that ends more than these parts; give the answer to `carryOut` after its commit. */
  async cancelIn(tx: Tx, ctx: RequestContext, ids: readonly string[], cancellation: Cancellation): Promise<Afterwards> {
    const after: Afterwards = { refundAmount: 0, refunds: [], voids: [] }
    for (const id of [...ids].sort()) after.refundAmount += await this.cancelOne(tx, ctx, id, cancellation, after)
    return after
  }

  /** Calls the provider for what a cancellation decided; what fails stays with its timers. */
  async carryOut(ctx: RequestContext, after: Afterwards): Promise<void> {
    await this.refunds.carryOutAll(ctx, after.refunds)
    await this.voids.carryOutAll(ctx, after.voids)
  }

  private async cancelOne(tx: Tx, ctx: RequestContext, id: string, cancellation: Cancellation, after: Afterwards): Promise<number> {
    const now = this.clock.now()
    const name = cancellation.transition ?? 'cancel'
    const reason = cancellation.reason ?? undefined
    // the compare-and-set comes first: of a cancellation and an acceptance at the same moment one wins
    const moved = await transition(tx, subOrderLifecycle, {
      id,
      name,
      ctx,
      reason,
      payload: { cause: cancellation.cause },
      changes: name === 'cancel' ? { ended_at: now, end_reason: reason ?? cancellation.cause } : { fulfilled_at: now },
    })
    const whole = await this.subOrders.whole(tx, moved)
    const plan = this.plan(whole, cancellation.cause)
    await this.free(tx, ctx, whole, plan.lines, cancellation.reason, now)
    const refunds = plan.captured
      ? await this.refunds.reserve(tx, ctx, whole, {
          lines: new Map(plan.decisions.map((decision) => [decision.orderLineId, decision.refundAmount])),
          shippingAmount: plan.shippingAmount,
          cause: cancellation.cause,
          reason: cancellation.reason ?? cancellation.cause,
        })
      : []
    after.refunds.push(...refunds)
    // what the policy leaves the vendor comes available now
    for (const { orderLineId } of plan.lines) {
      if (whole.lines.some((line) => line.id === orderLineId && line.fulfilment === 'own'))
        await schedule(tx, { kind: releaseTimer, ref: orderLineId, dueAt: now })
    }
    const ids = whole.payments.map((payment) => payment.id)
    after.voids.push(...(await this.voids.mark(tx, ids, 'voided')), ...(await this.voids.closePartly(tx, ids)))
    await recordTimeline(
      tx,
      ctx.actor,
      [{ orderId: moved.order_id, subOrderId: id, type: name === 'cancel' ? 'cancelled' : 'rest_cancelled', message: cancellation.reason }],
      now,
    )
    return plan.captured ? plan.refundAmount : 0
  }

  /** Open units of every line with what they get back; pure. */
  private plan(whole: SubOrderWhole, cause: CancelCause) {
    const captured = whole.payments.some((payment) => payment.captured_amount > 0)
    const lines = whole.lines
      .filter((line) => line.quantity_open > 0)
      .map((line) => lineToCancel(line, line.quantity_open, cause, this.paid(whole, line)))
    const decisions = lines.map((line) => this.decide(whole, line))
    const untouched = whole.lines.every((line) => line.quantity_fulfilled === 0)
    const shippingPaid = whole.payments.some((payment) => payment.id === whole.row.shipping_payment_id && payment.captured_amount > 0)
    const shippingAmount = untouched && shippingPaid ? whole.row.shipping_amount - whole.row.shipping_refunded_amount : 0
    const refundAmount = decisions.reduce((sum, decision) => sum + decision.refundAmount, 0) + shippingAmount
    return { captured, lines, decisions, shippingAmount, refundAmount }
  }

  private decide(whole: SubOrderWhole, line: LineToCancel): RefundDecision {
    const row = whole.lines.find((candidate) => candidate.id === line.orderLineId)!
    // a vendor's or the platform's cancellation gives everything back, whatever the policy (00-conventions)
    if (line.cause !== 'customer')
      return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: `cancelled_by_${line.cause}` }
    const decision = this.purchasables.get(row.kind)!.refundDecision(line, this.clock.now())
    return { ...decision, refundAmount: Math.min(Math.max(0, decision.refundAmount), line.paidAmount) }
  }

  /** What was paid for the open units of a line and not refunded yet. */
  private paid(whole: SubOrderWhole, line: OrderLineRow): number {
    if (line.fulfilment === 'own') return openShare(line, whole.payments).paid
    const payment = whole.payments.find((candidate) => candidate.id === line.payment_id)
    // taken at the hand-over, unit by unit: what is still open has not been paid
    if (!payment || payment.captured_amount === 0 || payment.capture_mode === 'on_fulfil') return 0
    const share = unitShare(line.total_amount, line.quantity, doneUnits(line), line.quantity)
    return Math.min(share, line.total_amount - line.refunded_amount)
  }

  private async free(
    tx: Tx,
    ctx: RequestContext,
    whole: SubOrderWhole,
    lines: readonly LineToCancel[],
    reason: string | null,
    now: Date,
  ): Promise<void> {
    if (lines.length === 0) return
    for (const kind of [...new Set(whole.lines.map((line) => line.kind))].sort()) {
      const own = lines.filter((line) =>
        whole.lines.some((row) => row.id === line.orderLineId && row.kind === kind && row.entitlement_type !== 'cart_line'),
      )
      if (own.length > 0) await this.purchasables.get(kind)!.cancel(tx, own, { now, ctx, reason })
    }
    await tx
      .updateTable('order_line')
      .set((eb) => ({
        quantity_cancelled: eb('quantity_cancelled', '+', eb.ref('quantity_open')),
        quantity_open: 0,
        due_amount: 0,
        payment_due_at: null,
        updated_at: now,
      }))
      .where(
        'id',
        'in',
        lines.map((line) => line.orderLineId),
      )
      .execute()
  }
}
