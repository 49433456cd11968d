import { DomainError, type I18nText, type Money } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../platform/db/index.ts'
import { schedule } from '../../platform/timer/timers.ts'
import { Captures } from '../payment/captures.ts'
import { type CancelCause, Purchasables, type RefundDecision } from '../vertical/purchasable.ts'
import { openShare } from './line-money.ts'
import { LineRelease, releaseTimer } from './line-release.ts'
import { LineStatus } from './line-status.ts'
import { type LineTaking, lineTaking, Payer } from './payer.ts'
import { RefundService } from './refund.service.ts'
import { Settlement } from './settlement.ts'
import { lineToCancel, type OrderLineRow, SubOrders, type SubOrderWhole } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'
import { Voids } from './voids.ts'

/** The vertical's own transition(s), in the same transaction as money and order rows. */
export type Apply = (tx: Tx) => Promise<void>

export interface LineEnd {
  cause: CancelCause
  reason: string | null
  /** Units that end, of the open ones; without it all of them. */
  units?: number
  /** Minor units the vendor keeps of what these units cost (no-show, late cancellation); without it what `refundDecision` leaves. */
  keepAmount?: number
  /** What the customer was shown; anything else is refused. */
  expected?: Money
}

export interface LineRefund {
  /** What was paid for the open units and not refunded yet. */
  paid: Money
  refund: Money
  /** i18n key below `refund.reason.`; `not_charged` when nothing was taken yet. */
  reason: string
}

interface Found {
  whole: SubOrderWhole
  line: OrderLineRow
}

/**
 * How a vertical moves what it has sold (`fulfilment: 'own'`). Provider calls happen before the transaction, and what they
 * took is given back when `apply` refuses with a DomainError. The part's status follows its lines.
 */
