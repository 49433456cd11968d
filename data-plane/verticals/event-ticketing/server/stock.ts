import { DomainError } from '@cityos/contract'
import { sql } from 'kysely'
import { giveUnits, type Pool, takeUnits, type Units } from '../../../engines/capacity/pool.ts'
import { freeUnits, holdUnits, type SingleUnits, sellUnits } from '../../../engines/capacity/units.ts'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * What a ticket takes, by the capacity engine: every claim is one conditional update (K1, K4). Overlapping quotas are this
 * vertical's own: which of them a type takes from is found in the same statement. All paths lock in the order vouchers →
 * quotas → tiers → seats, and within each by ascending id, so that no two of them wait for each other.
 */

/** So many units of a ticket type on one date. */
export interface Demand {
  typeId: string
  dateId: string
  quantity: number
}

/** What was taken from a quota; `full` when nothing is left now. */
export interface QuotaTaken {
  id: string
  eventId: string
  full: boolean
}

const nobodyWaits = sql`AND NOT EXISTS (
          SELECT 1 FROM event_waiting_entry w JOIN demand d ON d.type = w.ticket_type_id AND d.date = w.event_date_id WHERE w.status = 'waiting')`

/**
 * Takes units from every quota that contains the type, all of them or none (K1 in one statement, invariant 1).
 * @param forWhom `public` gets nothing of a type somebody waits for: what is free is theirs, however late their offer
 * @throws DomainError sold_out: details.waiting_list, details.ticket_type_ids, details.resources (types that share what is full)
 */
export async function takeQuotas(tx: Tx, demands: readonly Demand[], forWhom: 'public' | 'reserved'): Promise<QuotaTaken[]> {
  if (demands.length === 0) return []
  const { rows } = await sql<{ id: string; event_id: string; taken: boolean; full: boolean | null; types: number }>`
    WITH demand AS (
      SELECT type, date, sum(n)::int AS n
      FROM unnest(${demands.map((one) => one.typeId)}::text[], ${demands.map((one) => one.dateId)}::text[], ${demands.map((one) => one.quantity)}::int[]) AS d(type, date, n)
      GROUP BY type, date
    ), covered AS (
      SELECT q.id, q.event_id, d.type, d.n FROM demand d
      JOIN event_quota_ticket_type qt ON qt.ticket_type_id = d.type
      JOIN event_quota q ON q.id = qt.quota_id AND (q.event_date_id IS NULL OR q.event_date_id = d.date)
    ), need AS (
      SELECT id, event_id, sum(n)::int AS n FROM covered GROUP BY id, event_id
    ), locked AS (
      SELECT q.id FROM event_quota q JOIN need USING (id)
      -- what is full already is refused without queueing for its lock
      WHERE NOT EXISTS (SELECT 1 FROM need m JOIN event_quota f ON f.id = m.id WHERE f.used + m.n > f.size)
        ${forWhom === 'reserved' ? sql`` : nobodyWaits}
      ORDER BY q.id FOR UPDATE OF q
    ), taken AS (
      UPDATE event_quota q SET used = q.used + need.n FROM need, locked
      WHERE q.id = need.id AND locked.id = q.id AND (q.size IS NULL OR q.used + need.n <= q.size)
      RETURNING q.id, q.size IS NOT NULL AND q.used >= q.size AS full
    )
    SELECT need.id, need.event_id, taken.id IS NOT NULL AS taken, taken.full, (SELECT count(DISTINCT type)::int FROM covered) AS types
    FROM need LEFT JOIN taken USING (id)`.execute(tx)
  const types = [...new Set(demands.map((one) => one.typeId))]
  // a type in no quota is not for sale
  if (rows.length === 0 || rows[0]!.types < types.length || rows.some((row) => !row.taken)) throw await soldOut(tx, types)
  return rows.map((row) => ({ id: row.id, eventId: row.event_id, full: row.full === true }))
}

/** The refusal of a claim on ticket types, naming everything of their events whose overdue holds may be in the way. */
export async function soldOut(tx: Tx, typeIds: readonly string[]): Promise<DomainError> {
  const { rows } = await sql<{ id: string; waiting_list: boolean }>`
    SELECT t.id, e.waiting_list_enabled AS waiting_list FROM event_ticket_type t JOIN event_event e ON e.id = t.event_id
    WHERE t.event_id IN (SELECT event_id FROM event_ticket_type WHERE id = ANY (${[...typeIds]}::text[]))`.execute(tx)
  return new DomainError('sold_out', {
    details: {
      waiting_list: rows.some((row) => row.waiting_list),
      ticket_type_ids: [...typeIds],
      resources: rows.map((row) => row.id),
    },
  })
}

/**
 * Gives units back to every quota of their type.
 * @returns the events of which a full quota has room again
 */
