import type { ErrorCode, I18nText } from '@cityos/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Pii } from '../../../platform/pii/pii.ts'
import type { Attendee } from '../contract.ts'
import { currentTier, serviceFee, type TierState, tierAfter, tierLeft, type VoucherEffectKind, voucherPrice } from '../rules.ts'
import { type DateFacts, dateOf, feeOf, type OfferFacts, offersIn, saleOf } from './offer-facts.ts'
import { attendeesOf, type StoredChoice } from './sealed-choice.ts'
import type { SeatPlans } from './seat-plans.ts'
import { labelOf, seatIdOf } from './stock.ts'

export interface LineToPrice {
  lineId: string | null
  choice: StoredChoice
  quantity: number
  held: boolean
}

export interface PricingContext {
  now: Date
  currency: string | null
  customerId: string | null
  /** The tenant's usual service fee. */
  fee: { amount: number; bps: number }
  /** Whether all lines of the cart are here, so that what one needs of the others can be checked. */
  whole: boolean
}

export interface PricedTickets {
  facts: OfferFacts
  date: DateFacts
  /** Without the fee; minor units per ticket, as the fee. */
  ticketAmount: number
  feeAmount: number
  /** What it would cost without early price or voucher, fee included. */
  regularAmount: number
  tierId: string | null
  voucher: VoucherRow | null
  seatIds: string[]
  /** Something is still to be filled in before it can be bought. */
  blocked: { code: ErrorCode; details: Record<string, unknown> } | null
}

export interface Refusal {
  code: 'unavailable' | ErrorCode
  title: I18nText | null
  details?: Record<string, unknown>
}

export type TicketPrice = { ok: true; priced: PricedTickets } | ({ ok: false } & Refusal)

export interface VoucherRow {
  id: string
  event_id: string
  code: string
  effect: VoucherEffectKind
  value: number
  max_usages: number
  redeemed: number
  blocks_quota: boolean
  ticket_type_id: string | null
  event_date_id: string | null
  valid_until: Date | null
  status: string
}

interface HeldPrice {
  priceAmount: number
  feeAmount: number
  tierId: string | null
  /** Tickets of the line that know who they are for. */
  attendees: readonly (string | null)[]
}

interface Known {
  offers: Map<string, OfferFacts>
  vouchers: VoucherRow[]
  categories: Map<string, string>
  held: Map<string, HeldPrice>
  owned: Map<string, number>
}

class Refused extends Error {
  readonly refusal: Refusal
  constructor(code: Refusal['code'], title: I18nText | null, details?: Record<string, unknown>) {
    super(code)
    this.refusal = details ? { code, title, details } : { code, title }
  }
}

/** Prices ticket lines; `quote` and `hold` both decide by this. A pure read: only the claims decide what is left. */
export interface PricingParts {
  pii: Pii
  plans: SeatPlans
}

export async function priceTickets(
  tx: Tx,
  { pii, plans }: PricingParts,
  lines: readonly LineToPrice[],
  context: PricingContext,
): Promise<TicketPrice[]> {
  const known = await read(tx, plans, lines, context)
  const pricing = new Pricing(pii, lines, known, context)
  return lines.map((line) => {
    try {
      return { ok: true, priced: pricing.line(line) }
    } catch (error) {
      if (error instanceof Refused) return { ok: false, ...error.refusal }
      throw error
    }
  })
}

async function read(tx: Tx, plans: SeatPlans, lines: readonly LineToPrice[], { now, customerId }: PricingContext): Promise<Known> {
  const wanted = lines.map(({ choice }) => ({ typeId: choice.ticket_type_id, dateId: choice.event_date_id ?? null }))
  const offers = await offersIn(tx, wanted, now)
  const fresh = lines.filter((line) => !line.held)
  const held = await heldPrices(
    tx,
    lines.flatMap((line) => (line.held && line.lineId ? [line.lineId] : [])),
  )
  const codes = [...new Set(fresh.flatMap((line) => line.choice.voucher ?? []))]
  const eventIds = [...new Set([...offers.values()].map((facts) => facts.event_id))]
  const vouchers =
    codes.length === 0
      ? []
      : ((await tx
          .selectFrom('event_voucher')
          .selectAll()
          .where('event_id', 'in', eventIds)
          .where('code', 'in', codes)
          .execute()) as VoucherRow[])
  const categories = new Map<string, string>()
  for (const { choice } of fresh) {
    const facts = offers.get(choice.ticket_type_id)
    const date = facts && choice.seat_ids ? dateOf(facts, choice.event_date_id ?? null, now) : null
    if (!facts?.seat_map_id || !date) continue
    const plan = await plans.plan(facts.seat_map_id, tx)
    for (const label of choice.seat_ids!) {
      const ordinal = plan.ordinals.get(label)
      if (ordinal !== undefined) categories.set(seatIdOf(date.id, label), plan.categories[ordinal]!)
    }
  }
  const addOns = [...offers.values()].some((facts) => facts.requires_parent.length > 0)
  const owned = addOns && customerId ? await ownedTickets(tx, eventIds, customerId) : new Map<string, number>()
  return { offers, vouchers, categories, held, owned }
}

