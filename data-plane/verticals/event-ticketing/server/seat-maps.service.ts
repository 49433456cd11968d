import { DomainError, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../../platform/db/index.ts'
import type {
  blockSeats,
  ManagedEvent,
  ManagedSeatMap,
  ManagedSeatMapDetail,
  SeatLayout,
  SeatMapInput,
  updateSeatMap,
} from '../contract.ts'
import { seatsOf } from '../rules.ts'
import { lockEvent, ManagedEvents, requireOpen, vendorScope } from './managed-events.ts'
import { insertSeats, SeatPlans } from './seat-plans.ts'
import { labelOf, seatIdOf } from './stock.ts'

const mostSeats = 50_000

type MapRow = Selectable<DB['event_seat_map']>
type ListedMap = Pick<MapRow, 'id' | 'name' | 'venue_id' | 'seat_count' | 'categories' | 'version' | 'created_at' | 'updated_at'> & {
  events: number
}

/** Seat maps of organisers, and the seats they give to events. */
@Injectable()
export class SeatMaps {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly plans: SeatPlans,
    private readonly events: ManagedEvents,
  ) {}

  async list(
    ctx: RequestContext,
    query: { limit: number; offset: number; q?: string | undefined },
  ): Promise<{ items: ManagedSeatMap[]; total: number }> {
    const named = query.q ? sql`AND m.name ILIKE ${`%${query.q.replaceAll(/[\\%_]/g, '\\$&')}%`}` : sql``
    const { rows } = await sql<ListedMap & { total: number }>`
      SELECT m.id, m.venue_id, m.name, m.seat_count, m.categories, m.version, m.created_at, m.updated_at, count(*) OVER ()::int AS total,
        (SELECT count(*)::int FROM event_event e WHERE e.seat_map_id = m.id AND e.deleted_at IS NULL) AS events
      FROM event_seat_map m WHERE m.vendor_id = ${vendorScope(ctx)} AND m.deleted_at IS NULL ${named}
      ORDER BY m.created_at DESC, m.id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(this.database.read)
    return { items: rows.map(shapeOf), total: rows[0]?.total ?? 0 }
  }

  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedSeatMapDetail> {
    const { rows } = await sql<MapRow & { events: number }>`
      SELECT m.*, (SELECT count(*)::int FROM event_event e WHERE e.seat_map_id = m.id AND e.deleted_at IS NULL) AS events
      FROM event_seat_map m WHERE m.id = ${id} AND m.vendor_id = ${vendorScope(ctx)} AND m.deleted_at IS NULL`.execute(db)
    if (!rows[0]) throw new DomainError('not_found')
    return { ...shapeOf(rows[0]), layout: rows[0].layout as unknown as SeatLayout }
  }

  async create(ctx: RequestContext, body: SeatMapInput): Promise<ManagedSeatMapDetail> {
    const vendorId = vendorScope(ctx)
    if (vendorId === null) throw new DomainError('forbidden')
    const counted = countsOf(body.layout)
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const id = newId('esm')
      await tx
        .insertInto('event_seat_map')
        .values({
          id,
          vendor_id: vendorId,
          name: body.name,
          venue_id: await this.venue(tx, vendorId, body.venue_id),
          layout: jsonb(body.layout),
          ...counted,
          created_at: now,
          updated_at: now,
        })
        .execute()
      return this.get(ctx, id, tx)
    })
  }

  /** A map whose seats are given out does not change under the shoppers. */
  async update(ctx: RequestContext, id: string, body: Input<typeof updateSeatMap>['body']): Promise<ManagedSeatMapDetail> {
    const answer = await this.database.transaction(async (tx) => {
      const before = await this.get(ctx, id, tx)
      if (body.layout && before.events > 0)
        throw new DomainError('open_obligations', { details: { reason: 'map_in_use', events: before.events } })
      await tx
        .updateTable('event_seat_map')
        .set({
          ...(body.name !== undefined && { name: body.name }),
          ...(body.venue_id !== undefined && { venue_id: await this.venue(tx, vendorScope(ctx)!, body.venue_id) }),
          ...(body.layout !== undefined && { layout: jsonb(body.layout), ...countsOf(body.layout) }),
          updated_at: this.clock.now(),
          version: before.version + 1,
        })
        .where('id', '=', id)
        .execute()
      return this.get(ctx, id, tx)
    })
    this.plans.forgetPlan(id)
    return answer
  }

  async remove(ctx: RequestContext, id: string): Promise<void> {
    const map = await this.get(ctx, id)
    if (map.events > 0) throw new DomainError('open_obligations', { details: { reason: 'map_in_use', events: map.events } })
    await this.database.read.updateTable('event_seat_map').set({ deleted_at: this.clock.now() }).where('id', '=', id).execute()
  }

  /** Every date gets the map's seats, and the types that name prices by category sell them. */
  async seatEvent(ctx: RequestContext, eventId: string, mapId: string | null): Promise<ManagedEvent> {
    if (mapId !== null) await this.get(ctx, mapId)
    const plan = mapId === null ? null : await this.plans.plan(mapId)
    return this.database.transaction(async (tx) => {
      const event = await lockEvent(tx, ctx, eventId)
      requireOpen(event)
      const sold = await tx.selectFrom('event_ticket').select('id').where('event_id', '=', eventId).limit(1).executeTakeFirst()
      if (sold) throw new DomainError('open_obligations', { details: { reason: 'tickets_sold' } })
      const dates = await tx.selectFrom('event_date').select('id').where('event_id', '=', eventId).execute()
      for (const date of dates) {
        await tx.deleteFrom('event_seat').where('event_date_id', '=', date.id).execute()
        if (plan) await insertSeats(tx, date.id, plan.layout)
      }
      const now = this.clock.now()
      await tx
        .updateTable('event_event')
        .set({ seat_map_id: mapId, updated_at: now, version: event.version + 1 })
        .where('id', '=', eventId)
        .execute()
      if (!plan) await sql`UPDATE event_ticket_type SET seated = false WHERE event_id = ${eventId}`.execute(tx)
      await audit(tx, ctx, { action: 'event.seat', resource: { type: 'event', id: eventId }, after: { seat_map_id: mapId } })
      return this.events.get(ctx, eventId, tx)
    })
  }

  /** Takes free seats out of sale or back into it (K4), all or none. @throws DomainError seat_unavailable */
  async block(ctx: RequestContext, eventId: string, body: Input<typeof blockSeats>['body']): Promise<Output<typeof blockSeats>> {
    const now = this.clock.now()
    const [from, to] = body.blocked ? (['f', 'b'] as const) : (['b', 'f'] as const)
    const dateId = await this.database.transaction(async (tx) => {
      requireOpen(await lockEvent(tx, ctx, eventId))
      const dates = await tx
        .selectFrom('event_date')
        .select('id')
        .where('event_id', '=', eventId)
        .where('ends_at', '>', now)
        .orderBy('starts_at')
        .execute()
      const date = body.event_date_id ? dates.find((one) => one.id === body.event_date_id) : dates[0]
      if (!date) throw new DomainError('not_found', { field: 'event_date_id' })
      const ids = [...new Set(body.seat_ids)].map((label) => seatIdOf(date.id, label))
      const { rows } = await sql<{ id: string }>`
        WITH locked AS (SELECT id FROM event_seat WHERE id = ANY (${ids}::text[]) AND status = ${from} ORDER BY id FOR UPDATE)
        UPDATE event_seat s SET status = ${to} FROM locked WHERE s.id = locked.id AND s.status = ${from} RETURNING s.id`.execute(tx)
      const moved = new Set(rows.map((row) => row.id))
      const missing = ids.filter((id) => !moved.has(id)).map(labelOf)
      if (missing.length > 0) throw new DomainError('seat_unavailable', { details: { seat_ids: missing } })
      await audit(tx, ctx, {
        action: body.blocked ? 'event.seats.block' : 'event.seats.unblock',
        resource: { type: 'event', id: eventId },
        after: { seats: ids.length },
      })
      this.database.afterCommit(tx, async () => this.plans.changed([...moved], to))
      return date.id
    })
    return { event_date_id: dateId, seat_ids: body.seat_ids, blocked: body.blocked }
  }

  private async venue(tx: Tx, vendorId: string, venueId: string | null): Promise<string | null> {
    if (venueId === null) return null
    const row = await tx
      .selectFrom('event_venue')
      .select('id')
      .where('id', '=', venueId)
      .where('vendor_id', '=', vendorId)
      .executeTakeFirst()
    if (!row) throw new DomainError('validation_failed', { field: 'venue_id' })
    return venueId
  }
}

/** @throws DomainError validation_failed: too many seats, two of one name, or a category that is not declared */
function countsOf(layout: SeatLayout): { seat_count: number; categories: string } {
  const seats = seatsOf(layout)
  if (seats.length > mostSeats)
    throw new DomainError('validation_failed', { field: 'layout', details: { rule: 'too_many_seats', max: mostSeats } })
  if (new Set(seats.map((seat) => seat.label)).size !== seats.length)
    throw new DomainError('validation_failed', { field: 'layout', details: { rule: 'seats_named_twice' } })
  const known = new Set(layout.categories.map((category) => category.code))
  const unknown = [...new Set(seats.map((seat) => seat.category))].filter((category) => !known.has(category))
  if (unknown.length > 0) throw new DomainError('validation_failed', { field: 'layout', details: { rule: 'unknown_category', unknown } })
  const categories = [...known].map((category) => ({ category, seats: seats.filter((seat) => seat.category === category).length }))
  return { seat_count: seats.length, categories: jsonb(categories) }
}

function shapeOf(row: ListedMap): ManagedSeatMap {
  return {
    id: row.id,
    name: row.name,
    venue_id: row.venue_id,
    seat_count: row.seat_count,
    categories: row.categories as unknown as ManagedSeatMap['categories'],
    events: row.events,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
