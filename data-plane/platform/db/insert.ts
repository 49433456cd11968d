import type { Insertable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Statement } from './exchange.ts'

const texts = new Map<string, string>()
const mostTexts = 500

/**
 * An insert whose text is made once per table, columns and number of rows. Kysely makes it anew each time, which for the
 * wide rows of an order takes longer than sending them. Columns are those of the first row; `undefined` there is left to
 * the column's default, in a later row it is null.
 */
export function insertOf<Table extends keyof DB & string>(table: Table, rows: readonly Insertable<DB[Table]>[]): Statement {
  const [first] = rows as readonly Record<string, unknown>[]
  if (!first) throw new Error(`nothing to insert into ${table}`)
  const columns = Object.keys(first).filter((column) => first[column] !== undefined)
  const values = (rows as readonly Record<string, unknown>[]).flatMap((row) => columns.map((column) => row[column] ?? null))
  return { text: textOf(table, columns, rows.length), values }
}

function textOf(table: string, columns: readonly string[], count: number): string {
  const key = `${table} ${count} ${columns.join()}`
  const known = texts.get(key)
  if (known) return known
  const width = columns.length
  const tuples = Array.from({ length: count }, (_, row) => `(${columns.map((_column, index) => `$${row * width + index + 1}`).join(', ')})`)
  const text = `insert into "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) values ${tuples.join(', ')}`
  if (texts.size < mostTexts) texts.set(key, text)
  return text
}