async function heldPrices(tx: Tx, lineIds: readonly string[]): Promise<Map<string, HeldPrice>> {
  if (lineIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('event_ticket')
    .select(['cart_line_id', 'price_amount', 'fee_amount', 'tier_id', 'attendee'])
    .where('cart_line_id', 'in', [...lineIds])
    .where('status', '=', 'pending')
    .execute()
  return new Map(
    [...Map.groupBy(rows, (row) => row.cart_line_id)].map(([lineId, own]) => [
      lineId,
      {
        priceAmount: own[0]!.price_amount,
        feeAmount: own[0]!.fee_amount,
        tierId: own[0]!.tier_id,
        attendees: own.map((row) => row.attendee),
      },
    ]),
  )
}

/** Live tickets of a customer by type: bought and not passed on, or received. */
async function ownedTickets(tx: Tx, eventIds: readonly string[], customerId: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ type: string; count: number }>`
    SELECT t.ticket_type_id AS type, count(*)::int AS count FROM event_ticket t LEFT JOIN "order" o ON o.id = t.order_id
    WHERE t.event_id = ANY (${[...eventIds]}::text[]) AND t.status IN ('valid', 'checked_in')
      AND (CASE WHEN t.transferred_from_id IS NULL THEN o.customer_id ELSE t.customer_id END) = ${customerId}
      AND (t.customer_id = ${customerId} OR t.order_id IN (SELECT id FROM "order" WHERE customer_id = ${customerId}))
    GROUP BY t.ticket_type_id`.execute(tx)
  return new Map(rows.map((row) => [row.type, row.count]))
}

/** The lines of one cart, one after the other: what one takes from a tier or voucher is gone for the next. */
class Pricing {
  private readonly tiers = new Map<string, TierState[]>()
  private readonly uses = new Map<string, number>()

  constructor(
    private readonly pii: Pii,
    private readonly lines: readonly LineToPrice[],
    private readonly known: Known,
    private readonly context: PricingContext,
  ) {}

  line(line: LineToPrice): PricedTickets {
    const { choice } = line
    const { now } = this.context
    const facts = this.known.offers.get(choice.ticket_type_id)
    if (!facts) throw new Refused('unavailable', null)
    if (this.context.currency !== null && facts.currency_code !== this.context.currency) {
      throw new Refused('currency_not_supported', facts.title, { currency: facts.currency_code })
    }
    const date = dateOf(facts, choice.event_date_id ?? null, now)
    if (date === null) throw new Refused('validation_failed', facts.title, { rule: 'event_date_required' })
    if (!date) throw new Refused(choice.event_date_id ? 'unavailable' : 'sales_closed', facts.title)
    this.checkSale(line, facts, date)
    this.checkAmounts(facts, date)
    const held = line.held && line.lineId ? this.known.held.get(line.lineId) : undefined
    const seatIds = (choice.seat_ids ?? []).map((label) => seatIdOf(date.id, label))
    const price = held ? this.heldPrice(facts, held) : this.freshPrice(line, facts, date, seatIds)
    if (this.context.whole) this.checkParent(line, facts)
    return { facts, date, seatIds, ...price, blocked: this.missing(line, facts, held) }
  }