export async function giveQuotas(tx: Tx, demands: readonly Demand[]): Promise<string[]> {
  if (demands.length === 0) return []
  const { rows } = await sql<{ event_id: string; was_full: boolean }>`
    WITH demand AS (
      SELECT type, date, sum(n)::int AS n
      FROM unnest(${demands.map((one) => one.typeId)}::text[], ${demands.map((one) => one.dateId)}::text[], ${demands.map((one) => one.quantity)}::int[]) AS d(type, date, n)
      GROUP BY type, date
    ), need AS (
      SELECT q.id, sum(d.n)::int AS n FROM demand d
      JOIN event_quota_ticket_type qt ON qt.ticket_type_id = d.type
      JOIN event_quota q ON q.id = qt.quota_id AND (q.event_date_id IS NULL OR q.event_date_id = d.date)
      GROUP BY q.id
    ), locked AS (SELECT q.id FROM event_quota q JOIN need USING (id) ORDER BY q.id FOR UPDATE OF q)
    UPDATE event_quota q SET used = q.used - need.n FROM need, locked WHERE q.id = need.id AND locked.id = q.id
    RETURNING q.event_id, q.size IS NOT NULL AND q.used + need.n >= q.size AS was_full`.execute(tx)
  return [...new Set(rows.filter((row) => row.was_full).map((row) => row.event_id))]
}

const earlyPrices: Pool = {
  table: 'event_price_tier',
  used: 'used',
  capacity: 'quantity',
  dated: true,
  open: (now) => sql`pool.retired_at IS NULL AND (pool.until IS NULL OR pool.until > ${now})`,
}

const vouchers: Pool = {
  table: 'event_voucher',
  used: 'redeemed',
  capacity: 'max_usages',
  dated: true,
  open: (now) => sql`pool.status = 'active' AND (pool.valid_until IS NULL OR pool.valid_until > ${now})`,
}

const seats: SingleUnits = { table: 'event_seat', free: 'f', held: 'h', sold: 's', holder: 'cart_line_id' }

/** @throws DomainError price_changed when an early price no longer has that many */
export async function takeTiers(tx: Tx, units: Units, now: Date): Promise<void> {
  const [gone] = await takeUnits(tx, earlyPrices, units, now)
  if (gone !== undefined) throw new DomainError('price_changed', { details: { left: 0, price_tier_id: gone } })
}

export async function giveTiers(tx: Tx, units: Units, now: Date): Promise<void> {
  await giveUnits(tx, earlyPrices, units, now)
}

/** @throws DomainError voucher_exhausted (invariant 5) */
export async function takeVouchers(tx: Tx, units: Units, now: Date): Promise<void> {
  const gone = await takeUnits(tx, vouchers, units, now)
  if (gone.length > 0) throw new DomainError('voucher_exhausted', { field: 'voucher' })
}

/**
 * Gives uses of vouchers back.
 * @returns ids of those that keep the units for themselves again: their quota is not freed (pretix#1238, the other way round)
 */
export async function giveVouchers(tx: Tx, units: Units, now: Date): Promise<Set<string>> {
  if (units.size === 0) return new Set()
  await giveUnits(tx, vouchers, units, now)
  // locked by the statement before: nobody ends them meanwhile
  const rows = await tx
    .selectFrom('event_voucher')
    .select('id')
    .where('id', 'in', [...units.keys()])
    .where('blocks_quota', '=', true)
    .where('status', '=', 'active')
    .execute()
  return new Set(rows.map((row) => row.id))
}

/**
 * Holds seats for cart lines, all or none.
 * @throws DomainError seat_unavailable: details.seat_ids (labels), details.resources
 */
export async function takeSeats(tx: Tx, wanted: readonly { seatId: string; lineId: string; typeId: string }[]): Promise<string[]> {
  const holders = new Map(wanted.map((seat) => [seat.seatId, seat.lineId]))
  const missing = await holdUnits(tx, seats, holders)
  // two lines that want the same seat
  if (missing.length === 0 && holders.size === wanted.length) return [...holders.keys()]
  const { resources } = (await soldOut(tx, [...new Set(wanted.map((seat) => seat.typeId))])).details as { resources: string[] }
  const named = missing.length > 0 ? missing : [...holders.keys()]
  throw new DomainError('seat_unavailable', { field: 'seat_ids', details: { seat_ids: named.map(labelOf), resources } })
}

/** Seats of ended lines are free again. @returns their ids */
export const freeSeats = (tx: Tx, seatIds: readonly string[]): Promise<string[]> => freeUnits(tx, seats, seatIds)

/** Held seats of lines are sold now. @returns their ids */
export const sellSeats = (tx: Tx, lineIds: readonly string[]): Promise<string[]> => sellUnits(tx, seats, lineIds)

export const seatIdOf = (dateId: string, label: string): string => `${dateId}:${label}`
export const labelOf = (seatId: string): string => seatId.slice(seatId.indexOf(':') + 1)
export const dateOf = (seatId: string): string => seatId.slice(0, seatId.indexOf(':'))
