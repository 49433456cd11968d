import type { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { type BookingRecord, leaveSlot } from './booking-moves.ts'
import { bookingEvent } from './booking-rows.ts'

/** Some seats of a group booking end, the rest stays: seats are freed, the price follows. */
export async function reduceSeats(tx: Tx, ctx: RequestContext, row: BookingRecord, seats: number, now: Date): Promise<void> {
  await leaveSlot(tx, row.slot_id!, seats, now)
  await sql`UPDATE booking_seat SET status = 'cancelled', updated_at = ${now} WHERE id IN (
    SELECT id FROM booking_seat WHERE booking_id = ${row.id} AND status <> 'cancelled' ORDER BY position DESC LIMIT ${seats})`.execute(tx)
  const left = row.seats - seats
  const share = (amount: number | null) => (amount === null ? null : Math.round((amount * left) / row.seats))
  const after = await tx
    .updateTable('booking')
    .set((eb) => ({
      seats: left,
      price_amount: share(row.price_amount)!,
      deposit_amount: share(row.deposit_amount),
      at_place_amount: share(row.at_place_amount)!,
      version: eb('version', '+', 1),
      updated_at: now,
    }))
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .returningAll()
    .executeTakeFirstOrThrow()
  await bookingEvent(tx, ctx, after, 'booking.booking.seats_reduced', { seats: left })
}
