import type { I18nText } from '@cityos/contract'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import type { Tx } from '../../../platform/db/index.ts'
import type { CancellationTier, IntakeQuestion, LocationKind, ProviderKind } from '../contract.ts'
import type { BookingRecord } from './booking-moves.ts'

/** A booking with what its pages show of its surroundings. */
export interface BookingFacts extends Omit<BookingRecord, 'cancellation_tiers'> {
  cancellation_tiers: CancellationTier[] | null
  offering: {
    handle: string
    name: I18nText
    picture: { key: string; width: number; height: number; alt: I18nText } | null
    location_kind: LocationKind
    address: I18nText | null
    lat: number | null
    lng: number | null
    intake_form: IntakeQuestion[]
  }
  vendor: { handle: string; name: I18nText }
  providers: { id: string; name: I18nText; kind: ProviderKind }[]
  /** Encrypted columns of the order and the customer. */
  person: { order_name: string | null; order_email: string | null; order_phone: string | null; customer_name: string | null }
  successor_id: string | null
  /** Seats of its group date; null for others. */
  capacity: number | null
  line: { total: number; paid: number; refunded: number } | null
}

/** Conditions of a list, in SQL over `b` (booking). */
export interface Wanted {
  where: string
  order: string
  limit: number
  offset: number
}

const columns = `b.*,
  json_build_object('handle', o.handle, 'name', o.name, 'picture', o.picture, 'location_kind', o.location_kind, 'address', o.address, 'lat', o.lat, 'lng', o.lng, 'intake_form', o.intake_form) AS offering,
  json_build_object('handle', v.handle, 'name', v.name) AS vendor,
  coalesce((SELECT json_agg(json_build_object('id', p.id, 'name', p.name, 'kind', p.kind) ORDER BY array_position(b.provider_ids, p.id)) FROM booking_provider p WHERE p.id = ANY (b.provider_ids)), '[]') AS providers,
  json_build_object('order_name', ord.name, 'order_email', ord.email, 'order_phone', ord.phone, 'customer_name', c.name) AS person,
  (SELECT n.id FROM booking n WHERE n.reschedule_of_id = b.id) AS successor_id, (SELECT s.capacity FROM booking_slot s WHERE s.id = b.slot_id) AS capacity,
  CASE WHEN l.id IS NOT NULL THEN json_build_object('total', l.total_amount, 'refunded', l.refunded_amount,
    'paid', CASE l.capture_mode WHEN 'now' THEN l.total_amount WHEN 'none' THEN 0 ELSE l.captured_amount END) END AS line`

const joins = `JOIN booking_offering o ON o.id = b.offering_id JOIN vendor v ON v.id = b.vendor_id
  LEFT JOIN "order" ord ON ord.id = b.order_id LEFT JOIN customer c ON c.id = b.customer_id LEFT JOIN order_line l ON l.id = b.order_line_id`

/** The bookings of some ids, in the order of the ids. */
export async function readBookings(db: Tx, ids: readonly string[]): Promise<BookingFacts[]> {
  if (ids.length === 0) return []
  const statement = new Statement()
  const rows = await statement.rows<BookingFacts>(
    db,
    `SELECT ${columns} FROM booking b ${joins} WHERE b.id = ANY (${statement.value([...ids])}::text[])`,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** A page of bookings and how many there are; ids are found by an index first, then dressed. */
export async function pageOfBookings(
  db: Tx,
  statement: Statement,
  { where, order, limit, offset }: Wanted,
): Promise<{ rows: BookingFacts[]; total: number }> {
  const values = [...statement.values]
  const counting = new Statement()
  counting.values.push(...values)
  const paging = `LIMIT ${statement.value(limit)}::int OFFSET ${statement.value(offset)}::int`
  const [ids, counted] = await Promise.all([
    statement.rows<{ id: string }>(db, `SELECT b.id FROM booking b WHERE ${where} ORDER BY ${order} ${paging}`),
    counting.rows<{ total: number }>(db, `SELECT count(*)::int AS total FROM booking b WHERE ${where}`),
  ])
  const rows = await readBookings(
    db,
    ids.map((row) => row.id),
  )
  return { rows, total: counted[0]!.total }
}