@Injectable()
export class OrderLines {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly purchasables: Purchasables,
    private readonly captures: Captures,
    private readonly settlement: Settlement,
    private readonly payer: Payer,
    private readonly refunds: RefundService,
    private readonly voids: Voids,
    private readonly status: LineStatus,
    private readonly releases: LineRelease,
  ) {}

  /**
   * Takes what is captured on acceptance: this line's share.
   * @throws DomainError payment_declined: nothing has changed, and the customer has ten minutes to give another method
   */
  async accept(ctx: RequestContext, orderLineId: string, apply: Apply): Promise<void> {
    const taking = (found: Found) => (found.line.capture_mode === 'on_accept' ? lineTaking(found, 'accept', found.line.due_amount) : null)
    await this.take(ctx, orderLineId, taking, apply, async (tx, { line, whole }, now) => {
      await tx.updateTable('order_line').set({ accepted_at: now, updated_at: now }).where('id', '=', line.id).execute()
      await recordTimeline(tx, ctx.actor, [{ orderId: line.order_id, subOrderId: whole.row.id, type: 'line_accepted' }], now)
    })
  }

  /**
   * The service was given: what is captured on fulfilment and the balance of a deposit are taken; the vendor's money comes
   * available at `releaseAt`.
   * @throws DomainError payment_declined as above
   */
  async fulfil(ctx: RequestContext, orderLineId: string, { releaseAt }: { releaseAt: Date }, apply: Apply): Promise<void> {
    const taking = (found: Found) => lineTaking(found, 'fulfil', found.line.due_amount)
    await this.take(ctx, orderLineId, taking, apply, async (tx, { line, whole }, now) => {
      await tx
        .updateTable('order_line')
        .set({
          quantity_open: 0,
          quantity_fulfilled: line.quantity_fulfilled + line.quantity_open,
          fulfilled_at: now,
          release_at: releaseAt,
          updated_at: now,
        })
        .where('id', '=', line.id)
        .execute()
      await schedule(tx, { kind: releaseTimer, ref: line.id, dueAt: releaseAt })
      await recordTimeline(tx, ctx.actor, [{ orderId: line.order_id, subOrderId: whole.row.id, type: 'line_fulfilled' }], now)
    })
  }

  /**
   * Cancel, decline, no-show: refunds what was captured beyond what the vendor keeps, voids what was only authorised.
   * @returns what is refunded
   * @throws DomainError refund_quote_changed | invalid_transition when nothing of the line is open | payment_declined when
   *   more is kept than was taken and the rest cannot be charged
   */
  async end(ctx: RequestContext, orderLineId: string, end: LineEnd, apply: Apply): Promise<Money> {
    await this.status.prepare()
    const before = await this.find(this.database.read, orderLineId)
    const charge = this.extraCharge(before, this.settle(before, end))
    const takings = charge ? [charge] : []
    await this.captures.take(takings)
    const done = await this.captures.settled(takings, () =>
      this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const found = await this.lock(tx, orderLineId)
        const { line, whole } = found
        const settled = this.settle(found, end)
        if (end.expected && (end.expected.amount !== settled.refund || end.expected.currency !== whole.row.currency_code)) {
          const details = { expected_amount: end.expected.amount, refund_amount: settled.refund, currency: whole.row.currency_code }
          throw new DomainError('refund_quote_changed', { details })
        }
        const same = this.extraCharge(found, settled)
        if (same?.division.gross !== charge?.division.gross || same?.part !== charge?.part) throw new DomainError('stale_version')
        await apply(tx)
        if (same) await this.settlement.book(tx, [same], now)
        const refunds = await this.refunds.reserve(tx, ctx, await this.subOrders.whole(tx, whole.row), {
          lines: new Map([[line.id, settled.refund]]),
          shippingAmount: 0,
          cause: end.cause,
          reason: end.reason ?? end.cause,
        })
        const voids = await this.close(tx, found, settled, now)
        await this.status.follow(tx, ctx, whole.row.id)
        await recordTimeline(
          tx,
          ctx.actor,
          [{ orderId: line.order_id, subOrderId: whole.row.id, type: 'line_ended', message: end.reason }],
          now,
        )
        return { refunds, voids, money: { amount: settled.refund, currency: whole.row.currency_code } }
      }),
    )
    await this.refunds.carryOutAll(ctx, done.refunds)
    await this.voids.carryOutAll(ctx, done.voids)
    return done.money
  }

  /** What ending the line now would refund; `end` decides by the same functions. */
  async quote(_ctx: RequestContext, orderLineId: string, { cause }: { cause: CancelCause }): Promise<LineRefund> {
    const found = await this.find(this.database.read, orderLineId)
    const { paid, refund, reason } = this.settle(found, { cause, reason: null })
    const currency = found.whole.row.currency_code
    return { paid: { amount: paid, currency }, refund: { amount: refund, currency }, reason: paid === 0 ? 'not_charged' : reason }
  }

  /** Reschedule, transfer: the line's snapshot follows, in the caller's transaction. */
  async move(
    _ctx: RequestContext,
    orderLineId: string,
    to: { startsAt: Date | null; title?: I18nText; subtitle?: I18nText | null; entitlementId?: string },
    tx: Tx,
  ): Promise<void> {
    await tx
      .updateTable('order_line')
      .set({
        starts_at: to.startsAt,
        ...(to.title && { title: jsonb(to.title) }),
        ...(to.subtitle !== undefined && { subtitle: to.subtitle && jsonb(to.subtitle) }),
        ...(to.entitlementId && { entitlement_id: to.entitlementId }),
        updated_at: this.clock.now(),
      })
      .where('id', '=', orderLineId)
      .execute()
  }

  /**
   * Part of a line's vendor money comes available before its time (payout advance); a later fulfil releases only the rest.
   * @param share.bps of all of it, available afterwards: repeating it changes nothing
   */
  async release(_ctx: RequestContext, orderLineId: string, { bps }: { bps: number }): Promise<void> {
    await this.releases.advance(orderLineId, bps)
  }

  /** Captures before, then the vertical's transition, the order's rows and the books in one transaction. */
  private async take(
    ctx: RequestContext,
    orderLineId: string,
    takingOf: (found: Found) => LineTaking | null,
    apply: Apply,
    write: (tx: Tx, found: Found, now: Date) => Promise<void>,
  ): Promise<void> {
    await this.status.prepare()
    const taking = takingOf(await this.find(this.database.read, orderLineId))
    const takings = taking ? [taking] : []
    await this.payer.take(ctx, orderLineId, takings)
    await this.captures.settled(takings, () =>
      this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const found = await this.lock(tx, orderLineId)
        const same = takingOf(found)
        // the vertical's own refusal first: of two who accept at once the slower one gets its 409
        await apply(tx)
        if (found.line.quantity_open === 0) throw new DomainError('invalid_transition', { details: { entity: 'order_line' } })
        if (same?.division.gross !== taking?.division.gross || same?.part !== taking?.part) throw new DomainError('stale_version')
        if (same) await this.payer.book(tx, found.line, same, now)
        await write(tx, found, now)
        await this.status.follow(tx, ctx, found.whole.row.id)
      }),
    )
  }

  /** How the money of the ending units divides: what was paid, what comes back, what is charged on top. Pure. */
  private settle({ whole, line }: Found, end: LineEnd) {
    const units = end.units ?? line.quantity_open
    if (line.quantity_open === 0 || units < 1 || units > line.quantity_open)
      throw new DomainError('invalid_transition', { details: { entity: 'order_line', open: line.quantity_open } })
    const { value, due, paid } = openShare(line, whole.payments, units)
    const decision = this.decide(line, units, end.cause, paid)
    const keep = end.keepAmount === undefined ? paid - decision.refundAmount : Math.min(Math.max(0, end.keepAmount), value)
    return { units, due, paid, reason: decision.reason, refund: Math.max(0, paid - keep), extra: Math.max(0, keep - paid) }
  }

  private decide(line: OrderLineRow, units: number, cause: CancelCause, paid: number): RefundDecision {
    // a vendor's or the platform's cancellation gives everything back, whatever the policy (00-conventions)
    if (cause !== 'customer') return { orderLineId: line.id, refundAmount: paid, reason: `cancelled_by_${cause}` }
    const decision = this.purchasables.get(line.kind)!.refundDecision(lineToCancel(line, units, cause, paid), this.clock.now())
    return { ...decision, refundAmount: Math.min(Math.max(0, decision.refundAmount), paid) }
  }

  /** What is kept beyond what was taken: nothing where money changes hands outside. */
  private extraCharge(found: Found, settled: { extra: number; due: number }): LineTaking | null {
    const amount = Math.min(settled.extra, settled.due)
    return amount === 0 ? null : lineTaking(found, 'keep', amount, settled.due)
  }

  private async close(tx: Tx, { whole, line }: Found, { units, due }: { units: number; due: number }, now: Date): Promise<string[]> {
    const last = units === line.quantity_open
    await tx
      .updateTable('order_line')
      .set({
        quantity_open: line.quantity_open - units,
        quantity_cancelled: line.quantity_cancelled + units,
        due_amount: line.due_amount - due,
        ...(last && { payment_due_at: null }),
        updated_at: now,
      })
      .where('id', '=', line.id)
      .execute()
    if (last) await schedule(tx, { kind: releaseTimer, ref: line.id, dueAt: now })
    return this.payer.letGo(tx, await this.subOrders.whole(tx, whole.row), line)
  }

  private async find(tx: Tx, orderLineId: string): Promise<Found> {
    const row = await tx
      .selectFrom('sub_order as s')
      .innerJoin('order_line as l', 'l.sub_order_id', 's.id')
      .where('l.id', '=', orderLineId)
      .selectAll('s')
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return found(await this.subOrders.whole(tx, row), orderLineId)
  }

  private async lock(tx: Tx, orderLineId: string): Promise<Found> {
    const line = await tx.selectFrom('order_line').select('sub_order_id').where('id', '=', orderLineId).executeTakeFirst()
    if (!line) throw new DomainError('not_found')
    return found(await this.subOrders.lock(tx, line.sub_order_id), orderLineId)
  }
}

function found(whole: SubOrderWhole, orderLineId: string): Found {
  return { whole, line: whole.lines.find((row) => row.id === orderLineId)! }
}
