import type { Client, PoolClient } from 'pg'

// Indexes of tables that are in use are built and dropped CONCURRENTLY, which Postgres allows outside a transaction only.
// The migration gate sees to it that a file with such a statement holds nothing else.

/** Whether a migration has to run outside a transaction. */
export function runsConcurrently(sql: string): boolean {
  return /\b(create\s+(unique\s+)?index|drop\s+index|reindex\s+(\(.*?\)\s*)?(index|table))\s+concurrently\b/i.test(withoutComments(sql))
}

/** The statements of such a file, which hold no semicolon of their own but in quotes. */
export function statementsOf(sql: string): string[] {
  return (withoutComments(sql).match(/(?:'[^']*'|"[^"]*"|[^;'"])+/g) ?? []).map((statement) => statement.trim()).filter(Boolean)
}

/** Drops the indexes that an interrupted CREATE INDEX CONCURRENTLY left behind. */
export async function dropInvalidIndexes(client: Client | PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_index i
     JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND n.nspname = 'public' AND c.relkind = 'i'
       AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)`,
  )
  for (const { name } of rows) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
}

function withoutComments(sql: string): string {
  return sql.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/--[^\n]*/g, ' ')
}
