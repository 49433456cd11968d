import { DomainError, newId } from '@cityos/contract'
import { type Actor, actorId, type RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { cancel, schedule, TimerHandlers } from '../../platform/timer/timers.ts'
import { Ledger } from '../ledger/ledger.service.ts'
import { clearingAccount, type Division, refundEntries } from '../ledger/postings.ts'
import { PaymentProviders } from '../payment/providers.ts'
import { addDivisions, refundDivision } from './shares.ts'
import { amountsOf, type OrderLineRow, type SubOrderWhole } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'

export interface RefundToMake {
  /** order line id → minor units */
  lines: ReadonlyMap<string, number>
  shippingAmount: number
  cause: 'customer' | 'vendor' | 'admin' | 'system'
  reason: string
}

const timerKind = 'payment.refund'
const mostTries = 8

/**
 * Money back to the buyer: decided and reserved in the transaction of its cause, carried out by the provider afterwards,
 * booked when the provider says so (00-conventions, Payments). Idempotent by the refund's id at every step.
 */
@Injectable()
export class RefundService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly providers: PaymentProviders,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on(timerKind, (ctx, timer) => this.carryOut(ctx, timer.ref))
  }

  /**
   * Reserves a refund on a locked sub-order: one `refund` row per payment it touches. The checks of the database refuse
   * more than was paid, per line and in total.
   * @returns ids of the refunds; give them to `carryOut` after the commit
   * @throws DomainError amount_out_of_range
   */
  async reserve(tx: Tx, ctx: RequestContext, whole: SubOrderWhole, make: RefundToMake): Promise<string[]> {
    const now = this.clock.now()
    const ids: string[] = []
    const refunded = new Map(whole.lines.map((line) => [line.id, line.refunded_amount]))
    for (const payment of whole.payments) {
      const shippingAmount = whole.row.shipping_payment_id === payment.id ? make.shippingAmount : 0
      const parts: { line: OrderLineRow; amount: number; division: Division }[] = []
      for (const line of whole.lines) {
        const amount = ofPayment(line, payment.id, make.lines.get(line.id) ?? 0)
        if (amount === 0) continue
        const before = refunded.get(line.id)!
        if (amount > line.total_amount - before)
          throw new DomainError('amount_out_of_range', { field: 'lines', details: { line_id: line.id } })
        const division = refundDivision(amountsOf(line), before, amount)
        refunded.set(line.id, before + amount)
        parts.push({ line, amount, division })
        await tx
          .updateTable('order_line')
          .set((eb) => ({
            refunded_amount: eb('refunded_amount', '+', amount),
            commission_reversed_amount: eb('commission_reversed_amount', '+', division.commission),
            updated_at: now,
          }))
          .where('id', '=', line.id)
          .execute()
      }
      const divisions = parts.map((part) => part.division)
      const completed = whole.row.completed_at !== null
      let available = parts
        .filter(({ line }) => (line.fulfilment === 'own' ? line.released_at !== null : completed))
        .reduce((sum, part) => sum + vendorPartOf(part.division), 0)
      if (shippingAmount > 0) {
        const { row } = whole
        if (shippingAmount > row.shipping_amount - row.shipping_refunded_amount)
          throw new DomainError('amount_out_of_range', { field: 'shipping' })
        const division = refundDivision(
          { total: row.shipping_amount, tax: row.shipping_tax_amount, commission: 0 },
          row.shipping_refunded_amount,
          shippingAmount,
        )
        divisions.push(division)
        if (completed) available += vendorPartOf(division)
      }
      const division = addDivisions(divisions)
      if (division.gross === 0) continue
      const open = payment.captured_amount - payment.refunded_amount - (await this.pendingAmount(tx, payment.id))
      if (division.gross > open)
        throw new DomainError('amount_out_of_range', { details: { refundable_amount: open, currency: payment.currency_code } })
      ids.push(
        await this.insert(
          tx,
          ctx.actor,
          whole,
          payment.id,
          make,
          parts.map(({ line, amount }) => ({ line_id: line.id, amount })),
          shippingAmount,
          division,
          available,
          now,
        ),
      )
      await tx
        .updateTable('sub_order')
        .set((eb) => ({
          refunded_amount: eb('refunded_amount', '+', division.gross),
          shipping_refunded_amount: eb('shipping_refunded_amount', '+', shippingAmount),
          commission_reversed_amount: eb('commission_reversed_amount', '+', division.commission),
          version: eb('version', '+', 1),
          updated_at: now,
        }))
        .where('id', '=', whole.row.id)
        .execute()
    }
    return ids
  }

  /** Asks the provider and books what it did. Runs right after the commit, and from a timer until it has worked. */
  async carryOut(ctx: RequestContext, refundId: string): Promise<void> {
    const refund = await this.database.read.selectFrom('refund').selectAll().where('id', '=', refundId).executeTakeFirst()
    if (refund?.status !== 'pending') return
    const payment = await this.database.read.selectFrom('payment').selectAll().where('id', '=', refund.payment_id).executeTakeFirstOrThrow()
    const provider = this.providers.get(payment.provider)
    const money = { amount: refund.amount, currency: refund.currency_code }
    const result = provider
      ? await provider.refund({ key: refund.id, reference: payment.provider_ref ?? '', money, now: this.clock.now() })
      : ({ outcome: 'refunded', reference: refund.id } as const)
    if (result.outcome === 'refunded') await this.succeed(ctx, refund.id, result.reference)
    else await this.retryOrFail(ctx, refund.id, result.reason)
  }

  /** Carries out refunds now; what fails stays with its timer. */
  async carryOutAll(ctx: RequestContext, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await this.carryOut(ctx, id)
      } catch (error) {
        ctx.log.warn({ error, refund_id: id }, 'the refund is tried again by its timer')
      }
    }
  }

  private async succeed(ctx: RequestContext, refundId: string, reference: string): Promise<void> {
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      const refund = await tx
        .updateTable('refund')
        .set({ status: 'succeeded', provider_ref: reference, updated_at: now })
        .where('id', '=', refundId)
        .where('status', '=', 'pending')
        .returningAll()
        .executeTakeFirst()
      if (!refund) return
      const payment = await tx
        .updateTable('payment')
        .set((eb) => ({
          refunded_amount: eb('refunded_amount', '+', refund.amount),
          status: eb
            .case()
            .when(eb('captured_amount', '=', eb('refunded_amount', '+', refund.amount)))
            .then('refunded')
            .else('partially_refunded')
            .end(),
          version: eb('version', '+', 1),
          updated_at: now,
        }))
        .where('id', '=', refund.payment_id)
        .returningAll()
        .executeTakeFirstOrThrow()
      const division = { gross: refund.amount, tax: refund.tax_amount, commission: refund.commission_amount }
      const entries = refundEntries(
        clearingAccount(payment.method, payment.vendor_id),
        payment.vendor_id,
        division,
        refund.available_amount,
      )
      await this.ledger.post(
        tx,
        [
          {
            ref: `refund:${refund.id}`,
            kind: 'refund',
            orderId: refund.order_id,
            memo: refund.cause,
            currency: refund.currency_code,
            entries,
          },
        ],
        now,
      )
      await appendEvent(tx, {
        type: 'payment.refund.succeeded',
        aggregate: { type: 'payment', id: payment.id, version: payment.version },
        payload: { refund_id: refund.id, order_id: refund.order_id, amount: refund.amount, currency: refund.currency_code },
        ctx,
      })
      await recordTimeline(tx, ctx.actor, [{ orderId: refund.order_id, subOrderId: refund.sub_order_id, type: 'refunded' }], now)
      await cancel(tx, timerKind, refund.id)
    })
  }

  /** The provider refuses: tried again with growing pauses, then it is in the finance queue (status failed). */
  private async retryOrFail(ctx: RequestContext, refundId: string, reason: string): Promise<void> {
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      const refund = await tx
        .updateTable('refund')
        .set((eb) => ({ tries: eb('tries', '+', 1), updated_at: now }))
        .where('id', '=', refundId)
        .where('status', '=', 'pending')
        .returningAll()
        .executeTakeFirst()
      if (!refund) return
      if (refund.tries < mostTries) {
        await schedule(tx, { kind: timerKind, ref: refundId, dueAt: later(now, minutes(2 ** refund.tries)) })
        return
      }
      await tx.updateTable('refund').set({ status: 'failed' }).where('id', '=', refundId).execute()
      await recordTimeline(
        tx,
        ctx.actor,
        [{ orderId: refund.order_id, subOrderId: refund.sub_order_id, type: 'refund_failed', message: reason }],
        now,
      )
      await cancel(tx, timerKind, refundId)
    })
  }

  private async pendingAmount(tx: Tx, paymentId: string): Promise<number> {
    const row = await tx
      .selectFrom('refund')
      .select((eb) => eb.fn.sum<number>('amount').as('amount'))
      .where('payment_id', '=', paymentId)
      .where('status', '=', 'pending')
      .executeTakeFirst()
    return Number(row?.amount ?? 0)
  }

  private async insert(
    tx: Tx,
    actor: Actor,
    whole: SubOrderWhole,
    paymentId: string,
    make: RefundToMake,
    lines: { line_id: string; amount: number }[],
    shippingAmount: number,
    division: Division,
    available: number,
    now: Date,
  ): Promise<string> {
    const id = newId('ref')
    await tx
      .insertInto('refund')
      .values({
        id,
        payment_id: paymentId,
        order_id: whole.row.order_id,
        sub_order_id: whole.row.id,
        currency_code: whole.row.currency_code,
        amount: division.gross,
        shipping_amount: shippingAmount,
        lines: jsonb(lines),
        tax_amount: division.tax,
        commission_amount: division.commission,
        available_amount: available,
        reason: make.reason,
        cause: make.cause,
        created_by: actorId(actor),
        created_at: now,
        updated_at: now,
      })
      .execute()
    // the timer is the promise; the request that made it usually keeps it at once
    await schedule(tx, { kind: timerKind, ref: id, dueAt: later(now, minutes(1)) })
    return id
  }
}

const vendorPartOf = ({ gross, tax, commission }: Division): number => gross - tax - commission

/** What of a line's refund goes back by one payment: first what the payment that stepped in has taken, then the first one. */
function ofPayment(line: OrderLineRow, paymentId: string, amount: number): number {
  const balance = Math.min(amount, Math.max(0, line.balance_captured_amount - line.refunded_amount))
  if (paymentId === line.balance_payment_id) return balance
  return paymentId === line.payment_id ? amount - balance : 0
}
