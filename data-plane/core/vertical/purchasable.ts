import type { I18nText, Locale } from '@cityos/contract'
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
}

/** `unavailable`: gone, unpublished or not sold in this currency; the cart line gets this as its `line_error`. */
export type QuoteAnswer = { ok: true; quote: Quote } | { ok: false; code: 'unavailable' | 'currency_not_supported'; title: I18nText | null }

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

/** A held line whose order is being confirmed. */
export interface LineToConfirm<Choice = unknown> extends Hold {
  choice: Choice
  orderId: string
  orderLineId: string
  subOrderId: string
  customerId: string | null
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
}

/** What the customer gets back for a cancelled line: minor units, at most what was paid. */
export interface RefundDecision {
  orderLineId: string
  refundAmount: number
  /** i18n key below `refund.reason.` */
  reason: string
}

export interface HoldContext {
  now: Date
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
  /** Same choice put in twice: lines are summed when their keys agree. */
  choiceKey(choice: Choice): string
  /** Price lines, tax class, vendor, capture mode, one answer per choice in the same order. Pure read. */
  quote(tx: Tx, choices: readonly Choice[], context: QuoteContext): Promise<QuoteAnswer[]>
  /**
   * Takes the stock, slot or seat (K1, K2: never read-then-write). All or nothing.
   * @throws DomainError `insufficient_stock` | `slot_unavailable` | … with `details.resources: string[]` (what had no room) and `details.lines`
   */
  hold(tx: Tx, lines: readonly LineToHold<Choice>[], context: HoldContext): Promise<Hold[]>
  /** hold → meal order, booking, ticket, stock allocation. Runs in the transaction that consumes the holds. */
  confirm(tx: Tx, lines: readonly LineToConfirm<Choice>[], context: { now: Date }): Promise<EntitlementRef[]>
  /** Payment failed or the hold expired: gives back exactly what `hold` took. Core calls it once per hold (K4). */
  release(tx: Tx, holds: readonly Hold[]): Promise<void>
  /** What cancelling would refund; pure, so that a quote and the cancellation agree. */
  refundDecision(line: LineToCancel, now: Date): RefundDecision
  /** Frees what a confirmed line occupies. The refund follows `refundDecision`. */
  cancel(tx: Tx, lines: readonly LineToCancel[], context: { now: Date; reason: string | null }): Promise<void>
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

/** The vertical of a kind: `restaurant` of `restaurant.meal`. */
export function verticalOf(kind: string): string {
  return kind.slice(0, kind.indexOf('.'))
}
