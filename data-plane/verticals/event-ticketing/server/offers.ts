import { type I18nText, type Locale, type Money, pickText } from '@cityos/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { AttendeeField, TicketAvailability, TicketTypeOffer } from '../contract.ts'
import {
  availabilityOf,
  bestAvailability,
  currentTier,
  freeUnits,
  saleState,
  serviceFee,
  type TierState,
  tierAfter,
  tierLeft,
  voucherPrice,
} from '../rules.ts'
import { feeOf } from './offer-facts.ts'
import type { VoucherRow } from './ticket-pricing.ts'

export interface OfferRow {
  id: string
  event_id: string
  name: I18nText
  description: I18nText
  kind: string
  price_amount: number
  seated: boolean
  min_per_order: number
  max_per_order: number
  available_from: Date | null
  available_to: Date | null
  requires_parent: string[]
  hide_without_voucher: boolean
  attendee_fields: AttendeeField[]
  attendee_names: boolean
  tiers: { id: string; amount: number; until: string | null; quantity: number | null; used: number }[] | null
  category_prices: Record<string, number> | null
  quotas: { size: number | null; used: number }[] | null
  waiting: boolean
}

/** The event's part of what decides price and sale. */
export interface OfferingEvent {
  status: string
  presale_start: Date | null
  presale_end: Date | null
  sales_frozen_at: Date | null
  currency_code: string
  fee_amount: number | null
  fee_bps: number | null
  show_remaining: boolean
  waiting_list_enabled: boolean
}

/** Ticket types of an event with what its quotas have left on one date, in one statement. */
export async function readTypes(db: Tx, eventId: string, dateId: string): Promise<OfferRow[]> {
  const { rows } = await sql<OfferRow>`
    SELECT t.id, t.event_id, t.name, t.description, t.kind, t.price_amount, t.seated, t.min_per_order, t.max_per_order, t.available_from, t.available_to,
      t.requires_parent, t.hide_without_voucher, t.attendee_fields, t.attendee_names,
      (SELECT json_agg(json_build_object('id', p.id, 'amount', p.price_amount, 'until', p.until, 'quantity', p.quantity, 'used', p.used) ORDER BY p.position)
        FROM event_price_tier p WHERE p.ticket_type_id = t.id AND p.retired_at IS NULL) AS tiers,
      (SELECT json_object_agg(c.category, c.price_amount) FROM event_seat_category_price c WHERE c.ticket_type_id = t.id) AS category_prices,
      (SELECT json_agg(json_build_object('size', q.size, 'used', q.used)) FROM event_quota_ticket_type qt JOIN event_quota q ON q.id = qt.quota_id
        WHERE qt.ticket_type_id = t.id AND (q.event_date_id IS NULL OR q.event_date_id = ${dateId})) AS quotas,
      EXISTS (SELECT 1 FROM event_waiting_entry w WHERE w.ticket_type_id = t.id AND w.event_date_id = ${dateId} AND w.status = 'waiting') AS waiting
    FROM event_ticket_type t WHERE t.event_id = ${eventId} AND t.deleted_at IS NULL ORDER BY t.position, t.id`.execute(db)
  return rows
}

export interface OfferContext {
  event: OfferingEvent
  date: { status: string; startsAt: Date; endsAt: Date }
  locale: Locale
  fallback: Locale
  fee: { amount: number; bps: number }
  now: Date
  voucher?: VoucherRow
}

/** Types a shopper may see: hidden ones only with a voucher that fits. */
export function visibleTypes(rows: readonly OfferRow[], voucher?: VoucherRow): OfferRow[] {
  const fits = (row: OfferRow) => voucher !== undefined && (voucher.ticket_type_id === null || voucher.ticket_type_id === row.id)
  return rows.filter((row) => !row.hide_without_voucher || fits(row))
}

export function tiersOf(row: OfferRow): TierState[] {
  return (row.tiers ?? []).map((tier) => ({ ...tier, until: tier.until === null ? null : new Date(tier.until) }))
}

/** How a ticket type stands in the shop. */
export function offerOf(row: OfferRow, context: OfferContext): TicketTypeOffer {
  const { event, date, locale, fallback, now, voucher } = context
  const fee = feeOf(event, context.fee)
  const withFee = (amount: number): Money => ({ amount: amount + serviceFee(amount, fee), currency: event.currency_code })
  const discounted = (amount: number) =>
    voucher && (voucher.ticket_type_id === null || voucher.ticket_type_id === row.id)
      ? voucherPrice(voucher.effect, voucher.value, amount)
      : amount
  const categories = Object.entries(row.category_prices ?? {}).sort(([, a], [, b]) => a - b)
  const tiers = tiersOf(row)
  const current = categories.length > 0 ? { tier: null, amount: categories[0]![1] } : currentTier(tiers, row.price_amount, now)
  const amount = discounted(current.amount)
  const free = freeUnits(row.quotas ?? [])
  const sale = saleState(
    {
      status: event.status,
      presaleStart: event.presale_start,
      presaleEnd: event.presale_end,
      frozen: event.sales_frozen_at !== null,
      date,
      type: { availableFrom: row.available_from, availableTo: row.available_to },
    },
    now,
  )
  const reserved = voucher?.blocks_quota === true && voucher.ticket_type_id === row.id
  const availability = reserved && sale === 'open' ? 'ok' : availabilityOf(sale, free, row.waiting, event.waiting_list_enabled)
  return {
    id: row.id,
    name: pickText(row.name, locale, fallback),
    description: pickText(row.description, locale, fallback),
    kind: row.kind as TicketTypeOffer['kind'],
    price: withFee(amount),
    service_fee: { amount: serviceFee(amount, fee), currency: event.currency_code },
    tier: current.tier && {
      id: current.tier.id,
      until: current.tier.until?.toISOString() ?? null,
      left: tierLeft(current.tier, now),
      next_price: withFee(discounted(tierAfter(tiers, row.price_amount, current.tier.id, now).amount)),
    },
    category_prices: categories.map(([category, price]) => ({ category, price: withFee(discounted(price)) })),
    seated: row.seated,
    min_per_order: row.min_per_order,
    max_per_order: row.max_per_order,
    available_from: row.available_from?.toISOString() ?? null,
    available_to: row.available_to?.toISOString() ?? null,
    requires_parent: row.requires_parent,
    attendee_fields: row.attendee_fields,
    attendee_names: row.attendee_names,
    availability,
    remaining: free !== null && (event.show_remaining || availability === 'low') ? free : null,
  }
}

/** What the admissions of a date come to together; add-ons do not count. */
export function dateAvailability(offers: readonly TicketTypeOffer[]): TicketAvailability {
  return bestAvailability(offers.filter((offer) => offer.kind !== 'add_on').map((offer) => offer.availability))
}
