import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Cache } from '../../../platform/cache/cache.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import type { SeatLayout } from '../contract.ts'
import { seatsOf } from '../rules.ts'
import { seatIdOf } from './stock.ts'

/** Longest age of the letters other processes see; a claim in this plane drops them at once. */
const lettersSeconds = 2
const layoutSeconds = 600

export const seatsCacheKey = (dateId: string): string => `event:seats:${dateId}`

export interface SeatPlan {
  id: string
  version: string
  seatCount: number
  layout: SeatLayout
  /** Label of each seat, by ordinal. */
  labels: string[]
  categories: string[]
}

/** Plans and the letters of their seats: geometry that does not change, and a string per date that does. */
@Injectable()
export class SeatPlans {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
  ) {}

  /** @throws DomainError not_found */
  async plan(mapId: string): Promise<SeatPlan> {
    return this.cache.wrap(`event:plan:${mapId}`, layoutSeconds, async () => {
      const row = await this.database.read.selectFrom('event_seat_map').selectAll().where('id', '=', mapId).executeTakeFirst()
      if (!row) throw new DomainError('not_found')
      const layout = row.layout as unknown as SeatLayout
      const seats = seatsOf(layout)
      return {
        id: row.id,
        version: `${row.id}.${row.version}`,
        seatCount: row.seat_count,
        layout,
        labels: seats.map((seat) => seat.label),
        categories: seats.map((seat) => seat.category),
      }
    })
  }

  /** One letter per seat in plan order (f, h, s, b), read from one index; callers at the same time share one reading. */
  async letters(dateId: string): Promise<string> {
    return this.cache.wrap(seatsCacheKey(dateId), lettersSeconds, async () => {
      const { rows } = await sql<{ letters: string | null }>`
        SELECT string_agg(status, '' ORDER BY ordinal) AS letters FROM event_seat WHERE event_date_id = ${dateId}`.execute(
        this.database.read,
      )
      return rows[0]?.letters ?? ''
    })
  }

  forgetPlan(mapId: string): Promise<void> {
    return this.cache.drop(`event:plan:${mapId}`)
  }
}

/** Gives a date the seats of a plan: one statement, 20,000 rows at a time. */
export async function insertSeats(tx: Tx, dateId: string, layout: SeatLayout): Promise<void> {
  const seats = seatsOf(layout)
  for (let from = 0; from < seats.length; from += 20_000) {
    const part = seats.slice(from, from + 20_000)
    await sql`INSERT INTO event_seat (id, event_date_id, ordinal, label, category)
      SELECT * FROM unnest(${part.map((seat) => seatIdOf(dateId, seat.label))}::text[], ${part.map(() => dateId)}::text[],
        ${part.map((seat) => seat.ordinal)}::int[], ${part.map((seat) => seat.label)}::text[], ${part.map((seat) => seat.category)}::text[])`.execute(
      tx,
    )
  }
}
