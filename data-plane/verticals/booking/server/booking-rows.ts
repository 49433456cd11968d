import { randomInt } from 'node:crypto'
import { DomainError, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import type { Insertable } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import { hours, later } from '../../../platform/clock/clock.ts'
import { jsonb, type Tx } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/append-event.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { depositFor, priceFor, unmarkedUntil } from '../rules.ts'
import type { BookingRecord } from './booking-moves.ts'
import { assign, type Taken } from './claim.ts'
import type { OfferingFacts } from './offering-facts.ts'
import { timerKinds } from './timer-kinds.ts'

/** No letters that are taken for others when read out. */
const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

function newReference(): string {
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
}

export interface NewBooking {
  offering: OfferingFacts
  taken: Taken
  startsAt: Date
  durationMin: number
  seats: number
  customerId: string | null
  status: 'held' | 'confirmed'
  source: 'checkout' | 'vendor'
  now: Date
  /** What differs: cart line, order, sealed details, price … */
  more?: Partial<Insertable<DB['booking']>>
}

/** Writes a booking on what was just taken. @returns its row */
export async function insertBooking(tx: Tx, given: NewBooking): Promise<BookingRecord> {
  const { offering, taken, startsAt, durationMin, seats, now } = given
  const price = priceFor(offering, durationMin)
  const values: Insertable<DB['booking']> = {
    id: newId('bkg'),
    reference: newReference(),
    vendor_id: offering.vendor_id,
    offering_id: offering.id,
    customer_id: given.customerId,
    status: given.status,
    source: given.source,
    starts_at: startsAt,
    ends_at: taken.endsAt,
    blocked_from: taken.blockedFrom,
    blocked_to: taken.blockedTo,
    timezone: offering.timezone,
    provider_ids: taken.providerIds,
    slot_id: taken.slotId,
    seats,
    price_amount: price * seats,
    deposit_amount: times(depositFor(offering.plan, price, offering.deposit_bps), seats),
    at_place_amount: offering.plan === 'at_place' ? price * seats : 0,
    currency_code: offering.currency_code,
    payment_plan: offering.plan,
    cancellation_tiers: jsonb(offering.tiers),
    no_show_fee_bps: offering.no_show_fee_bps,
    meeting_url: offering.meeting_url,
    created_at: now,
    updated_at: now,
    ...given.more,
  }
  const row = await insertWithReference(tx, values)
  if (taken.slotId) await insertSeats(tx, row, taken.slotId, now)
  else await assign(tx, { bookingId: row.id, slotId: null }, taken.providerIds, taken, row.status)
  return row
}

const times = (amount: number | null, count: number): number | null => (amount === null ? null : amount * count)

/** A reference that exists already is drawn again: forty bits, so hardly ever. */
async function insertWithReference(tx: Tx, values: Insertable<DB['booking']>): Promise<BookingRecord> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const row = await tx
      .insertInto('booking')
      .values({ ...values, reference: newReference() })
      .onConflict((conflict) => conflict.column('reference').doNothing())
      .returningAll()
      .executeTakeFirst()
    if (row) return row
  }
  throw new DomainError('dependency_unavailable', { details: { reason: 'references_exhausted' } })
}

async function insertSeats(tx: Tx, row: BookingRecord, slotId: string, now: Date): Promise<void> {
  await tx
    .insertInto('booking_seat')
    .values(
      Array.from({ length: row.seats }, (_, position) => ({
        id: newId('bst'),
        booking_id: row.id,
        slot_id: slotId,
        customer_id: row.customer_id,
        position,
        status: row.status,
        created_at: now,
        updated_at: now,
      })),
    )
    .execute()
}

/** Writes the future of a confirmed booking: reminders that still make sense, and its end when nobody marks anything. */
export async function scheduleBooking(tx: Tx, row: BookingRecord, now: Date): Promise<void> {
  const ref = row.id
  await schedule(tx, { kind: timerKinds.complete, ref, dueAt: unmarkedUntil(row) })
  for (const [kind, before] of [
    [timerKinds.dayReminder, hours(24)],
    [timerKinds.hourReminder, hours(2)],
  ] as const) {
    const dueAt = later(row.starts_at, -before)
    if (dueAt > now) await schedule(tx, { kind, ref, dueAt })
  }
}

/** An event about a booking that is no transition; ids only, no personal data. */
export async function bookingEvent(
  tx: Tx,
  ctx: RequestContext,
  row: Pick<BookingRecord, 'id' | 'version' | 'vendor_id' | 'customer_id' | 'order_id'>,
  type: string,
  payload: Record<string, unknown>,
): Promise<void> {
  await appendEvent(tx, {
    type,
    aggregate: { type: 'booking', id: row.id, version: row.version },
    payload: { id: row.id, vendor_id: row.vendor_id, customer_id: row.customer_id, order_id: row.order_id, ...payload },
    ctx,
  })
}