  /** What is held may still be bought after the presale; not what no longer takes place or was stopped. */
  private checkSale(line: LineToPrice, facts: OfferFacts, date: DateFacts): void {
    const sale = saleOf(facts, date, this.context.now)
    if (sale === 'open') return
    const stopped =
      facts.sales_frozen_at !== null || !['on_sale', 'sold_out', 'closed'].includes(facts.status) || date.status !== 'scheduled'
    if (line.held && !stopped) return
    if (['draft', 'submitted'].includes(facts.status)) throw new Refused('unavailable', null)
    throw new Refused('sales_closed', facts.title, { status: facts.status, sale })
  }

  /** Most and least per order, over all lines of the event and of the type. */
  private checkAmounts(facts: OfferFacts, date: DateFacts): void {
    const sum = (of: (line: LineToPrice) => boolean) => this.lines.reduce((total, line) => total + (of(line) ? line.quantity : 0), 0)
    const ofEvent = sum((line) => this.known.offers.get(line.choice.ticket_type_id)?.event_id === facts.event_id)
    if (ofEvent > facts.max_tickets_per_order) {
      throw new Refused('max_tickets_exceeded', facts.title, { max: facts.max_tickets_per_order, event_id: facts.event_id })
    }
    const ofType = sum((line) => line.choice.ticket_type_id === facts.typeId)
    if (ofType > facts.max_per_order) {
      throw new Refused('max_tickets_exceeded', facts.title, { max: facts.max_per_order, ticket_type_id: facts.typeId })
    }
    if (this.context.whole && ofType < facts.min_per_order) {
      throw new Refused('validation_failed', facts.title, { rule: 'quantity_below_min', min: facts.min_per_order, event_date_id: date.id })
    }
  }

  /** Invariant 4: one parent for each add-on, in the same cart or owned. */
  private checkParent(line: LineToPrice, facts: OfferFacts): void {
    if (facts.requires_parent.length === 0) return
    const inCart = (ids: readonly string[]) =>
      this.lines.reduce((total, other) => total + (ids.includes(other.choice.ticket_type_id) ? other.quantity : 0), 0)
    const owned = (ids: readonly string[]) => ids.reduce((total, id) => total + (this.known.owned.get(id) ?? 0), 0)
    const parents = inCart(facts.requires_parent) + owned(facts.requires_parent)
    const wanted = inCart([facts.typeId]) + owned([facts.typeId])
    if (wanted > parents) {
      throw new Refused('parent_ticket_required', facts.title, {
        parents: facts.requires_parent,
        have: parents,
        wanted,
        line_id: line.lineId,
      })
    }
  }

  private heldPrice(facts: OfferFacts, held: HeldPrice) {
    const ticketAmount = held.priceAmount - held.feeAmount
    return {
      ticketAmount,
      feeAmount: held.feeAmount,
      regularAmount: this.withFee(facts, facts.price_amount),
      tierId: held.tierId,
      voucher: null,
    }
  }

  private freshPrice(line: LineToPrice, facts: OfferFacts, date: DateFacts, seatIds: readonly string[]) {
    const voucher = this.voucher(line, facts, date)
    if (facts.hide_without_voucher && !voucher) throw new Refused('unavailable', facts.title)
    const regular = facts.seated ? this.seatPrice(line, facts, seatIds) : facts.price_amount
    if (!facts.seated && seatIds.length > 0) throw new Refused('validation_failed', facts.title, { rule: 'not_seated' })
    const tier = Object.keys(facts.categoryPrices).length > 0 ? { tierId: null, amount: regular } : this.tier(line, facts, regular)
    const ticketAmount = voucher ? voucherPrice(voucher.effect, voucher.value, tier.amount) : tier.amount
    return {
      ticketAmount,
      feeAmount: serviceFee(ticketAmount, feeOf(facts, this.context.fee)),
      regularAmount: this.withFee(facts, regular),
      tierId: tier.tierId,
      voucher,
    }
  }

  private withFee(facts: OfferFacts, amount: number): number {
    return amount + serviceFee(amount, feeOf(facts, this.context.fee))
  }

