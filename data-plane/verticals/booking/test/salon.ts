import { type Client, newId } from '@cityos/contract'
import type { Actor } from '@cityos/http'
import { sql } from 'kysely'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { until } from '../../../testing/shop.ts'
import { createBooking, createBookingHold } from '../contract.ts'

/** A Tuesday, eight in the morning in Riyadh. */
export const morning = new Date('2026-11-24T05:00:00.000Z')

export interface Salon {
  plane: TestPlane
  clock: Clock
  /** Sets the test clock; timers run as far as that. */
  travel(to: string | Date): void
  stop(): Promise<void>
}

/** A plane with the vertical on, on a Tuesday morning. */
export async function openSalon(): Promise<Salon> {
  const plane = await startTestPlane({}, { verticals: ['booking', 'catalogue'] })
  const clock = plane.app.get(Clock, { strict: false })
  clock.travelTo(morning)
  return {
    plane,
    clock,
    travel: (to) => plane.app.get(Clock, { strict: false }).travelTo(new Date(to)),
    stop: () => plane.stop(),
  }
}

export const database = (plane: TestPlane): Database => plane.app.get(Database, { strict: false })

export interface TestService {
  vendorId: string
  offeringId: string
  handle: string
  providerIds: string[]
  owner: Actor
}

export interface ServiceWish {
  /** People who serve; 1 unless said. */
  people?: number
  rooms?: number
  columns?: Record<string, unknown>
  tiers?: { hours_before: number; refund_bps: number }[] | null
  /** Working day, minutes; 09:00–18:00 Riyadh unless said, every day. */
  hours?: readonly [number, number]
  timezone?: string
  /** Another service of the same vendor and team. */
  like?: TestService
  resources?: { kind: string; quantity: number }[]
}

let counter = 0

/** A published service with its team, every day from nine to six: 30 minutes for 60.00 SAR, paid at once. */
export async function addService(plane: TestPlane, wish: ServiceWish = {}): Promise<TestService> {
  counter += 1
  const { people = 1, rooms = 0, columns = {}, tiers = null, hours = [540, 1080], timezone = 'Asia/Riyadh', like, resources = [] } = wish
  const vendorId = like?.vendorId ?? newId('ven')
  const offeringId = newId('bof')
  const handle = `service-${counter}`
  const providerIds = like?.providerIds ?? Array.from({ length: people + rooms }, () => newId('bpr')).sort()
  await database(plane).transaction(async (tx) => {
    if (!like) {
      await sql`INSERT INTO vendor (id, handle, name, legal_name, kind, status, tier, verticals, vat_no)
        VALUES (${vendorId}, ${`salon-${counter}`}, ${JSON.stringify({ en: `Salon ${counter}`, ar: `صالون ${counter}` })}::jsonb, 'Salon', 'company', 'active', 'pro', '{booking}', '300000000000003')`.execute(
        tx,
      )
      await tx
        .insertInto('booking_provider')
        .values(
          providerIds.map((id, index) => ({
            id,
            vendor_id: vendorId,
            name: JSON.stringify({ en: `Provider ${index + 1}`, ar: `مقدم ${index + 1}` }),
            kind: index < people ? 'person' : 'room',
            timezone,
          })),
        )
        .execute()
      await tx
        .insertInto('booking_availability_rule')
        .values(
          providerIds.flatMap((id) =>
            [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
              id: newId('bar'),
              provider_id: id,
              weekday,
              start_minute: hours[0],
              end_minute: hours[1],
            })),
          ),
        )
        .execute()
    }
    const policyId = tiers && newId('bpo')
    if (policyId) {
      await tx
        .insertInto('booking_policy')
        .values({ id: policyId, vendor_id: vendorId, name: '{"en":"Terms"}', tiers: JSON.stringify(tiers) })
        .execute()
    }
    await tx
      .insertInto('booking_offering')
      .values({
        id: offeringId,
        vendor_id: vendorId,
        handle,
        status: 'published',
        name: JSON.stringify({ en: `Service ${counter}`, fr: `Service ${counter}`, ar: `خدمة ${counter}` }),
        category: 'hair',
        search_text: `service ${counter}`,
        duration_min: 30,
        price_amount: 6000,
        currency_code: 'SAR',
        slot_interval_min: 30,
        lead_time_min: 0,
        horizon_days: 60,
        timezone,
        cancellation_policy_id: policyId,
        published_at: morning,
        ...columns,
      } as never)
      .execute()
    await tx
      .insertInto('booking_offering_provider')
      .values(providerIds.map((provider_id) => ({ offering_id: offeringId, provider_id })))
      .execute()
    if (resources.length > 0) {
      await tx
        .insertInto('booking_offering_resource')
        .values(resources.map(({ kind, quantity }) => ({ offering_id: offeringId, resource_kind: kind, quantity })))
        .execute()
    }
  })
  return { vendorId, offeringId, handle, providerIds, owner: vendorActor(vendorId) }
}

