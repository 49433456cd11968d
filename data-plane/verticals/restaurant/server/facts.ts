import type { I18nText } from '@cityos/contract'
import { sql } from 'kysely'
import type { KeptPicture } from '../../../core/file/public-picture.ts'
import { dayNumber } from '../../../platform/clock/zone.ts'
import type { Tx } from '../../../platform/db/index.ts'
import {
  type AreaRule,
  type HoursException,
  type KitchenRule,
  type MealtimeRule,
  minuteOfDay,
  type PolygonRings,
  type WeekWindow,
} from '../rules.ts'

export interface AreaFacts extends AreaRule {
  name: I18nText
}

export interface MealtimeFacts extends MealtimeRule {
  name: I18nText
}

/** One restaurant with everything its rules ask for; times and days as numbers. */
export interface RestaurantFacts {
  id: string
  handle: string
  name: I18nText
  tagline: I18nText
  description: I18nText
  vendor: { id: string; handle: string; name: I18nText; vatRegistered: boolean }
  /** Open to the public: approved, and its vendor sells. */
  sells: boolean
  cuisines: string[]
  dietaryTags: string[]
  lat: number
  lng: number
  address: string
  phone: string | null
  picture: KeptPicture | null
  services: string[]
  kitchen: KitchenRule
  deliveryMinutes: number
  maxOrders: Record<string, number>
  maxPoints: number
  acceptTimeoutSeconds: number
  autoAccept: boolean
  cancelFeeBps: number
  commercialRegNo: string | null
  municipalLicenceNo: string | null
  takesReservations: boolean
  partyMax: number
  autoConfirmParty: number
  sittingMinutes: number
  stepMinutes: number
  depositAmount: number
  reservationTiers: { hours_before: number; refund_bps: number }[]
  currency: string
  ratingAverage: number | null
  ratingCount: number
  exceptions: {
    from_date: string
    to_date: string
    kind: 'closed' | 'hours'
    reason: string
    opens_at: string | null
    closes_at: string | null
  }[]
  areas: AreaFacts[]
  mealtimes: MealtimeFacts[]
}

type HoursTuple = [service: string, weekday: number, opens: string, closes: string]
interface ExceptionJson {
  service: string | null
  from_date: string
  to_date: string
  kind: 'closed' | 'hours'
  opens_at: string | null
  closes_at: string | null
  reason: string
}
interface AreaJson {
  id: string
  name: I18nText
  rings: PolygonRings
  min_lat: number
  max_lat: number
  min_lng: number
  max_lng: number
  fee: number
  minimum: number
  free_over: number | null
  max_distance: number | null
}
interface MealtimeJson {
  id: string
  name: I18nText
  weekdays: number[]
  from_time: string
  to_time: string
  from_date: string | null
  to_date: string | null
}

interface RestaurantRow {
  id: string
  handle: string
  name: I18nText
  tagline: I18nText
  description: I18nText
  cuisine_codes: string[]
  dietary_tags: string[]
  lat: number
  lng: number
  address: string
  phone: string | null
  picture: KeptPicture | null
  services: string[]
  prep_minutes: number
  delivery_minutes: number
  slot_minutes: number
  max_orders_per_slot: Record<string, number>
  max_prep_points_per_slot: number
  lead_minutes: number
  future_days: number
  accept_timeout_s: number
  auto_accept: boolean
  cancel_fee_bps: number
  is_paused: boolean
  rush_extra_minutes: number
  paused_until: Date | null
  commercial_reg_no: string | null
  municipal_licence_no: string | null
  takes_reservations: boolean
  party_max: number
  auto_confirm_party: number
  sitting_minutes: number
  reservation_step_minutes: number
  reservation_deposit_amount: number
  reservation_cancellation_tiers: { hours_before: number; refund_bps: number }[]
  currency_code: string
  rating_average: number | null
  rating_count: number
  status: string
  vendor_id: string
  vendor_handle: string
  vendor_name: I18nText
  vendor_status: string
  vat_no: string | null
  hours: HoursTuple[]
  exceptions: ExceptionJson[]
  areas: AreaJson[]
  mealtimes: MealtimeJson[]
}

/** Ratings are core's: by the reference of the order line. */
export const ratingColumns = sql`(rr.sum::float / nullif(rr.count, 0)) AS rating_average, coalesce(rr.count, 0)::int AS rating_count`
export const ratingJoin = sql`LEFT JOIN review_rating rr ON rr.reference_type = 'restaurant' AND rr.reference_id = r.id`

/**
 * Restaurants with hours, exceptions, areas and mealtimes in one statement.
 * @param today `YYYY-MM-DD`; exceptions that are over are left out
 */
