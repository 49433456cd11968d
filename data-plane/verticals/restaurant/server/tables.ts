import { DomainError, type Input, type Output } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { type Exclusive, lockResources, takenWithin } from '../../../engines/capacity/exclusive.ts'
import { Clock, later, minutes } from '../../../platform/clock/clock.ts'
import { dateOf, dayNumber, minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import type { listTableTimes } from '../contract.ts'
import { sittingTimes, type TableRule, tablesFor } from '../rules.ts'
import { Directory } from './directory.ts'
import type { RestaurantFacts } from './facts.ts'
import { Surroundings } from './surroundings.ts'

export interface TableClaim {
  restaurant: RestaurantFacts
  reservationId: string
  startsAt: Date
  endsAt: Date
  partySize: number
}

interface TableRow extends TableRule {
  name: string
}

/** A table serves one party at a time; the exclusion constraint on the occupancy is the last word (K2). */
const sittings: Exclusive = {
  resources: 'restaurant_dining_table',
  occupancy: { table: 'restaurant_table_occupancy', resource: 'table_id', from: 'starts_at', to: 'ends_at' },
}

/** Tables of restaurants: who sits where and when. A claim takes every table it needs, or none (K2, 00-conventions). */
@Injectable()
export class Tables {
  constructor(
    private readonly database: Database,
    private readonly directory: Directory,
    private readonly clock: Clock,
    private readonly surroundings: Surroundings,
  ) {}

  /** Times of a day at which a party can be seated: a snapshot, only a claim decides. */
  async times(handle: string, query: Input<typeof listTableTimes>['query']): Promise<Output<typeof listTableTimes>> {
    const restaurant = await this.directory.find(handle)
    const now = minuteOf(this.clock.now())
    const { zone } = this.surroundings
    const day = query.date ? dayNumber(query.date) : zone.day(now)
    const starts = restaurant.takesReservations ? sittingTimes(ruleOf(restaurant), day, zone).filter((at) => at > now) : []
    const tables = starts.length > 0 ? await this.tables(this.database.read, restaurant.id) : []
    const first = starts[0] ?? 0
    const last = (starts.at(-1) ?? 0) + restaurant.sittingMinutes
    const taken = starts.length > 0 ? await this.taken(this.database.read, tables, momentOf(first), momentOf(last)) : []
    const fits = query.party_size <= restaurant.partyMax
    return {
      date: dateOf(day),
      timezone: this.surroundings.timezone,
      party_size: query.party_size,
      deposit: { amount: restaurant.depositAmount * query.party_size, currency: restaurant.currency },
      times: starts.map((at) => {
        const [from, to] = [momentOf(at), momentOf(at + restaurant.sittingMinutes)]
        const busy = new Set(taken.filter((row) => row.starts_at < to && from < row.ends_at).map((row) => row.table_id))
        const free = tables.filter((table) => !busy.has(table.id))
        return {
          starts_at: from.toISOString(),
          ends_at: to.toISOString(),
          available: fits && at <= this.latest(restaurant, now) && tablesFor(free, query.party_size) !== null,
        }
      }),
    }
  }

  /** Why a time cannot be reserved at all; null when only tables decide. */
  problem(restaurant: RestaurantFacts, startsAt: Date, partySize: number, now: Date): DomainError | null {
    const at = minuteOf(startsAt)
    if (!restaurant.takesReservations)
      return new DomainError('validation_failed', { field: 'restaurant_id', details: { reason: 'no_reservations' } })
    if (partySize > restaurant.partyMax)
      return new DomainError('amount_out_of_range', { field: 'party_size', details: { max: restaurant.partyMax } })
    const reason = this.timeProblem(restaurant, at, minuteOf(now))
    return reason === null
      ? null
      : new DomainError('slot_unavailable', { field: 'start', details: { reason, start: startsAt.toISOString() } })
  }

  /**
   * Takes the tables a party needs. The tables of the house are locked in id order, so that two claims see each other;
   * the exclusion constraint is the last word.
   * @returns ids and names of the tables
   * @throws DomainError slot_unavailable {resources}
   */
  async take(tx: Tx, { restaurant, reservationId, startsAt, endsAt, partySize }: TableClaim): Promise<{ ids: string[]; names: string[] }> {
    const tables = await this.tables(tx, restaurant.id)
    const all = tables.map((table) => table.id)
    await lockResources(tx, sittings, all)
    const taken = await takenWithin(tx, sittings, all, { from: startsAt, to: endsAt })
    const ids = tablesFor(
      tables.filter((table) => !taken.has(table.id)),
      partySize,
    )
    if (!ids)
      throw new DomainError('slot_unavailable', {
        field: 'start',
        details: {
          reason: 'full',
          resources: [restaurant.id],
          next_slots: await this.nextFree(tx, restaurant, startsAt, partySize, tables),
        },
      })
    await tx
      .insertInto('restaurant_table_occupancy')
      .values(ids.map((id) => ({ reservation_id: reservationId, table_id: id, starts_at: startsAt, ends_at: endsAt })))
      .execute()
    return { ids, names: ids.map((id) => tables.find((table) => table.id === id)!.name) }
  }

  /** Everybody may sit there again. */
  async free(tx: Tx, reservationIds: readonly string[]): Promise<void> {
    if (reservationIds.length === 0) return
    await tx
      .deleteFrom('restaurant_table_occupancy')
      .where('reservation_id', 'in', [...reservationIds])
      .execute()
  }

  /** Up to three later times of the same day at which the party can be seated. */
  private async nextFree(tx: Tx, restaurant: RestaurantFacts, startsAt: Date, partySize: number, tables: readonly TableRow[]) {
    const { zone } = this.surroundings
    const at = minuteOf(startsAt)
    const starts = sittingTimes(ruleOf(restaurant), zone.day(at), zone).filter((start) => start > at)
    const taken = await this.taken(tx, tables, startsAt, later(startsAt, minutes(24 * 60)))
    return starts
      .filter((start) => {
        const [from, to] = [momentOf(start), momentOf(start + restaurant.sittingMinutes)]
        const busy = new Set(taken.filter((row) => row.starts_at < to && from < row.ends_at).map((row) => row.table_id))
        return (
          tablesFor(
            tables.filter((table) => !busy.has(table.id)),
            partySize,
          ) !== null
        )
      })
      .slice(0, 3)
      .map((start) => ({ starts_at: momentOf(start).toISOString(), ends_at: momentOf(start + restaurant.sittingMinutes).toISOString() }))
  }

  private timeProblem(restaurant: RestaurantFacts, at: number, now: number): string | null {
    if (at <= now) return 'too_soon'
    if (at > this.latest(restaurant, now)) return 'too_far'
    const { zone } = this.surroundings
    const day = zone.day(at)
    const offered = [day, day - 1].some((candidate) => sittingTimes(ruleOf(restaurant), candidate, zone).includes(at))
    return offered ? null : 'no_such_slot'
  }

  /** Tables can be reserved for longer ahead than meals are cooked: at least a month. */
  private latest(restaurant: RestaurantFacts, now: number): number {
    return now + Math.max(30, restaurant.kitchen.futureDays) * 1440
  }

  private async tables(tx: Tx, restaurantId: string): Promise<TableRow[]> {
    const { rows } = await sql<{ id: string; name: string; seats_min: number; seats_max: number; join_group: string | null }>`
      SELECT id, name, seats_min, seats_max, join_group FROM restaurant_dining_table
      WHERE restaurant_id = ${restaurantId} AND active AND deleted_at IS NULL ORDER BY id`.execute(tx)
    return rows.map((row) => ({ id: row.id, name: row.name, seatsMin: row.seats_min, seatsMax: row.seats_max, joinGroup: row.join_group }))
  }

  private async taken(tx: Tx, tables: readonly TableRow[], from: Date, to: Date) {
    if (tables.length === 0) return []
    const { rows } = await sql<{
      table_id: string
      starts_at: Date
      ends_at: Date
    }>`SELECT table_id, starts_at, ends_at FROM restaurant_table_occupancy
      WHERE table_id = ANY (${tables.map((table) => table.id)}::text[]) AND tstzrange(starts_at, ends_at) && tstzrange(${from}, ${to})`.execute(
      tx,
    )
    return rows
  }
}

const ruleOf = (restaurant: RestaurantFacts) => ({
  week: restaurant.kitchen.week,
  sittingMinutes: restaurant.sittingMinutes,
  stepMinutes: restaurant.stepMinutes,
})
