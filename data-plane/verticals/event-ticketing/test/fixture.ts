import { ApiError, type Call, newId } from '@cityos/contract'
import { sql } from 'kysely'
import { Clock } from '../../../platform/clock/clock.ts'
import { TimerScheduler } from '../../../platform/timer/timer-scheduler.ts'
import { admin, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, database, service } from '../../../testing/shop.ts'
import {
  approveEvent,
  createEvent,
  createQuota,
  createSeatMap,
  createTicketType,
  createVenue,
  holdTickets,
  type ManagedEvent,
  orderTickets,
  seatEvent,
  startSale,
  submitEvent,
  type TicketTypeInput,
  updateTicketType,
} from '../contract.ts'

export const day = 86_400_000
export const hour = 3_600_000

export interface TestEvent {
  event: ManagedEvent
  vendorId: string
  /** Ticket type ids by name. */
  types: Record<string, string>
  quotas: Record<string, string>
  dateId: string
}

export interface WantedEvent {
  types: Record<string, Partial<Omit<TicketTypeInput, 'price'>> & { amount: number }>
  /** Quota name → size and the types it counts. */
  quotas: Record<string, { size: number | null; types: string[] }>
  event?: Partial<Call<typeof createEvent>['body'] & object>
}

let counter = 0
const sar = (amount: number) => ({ amount, currency: 'SAR' })

export function now(plane: TestPlane): Date {
  return service(plane, Clock).now()
}

export const inFuture = (plane: TestPlane, milliseconds: number): string => new Date(now(plane).getTime() + milliseconds).toISOString()

/** An event on sale, made as organisers and admins make one. Without a service fee, so that sums are easy to read. */
export async function eventOnSale(plane: TestPlane, wanted: WantedEvent): Promise<TestEvent> {
  const vendorId = await addVendor(plane)
  const as = { actor: vendorActor(vendorId) }
  counter += 1
  const venue = await plane.call(
    createVenue,
    { body: { handle: `venue-${counter}`, name: { en: 'Hall', ar: 'قاعة' }, city: 'Riyadh' } },
    as,
  )
  let event = await plane.call(
    createEvent,
    {
      body: {
        handle: `event-${counter}`,
        title: { en: `Event ${counter}`, ar: `فعالية ${counter}` },
        category: 'concert',
        venue_id: venue.id,
        starts_at: inFuture(plane, 30 * day),
        ends_at: inFuture(plane, 30 * day + 3 * hour),
        service_fee: { amount: sar(0), bps: 0 },
        ...wanted.event,
      } as Call<typeof createEvent>['body'],
    },
    as,
  )
  const types: Record<string, string> = {}
  for (const [name, { amount, ...fields }] of Object.entries(wanted.types)) {
    const parents = (fields.requires_parent ?? []).map((parent) => types[parent]!)
    event = await plane.call(
      createTicketType,
      {
        params: { id: event.id },
        body: { name: { en: name, ar: name }, price: sar(amount), ...fields, requires_parent: parents } as Call<
          typeof createTicketType
        >['body'],
      },
      as,
    )
    types[name] = event.ticket_types.find((type) => type.name.en === name)!.id
  }
  const quotas: Record<string, string> = {}
  for (const [name, quota] of Object.entries(wanted.quotas)) {
    event = await plane.call(
      createQuota,
      { params: { id: event.id }, body: { name, size: quota.size, ticket_type_ids: quota.types.map((type) => types[type]!) } },
      as,
    )
    quotas[name] = event.quotas.find((one) => one.name === name)!.id
  }
  await plane.call(submitEvent, { params: { id: event.id } }, as)
  await plane.call(approveEvent, { params: { id: event.id } }, { actor: admin })
  event = await plane.call(startSale, { params: { id: event.id } }, as)
  return { event, vendorId, types, quotas, dateId: event.dates[0]!.id }
}

/** A hall of sections A (gold, 200.00) and B (silver, 100.00), each of `rows` × `seats`. */
export async function seatedEvent(plane: TestPlane, rows = 4, seats = 10): Promise<TestEvent> {
  const size = rows * seats * 2
  const made = await eventOnSale(plane, {
    types: { seat: { amount: 10_000, max_per_order: 10 } },
    quotas: { hall: { size, types: ['seat'] } },
  })
  const as = { actor: vendorActor(made.vendorId) }
  const section = (code: string, y: number, category: string) => ({
    code,
    name: { en: code },
    x: 0,
    y,
    rows: Array.from({ length: rows }, (_, index) => ({ label: String(index + 1), x: 0, y: index, count: seats, category })),
  })
  const map = await plane.call(
    createSeatMap,
    {
      body: {
        name: 'Hall',
        layout: {
          width: seats,
          height: rows * 2 + 4,
          stage: { x: 0, y: 0, width: seats, height: 2, label: 'Stage' },
          categories: [
            { code: 'gold', name: { en: 'Gold' }, colour: '#b45309' },
            { code: 'silver', name: { en: 'Silver' }, colour: '#475569' },
          ],
          sections: [section('A', 3, 'gold'), section('B', 4 + rows, 'silver')],
        },
      },
    },
    as,
  )
  await plane.call(seatEvent, { params: { id: made.event.id }, body: { seat_map_id: map.id } }, as)
  const category_prices = [
    { category: 'gold', price: sar(20_000) },
    { category: 'silver', price: sar(10_000) },
  ]
  const event = await plane.call(updateTicketType, { params: { id: made.types['seat']! }, body: { category_prices } }, as)
  return { ...made, event }
}

