import { sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Tx } from '../../platform/db/index.ts'

/** Things that are one of a kind and are taken whole: seats, parking bays, lockers. */
export interface SingleUnits {
  table: keyof DB
  /** States of a row; `taken` says who has it in column `holder`. */
  free: string
  held: string
  sold: string
  holder: string
}

/**
 * Holds units for their holders (K4 free → held), rows locked in id order. All or nothing is the caller's: throw when an id
 * comes back.
 * @param wanted id of the unit → who holds it
 * @returns ids that somebody else has
 */
export async function holdUnits(tx: Tx, plan: SingleUnits, wanted: ReadonlyMap<string, string>): Promise<string[]> {
  if (wanted.size === 0) return []
  const { rows } = await sql<{ id: string }>`
    WITH need AS (SELECT * FROM unnest(${[...wanted.keys()]}::text[], ${[...wanted.values()]}::text[]) AS n (id, holder)),
    locked AS (SELECT unit.id FROM ${sql.table(plan.table)} unit JOIN need USING (id) WHERE unit.status = ${plan.free} ORDER BY unit.id FOR NO KEY UPDATE OF unit)
    UPDATE ${sql.table(plan.table)} unit SET status = ${plan.held}, ${sql.ref(plan.holder)} = need.holder FROM need, locked
    WHERE unit.id = need.id AND locked.id = unit.id AND unit.status = ${plan.free} RETURNING unit.id`.execute(tx)
  const held = new Set(rows.map((row) => row.id))
  return [...wanted.keys()].filter((id) => !held.has(id))
}

/** Held units of these holders are sold now (K4 held → sold). @returns their ids */
export async function sellUnits(tx: Tx, plan: SingleUnits, holders: readonly string[]): Promise<string[]> {
  if (holders.length === 0) return []
  const { rows } = await sql<{
    id: string
  }>`UPDATE ${sql.table(plan.table)} SET status = ${plan.sold} WHERE ${sql.ref(plan.holder)} = ANY (${[...holders]}::text[]) AND status = ${plan.held} RETURNING id`.execute(
    tx,
  )
  return rows.map((row) => row.id)
}

/** Units somebody had are free again; those that were free stay so. @returns ids of those that are free now and were not */
export async function freeUnits(tx: Tx, plan: SingleUnits, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const [table, holder] = [sql.table(plan.table), sql.ref(plan.holder)]
  const { rows } = await sql<{ id: string }>`
    WITH locked AS (SELECT id FROM ${table} WHERE id = ANY (${[...ids]}::text[]) AND status IN (${plan.held}, ${plan.sold}) ORDER BY id FOR NO KEY UPDATE)
    UPDATE ${table} unit SET status = ${plan.free}, ${holder} = NULL FROM locked WHERE unit.id = locked.id RETURNING unit.id`.execute(tx)
  return rows.map((row) => row.id)
}
