import { sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Tx } from '../../platform/db/index.ts'

/**
 * Things that serve one at a time: barbers, rooms, tables, courts. The table of what occupies them carries
 * `EXCLUDE USING gist (resource WITH =, tstzrange(from, to) WITH &&) WHERE (status occupies)` (K2): the last word, whatever
 * the code before it thought.
 */
export interface Exclusive {
  /** The things. */
  resources: keyof DB
  /** What occupies them. */
  occupancy: {
    table: keyof DB
    resource: string
    from: string
    to: string /** States that occupy; absent: every row does. */
    states?: readonly string[]
  }
  /** Time that is blocked without anybody coming. */
  blocks?: { table: keyof DB; resource: string; from: string; to: string }
}

/** A span of time, half-open: `[from, to)`. */
export interface Span {
  from: Date
  to: Date
}

/** K3: locks things in id order, so that two claims see each other and never wait in a circle. */
export async function lockResources(tx: Tx, { resources }: Exclusive, ids: readonly string[]): Promise<void> {
  await sql`SELECT id FROM ${sql.table(resources)} WHERE id = ANY (${[...ids]}::text[]) ORDER BY id FOR NO KEY UPDATE`.execute(tx)
}

/** Which of these things are taken within a span: a snapshot unless they are locked. */
export async function takenWithin(tx: Tx, { occupancy, blocks }: Exclusive, ids: readonly string[], span: Span): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { table, resource, from, to, states } = occupancy
  const things = sql`${[...ids]}::text[]`
  const { rows } = await sql<{ id: string }>`
    SELECT ${sql.ref(resource)} AS id FROM ${sql.table(table)}
    WHERE ${sql.ref(resource)} = ANY (${things}) AND tstzrange(${sql.ref(from)}, ${sql.ref(to)}) && tstzrange(${span.from}, ${span.to})
      ${states ? sql`AND status IN (${sql.join(states.map((state) => sql.lit(state)))})` : sql``}
    ${
      blocks
        ? sql`UNION SELECT ${sql.ref(blocks.resource)} FROM ${sql.table(blocks.table)}
            WHERE ${sql.ref(blocks.resource)} = ANY (${things}) AND ${sql.ref(blocks.from)} < ${span.to} AND ${sql.ref(blocks.to)} > ${span.from}`
        : sql``
    }`.execute(tx)
  return new Set(rows.map((row) => row.id))
}

/**
 * Locks things and looks once more whether all of them are free. Somebody who is refused lets go of the locks at once: claims
 * with other favourites never wait for each other. After `true` write the rows that occupy them, in the same transaction.
 */
export async function lockIfFree(tx: Tx, exclusive: Exclusive, ids: readonly string[], span: Span): Promise<boolean> {
  await sql`SAVEPOINT claim`.execute(tx)
  await lockResources(tx, exclusive, ids)
  const free = (await takenWithin(tx, exclusive, ids, span)).size === 0
  await (free ? sql`RELEASE SAVEPOINT claim` : sql`ROLLBACK TO SAVEPOINT claim`).execute(tx)
  return free
}
