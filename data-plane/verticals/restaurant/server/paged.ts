import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

export interface PageWanted {
  columns: RawBuilder<unknown>
  /** The table that is listed, with its alias, and what is joined to it one to one. */
  from: RawBuilder<unknown>
  joins: RawBuilder<unknown>
  /** Conditions on the listed table alone. */
  where: readonly RawBuilder<unknown>[]
  order: RawBuilder<unknown>
  limit: number
  offset: number
}

/** A page and the number of all: the page comes off an index in its order, and counting needs no join. */
export async function readPage<Row>(db: Tx, wanted: PageWanted): Promise<{ rows: Row[]; total: number }> {
  const where = sql.join([...wanted.where], sql` AND `)
  const { rows } = await sql<Row>`SELECT ${wanted.columns} FROM ${wanted.from} ${wanted.joins} WHERE ${where}
    ORDER BY ${wanted.order} LIMIT ${wanted.limit} OFFSET ${wanted.offset}`.execute(db)
  if (wanted.offset === 0 && rows.length < wanted.limit) return { rows, total: rows.length }
  const counted = await sql<{ total: number }>`SELECT count(*)::int AS total FROM ${wanted.from} WHERE ${where}`.execute(db)
  return { rows, total: counted.rows[0]!.total }
}
