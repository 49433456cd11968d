import type { ErrorCode, I18nText, Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import type { ZodType } from 'zod'
import type { Tx } from '../../platform/db/index.ts'

/** When a line's money is taken (00-conventions, Payments). */
export type CaptureMode = 'now' | 'on_accept' | 'on_fulfil' | 'deferred' | 'deposit' | 'none'

/** Who or what makes a purchase end early; vendor- or platform-caused ends always refund in full. */
export type CancelCause = 'customer' | 'vendor' | 'admin' | 'system'

export interface QuoteContext {
  currency: string
  locale: Locale
  customerId: string | null
  now: Date
}

/** A line to be priced. All lines of its kind in the cart are asked about together, so that siblings can be seen. */
export interface LineToQuote<Choice = unknown> {
  /** The cart line; null for a choice that is in no cart yet. */
  lineId: string | null
  choice: Choice
  quantity: number
  /** The line holds what it wants already (kinds with `cartHoldMinutes`): it is not in its own way. */
  held: boolean
}

/** What a unit price is made of. Amounts are minor units, VAT included, for `quantity` of it together. */
export interface QuotePart {
  kind: 'item' | 'option' | 'fee' | 'delivery' | 'tip'
  title: I18nText
  quantity: number
  amount: number
  taxBps: number
  /** Whether the platform's commission is taken of it; tips and passed-on fees are not. */
  commissionable: boolean
}

/** The price and the rules of one choice, right now. Amounts are minor units of `currency`, VAT included. */
export interface Quote {
  /** The vertical that sells it: `catalogue`, `restaurant`. */
  vertical: string
  vendor: { id: string; handle: string; name: I18nText }
  title: I18nText
  /** What distinguishes this choice from its siblings: `Black / M`, `19:30`; null when there is one only. */
  subtitle: I18nText | null
  sku: string | null
  picture: { url: string; width: number; height: number; alt: I18nText } | null
  /** Path below `/{locale}/`, e.g. `products/linen-thobe`. */
  path: string | null
  currency: string
  unitAmount: number
  /** Struck price, or null. */
  compareAtAmount: number | null
  taxClass: string
  /** VAT inside `unitAmount`, basis points. */
  taxBps: number
  captureMode: CaptureMode
  /** `shipping` lines need an address and a shipping option of their vendor. */
  delivery: 'shipping' | 'digital' | 'none'
  /** Grams of one unit; 0 where it does not matter. */
  weightGrams: number
  quantity: {
    min: number
    max: number | null
    step: number
    /** Units that can be had now; null when not counted. A snapshot: only `hold` decides. */
    available: number | null
  }
  /** What the choice draws on: lines with the same resource share its capacity. */
  resourceId: string
  reference: { type: string; id: string }
  withdrawalExemptReason: string | null
  /** Snapshotted on the order line (00-conventions, Cancellation policy); null = free until fulfilled. */
  cancellationTiers: { hours_before: number; refund_bps: number }[] | null
  /** Start of a dated service: cancellation tiers count from it. */
  startsAt: Date | null
  categoryIds: string[]
  /** What one unit's price is made of, shown in cart and on the order; [] = one whole. Σ amount = `unitAmount`. */
  parts: QuotePart[]
  /** Capture mode `deposit`: taken now, per unit; the rest is charged to the same method when the service is given. Else null. */
  depositAmount: number | null
  /** Cash on delivery is offered when every line of a cart says so. */
  cashAccepted: boolean
  /** False for what cannot wait days for a bank transfer (a meal, a table tonight); absent: it can. */
  transferAccepted?: boolean
  /** Priced and kept in the cart, shown as the error of its line, and the answer of completing: `minimum_order_not_met`. */
  blocked?: { code: ErrorCode; details?: Record<string, unknown> } | null
}

/**
 * `ok: false`: it cannot be had like this. `unavailable` = gone, unpublished, not sold; any other registered code of the
 * vertical (`slot_in_past`, `max_tickets_exceeded`, …) is thrown as it is when the choice is put in the cart, shown as the
 * error of a line that is in it already, and the answer of completing that cart.
 */
export type QuoteAnswer =
  | { ok: true; quote: Quote }
  | { ok: false; code: 'unavailable' | ErrorCode; title: I18nText | null; details?: Record<string, unknown> }

/** A cart line about to be bought. */
export interface LineToHold<Choice = unknown> {
  lineId: string
  choice: Choice
  quantity: number
  resourceId: string
}

/** What `hold` took; core keeps it in the `hold` table with token, expiry and reference. */
export interface Hold {
  lineId: string
  resourceId: string
  quantity: number
}

/** Why a hold ends without a purchase. */
export type ReleaseCause = 'released' | 'expired' | 'payment_failed'

/** A held line whose order is being confirmed. Amounts are minor units of `currency`, of all units together. */
export interface LineToConfirm<Choice = unknown> extends Hold {
  choice: Choice
  orderId: string
  orderNumber: string
  orderLineId: string
  subOrderId: string
  vendorId: string
  customerId: string | null
  /** Language the order was placed in. */
  locale: Locale
  currency: string
  totalAmount: number
  captureMode: CaptureMode
  startsAt: Date | null
}

/** The row a confirmed line became: stock allocation, booking, ticket. `orderLineId` says whose it is. */
export interface EntitlementRef {
  orderLineId: string
  type: string
  id: string
}

/** A confirmed line, or part of it, that ends early. */
export interface LineToCancel {
  orderLineId: string
  entitlement: { type: string; id: string }
  resourceId: string
  /** Units to cancel, ≤ the line's open quantity. */
  quantity: number
  cause: CancelCause
  /** What was paid for these units, minor units, shipping excluded. */
  paidAmount: number
  cancellationTiers: { hours_before: number; refund_bps: number }[] | null
  startsAt: Date | null
  /** When the vendor accepted this line (kinds with `fulfilment: 'own'`); null = not yet, or not needed. */
  acceptedAt: Date | null
}

/** What the customer gets back for a cancelled line: minor units, at most what was paid. */
export interface RefundDecision {
  orderLineId: string
  refundAmount: number
  /** i18n key below `refund.reason.` */
  reason: string
}

/** When, and on whose account: history says who. */
export interface ActContext {
  now: Date
  ctx: RequestContext
}

export interface HoldContext extends ActContext {
  expiresAt: Date
  /** Secret of the holder; consumption requires it. */
  ownerToken: string
  customerId: string | null
}

/**
 * Something a shopper can put in a cart (design §5). A vertical implements this once per thing it sells and gets
 * payment, tax, commission, refunds and orders from core.
 *
 * Every method takes all lines of its kind at once, so that a cart of ten lines costs a fixed number of statements.
 * Lines that share a resource must be added up before the claim (medusa#16502), and rows locked in resource id order.
 */
export interface Purchasable<Choice = unknown> {
  /** `<vertical>.<thing>`: 'catalogue.product', 'restaurant.meal', 'booking.slot'. */
  readonly kind: string
  /** What the shopper chose. */
  readonly choice: ZodType<Choice>
  /**
   * Minutes a line is held from the moment it is put in the cart (booking 10, event 15). Undefined: taken at checkout.
   * The core's hold is the only place with the expiry; the vertical's row stays `held` until confirm or release.
   */
  readonly cartHoldMinutes?: number
  /** `own`: accepting, fulfilling and ending a sold line is led by the vertical, through OrderLines. */
  readonly fulfilment: 'sub_order' | 'own'
  /** Same choice put in twice: lines are summed when their keys agree. */
  choiceKey(choice: Choice): string
  /** Price lines, tax class, vendor, capture mode, one answer per line in the same order. Pure read. */
  quote(tx: Tx, lines: readonly LineToQuote<Choice>[], context: QuoteContext): Promise<QuoteAnswer[]>
  /**
   * Takes the stock, slot or seat (K1, K2: never read-then-write). All or nothing.
   * @throws DomainError `insufficient_stock` | `slot_unavailable` | … with `details.resources: string[]` (what had no room) and `details.lines`
   */
  hold(tx: Tx, lines: readonly LineToHold<Choice>[], context: HoldContext): Promise<Hold[]>
  /** hold → meal order, booking, ticket, stock allocation. Runs in the transaction that consumes the holds. */
  confirm(tx: Tx, lines: readonly LineToConfirm<Choice>[], context: ActContext): Promise<EntitlementRef[]>
  /** Taken out of the cart, payment failed, or run out: gives back exactly what `hold` took. Core calls it once per hold (K4). */
  release(tx: Tx, holds: readonly Hold[], cause: ReleaseCause, context: ActContext): Promise<void>
  /** What cancelling would refund; pure, so that a quote and the cancellation agree. */
  refundDecision(line: LineToCancel, now: Date): RefundDecision
  /**
   * Frees what a confirmed line occupies, and moves the vertical's own row. The refund follows `refundDecision`. Refuses
   * what the vertical's rules forbid (`cancellation_not_allowed`): then nothing of the part is cancelled.
   */
  cancel(tx: Tx, lines: readonly LineToCancel[], context: ActContext & { reason: string | null }): Promise<void>
  /** Units left the house (or the service was given); optional, for kinds that count stock on hand. */
  fulfil?(tx: Tx, lines: readonly { orderLineId: string; resourceId: string; quantity: number }[], context: { now: Date }): Promise<void>
}

/** The members of the one checkout, by kind. Filled at boot by each vertical's module. */
export class Purchasables {
  private readonly members = new Map<string, Purchasable>()

  /** @throws Error when the kind is taken: two verticals must not answer for one thing */
  register<Choice>(purchasable: Purchasable<Choice>): void {
    if (this.members.has(purchasable.kind)) throw new Error(`purchasable ${purchasable.kind} is registered twice`)
    this.members.set(purchasable.kind, purchasable as Purchasable)
  }

  get(kind: string): Purchasable | undefined {
    return this.members.get(kind)
  }

  kinds(): string[] {
    return [...this.members.keys()].sort()
  }
}
