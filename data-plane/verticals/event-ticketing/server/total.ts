import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * How many rows a list has in all: a statement beside that of the page, so that the page ends at its limit.
 * @param from `FROM … WHERE …`
 */
export async function totalOf(db: Tx, from: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`SELECT count(*)::int AS total ${from}`.execute(db)
  return rows[0]!.total
}
