import { DomainError } from '@cityos/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { SeatChange } from './seat-plans.ts'

/**
 * Counters of the vertical: every claim is one conditional update (K1, K4). All paths lock in the order vouchers →
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

/** A number of units by id of what counts them. */
export type Counts = ReadonlyMap<string, number>

/**
 * Takes tickets from early prices (K1).
 * @returns ids of tiers that no longer had that many
 */
export async function takeTiers(tx: Tx, counts: Counts, now: Date): Promise<string[]> {
  if (counts.size === 0) return []
  const { rows } = await sql<{ id: string }>`
    WITH need AS (SELECT * FROM unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::int[]) AS n(id, n)),
    locked AS (SELECT p.id FROM event_price_tier p JOIN need USING (id) ORDER BY p.id FOR UPDATE OF p)
    UPDATE event_price_tier p SET used = p.used + need.n, updated_at = ${now} FROM need, locked
    WHERE p.id = need.id AND locked.id = p.id AND p.retired_at IS NULL AND (p.until IS NULL OR p.until > ${now})
      AND (p.quantity IS NULL OR p.used + need.n <= p.quantity)
    RETURNING p.id`.execute(tx)
  const taken = new Set(rows.map((row) => row.id))
  return [...counts.keys()].filter((id) => !taken.has(id))
}

export async function giveTiers(tx: Tx, counts: Counts, now: Date): Promise<void> {
  if (counts.size === 0) return
  await sql`
    WITH need AS (SELECT * FROM unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::int[]) AS n(id, n)),
    locked AS (SELECT p.id FROM event_price_tier p JOIN need USING (id) ORDER BY p.id FOR UPDATE OF p)
    UPDATE event_price_tier p SET used = p.used - need.n, updated_at = ${now} FROM need, locked
    WHERE p.id = need.id AND locked.id = p.id`.execute(tx)
}

/**
 * Uses vouchers (K1, invariant 5).
 * @throws DomainError voucher_exhausted
 */
export async function takeVouchers(tx: Tx, counts: Counts, now: Date): Promise<void> {
  if (counts.size === 0) return
  const { rows } = await sql<{ id: string }>`
    WITH need AS (SELECT * FROM unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::int[]) AS n(id, n)),
    locked AS (SELECT v.id FROM event_voucher v JOIN need USING (id) ORDER BY v.id FOR UPDATE OF v)
    UPDATE event_voucher v SET redeemed = v.redeemed + need.n, updated_at = ${now}, version = v.version + 1 FROM need, locked
    WHERE v.id = need.id AND locked.id = v.id AND v.status = 'active' AND (v.valid_until IS NULL OR v.valid_until > ${now})
      AND v.redeemed + need.n <= v.max_usages
    RETURNING v.id`.execute(tx)
  if (rows.length < counts.size) throw new DomainError('voucher_exhausted', { field: 'voucher' })
}

/**
 * Gives uses of vouchers back.
 * @returns ids of those that keep the units for themselves again: their quota is not freed (pretix#1238, the other way round)
 */
export async function giveVouchers(tx: Tx, counts: Counts, now: Date): Promise<Set<string>> {
  if (counts.size === 0) return new Set()
  const { rows } = await sql<{ id: string; keeps: boolean }>`
    WITH need AS (SELECT * FROM unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::int[]) AS n(id, n)),
    locked AS (SELECT v.id FROM event_voucher v JOIN need USING (id) ORDER BY v.id FOR UPDATE OF v)
    UPDATE event_voucher v SET redeemed = v.redeemed - need.n, updated_at = ${now}, version = v.version + 1 FROM need, locked
    WHERE v.id = need.id AND locked.id = v.id
    RETURNING v.id, v.blocks_quota AND v.status = 'active' AS keeps`.execute(tx)
  return new Set(rows.filter((row) => row.keeps).map((row) => row.id))
}

/**
 * Holds seats for a cart line (K4 free → held), all or none.
 * @throws DomainError seat_unavailable: details.seat_ids (labels), details.resources
 */
export async function takeSeats(tx: Tx, seats: readonly { seatId: string; lineId: string; typeId: string }[]): Promise<SeatChange[]> {
  if (seats.length === 0) return []
  const { rows } = await sql<SeatRow>`
    WITH need AS (SELECT * FROM unnest(${seats.map((seat) => seat.seatId)}::text[], ${seats.map((seat) => seat.lineId)}::text[]) AS n(id, line)),
    locked AS (SELECT s.id FROM event_seat s JOIN need USING (id) WHERE s.status = 'f' ORDER BY s.id FOR UPDATE OF s)
    UPDATE event_seat s SET status = 'h', cart_line_id = need.line FROM need, locked
    WHERE s.id = need.id AND locked.id = s.id AND s.status = 'f' RETURNING s.id, s.event_date_id, s.ordinal`.execute(tx)
  const taken = new Set(rows.map((row) => row.id))
  const missing = seats.filter((seat) => !taken.has(seat.seatId))
  if (missing.length === 0 && taken.size === seats.length) return rows.map(changeOf)
  const { resources } = (await soldOut(tx, [...new Set(seats.map((seat) => seat.typeId))])).details as { resources: string[] }
  throw new DomainError('seat_unavailable', {
    field: 'seat_ids',
    details: { seat_ids: (missing.length > 0 ? missing : seats).map((seat) => labelOf(seat.seatId)), resources },
  })
}

interface SeatRow {
  id: string
  event_date_id: string
  ordinal: number
}

const changeOf = (row: SeatRow): SeatChange => ({ dateId: row.event_date_id, ordinal: row.ordinal })

/** Seats of ended lines are free again. */
export async function freeSeats(tx: Tx, seatIds: readonly string[]): Promise<SeatChange[]> {
  if (seatIds.length === 0) return []
  const { rows } = await sql<SeatRow>`
    WITH locked AS (SELECT id FROM event_seat WHERE id = ANY (${[...seatIds]}::text[]) AND status IN ('h', 's') ORDER BY id FOR UPDATE)
    UPDATE event_seat s SET status = 'f', cart_line_id = NULL FROM locked WHERE s.id = locked.id RETURNING s.id, s.event_date_id, s.ordinal`.execute(
    tx,
  )
  return rows.map(changeOf)
}

/** Held seats of lines are sold now. */
export async function sellSeats(tx: Tx, lineIds: readonly string[]): Promise<SeatChange[]> {
  const { rows } =
    await sql<SeatRow>`UPDATE event_seat s SET status = 's' WHERE cart_line_id = ANY (${[...lineIds]}::text[]) AND status = 'h'
    RETURNING s.id, s.event_date_id, s.ordinal`.execute(tx)
  return rows.map(changeOf)
}

export const seatIdOf = (dateId: string, label: string): string => `${dateId}:${label}`
export const labelOf = (seatId: string): string => seatId.slice(seatId.indexOf(':') + 1)
