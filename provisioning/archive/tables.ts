import pg from 'pg'
import type { ArchiveManifest, TableShape } from './manifest.ts'

/** The history table belongs to the template: it is compared, never loaded. */
export const historyTable = 'public.schema_migration'

/** How every session of an archive writes and reads values, so that the same value is the same text. */
export const sessionSettings = `SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601';
  SET extra_float_digits = 1; SET bytea_output = 'hex'; SET client_encoding = 'UTF8'; SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0; SET search_path = public`

/** Every table of the tenant with its columns, in the order of their names; the workflow engine's are among them. */
export async function tablesOf(client: pg.Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `SELECT n.nspname || '.' || c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     GROUP BY 1 ORDER BY 1`,
  )
  return rows.filter((table) => table.name !== historyTable)
}

/** Columns that may not be null, by table. */
export async function requiredColumns(client: pg.Client): Promise<Map<string, Set<string>>> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT n.nspname || '.' || c.relname AS name, array_agg(a.attname::text) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull
     WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' GROUP BY 1`,
  )
  return new Map(rows.map((row) => [row.name, new Set(row.columns)]))
}

/** The migrations a database has had. */
export async function journalOf(client: pg.Client): Promise<{ name: string; checksum: string }[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(`SELECT name, checksum FROM ${historyTable} ORDER BY position`)
  return rows
}

/**
 * Where the sequences stand. They know no snapshot: read after the rows, they are past every number the rows hold, so
 * that a copy never gives one out twice.
 */
export async function sequencesOf(client: pg.Client): Promise<ArchiveManifest['sequences']> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, sequencename AS name FROM pg_sequences WHERE schemaname !~ '^pg_' ORDER BY 1, 2`,
  )
  const sequences: ArchiveManifest['sequences'] = []
  for (const { schema, name } of rows) {
    const at = await client.query<{ last_value: string; is_called: boolean }>(
      `SELECT last_value::text AS last_value, is_called FROM ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
    )
    sequences.push({ name: `${schema}.${name}`, ...at.rows[0]! })
  }
  return sequences
}

/** `public.order` → `"public"."order"` */
export function quoted(name: string): string {
  const dot = name.indexOf('.')
  return `${pg.escapeIdentifier(name.slice(0, dot))}.${pg.escapeIdentifier(name.slice(dot + 1))}`
}

/** `COPY … (columns)` of a table, either way. */
export function copyStatement(table: TableShape, direction: 'TO STDOUT' | 'FROM STDIN'): string {
  return `COPY ${quoted(table.name)} (${table.columns.map((column) => pg.escapeIdentifier(column)).join(', ')}) ${direction}`
}
