import { DomainError } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type HandWritten, sendAlong, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { cancel, schedule } from '../../platform/timer/timers.ts'
import { Workflows } from '../../platform/workflow/workflow-engine.ts'
import { Confirmation } from '../order/confirmation.ts'
import { OrderSecrets } from '../order/order-secrets.ts'
import { Settlement } from '../order/settlement.ts'
import type { OrderLineRow, OrderRow, SubOrderRow } from '../order/sub-orders.ts'
import { Captures } from '../payment/captures.ts'
import { Holds } from '../vertical/holds.ts'
import { Authorizations } from './authorizations.ts'
import { type CheckoutRow, lockingCheckout } from './checkout.rows.ts'
import { CheckoutUndo } from './checkout.undo.ts'
import { type ConfirmResult, checkoutKind, checkoutWorkflow, type Failure, steps } from './checkout.workflow.ts'

/** The effects of a checkout. Each may run twice: a crash between effect and journal repeats it. */
@Injectable()
export class CheckoutSteps implements OnModuleInit {
  constructor(
    private readonly workflows: Workflows,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly holds: Holds,
    private readonly secrets: OrderSecrets,
    private readonly confirmation: Confirmation,
    private readonly authorizations: Authorizations,
    private readonly captures: Captures,
    private readonly settlement: Settlement,
    private readonly undoing: CheckoutUndo,
  ) {}

  onModuleInit(): void {
    this.workflows.define(checkoutKind, checkoutWorkflow)
    this.workflows.step(steps.authorize, (input) => this.authorizations.authorize(input.checkoutId, input.confirmed))
    this.workflows.step(steps.confirm, (input) => this.confirm(input.checkoutId, input.last))
    this.workflows.step(steps.capture, (input) => this.capture(input.checkoutId))
    this.workflows.step(steps.undo, async (input) => {
      await this.undoing.undo(input.checkoutId, input.failure)
      return null
    })
  }

  /** Consumes the holds and confirms every line, or nothing: when a hold has run out the money goes back. */
  async confirm(checkoutId: string, last: boolean): Promise<ConfirmResult> {
    const ctx = RequestContext.system('checkout')
    try {
      await this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const { checkout, order, subOrders, lines, held } = await this.lockWhole(tx, checkoutId, now)
        if (checkout.status === 'succeeded') return
        if (checkout.status === 'failed') throw new DomainError('hold_expired')
        if (subOrders.some((subOrder) => subOrder.status !== 'placed')) return
        const waitsForTransfer = checkout.method === 'bank_transfer'
        if (!waitsForTransfer) {
          if (held.length !== lines.length) throw new DomainError('hold_expired')
          await this.confirmation.confirm(tx, ctx, order, subOrders, lines, held)
        }
        if (waitsForTransfer) await schedule(tx, { kind: 'order.payment_deadline', ref: order.id, dueAt: checkout.payment_deadline })
        if (last) await this.succeed(tx, ctx, checkout, now)
      })
      return { outcome: 'confirmed' }
    } catch (error) {
      if (error instanceof DomainError) return { outcome: 'failed', failure: failureOf(error) }
      throw error
    }
  }

  /** What is confirmed, behind the checkout's lock and in its round trip, and the holds consumed for it. */
  private async lockWhole(tx: Tx, checkoutId: string, now: Date) {
    const about = <Row>(text: string): HandWritten<Row> => ({ text, values: [checkoutId] })
    const [[checkout], [order], subOrders, lines, held] = await this.database.together(tx, [
      lockingCheckout(checkoutId),
      about<Pick<OrderRow, 'id' | 'customer_id' | 'number' | 'locale' | 'currency_code'>>(
        `select id, customer_id, number, locale, currency_code from "order" ${ofCheckout('id')}`,
      ),
      about<SubOrderRow>(`select * from sub_order ${ofCheckout('order_id')} order by id`),
      about<OrderLineRow>(`select * from order_line ${ofCheckout('order_id')} order by position`),
      this.holds.consuming(checkoutId, this.secrets.holdToken(checkoutId), now),
    ])
    if (!checkout || !order) throw new Error(`there is no checkout ${checkoutId}`)
    return { checkout, order, subOrders, lines, held: this.holds.heldOf(held) }
  }

  /** Takes what is captured at checkout and posts it; ends the checkout. */
  async capture(checkoutId: string): Promise<ConfirmResult> {
    const ctx = RequestContext.system('checkout')
    const takings = await this.settlement.dueAtCheckout(this.database.read, checkoutId)
    try {
      await this.captures.take(takings)
      await this.captures.settled(takings, () =>
        this.database.transaction(async (tx) => {
          const now = this.clock.now()
          const posting = this.settlement.posting(takings, now)
          const [[locked], posted = []] = posting
            ? await this.database.together(tx, [lockingCheckout(checkoutId), posting])
            : await this.database.together(tx, [lockingCheckout(checkoutId)])
          if (!locked) throw new Error(`there is no checkout ${checkoutId}`)
          if (locked.status === 'succeeded') return
          // undone by another run meanwhile: what was taken goes back
          if (locked.status === 'failed') throw new DomainError('payment_declined', { details: { reason: 'undone' } })
          await this.settlement.bookPosted(tx, takings, new Set(posted.map((row) => row.ref)), now)
          await this.succeed(tx, ctx, locked, now)
        }),
      )
      return { outcome: 'confirmed' }
    } catch (error) {
      if (error instanceof DomainError) return { outcome: 'failed', failure: failureOf(error) }
      throw error
    }
  }

  /** Cart completing → completed, checkout succeeded, one event for everybody who waits for an order. */
  private async succeed(tx: Tx, ctx: RequestContext, checkout: CheckoutRow, now: Date): Promise<void> {
    sendAlong(
      tx,
      tx
        .updateTable('checkout')
        .set({ status: 'succeeded', updated_at: now, version: checkout.version + 1 })
        .where('id', '=', checkout.id),
    )
    sendAlong(tx, tx.updateTable('cart').set({ status: 'completed', updated_at: now }).where('id', '=', checkout.cart_id))
    await appendEvent(tx, {
      type: 'order.order.placed',
      aggregate: { type: 'order', id: checkout.order_id, version: 0 },
      payload: {
        id: checkout.order_id,
        total_amount: checkout.total_amount,
        currency: checkout.currency_code,
        payment_method: checkout.method,
      },
      ctx,
    })
    await cancel(tx, 'checkout.sweep', checkout.id)
  }
}

const ofCheckout = (column: string): string => `where ${column} = (select order_id from checkout where id = $1)`

export function failureOf(error: DomainError): Failure {
  return { code: error.code, details: error.details }
}