export const card = (token = 'tok_ok') => ({ method: 'sandbox' as const, token })
export const contact = { email: 'noura@example.test', phone: '+966501234567', name: 'Noura' }

export interface SlotWish {
  duration_min?: number
  seats?: number
  provider_id?: string
  attendees?: { name: string }[]
  answers?: Record<string, string | boolean>
  address?: { line1: string; city: string; country: string; lat: number; lng: number }
}

const slotOf = (service: TestService, start: string, wish: SlotWish) => ({
  offering_id: service.offeringId,
  start,
  duration_min: 30,
  ...wish,
})

/** Buys a time in one call, as a guest of its own. */
export function book(
  client: Client,
  service: TestService,
  start: string,
  wish: SlotWish = {},
  payment: { method: 'sandbox' | 'none'; token?: string } = card(),
  key = newId('key'),
) {
  const slot = { seats: 1, ...slotOf(service, start, wish) }
  return client(createBooking, { body: { slot, contact, payment } }, { idempotencyKey: key })
}

/** Puts a time in a cart. */
export function hold(client: Client, service: TestService, start: string, wish: SlotWish = {}, cartId?: string) {
  return client(
    createBookingHold,
    { body: { ...slotOf(service, start, wish), ...(cartId ? { cart_id: cartId } : {}) } },
    { idempotencyKey: newId('key') },
  )
}

/** State of bookings of a service, by start. */
export async function bookingsOf(plane: TestPlane, service: TestService) {
  return database(plane)
    .read.selectFrom('booking')
    .select(['id', 'status', 'starts_at', 'provider_ids', 'seats', 'order_line_id', 'no_show_party', 'reschedule_of_id'])
    .where('offering_id', '=', service.offeringId)
    .orderBy('starts_at')
    .orderBy('id')
    .execute()
}

/** Waits until a booking is in a state. */
export async function becomes(plane: TestPlane, id: string, status: string): Promise<void> {
  await until(async () => {
    const row = await database(plane).read.selectFrom('booking').select('status').where('id', '=', id).executeTakeFirstOrThrow()
    return row.status === status
  })
}

/** What must hold whatever happened: nobody served twice at a time, seats counted right. */
export async function anomalies(plane: TestPlane): Promise<{ twice: number; miscounted: number; astray: number }> {
  const occupying = sql`('held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress')`
  const { rows } = await sql<{ twice: number; miscounted: number; astray: number }>`SELECT
    (SELECT count(*)::int FROM booking_assignment a JOIN booking_assignment b ON a.provider_id = b.provider_id AND a.id < b.id
      AND tstzrange(a.blocked_from, a.blocked_to) && tstzrange(b.blocked_from, b.blocked_to) WHERE a.status IN ${occupying} AND b.status IN ${occupying}) AS twice,
    (SELECT count(*)::int FROM booking_slot s WHERE s.used <> (SELECT coalesce(sum(b.seats), 0) FROM booking b WHERE b.slot_id = s.id
      AND b.status NOT IN ('declined', 'cancelled', 'expired', 'rescheduled'))) AS miscounted,
    (SELECT count(*)::int FROM booking b WHERE b.slot_id IS NULL AND NOT EXISTS (SELECT 1 FROM booking_assignment a WHERE a.booking_id = b.id AND a.status = b.status)) AS astray`.execute(
    database(plane).read,
  )
  return rows[0]!
}

export const noAnomaly = { twice: 0, miscounted: 0, astray: 0 }
