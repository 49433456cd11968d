import type { Money } from '@cityos/contract'

export type Authorization =
  | { outcome: 'authorized'; reference: string; expiresAt: Date }
  | { outcome: 'action_required' }
  | { outcome: 'declined'; reason: string }

export type Capture = { outcome: 'captured' } | { outcome: 'declined'; reason: string }

/**
 * Someone outside who takes the shopper's money. Every call carries a key: the same key again gives the same answer and
 * moves nothing, so that a step interrupted between call and journal can be repeated. Never called inside a transaction.
 */
export interface PaymentProvider {
  /** @param confirmed the shopper has answered the provider's challenge with yes */
  authorize(request: { key: string; token: string; money: Money; confirmed: boolean; now: Date }): Promise<Authorization>
  capture(request: { key: string; reference: string; money: Money; now: Date }): Promise<Capture>
  /**
   * Takes money that was not authorised before from the method of an authorisation (balances of deposits, what is charged
   * later); it belongs to the same reference, and is refunded by it.
   */
  charge(request: { key: string; reference: string; money: Money; now: Date }): Promise<Capture>
  /** Takes back one capture or charge that was not booked after all (its key is free again); the rest stays authorised. */
  reverse(request: { captureKey: string; reference: string; booked: number; now: Date }): Promise<void>
  /**
   * Lets go of what is authorised and not captured, and gives back what was captured beyond `booked`: the capture of a
   * step that was killed or lost its race before it could book it.
   * @param booked minor units this house has booked as captured
   */
  void(request: { reference: string; booked: number; now: Date }): Promise<void>
  refund(request: {
    key: string
    reference: string
    money: Money
    now: Date
  }): Promise<{ outcome: 'refunded'; reference: string } | { outcome: 'declined'; reason: string }>
}
