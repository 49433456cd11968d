import { type RawBuilder, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Tx } from '../../platform/db/index.ts'

/** Rows that count the units taken from them: quotas, vouchers, early prices, the seats of a class. */
export interface Pool {
  table: keyof DB
  /** Column of the units taken. */
  used: string
  /** Column of all units there are; null in it: without limit. */
  capacity: string
  /** Whether a row gives anything now, as a condition on the alias `pool`; default: always. */
  open?: (now: Date) => RawBuilder<unknown>
  /** The row says when it changed: sets `updated_at`. */
  dated?: boolean
}

/** Units by id of the row that counts them. */
export type Units = ReadonlyMap<string, number>

/** Adds up what several lines want of one row: summed first, checked once (medusa#16502). */
export function sumUnits(demands: Iterable<readonly [id: string, units: number]>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [id, units] of demands) sums.set(id, (sums.get(id) ?? 0) + units)
  return sums
}

/**
 * Takes units from each row that has that many (K1, docs/spec/00-conventions.md): one conditional update, rows locked in id
 * order. All or nothing is the caller's: throw when an id comes back, and the transaction takes nothing.
 * @returns ids of rows that could not give what was asked
 */
export async function takeUnits(tx: Tx, pool: Pool, units: Units, now: Date): Promise<string[]> {
  if (units.size === 0) return []
  const [used, capacity] = [sql.ref(pool.used), sql.ref(pool.capacity)]
  const { rows } = await sql<{ id: string }>`
    WITH need AS (SELECT * FROM unnest(${[...units.keys()]}::text[], ${[...units.values()]}::int[]) AS n (id, units)),
    locked AS (SELECT pool.id FROM ${sql.table(pool.table)} pool JOIN need USING (id) ORDER BY pool.id FOR NO KEY UPDATE OF pool)
    UPDATE ${sql.table(pool.table)} pool SET ${used} = pool.${used} + need.units ${pool.dated ? sql`, updated_at = ${now}` : sql``}
    FROM need, locked
    WHERE pool.id = need.id AND locked.id = pool.id AND ${pool.open?.(now) ?? sql`true`}
      AND (pool.${capacity} IS NULL OR pool.${used} + need.units <= pool.${capacity})
    RETURNING pool.id`.execute(tx)
  const taken = new Set(rows.map((row) => row.id))
  return [...units.keys()].filter((id) => !taken.has(id))
}

/**
 * Gives units back, whether the row still sells or not. Call it once per claim: the claim's own row (K4) says whether it
 * was given back before.
 * @returns ids of rows that were full and have room again
 */
export async function giveUnits(tx: Tx, pool: Pool, units: Units, now: Date): Promise<string[]> {
  if (units.size === 0) return []
  const [used, capacity] = [sql.ref(pool.used), sql.ref(pool.capacity)]
  const { rows } = await sql<{ id: string; was_full: boolean }>`
    WITH need AS (SELECT * FROM unnest(${[...units.keys()]}::text[], ${[...units.values()]}::int[]) AS n (id, units)),
    locked AS (SELECT pool.id FROM ${sql.table(pool.table)} pool JOIN need USING (id) ORDER BY pool.id FOR NO KEY UPDATE OF pool)
    UPDATE ${sql.table(pool.table)} pool SET ${used} = pool.${used} - need.units ${pool.dated ? sql`, updated_at = ${now}` : sql``}
    FROM need, locked WHERE pool.id = need.id AND locked.id = pool.id
    RETURNING pool.id, coalesce(pool.${used} + need.units >= pool.${capacity}, false) AS was_full`.execute(tx)
  return rows.filter((row) => row.was_full).map((row) => row.id)
}