  private seatPrice(line: LineToPrice, facts: OfferFacts, seatIds: readonly string[]): number {
    if (seatIds.length !== line.quantity || new Set(seatIds).size !== seatIds.length) {
      throw new Refused('validation_failed', facts.title, { rule: 'one_seat_per_ticket', seats: seatIds.length, quantity: line.quantity })
    }
    const categories = new Set(seatIds.map((id) => this.known.categories.get(id)))
    if (categories.has(undefined)) {
      const unknown = seatIds.filter((id) => !this.known.categories.has(id)).map(labelOf)
      throw new Refused('seat_unavailable', facts.title, { seat_ids: unknown, reason: 'unknown_seat' })
    }
    if (categories.size > 1) throw new Refused('validation_failed', facts.title, { rule: 'seats_of_one_category' })
    const [category] = categories
    if (Object.keys(facts.categoryPrices).length === 0) return facts.price_amount
    const amount = facts.categoryPrices[category!]
    if (amount === undefined) throw new Refused('validation_failed', facts.title, { rule: 'category_not_sold_by_type', category })
    return amount
  }

  /** The early price of a line: all its tickets at one, or the shopper is asked (docs/spec/event-ticketing.md, Money). */
  private tier(line: LineToPrice, facts: OfferFacts, regular: number): { tierId: string | null; amount: number } {
    const { now } = this.context
    const tiers = this.tiersOf(facts)
    const pinned = line.choice.price_tier_id
    if (pinned === 'base') return { tierId: null, amount: regular }
    const meant = pinned ? tiers.find((tier) => tier.id === pinned) : currentTier(tiers, regular, now).tier
    if (pinned && !meant)
      throw new Refused('price_changed', facts.title, {
        left: 0,
        next_amount: this.withFee(facts, currentTier(tiers, regular, now).amount),
      })
    if (!meant) return { tierId: null, amount: regular }
    const left = tierLeft(meant, now)
    if (left !== null && left < line.quantity) {
      const next = tierAfter(tiers, regular, meant.id, now)
      throw new Refused('price_changed', facts.title, {
        left,
        was_amount: this.withFee(facts, meant.amount),
        next_amount: this.withFee(facts, next.amount),
        price_tier_id: meant.id,
        next_price_tier_id: next.tier?.id ?? 'base',
        currency: facts.currency_code,
      })
    }
    meant.used += line.quantity
    return { tierId: meant.id, amount: meant.amount }
  }

  private tiersOf(facts: OfferFacts): TierState[] {
    let tiers = this.tiers.get(facts.typeId)
    if (!tiers) {
      tiers = facts.tiers.map((tier) => ({ ...tier }))
      this.tiers.set(facts.typeId, tiers)
    }
    return tiers
  }

  private voucher(line: LineToPrice, facts: OfferFacts, date: DateFacts): VoucherRow | null {
    const code = line.choice.voucher
    if (code === undefined) return null
    const found = this.known.vouchers.find((voucher) => voucher.code === code && voucher.event_id === facts.event_id)
    const fits =
      found !== undefined &&
      found.status === 'active' &&
      (found.valid_until === null || found.valid_until > this.context.now) &&
      (found.ticket_type_id === null || found.ticket_type_id === facts.typeId) &&
      (found.event_date_id === null || found.event_date_id === date.id)
    if (!found || !fits) throw new Refused('voucher_invalid', facts.title, { voucher: code })
    const used = this.uses.get(found.id) ?? 0
    if (found.redeemed + used + line.quantity > found.max_usages) {
      throw new Refused('voucher_exhausted', facts.title, { voucher: code, left: Math.max(0, found.max_usages - found.redeemed - used) })
    }
    this.uses.set(found.id, used + line.quantity)
    return found
  }

  /** Names and answers may follow until the purchase. */
  private missing(line: LineToPrice, facts: OfferFacts, held: HeldPrice | undefined): PricedTickets['blocked'] {
    const required = facts.attendee_fields.filter((field) => field.required)
    if (!facts.attendee_names && required.length === 0) return null
    const assigned = held?.attendees.every((sealed) => sealed !== null)
      ? held.attendees.map((sealed) => JSON.parse(this.pii.decrypt(sealed!)) as Attendee)
      : null
    const attendees = assigned ?? attendeesOf(this.pii, line.choice)
    const complete =
      attendees.length === line.quantity && attendees.every((attendee) => required.every(({ key }) => Boolean(attendee.answers[key])))
    if (complete) return null
    return {
      code: 'validation_failed',
      details: { rule: 'attendees_required', quantity: line.quantity, given: attendees.length, fields: required.map((field) => field.key) },
    }
  }
}
