import { newId } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { jsonb, type Tx } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { freeSeats, giveQuotas } from './stock.ts'

export const timerKinds = {
  state: 'event.state',
  soldOut: 'event.sold_out',
  waitingList: 'event.waiting_list',
  voucherExpiry: 'event.voucher_expiry',
  tierSwitch: 'event.tier_switch',
  reminder: 'event.reminder',
  refundBatch: 'event.refund_batch',
  payout: 'event.payout',
} as const

/** A move of a row along its lifecycle that was part of a statement over many. */
export interface Move {
  id: string
  name: string
  from: string
  to: string
}

/** History of many moves at once, as `transition` writes it for one. */
export async function recordMoves(
  tx: Tx,
  entity: string,
  moves: readonly Move[],
  given: { ctx: RequestContext; now: Date; reason?: string | null },
): Promise<void> {
  if (moves.length === 0) return
  await tx
    .insertInto('transition_history')
    .values(
      moves.map((move) => ({
        id: newId('trh'),
        entity,
        entity_id: move.id,
        name: move.name,
        from_status: move.from,
        to_status: move.to,
        actor_kind: given.ctx.actor.kind,
        actor_id: actorId(given.ctx.actor),
        reason: given.reason ?? null,
        payload: jsonb({}),
        request_id: given.ctx.requestId,
        at: given.now,
      })),
    )
    .execute()
}

export interface Ended {
  tickets: EndedTicket[]
  /** Ids of seats that are free again: tell the plans after the commit. */
  seats: string[]
}

export interface EndedTicket {
  id: string
  event_id: string
  event_date_id: string
  ticket_type_id: string
  order_line_id: string
  seat_id: string | null
  was: string
  version: number
}

/**
 * Ends live tickets (K4 by their status): seat and quotas are free again, whoever waits is told. A ticket that has ended
 * already is left alone, so that nothing is freed twice.
 * @returns those that were ended now
 */
export async function endTickets(
  tx: Tx,
  ids: readonly string[],
  to: 'refunded' | 'cancelled',
  given: { ctx: RequestContext; now: Date; reason: string | null },
): Promise<Ended> {
  if (ids.length === 0) return { tickets: [], seats: [] }
  const { rows } = await sql<EndedTicket>`
    WITH before AS (
      SELECT id, status FROM event_ticket WHERE id = ANY (${[...ids]}::text[]) AND status IN ('valid', 'checked_in', 'blocked', 'expired')
      ORDER BY id FOR UPDATE
    )
    UPDATE event_ticket t SET status = ${to}, inside = false, version = t.version + 1, updated_at = ${given.now}
    FROM before WHERE t.id = before.id AND t.status = before.status
    RETURNING t.id, t.event_id, t.event_date_id, t.ticket_type_id, t.order_line_id, t.seat_id, before.status AS was, t.version`.execute(tx)
  const name = to === 'refunded' ? 'refund' : 'cancel'
  await recordMoves(
    tx,
    'ticket',
    rows.map((row) => ({ id: row.id, name, from: row.was, to })),
    given,
  )
  const seats = await giveBack(tx, rows, given.now)
  await tellPerLine(tx, rows, `event.ticket.${to}`, given.ctx)
  return { tickets: rows, seats }
}

/** One event per order line, naming its tickets: what follows (mail, statistics) follows per purchase. */
export async function tellPerLine(
  tx: Tx,
  tickets: readonly { id: string; event_id: string; event_date_id: string; order_line_id: string | null; version: number }[],
  type: string,
  ctx: RequestContext,
): Promise<void> {
  const lines = Map.groupBy(tickets, (ticket) => ticket.order_line_id)
  for (const [lineId, own] of lines) {
    await appendEvent(tx, {
      type,
      aggregate: { type: 'ticket', id: own[0]!.id, version: Math.max(...own.map((ticket) => ticket.version)) },
      payload: {
        order_line_id: lineId,
        event_id: own[0]!.event_id,
        event_date_id: own[0]!.event_date_id,
        ticket_ids: own.map((ticket) => ticket.id),
      },
      ctx,
    })
  }
}

async function giveBack(tx: Tx, tickets: readonly EndedTicket[], now: Date): Promise<string[]> {
  const demands = tickets.map((ticket) => ({ typeId: ticket.ticket_type_id, dateId: ticket.event_date_id, quantity: 1 }))
  const reopened = await giveQuotas(tx, demands)
  const seats = await freeSeats(
    tx,
    tickets.flatMap((ticket) => ticket.seat_id ?? []),
  )
  await afterRelease(tx, [...new Set(tickets.map((ticket) => ticket.event_id))], reopened, now)
  return seats
}

/** Units of events are free again: whoever waits comes first, and what was sold out may be on sale again. */
export async function afterRelease(tx: Tx, eventIds: readonly string[], reopened: readonly string[], now: Date): Promise<void> {
  if (eventIds.length === 0) return
  const waiting = await tx
    .selectFrom('event_waiting_entry')
    .select('event_id')
    .distinct()
    .where('event_id', 'in', [...eventIds])
    .where('status', '=', 'waiting')
    .execute()
  for (const { event_id: ref } of waiting) await schedule(tx, { kind: timerKinds.waitingList, ref, dueAt: now })
  for (const ref of reopened) await schedule(tx, { kind: timerKinds.soldOut, ref, dueAt: now })
}
