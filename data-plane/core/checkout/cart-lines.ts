import type { Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import type { completeCart } from '../cart/contract.ts'
import type { CompleteBody } from './place.service.ts'

export interface LineWanted {
  kind: string
  choice: Record<string, unknown>
  quantity: number
}

export interface HeldCart {
  cart_id: string
  /** `<cart_id>.<secret>`, value of the cookie `cart`; null when the caller's own token goes on. */
  token: string | null
  /** One per line asked for, in their order; the same choice twice is one line. */
  line_ids: string[]
  /** The earliest; null when no kind among them is held in the cart. */
  hold: { expires_at: string } | null
}

export interface Purchase {
  lines: readonly LineWanted[]
  contact: { email: string; phone?: string | null; name?: string | null }
  payment: CompleteBody['payment']
  /** What the shopper was shown; without it the price of the moment counts. */
  expected_total?: { amount: number; currency: string }
}

/** Cart shorthands for verticals: endpoints such as `POST /store/bookings` are these, and no vertical creates an order. */
export abstract class CartLines {
  /**
   * Puts lines in the caller's cart (or opens one) and holds what they want: all of them or none.
   * @throws DomainError of the vertical's quote and hold, cart_completing, not_found
   */
  abstract hold(ctx: RequestContext, wanted: { lines: readonly LineWanted[]; cart_id?: string }): Promise<HeldCart>
  /** Another choice for a line that is there: released and held anew in one transaction. */
  abstract changeChoice(ctx: RequestContext, cartId: string, lineId: string, choice: Record<string, unknown>): Promise<void>
  /** Takes a line out and lets go of what it held. */
  abstract remove(ctx: RequestContext, cartId: string, lineId: string): Promise<void>
  /**
   * Buys a cart that is there, with everything in it.
   * @param given.expected_total what the shopper was shown; without it the price of the moment counts
   */
  abstract complete(
    ctx: RequestContext,
    cartId: string,
    given: Omit<Purchase, 'lines' | 'contact'> & { contact?: Purchase['contact'] },
  ): Promise<Output<typeof completeCart>>
  /**
   * The one-line shorthand: lines + hold + complete in a cart of its own; the caller's cart stays as it is. Requires an
   * Idempotency-Key: the same one finds the same purchase, also after a crash.
   * @throws DomainError payment_action_required (details: challenge_id, challenge_url, cart_token) | payment_declined | …
   */
  abstract buy(ctx: RequestContext, purchase: Purchase): Promise<Output<typeof completeCart>>
}