type OrderBody = NonNullable<Call<typeof orderTickets>['body']>

/** Buys over HTTP as a guest. */
export function buyTickets(
  plane: TestPlane,
  lines: OrderBody['lines'],
  more: Partial<OrderBody> = {},
  headers: Record<string, string> = {},
) {
  return plane.client(headers)(
    orderTickets,
    { body: { lines, contact: { email: 'noura@example.test' }, payment: { method: 'sandbox', token: 'tok_ok' }, ...more } },
    { idempotencyKey: newId('key') },
  )
}

type HoldBody = NonNullable<Call<typeof holdTickets>['body']>

export function hold(plane: TestPlane, lines: HoldBody['lines'], more: Partial<HoldBody> = {}, headers: Record<string, string> = {}) {
  return plane.client(headers)(holdTickets, { body: { lines, ...more } }, { idempotencyKey: newId('key') })
}

/** The details of a refusal over HTTP. */
export async function refusal(call: Promise<unknown>): Promise<{ code: string; details: Record<string, unknown> }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { code: error.code, details: error.errors[0]?.details ?? {} }
  }
  return { code: 'not refused', details: {} }
}

/** Moves the clock of the test tenant and waits until nothing that is due is left to do. */
export async function travel(plane: TestPlane, to: Date): Promise<void> {
  service(plane, Clock).travelTo(to)
  await settle(plane)
}

/** Waits until every timer that is due has run; gives up when none of them has for half a minute. */
export async function settle(plane: TestPlane): Promise<void> {
  const scheduler = service(plane, TimerScheduler)
  let left = Number.POSITIVE_INFINITY
  let movedAt = performance.now()
  while (performance.now() - movedAt < 30_000) {
    scheduler.wake()
    const { rows } = await sql<{ due: number }>`SELECT count(*)::int AS due FROM timer
      WHERE status = 'pending' AND every_seconds IS NULL AND due_at <= ${now(plane)}`.execute(database(plane).read)
    const { due } = rows[0]!
    if (due === 0) return
    if (due < left) movedAt = performance.now()
    left = due
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`${left} timers did not come to rest`)
}

/** Counters against rows: every unit a quota says is used is a live ticket or kept by a voucher (invariant 1). */
export async function quotaDrift(plane: TestPlane): Promise<number> {
  const { rows } = await sql<{ drift: number }>`
    SELECT count(*)::int AS drift FROM event_quota q WHERE q.used <> (
      SELECT count(*) FROM event_ticket t JOIN event_quota_ticket_type qt ON qt.ticket_type_id = t.ticket_type_id AND qt.quota_id = q.id
      WHERE t.status IN ('pending', 'valid', 'checked_in', 'blocked', 'expired') AND (q.event_date_id IS NULL OR q.event_date_id = t.event_date_id)
    ) + coalesce((
      SELECT sum(v.max_usages - v.redeemed) FROM event_voucher v JOIN event_quota_ticket_type qt ON qt.ticket_type_id = v.ticket_type_id AND qt.quota_id = q.id
      WHERE v.blocks_quota AND v.status = 'active' AND (q.event_date_id IS NULL OR q.event_date_id = v.event_date_id)
    ), 0)`.execute(database(plane).read)
  return rows[0]!.drift
}

export async function ticketsOf(plane: TestPlane, typeId: string): Promise<Record<string, number>> {
  const rows = await database(plane)
    .read.selectFrom('event_ticket')
    .select(['status', (eb) => eb.fn.countAll<number>().as('count')])
    .where('ticket_type_id', '=', typeId)
    .groupBy('status')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.status, row.count]))
}

export const verticals = { verticals: ['catalogue', 'event-ticketing'] }

/** The event of a ticket type, as its row says. */
export async function wanted(plane: TestPlane, typeId: string): Promise<{ event: { id: string; vendor_id: string } }> {
  const event = await database(plane)
    .read.selectFrom('event_event as e')
    .innerJoin('event_ticket_type as t', 't.event_id', 'e.id')
    .select(['e.id', 'e.vendor_id'])
    .where('t.id', '=', typeId)
    .executeTakeFirstOrThrow()
  return { event }
}
