import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { hours, later } from '../../../platform/clock/clock.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { eventLifecycle } from '../lifecycle.ts'
import { currentTier, freeUnits, serviceFee } from '../rules.ts'
import { feeOf } from './offer-facts.ts'
import { readTypes, tiersOf } from './offers.ts'
import { recordMoves, tellPerLine, timerKinds } from './ticket-rows.ts'

/**
 * Brings what is derived of an event up to date: next date, prices from and to. Called whenever dates, types or prices
 * change, and when a moment passes that changes them.
 */
export async function refreshEvent(tx: Tx, eventId: string, usualFee: { amount: number; bps: number }, now: Date): Promise<void> {
  const event = await tx.selectFrom('event_event').selectAll().where('id', '=', eventId).executeTakeFirstOrThrow()
  const dates = await tx.selectFrom('event_date').selectAll().where('event_id', '=', eventId).orderBy('starts_at').execute()
  const live = dates.filter((date) => date.status !== 'cancelled')
  const next = live.find((date) => date.ends_at > now) ?? live.at(-1) ?? dates.at(-1)!
  const types = (await readTypes(tx, eventId, next.id)).filter((type) => type.kind !== 'add_on' && !type.hide_without_voucher)
  const fee = feeOf(event, usualFee)
  const amounts = types.flatMap((type) => {
    const categories = Object.values(type.category_prices ?? {})
    const all = categories.length > 0 ? categories : [currentTier(tiersOf(type), type.price_amount, now).amount]
    return all.map((amount) => amount + serviceFee(amount, fee))
  })
  await tx
    .updateTable('event_event')
    .set({
      starts_at: next.starts_at,
      ends_at: next.ends_at,
      doors_at: next.doors_at,
      last_ends_at: live.at(-1)?.ends_at ?? next.ends_at,
      price_from_amount: amounts.length > 0 ? Math.min(...amounts) : null,
      price_to_amount: amounts.length > 0 ? Math.max(...amounts) : null,
    })
    .where('id', '=', eventId)
    .execute()
  for (const type of types) {
    const ends = tiersOf(type).flatMap((tier) => (tier.until !== null && tier.until > now ? [tier.until.getTime()] : []))
    if (ends.length > 0) await schedule(tx, { kind: timerKinds.tierSwitch, ref: eventId, dueAt: new Date(Math.min(...ends)) })
  }
}

/**
 * Moves an event to where its times say it is, and sets the timer for the next such moment. Any number of runs, early or
 * late, come to the same: the times stand on the rows.
 */
export async function tickEvent(tx: Tx, eventId: string, usualFee: { amount: number; bps: number }, now: Date): Promise<void> {
  const ctx = RequestContext.system('event-state')
  const event = await tx
    .selectFrom('event_event')
    .selectAll()
    .where('id', '=', eventId)
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!event || ['finished', 'cancelled'].includes(event.status)) return
  await finishDates(tx, ctx, eventId, now)
  await refreshEvent(tx, eventId, usualFee, now)
  const { last_ends_at: end } = await tx
    .selectFrom('event_event')
    .select('last_ends_at')
    .where('id', '=', eventId)
    .executeTakeFirstOrThrow()
  const saleEnds = event.presale_end !== null && event.presale_end < end ? event.presale_end : end
  let { status } = event
  if (['on_sale', 'sold_out'].includes(status) && now >= saleEnds)
    status = (await transition(tx, eventLifecycle, { id: eventId, name: 'close', ctx })).status
  if ((status === 'closed' || status === 'postponed') && now >= end) {
    // a postponed event without a new date stays postponed
    const moved = status === 'closed' || (event.postponed_at !== null && end > event.postponed_at)
    if (moved) await transition(tx, eventLifecycle, { id: eventId, name: 'finish', ctx })
  }
  const upcoming = [saleEnds, end, ...(await endsOfDates(tx, eventId))].filter((moment) => moment > now)
  if (upcoming.length > 0) {
    const dueAt = new Date(Math.min(...upcoming.map((moment) => moment.getTime())))
    await schedule(tx, { kind: timerKinds.state, ref: eventId, dueAt })
  }
}

async function endsOfDates(tx: Tx, eventId: string): Promise<Date[]> {
  const rows = await tx
    .selectFrom('event_date')
    .select('ends_at')
    .where('event_id', '=', eventId)
    .where('status', '=', 'scheduled')
    .execute()
  return rows.map((row) => row.ends_at)
}

/** Dates that are over: whoever did not come has an expired ticket, and the organiser's money has its day. */
async function finishDates(tx: Tx, ctx: RequestContext, eventId: string, now: Date): Promise<void> {
  const event = await tx.selectFrom('event_event').select('status').where('id', '=', eventId).executeTakeFirstOrThrow()
  if (event.status === 'postponed') return
  const dates = await tx
    .updateTable('event_date')
    .set((eb) => ({ status: 'finished', updated_at: now, version: eb('version', '+', 1) }))
    .where('event_id', '=', eventId)
    .where('status', '=', 'scheduled')
    .where('ends_at', '<=', now)
    .returning(['id', 'starts_at'])
    .execute()
  for (const date of dates) {
    const { rows } = await sql<{ id: string; event_id: string; event_date_id: string; order_line_id: string; version: number }>`
      UPDATE event_ticket SET status = 'expired', version = version + 1, updated_at = ${now}
      WHERE event_date_id = ${date.id} AND status = 'valid' RETURNING id, event_id, event_date_id, order_line_id, version`.execute(tx)
    await recordMoves(
      tx,
      'ticket',
      rows.map((row) => ({ id: row.id, name: 'expire', from: 'valid', to: 'expired' })),
      { ctx, now },
    )
    await tellPerLine(tx, rows, 'event.ticket.expired', ctx)
    await schedule(tx, { kind: timerKinds.payout, ref: date.id, dueAt: now })
  }
}

/** Sold out while no admission of any coming date has anything left, on sale again as soon as one has. */
export async function tickSoldOut(tx: Tx, eventId: string, now: Date): Promise<void> {
  const event = await tx.selectFrom('event_event').select(['id', 'status']).where('id', '=', eventId).forNoKeyUpdate().executeTakeFirst()
  if (!event || !['on_sale', 'sold_out'].includes(event.status)) return
  const dates = await tx
    .selectFrom('event_date')
    .select('id')
    .where('event_id', '=', eventId)
    .where('status', '=', 'scheduled')
    .where('ends_at', '>', now)
    .execute()
  let free = false
  for (const date of dates) {
    const types = await readTypes(tx, eventId, date.id)
    free ||= types.some((type) => type.kind !== 'add_on' && freeUnits(type.quotas ?? []) !== 0)
  }
  const ctx = RequestContext.system('event-sold-out')
  if (!free && event.status === 'on_sale') await transition(tx, eventLifecycle, { id: eventId, name: 'sell-out', ctx })
  if (free && event.status === 'sold_out') await transition(tx, eventLifecycle, { id: eventId, name: 'reopen', ctx })
}

/** Sets the timers of an event that begins to sell: state, reminders of its dates. */
export async function armEvent(tx: Tx, eventId: string, now: Date): Promise<void> {
  await schedule(tx, { kind: timerKinds.state, ref: eventId, dueAt: now })
  const dates = await tx.selectFrom('event_date').selectAll().where('event_id', '=', eventId).where('status', '=', 'scheduled').execute()
  for (const date of dates) {
    const dueAt = later(date.starts_at, -hours(24))
    if (date.starts_at > now && date.reminded_at === null) await schedule(tx, { kind: timerKinds.reminder, ref: date.id, dueAt })
  }
}
