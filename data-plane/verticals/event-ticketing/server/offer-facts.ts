import type { I18nText } from '@cityos/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { AttendeeField } from '../contract.ts'
import { type SaleFacts, saleState, type TierState } from '../rules.ts'

/** What one asks about: a ticket type on one of its dates; without a date, the only one that has not ended. */
export interface Wanted {
  typeId: string
  dateId: string | null
}

interface FactsRow {
  type_id: string
  name: I18nText
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
  tax_class: string
  event_id: string
  handle: string
  title: I18nText
  status: string
  presale_start: Date | null
  presale_end: Date | null
  sales_frozen_at: Date | null
  refund_tiers: { hours_before: number; refund_bps: number }[]
  max_tickets_per_order: number
  waiting_list_enabled: boolean
  currency_code: string
  fee_amount: number | null
  fee_bps: number | null
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  timezone: string
  seat_map_id: string | null
  vendor_id: string
  vendor_handle: string
  vendor_name: I18nText
  vendor_status: string
  vat_no: string | null
  tiers: { id: string; amount: number; until: string | null; quantity: number | null; used: number }[] | null
  category_prices: Record<string, number> | null
}

export interface DateFacts {
  id: string
  eventId: string
  startsAt: Date
  endsAt: Date
  status: string
}

/** A ticket type with everything its price and its sale depend on. */
export interface OfferFacts extends Omit<FactsRow, 'tiers' | 'category_prices' | 'type_id'> {
  typeId: string
  tiers: TierState[]
  categoryPrices: Record<string, number>
  /** Dates asked about, else those that have not ended (at most two: more than one is ambiguous). */
  dates: DateFacts[]
}

const inTransaction = new WeakMap<object, Map<string, OfferFacts>>()

/**
 * The same, remembered for the transaction: what a line was priced by is what it is held by. Counters in it may be
 * old; the claims decide.
 */
export async function offersIn(tx: Tx, wanted: readonly Wanted[], now: Date): Promise<Map<string, OfferFacts>> {
  const known = inTransaction.get(tx)
  const complete =
    known && wanted.every((one) => known.get(one.typeId)?.dates.some((date) => one.dateId === null || date.id === one.dateId))
  if (complete) return known
  const offers = await readOffers(tx, wanted, now)
  if (tx.isTransaction) inTransaction.set(tx, offers)
  return offers
}

/** Reads ticket types with event, vendor and tiers: two statements, whatever the number of types. */
export async function readOffers(tx: Tx, wanted: readonly Wanted[], now: Date): Promise<Map<string, OfferFacts>> {
  const typeIds = [...new Set(wanted.map((one) => one.typeId))]
  const dateIds = [...new Set(wanted.flatMap((one) => one.dateId ?? []))]
  const { rows } = await sql<FactsRow>`
    SELECT t.id AS type_id, t.name, t.kind, t.price_amount, t.seated, t.min_per_order, t.max_per_order, t.available_from, t.available_to,
      t.requires_parent, t.hide_without_voucher, t.attendee_fields, t.attendee_names, t.tax_class,
      e.id AS event_id, e.handle, e.title, e.status, e.presale_start, e.presale_end, e.sales_frozen_at, e.refund_tiers,
      e.max_tickets_per_order, e.waiting_list_enabled, e.currency_code, e.fee_amount, e.fee_bps, e.picture, e.timezone, e.seat_map_id,
      v.id AS vendor_id, v.handle AS vendor_handle, v.name AS vendor_name, v.status AS vendor_status, v.vat_no,
      (SELECT json_agg(json_build_object('id', p.id, 'amount', p.price_amount, 'until', p.until, 'quantity', p.quantity, 'used', p.used) ORDER BY p.position)
        FROM event_price_tier p WHERE p.ticket_type_id = t.id AND p.retired_at IS NULL) AS tiers,
      (SELECT json_object_agg(c.category, c.price_amount) FROM event_seat_category_price c WHERE c.ticket_type_id = t.id) AS category_prices
    FROM event_ticket_type t JOIN event_event e ON e.id = t.event_id JOIN vendor v ON v.id = e.vendor_id
    WHERE t.id = ANY (${typeIds}::text[]) AND t.deleted_at IS NULL AND e.deleted_at IS NULL`.execute(tx)
  const eventIds = [...new Set(rows.map((row) => row.event_id))]
  const dates = await sql<{ id: string; event_id: string; starts_at: Date; ends_at: Date; status: string }>`
    SELECT d.id, d.event_id, d.starts_at, d.ends_at, d.status FROM unnest(${eventIds}::text[]) AS e(id)
    CROSS JOIN LATERAL (
      (SELECT * FROM event_date WHERE event_id = e.id AND id = ANY (${dateIds}::text[]))
      UNION
      (SELECT * FROM event_date WHERE event_id = e.id AND status = 'scheduled' AND ends_at > ${now} ORDER BY starts_at LIMIT 2)
    ) d ORDER BY d.starts_at`.execute(tx)
  return new Map(
    rows.map(({ type_id: typeId, tiers, category_prices: categoryPrices, ...row }) => [
      typeId,
      {
        ...row,
        typeId,
        tiers: (tiers ?? []).map((tier) => ({ ...tier, until: tier.until === null ? null : new Date(tier.until) })),
        categoryPrices: categoryPrices ?? {},
        dates: dates.rows
          .filter((date) => date.event_id === row.event_id)
          .map((date) => ({ id: date.id, eventId: date.event_id, startsAt: date.starts_at, endsAt: date.ends_at, status: date.status })),
      },
    ]),
  )
}

/** The date a choice means: the one it names, else the only one left; undefined when there is none, null when there are several. */
export function dateOf(facts: OfferFacts, dateId: string | null, now: Date): DateFacts | null | undefined {
  if (dateId !== null) return facts.dates.find((date) => date.id === dateId)
  const open = facts.dates.filter((date) => date.status === 'scheduled' && date.endsAt > now)
  return open.length > 1 ? null : open[0]
}

export function saleOf(facts: OfferFacts, date: DateFacts, now: Date) {
  const sale: SaleFacts = {
    status: facts.status,
    presaleStart: facts.presale_start,
    presaleEnd: facts.presale_end,
    frozen: facts.sales_frozen_at !== null || facts.vendor_status !== 'active',
    date: { status: date.status, startsAt: date.startsAt, endsAt: date.endsAt },
    type: { availableFrom: facts.available_from, availableTo: facts.available_to },
  }
  return saleState(sale, now)
}

/** The service fee of an event: its own, else the tenant's. */
export function feeOf(facts: { fee_amount: number | null; fee_bps: number | null }, usual: { amount: number; bps: number }) {
  return facts.fee_amount === null || facts.fee_bps === null ? usual : { amount: facts.fee_amount, bps: facts.fee_bps }
}
