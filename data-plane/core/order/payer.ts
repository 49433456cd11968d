import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { schedule } from '../../platform/timer/timers.ts'
import { Captures } from '../payment/captures.ts'
import { payerId } from './line-money.ts'
import { Settlement, type Takings } from './settlement.ts'
import { amountDivision } from './shares.ts'
import { amountsOf, type OrderLineRow, type PaymentRow, SubOrders, type SubOrderWhole } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'
import { Voids } from './voids.ts'

/** Money of one line that is led by its vertical. */
export type LineTaking = Takings & { lines: readonly [{ id: string; amount: number }] }

/** Timer that ends a line whose charge failed and for which nobody gave another method in time. */
export const paymentDueTimer = 'order_line.payment_due'

/** So long the customer may give another method (00-conventions, Payments). */
const givenTime = minutes(10)

/**
 * What is to be taken of one line now; null when nothing is, or nobody can be charged. Pure.
 * @param what names the taking; @param amount minor units; @param ending of what is due, what falls away with it
 */
export function lineTaking(
  { whole, line }: { whole: SubOrderWhole; line: OrderLineRow },
  what: 'accept' | 'fulfil' | 'keep',
  amount: number,
  ending = amount,
): LineTaking | null {
  const payment = whole.payments.find((candidate) => candidate.id === payerId(line))
  if (!payment || amount === 0 || (what === 'keep' && payment.provider === 'offline')) return null
  const others = linesOf(whole, payment).filter((other) => other.id !== line.id)
  return {
    payment,
    division: amountDivision(amountsOf(line), line.captured_amount, line.captured_amount + amount),
    part: `line:${line.id}:${what}:${line.captured_amount}`,
    final: line.due_amount === ending && others.every(isSettled),
    // what was not authorised is charged anew: balances of deposits, what is charged later
    charge: payment.authorized_amount - payment.captured_amount < amount,
    lines: [{ id: line.id, amount }],
  }
}

const linesOf = (whole: SubOrderWhole, payment: PaymentRow): OrderLineRow[] => whole.lines.filter((line) => payerId(line) === payment.id)

/** Nothing more will be taken for it. */
const isSettled = (line: OrderLineRow): boolean => (line.fulfilment === 'own' ? line.due_amount === 0 : line.quantity_open === 0)

/** Takes the money of single lines, out of payments they may share. */
@Injectable()
export class Payer {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly captures: Captures,
    private readonly settlement: Settlement,
    private readonly voids: Voids,
  ) {}

  /**
   * @throws DomainError payment_declined with `details.payment_due_at`: until then the customer may give another method
   */
  async take(ctx: RequestContext, orderLineId: string, takings: readonly LineTaking[]): Promise<void> {
    try {
      await this.captures.take(takings)
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'payment_declined') throw error
      const dueAt = await this.askForAnother(ctx, orderLineId)
      throw new DomainError('payment_declined', { details: { ...error.details, payment_due_at: dueAt?.toISOString() ?? null } })
    }
  }

  async book(tx: Tx, line: OrderLineRow, taking: LineTaking, now: Date): Promise<void> {
    await this.settlement.book(tx, [taking], now)
    const [{ amount }] = taking.lines
    await tx
      .updateTable('order_line')
      .set({
        due_amount: line.due_amount - amount,
        payment_due_at: null,
        ...(line.balance_payment_id !== null && { balance_captured_amount: line.balance_captured_amount + amount }),
      })
      .where('id', '=', line.id)
      .execute()
  }

  /** Lets go of what a payment has authorised and no line of it needs any more. @returns ids for `Voids.carryOutAll` */
  async letGo(tx: Tx, whole: SubOrderWhole, line: OrderLineRow): Promise<string[]> {
    const payment = whole.payments.find((candidate) => candidate.id === payerId(line))
    if (!payment || !linesOf(whole, payment).every(isSettled)) return []
    return [...(await this.voids.mark(tx, [payment.id], 'voided')), ...(await this.voids.closePartly(tx, [payment.id]))]
  }

  /** Ten minutes begin, once; what follows when nobody answers is the timer's affair. */
  private async askForAnother(ctx: RequestContext, orderLineId: string): Promise<Date | null> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const found = await tx.selectFrom('order_line').select('sub_order_id').where('id', '=', orderLineId).executeTakeFirstOrThrow()
      const { row, lines } = await this.subOrders.lock(tx, found.sub_order_id)
      const line = lines.find((candidate) => candidate.id === orderLineId)!
      if (line.quantity_open === 0 || line.payment_due_at !== null) return line.payment_due_at
      const dueAt = later(now, givenTime)
      await tx.updateTable('order_line').set({ payment_due_at: dueAt, updated_at: now }).where('id', '=', line.id).execute()
      await schedule(tx, { kind: paymentDueTimer, ref: line.id, dueAt })
      await appendEvent(tx, {
        type: 'order.line.payment_failed',
        aggregate: { type: 'sub_order', id: row.id, version: row.version },
        payload: { order_id: row.order_id, order_line_id: line.id, payment_due_at: dueAt.toISOString() },
        ctx,
      })
      await recordTimeline(tx, ctx.actor, [{ orderId: row.order_id, subOrderId: row.id, type: 'payment_failed' }], now)
      return dueAt
    })
  }
}
