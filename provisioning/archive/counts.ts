import pg from 'pg'
import { withConnection } from '../local/postgres/connection.ts'
import { tablesOf } from './tables.ts'

/** Rows by `schema.table`, counted in the database itself. */
export function countRows(url: string): Promise<Record<string, number>> {
  return withConnection(url, 'rehearsal', async (client) => {
    const counts: Record<string, number> = {}
    for (const { name } of await tablesOf(client)) {
      const [schema, table] = name.split('.') as [string, string]
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`,
      )
      counts[name] = rows[0]!.count
    }
    return counts
  })
}

/** @throws when a table of the archive holds another number of rows after the migration */
export function requireSameCounts(archive: Record<string, number>, migrated: Record<string, number>): void {
  const differs = Object.entries(archive).find(([table, rows]) => migrated[table] !== rows)
  if (differs) throw new Error(`${differs[0]} had ${differs[1]} rows, and has ${migrated[differs[0]] ?? 'none'} after the migration`)
}
