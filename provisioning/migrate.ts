import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client, PoolClient } from 'pg'

/** One file of a journal, with its content. */
export interface Migration {
  /** Path as the journal names it, relative to the journal's folder: `core/cart/migrations/0001_init.sql`. */
  name: string
  sql: string
  /** sha256 of the file, hex. */
  checksum: string
}

/** The database's history and the journal disagree: nothing was changed. */
export class MigrationConflict extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MigrationConflict'
  }
}

/**
 * Reads a journal: `<dir>/migrations.json`, an array of paths relative to `dir`, in the order they are applied.
 * @throws when the journal or a file it names is missing
 */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const journal: unknown = JSON.parse(await readFile(join(dir, 'migrations.json'), 'utf8'))
  if (!Array.isArray(journal) || !journal.every((name) => typeof name === 'string')) {
    throw new MigrationConflict(`${join(dir, 'migrations.json')} is not an array of paths`)
  }
  return Promise.all(
    journal.map(async (name: string) => {
      const sql = await readFile(join(dir, name), 'utf8')
      return { name, sql, checksum: sha256(sql) }
    }),
  )
}

/** Names the schema a journal leads to: the same files in the same order give the same 16 hex digits. */
export function schemaHash(migrations: Migration[]): string {
  return sha256(migrations.map((migration) => `${migration.name}\n${migration.checksum}\n`).join('')).slice(0, 16)
}

/**
 * Brings a database to the end of a journal, one transaction per file; what is already there is skipped.
 * Several callers at once are safe (transaction-level advisory lock).
 * @param client a connection that may switch to `role`
 * @param role objects are made and owned by this role; left out: by the connection's own
 * @returns the names that were applied now
 * @throws MigrationConflict when an applied file was edited, removed, or has a newcomer before it
 */
export async function migrate(client: Client | PoolClient, migrations: Migration[], role?: string): Promise<string[]> {
  const asRole = role ? `SET LOCAL ROLE ${client.escapeIdentifier(role)}` : 'SELECT 1'
  await client.query('BEGIN')
  try {
    await client.query(asRole)
    await client.query(lock)
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_migration (
        name text PRIMARY KEY, position int NOT NULL UNIQUE, checksum text NOT NULL,
        applied_at timestamptz(3) NOT NULL DEFAULT now(), duration_ms int NOT NULL)`,
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
  const applied: string[] = []
  for (const [position, migration] of migrations.entries()) {
    await client.query('BEGIN')
    try {
      await client.query(asRole)
      await client.query(lock)
      if (await isApplied(client, migrations, position)) {
        await client.query('COMMIT')
        continue
      }
      const began = performance.now()
      await client.query(migration.sql)
      // A file may have switched roles or the search path; the history row is written as the owner again.
      await client.query(asRole)
      await client.query('INSERT INTO public.schema_migration (name, position, checksum, duration_ms) VALUES ($1, $2, $3, $4)', [
        migration.name,
        position,
        migration.checksum,
        Math.round(performance.now() - began),
      ])
      await client.query('COMMIT')
      applied.push(migration.name)
    } catch (error) {
      await client.query('ROLLBACK')
      if (error instanceof MigrationConflict) throw error
      throw new Error(`migration ${migration.name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return applied
}

/** The name of the last migration a database has; null when it has none. */
export async function currentSchema(client: Client | PoolClient): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM public.schema_migration ORDER BY position DESC LIMIT 1')
  return rows[0]?.name ?? null
}

const lock = `SELECT pg_advisory_xact_lock(hashtext('cityos schema_migration'))`

async function isApplied(client: Client | PoolClient, migrations: Migration[], position: number): Promise<boolean> {
  const { rows } = await client.query<{ name: string; position: number; checksum: string }>(
    'SELECT name, position, checksum FROM public.schema_migration ORDER BY position',
  )
  const migration = migrations[position]!
  const last = migrations.length
  if (rows.length > last)
    throw new MigrationConflict(`the database has ${rows.length} migrations, this release knows ${last}: it is newer than the release`)
  const row = rows[position]
  if (!row) return false
  if (row.name !== migration.name) {
    throw new MigrationConflict(
      `migration ${migration.name} stands before ${row.name}, which is applied already: append to the journal instead`,
    )
  }
  if (row.checksum !== migration.checksum) {
    throw new MigrationConflict(`migration ${migration.name} was edited after it had been applied: write a new one instead`)
  }
  return true
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
