import { RequestContext } from '@cityos/http'
import { type Selectable, sql } from 'kysely'
import { giveUnits } from '../../../engines/capacity/pool.ts'
import type { DB } from '../../../generated/db.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { cancel } from '../../../platform/timer/timers.ts'
import { bookingLifecycle } from '../lifecycle.ts'
import { seatPool } from './capacity.ts'
import { timerKinds } from './timer-kinds.ts'

export type BookingRecord = Selectable<DB['booking']>

export interface Move {
  id: string
  name: string
  ctx: RequestContext
  now: Date
  changes?: Record<string, unknown>
  payload?: Record<string, unknown>
  reason?: string | null
}

const freeing = ['declined', 'cancelled', 'expired', 'rescheduled']
const finished = [...freeing, 'completed', 'no_show']

/**
 * Moves a booking along its lifecycle and frees what it no longer takes: its provider by the trigger on its state, its
 * seats of a group date here. The moment decides about deadlines, not the clock of a late timer.
 * @throws DomainError not_found | invalid_transition | forbidden
 */
export async function moveBooking(tx: Tx, { id, name, ctx, now, changes, payload, reason }: Move): Promise<BookingRecord> {
  const row = await transition(tx, bookingLifecycle, {
    id,
    name,
    ctx,
    changes,
    payload: { ...payload, at: now.toISOString() },
    reason: reason ?? undefined,
  })
  if (freeing.includes(row.status) && row.slot_id) await leaveSlot(tx, row.slot_id, row.seats, now)
  if (finished.includes(row.status)) for (const kind of timerKinds.ofLiveBooking) await cancel(tx, kind, id)
  return row
}

/** Gives seats of a group date back; the last one frees the provider too. */
export async function leaveSlot(tx: Tx, slotId: string, seats: number, now: Date): Promise<void> {
  await giveUnits(tx, seatPool, new Map([[slotId, seats]]), now)
  await sql`WITH closed AS (UPDATE booking_slot SET status = 'closed', version = version + 1 WHERE id = ${slotId} AND used = 0 AND status = 'open' RETURNING id)
    UPDATE booking_assignment a SET status = 'cancelled' FROM closed WHERE a.slot_id = closed.id`.execute(tx)
}

/**
 * Ends requests that nobody answered in time and that are in the way of a claim: a late timer never costs a sale. Their
 * authorisation is voided by that timer, which finds them ended.
 * @returns how many
 */
export async function expireUnanswered(tx: Tx, providerIds: readonly string[], from: Date, to: Date, now: Date): Promise<number> {
  if (providerIds.length === 0) return 0
  const rows = await tx
    .selectFrom('booking')
    .select('id')
    .distinct()
    .where('status', '=', 'pending_confirmation')
    .where('confirm_by', '<=', now)
    .where('blocked_from', '<', to)
    .where('blocked_to', '>', from)
    .where(sql<boolean>`provider_ids && ${[...providerIds]}::text[]`)
    .orderBy('id')
    .execute()
  for (const { id } of rows) {
    await moveBooking(tx, {
      id,
      name: 'expire',
      ctx: RequestContext.system('booking.unanswered'),
      now,
      changes: { cancel_reason: 'not_answered' },
    })
  }
  return rows.length
}
