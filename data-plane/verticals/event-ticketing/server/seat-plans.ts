import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import { Database, type Tx } from '../../../platform/db/index.ts'
import type { SeatLayout, SeatStatusLetter } from '../contract.ts'
import { seatsOf } from '../rules.ts'
import { dateOf, labelOf, seatIdOf } from './stock.ts'

/**
 * Longest age of the letters in milliseconds. What this process changes is written into them at once; a change by another
 * one (new beside old, during an upgrade) is seen after this. Whatever they say, only a claim decides (K4).
 */
const lettersAge = 5000

export interface SeatPlan {
  id: string
  version: string
  seatCount: number
  layout: SeatLayout
  /** Label of each seat, by ordinal. */
  labels: string[]
  categories: string[]
  /** Ordinal of each label. */
  ordinals: Map<string, number>
}

interface Letters {
  bytes: Buffer
  plan: SeatPlan
}

/** Plans and the letters of their seats: geometry that does not change, and a string per date that does. */
@Injectable()
export class SeatPlans {
  // a plan that events use never changes, so what is here is right
  readonly #plans = new LRUCache<string, SeatPlan>({ max: 8 })
  readonly #letters = new LRUCache<string, Letters>({ max: 100, ttl: lettersAge })
  readonly #reading = new Map<string, Promise<Letters>>()

  constructor(private readonly database: Database) {}

  /** @param db the caller's transaction, if it has one @throws DomainError not_found */
  async plan(mapId: string, db: Tx = this.database.read): Promise<SeatPlan> {
    const known = this.#plans.get(mapId)
    if (known) return known
    const row = await db.selectFrom('event_seat_map').selectAll().where('id', '=', mapId).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    const layout = row.layout as unknown as SeatLayout
    const seats = seatsOf(layout)
    const plan = {
      id: row.id,
      version: `${row.id}.${row.version}`,
      seatCount: row.seat_count,
      layout,
      labels: seats.map((seat) => seat.label),
      categories: seats.map((seat) => seat.category),
      ordinals: new Map(seats.map((seat) => [seat.label, seat.ordinal])),
    }
    this.#plans.set(mapId, plan)
    return plan
  }

  /** One letter per seat in plan order (f, h, s, b); callers at the same time share one reading. */
  async letters(dateId: string, plan: SeatPlan): Promise<string> {
    const known = this.#letters.get(dateId)
    if (known) return known.bytes.toString('latin1')
    let reading = this.#reading.get(dateId)
    if (!reading) {
      reading = this.read(dateId, plan).finally(() => this.#reading.delete(dateId))
      this.#reading.set(dateId, reading)
    }
    return (await reading).bytes.toString('latin1')
  }

  /** Writes committed changes into the letters that are known. @param seatIds `<date>:<label>` */
  changed(seatIds: readonly string[], letter: SeatStatusLetter): void {
    for (const seatId of seatIds) {
      const letters = this.#letters.get(dateOf(seatId))
      const ordinal = letters?.plan.ordinals.get(labelOf(seatId))
      if (letters && ordinal !== undefined) letters.bytes[ordinal] = letter.charCodeAt(0)
    }
  }

  forgetPlan(mapId: string): void {
    this.#plans.delete(mapId)
  }

  private async read(dateId: string, plan: SeatPlan): Promise<Letters> {
    const { rows } = await sql<{ letters: string | null }>`
      SELECT string_agg(status, '' ORDER BY ordinal) AS letters FROM event_seat WHERE event_date_id = ${dateId}`.execute(this.database.read)
    const letters = { bytes: Buffer.from(rows[0]?.letters ?? '', 'latin1'), plan }
    this.#letters.set(dateId, letters)
    return letters
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
