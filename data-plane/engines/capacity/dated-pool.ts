import { type RawBuilder, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Tx } from '../../platform/db/index.ts'

/** Pools that come into being with their first claim: a quarter of an hour of a kitchen, the portions of a day. */
export interface DatedPool {
  table: keyof DB
  /** Columns that name a row, with a unique key over them. */
  key: readonly string[]
  /** What a row counts, each with its limit: `[{ used: 'orders_used', capacity: 'orders_cap' }]`. */
  counters: readonly { used: string; capacity: string }[]
}

/** What is wanted of one row. */
export interface DatedClaim {
  key: readonly unknown[]
  /** Units of each counter, in their order. */
  units: readonly number[]
  /** Limit of each counter, should this claim open the row; a row that is there keeps its own. */
  capacities: readonly number[]
  /** Further columns of a row this claim opens. */
  opening: Readonly<Record<string, unknown>>
}

/**
 * Takes units of all counters of a row, or none; opens the row if nobody has (K1). One statement: nothing is read before it
 * is written. Claims of several rows are made in the order of their keys.
 * @returns the row, or null when it has not that much left
 */
export async function takeDated(tx: Tx, pool: DatedPool, claim: DatedClaim, now: Date): Promise<Record<string, unknown> | null> {
  const { key, counters } = pool
  if (counters.some((_, index) => claim.units[index]! > claim.capacities[index]!)) return null
  const values: Record<string, unknown> = { ...claim.opening, updated_at: now }
  for (const [index, column] of key.entries()) values[column] = claim.key[index]
  for (const [index, { used, capacity }] of counters.entries()) {
    values[used] = claim.units[index]
    values[capacity] = claim.capacities[index]
  }
  const list = (parts: readonly RawBuilder<unknown>[]) => sql.join(parts)
  const moved = counters.map(({ used }) => sql`${sql.ref(used)} = pool.${sql.ref(used)} + excluded.${sql.ref(used)}`)
  const fits = counters.map(({ used, capacity }) => sql`pool.${sql.ref(used)} + excluded.${sql.ref(used)} <= pool.${sql.ref(capacity)}`)
  const { rows } = await sql<Record<string, unknown>>`
    INSERT INTO ${sql.table(pool.table)} AS pool (${list(Object.keys(values).map((column) => sql.ref(column)))})
    VALUES (${list(Object.values(values).map((value) => sql`${value}`))})
    ON CONFLICT (${list(key.map((column) => sql.ref(column)))}) DO UPDATE SET ${list(moved)}, updated_at = excluded.updated_at
      WHERE ${sql.join(fits, sql` AND `)}
    RETURNING *`.execute(tx)
  return rows[0] ?? null
}