export async function loadRestaurants(tx: Tx, ids: readonly string[], today: string): Promise<Map<string, RestaurantFacts>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<RestaurantRow>`
    SELECT r.*, v.handle AS vendor_handle, v.name AS vendor_name, v.status AS vendor_status, v.vat_no, ${ratingColumns},
      (SELECT coalesce(json_agg(json_build_array(h.service, h.weekday, h.opens_at, h.closes_at) ORDER BY h.weekday, h.opens_at), '[]')
        FROM restaurant_opening_hours h WHERE h.restaurant_id = r.id) AS hours,
      (SELECT coalesce(json_agg(json_build_object('service', e.service, 'from_date', e.from_date, 'to_date', e.to_date, 'kind', e.kind,
          'opens_at', e.opens_at, 'closes_at', e.closes_at, 'reason', e.reason) ORDER BY e.from_date, e.id), '[]')
        FROM restaurant_opening_exception e WHERE e.restaurant_id = r.id AND e.to_date >= ${today}) AS exceptions,
      (SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name, 'rings', a.polygon->'coordinates', 'min_lat', a.min_lat, 'max_lat', a.max_lat,
          'min_lng', a.min_lng, 'max_lng', a.max_lng, 'fee', a.fee_amount, 'minimum', a.minimum_order_amount, 'free_over', a.free_over_amount,
          'max_distance', a.max_distance_m) ORDER BY a.created_at, a.id), '[]')
        FROM restaurant_delivery_area a WHERE a.restaurant_id = r.id) AS areas,
      (SELECT coalesce(json_agg(json_build_object('id', m.id, 'name', m.name, 'weekdays', m.weekdays, 'from_time', m."from", 'to_time', m."to",
          'from_date', m.from_date, 'to_date', m.to_date) ORDER BY m."from", m.id), '[]')
        FROM restaurant_mealtime m WHERE m.restaurant_id = r.id) AS mealtimes
    FROM restaurant r JOIN vendor v ON v.id = r.vendor_id ${ratingJoin}
    WHERE r.id = ANY (${[...ids]}::text[]) AND r.deleted_at IS NULL`.execute(tx)
  return new Map(rows.map((row) => [row.id, factsOf(row)]))
}

function factsOf(row: RestaurantRow): RestaurantFacts {
  return {
    id: row.id,
    handle: row.handle,
    name: row.name,
    tagline: row.tagline,
    description: row.description,
    vendor: { id: row.vendor_id, handle: row.vendor_handle, name: row.vendor_name, vatRegistered: row.vat_no !== null },
    sells: row.status === 'active' && row.vendor_status === 'active',
    cuisines: row.cuisine_codes,
    dietaryTags: row.dietary_tags,
    lat: row.lat,
    lng: row.lng,
    address: row.address,
    phone: row.phone,
    picture: row.picture,
    services: row.services,
    kitchen: {
      week: { windows: row.hours.map(windowOf), exceptions: row.exceptions.map(exceptionOf) },
      slotMinutes: row.slot_minutes,
      prepMinutes: row.prep_minutes,
      leadMinutes: row.lead_minutes,
      futureDays: row.future_days,
      pause: {
        stopped: row.is_paused,
        extraMinutes: row.rush_extra_minutes,
        until: row.paused_until && Math.ceil(row.paused_until.getTime() / 60_000),
      },
    },
    deliveryMinutes: row.delivery_minutes,
    maxOrders: row.max_orders_per_slot,
    maxPoints: row.max_prep_points_per_slot,
    acceptTimeoutSeconds: row.accept_timeout_s,
    autoAccept: row.auto_accept,
    cancelFeeBps: row.cancel_fee_bps,
    commercialRegNo: row.commercial_reg_no,
    municipalLicenceNo: row.municipal_licence_no,
    takesReservations: row.takes_reservations,
    partyMax: row.party_max,
    autoConfirmParty: row.auto_confirm_party,
    sittingMinutes: row.sitting_minutes,
    stepMinutes: row.reservation_step_minutes,
    depositAmount: row.reservation_deposit_amount,
    reservationTiers: row.reservation_cancellation_tiers,
    currency: row.currency_code,
    ratingAverage: row.rating_average,
    ratingCount: row.rating_count,
    exceptions: row.exceptions,
    areas: row.areas.map(areaOf),
    mealtimes: row.mealtimes.map(mealtimeOf),
  }
}

const windowOf = ([service, weekday, opens, closes]: HoursTuple): WeekWindow => ({
  service,
  weekday,
  opens: minuteOfDay(opens),
  closes: minuteOfDay(closes),
})

const exceptionOf = (row: ExceptionJson): HoursException => ({
  service: row.service,
  fromDay: dayNumber(row.from_date),
  toDay: dayNumber(row.to_date),
  kind: row.kind,
  opens: row.opens_at === null ? null : minuteOfDay(row.opens_at),
  closes: row.closes_at === null ? null : minuteOfDay(row.closes_at),
})

const areaOf = (row: AreaJson): AreaFacts => ({
  id: row.id,
  name: row.name,
  rings: row.rings,
  minLat: row.min_lat,
  maxLat: row.max_lat,
  minLng: row.min_lng,
  maxLng: row.max_lng,
  feeAmount: row.fee,
  minOrderAmount: row.minimum,
  freeOverAmount: row.free_over,
  maxDistance: row.max_distance,
})

const mealtimeOf = (row: MealtimeJson): MealtimeFacts => ({
  id: row.id,
  name: row.name,
  weekdays: row.weekdays,
  from: minuteOfDay(row.from_time),
  to: minuteOfDay(row.to_time),
  fromDay: row.from_date === null ? null : dayNumber(row.from_date),
  toDay: row.to_date === null ? null : dayNumber(row.to_date),
})
