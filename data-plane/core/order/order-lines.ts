import type { I18nText, Money } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import type { Tx } from '../../platform/db/index.ts'
import type { CancelCause } from '../vertical/purchasable.ts'

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

/**
 * How a vertical moves what it has sold (`fulfilment: 'own'`). Provider calls happen before the transaction, and what they
 * took is given back when `apply` refuses with a DomainError. The sub-order's status follows its lines.
 */
export abstract class OrderLines {
  /**
   * Takes what is captured on acceptance: this line's share.
   * @throws DomainError payment_declined: nothing has changed, and the customer has ten minutes to give another method
   */
  abstract accept(ctx: RequestContext, orderLineId: string, apply: Apply): Promise<void>
  /**
   * The service was given: what is captured on fulfilment and the balance of a deposit are taken; the vendor's money comes
   * available at `releaseAt`.
   * @throws DomainError payment_declined as above
   */
  abstract fulfil(ctx: RequestContext, orderLineId: string, when: { releaseAt: Date }, apply: Apply): Promise<void>
  /**
   * Cancel, decline, no-show: refunds what was captured beyond what the vendor keeps, voids what was only authorised.
   * @returns what is refunded
   * @throws DomainError refund_quote_changed | invalid_transition when nothing of the line is open | payment_declined when
   *   more is kept than was taken and the rest cannot be charged
   */
  abstract end(ctx: RequestContext, orderLineId: string, end: LineEnd, apply: Apply): Promise<Money>
  /** What ending the line now would refund; `end` decides by the same functions. */
  abstract quote(ctx: RequestContext, orderLineId: string, given: { cause: CancelCause }): Promise<LineRefund>
  /** Reschedule, transfer: the line's snapshot follows, in the caller's transaction. */
  abstract move(
    ctx: RequestContext,
    orderLineId: string,
    to: { startsAt: Date | null; title?: I18nText; subtitle?: I18nText | null; entitlementId?: string },
    tx: Tx,
  ): Promise<void>
  /** Part of a line's vendor money comes available before its time (payout advance); a later fulfil releases only the rest. */
  abstract release(ctx: RequestContext, orderLineId: string, share: { bps: number }): Promise<void>
}
