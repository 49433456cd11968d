import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/database.ts'
import { allowedTypos, editDistance } from './fold.ts'

/** Nearest words by trigrams that are looked at per term, before the exact count of edits decides. */
const candidates = 40
const kept = 8

/**
 * For each typed word the words of the index it may have been meant for: one edit from four letters, two from eight.
 * The word itself stays in; the nearest come first.
 */
export async function lookAlikes(db: Tx, terms: readonly string[]): Promise<string[][]> {
  const doubtful = terms.filter((term) => allowedTypos(term) > 0)
  if (doubtful.length === 0) return terms.map((term) => [term])
  const { rows } = await sql<{ term: string; word: string }>`
    SELECT t.term, w.word FROM unnest(${doubtful}::text[]) t(term)
    CROSS JOIN LATERAL (SELECT word FROM search_word ORDER BY word <-> t.term LIMIT ${sql.lit(candidates)}) w`.execute(db)
  return terms.map((term) => {
    const limit = allowedTypos(term)
    const near = rows
      .filter((row) => row.term === term && row.word !== term)
      .map((row) => ({ word: row.word, edits: editDistance(term, row.word, limit) }))
      .filter((found) => found.edits <= limit)
      .sort((a, b) => a.edits - b.edits)
    return [term, ...near.slice(0, kept).map((found) => found.word)]
  })
}
