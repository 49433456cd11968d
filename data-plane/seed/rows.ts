import { createHash } from 'node:crypto'
import { currencyExponent } from '@cityos/contract'
import { sql } from 'kysely'
import type { DB } from '../generated/db.ts'
import type { Tx } from '../platform/db/index.ts'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** The id a seeded row always has: from its name, so that a second run finds it (design §3: idempotent steps). */
export function seedId(prefix: string, name: string): string {
  const hash = createHash('sha256').update(`${prefix}:${name}`).digest()
  const letters = Array.from({ length: 26 }, (_, index) => alphabet[hash[index]! % 32]!)
  // The first digit of a ULID is at most 7.
  letters[0] = alphabet[hash[0]! % 8]!
  return `${prefix}_${letters.join('')}`
}

/**
 * Inserts rows that are not there yet, all in one statement.
 * @returns how many were new
 */
export async function insertMissing(tx: Tx, table: keyof DB, rows: readonly Record<string, unknown>[]): Promise<number> {
  if (rows.length === 0) return 0
  const columns = sql.join([...new Set(rows.flatMap(Object.keys))].map((column) => sql.ref(column)))
  const result = await sql`
    INSERT INTO ${sql.table(table)} (${columns})
    SELECT ${columns} FROM json_populate_recordset(NULL::${sql.table(table)}, ${JSON.stringify(rows)}::json)
    ON CONFLICT DO NOTHING`.execute(tx)
  return Number(result.numAffectedRows ?? 0)
}

/** What one riyal is in other currencies: the dollar peg, and rates of late 2026 for the rest. Demo prices only. */
const perRiyal: Record<string, number> = {
  SAR: 1,
  AED: 0.9793,
  QAR: 0.9707,
  USD: 0.2667,
  BHD: 0.1003,
  OMR: 0.1027,
  KWD: 0.0819,
  EUR: 0.2446,
  GBP: 0.2105,
  EGP: 12.9,
  JOD: 0.1891,
  TRY: 11.3,
  JPY: 40.4,
  INR: 23.6,
}

/** A price in riyals as a believable price in another currency, in its minor units; null for a currency without a rate. */
export function priceIn(currency: string, riyals: number): number | null {
  const rate = perRiyal[currency]
  if (rate === undefined) return null
  const unit = 10 ** currencyExponent(currency)
  if (currency === 'SAR') return Math.round(riyals * unit)
  const exact = riyals * rate
  // Under twenty to the half, above to the whole: nobody prices at 18.13.
  const rounded = exact < 20 ? Math.max(0.5, Math.round(exact * 2) / 2) : Math.round(exact)
  return Math.max(1, Math.round(rounded * unit))
}
