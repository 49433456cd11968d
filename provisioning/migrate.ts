import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { kindOfMigration, planMigrations } from '@cityos/contract'
import type { Client, PoolClient } from 'pg'
import { dropInvalidIndexes, runsConcurrently, statementsOf } from './migrate-concurrently.ts'

/** One file of a journal, with its content. */
export interface Migration {
  /** Path as the journal names it, relative to the journal's folder: `core/cart/migrations/0001_init.sql`. */
  name: string
  sql: string
  /** sha256 of the file, hex. */
  checksum: string
}

export interface MigrateOptions {
  /**
   * Names of the contract migrations that may be applied: those the running release carries already. `all` (the default)
   * where nothing older can come back: a new tenant, a template, the registry.
   */
  carried?: ReadonlySet<string> | 'all'
  /**
   * A process works on the database meanwhile: no statement waits for a lock longer than this, milliseconds, since
   * everybody who comes later would wait behind it; the file is tried again a few times instead. 0 (the default) waits.
   */
  lockTimeoutMs?: number
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
 * Brings a database to the end of a journal, one transaction per file; what is already there is skipped, and a contract
 * migration that may not be applied yet waits: later files are applied past it. A file of CREATE or DROP INDEX
 * CONCURRENTLY runs outside a transaction. Several callers at once are safe (transaction-level advisory lock).
 * @param client a connection that may switch to `role`
 * @param role objects are made and owned by this role; left out: by the connection's own
 * @returns the names that were applied now
 * @throws MigrationConflict when an applied file was edited, removed, or has a newcomer before it
 */
export async function migrate(
  client: Client | PoolClient,
  migrations: Migration[],
  role?: string,
  { carried = 'all', lockTimeoutMs = 0 }: MigrateOptions = {},
): Promise<string[]> {
  const asRole = role ? `SET LOCAL ROLE ${client.escapeIdentifier(role)}` : 'SELECT 1'
  await transaction(client, async () => {
    await client.query(asRole)
    await client.query(lock)
    await prepareHistory(client)
  })
  const journal = migrations.map(({ name }) => ({ name, kind: kindOfMigration(name) }))
  const rows = await historyOf(client)
  requireSameHistory(migrations, rows)
  const { apply } = planMigrations(journal, new Set(rows.map((row) => row.name)), carried)
  const applied: string[] = []
  for (const { name, kind } of apply) {
    const position = migrations.findIndex((migration) => migration.name === name)
    const migration = migrations[position]!
    const write = (milliseconds: number) =>
      client.query('INSERT INTO public.schema_migration (name, position, checksum, duration_ms, kind) VALUES ($1, $2, $3, $4, $5)', [
        name,
        position,
        migration.checksum,
        Math.round(milliseconds),
        kind,
      ])
    const once = () =>
      transaction(client, async () => {
        await client.query(asRole)
        await client.query(lock)
        const now = await historyOf(client)
        requireSameHistory(migrations, now)
        // Another caller was faster.
        if (now.some((row) => row.name === name)) return false
        if (lockTimeoutMs > 0) await client.query(`SELECT set_config('lock_timeout', $1, true)`, [String(lockTimeoutMs)])
        const began = performance.now()
        if (!runsConcurrently(migration.sql)) await client.query(migration.sql)
        // A file may have switched roles or the search path; the history row is written as the owner again.
        await client.query(asRole)
        await write(performance.now() - began)
        return true
      })
    try {
      if (runsConcurrently(migration.sql)) await runOutside(client, migration, role)
      if (await patiently(once, lockTimeoutMs > 0)) applied.push(name)
    } catch (error) {
      if (error instanceof MigrationConflict) throw error
      throw new Error(`migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
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
const lockNotAvailable = '55P03'
const lockAttempts = 8

interface HistoryRow {
  name: string
  position: number
  checksum: string
}

/** The history table, with the column `kind` that databases of an older release lack. */
async function prepareHistory(client: Client | PoolClient): Promise<void> {
  const { rows } = await client.query<{ column_name: string }>(
    `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'schema_migration'`,
  )
  if (rows.length === 0) {
    await client.query(
      `CREATE TABLE public.schema_migration (
        name text PRIMARY KEY, position int NOT NULL UNIQUE, checksum text NOT NULL,
        applied_at timestamptz(3) NOT NULL DEFAULT now(), duration_ms int NOT NULL,
        kind text NOT NULL DEFAULT 'expand' CHECK (kind IN ('expand', 'contract')))`,
    )
  } else if (!rows.some((row) => row.column_name === 'kind')) {
    await client.query(
      `ALTER TABLE public.schema_migration ADD COLUMN kind text NOT NULL DEFAULT 'expand' CHECK (kind IN ('expand', 'contract'))`,
    )
    // Old rows: their names tell.
    const contracts = (await historyOf(client)).map((row) => row.name).filter((name) => kindOfMigration(name) === 'contract')
    await client.query(`UPDATE public.schema_migration SET kind = 'contract' WHERE name = ANY($1)`, [contracts])
  }
}

async function historyOf(client: Client | PoolClient): Promise<HistoryRow[]> {
  const { rows } = await client.query<HistoryRow>('SELECT name, position, checksum FROM public.schema_migration ORDER BY position')
  return rows
}

/** @throws MigrationConflict unless every applied migration stands in the journal at its place, with its content */
function requireSameHistory(migrations: readonly Migration[], rows: readonly HistoryRow[]): void {
  const beyond = rows.find((row) => row.position >= migrations.length)
  if (beyond) {
    const message = `the database has ${rows.length} migrations, this release knows ${migrations.length}: it is newer than the release`
    throw new MigrationConflict(message)
  }
  for (const row of rows) {
    const migration = migrations[row.position]!
    if (row.name !== migration.name) {
      throw new MigrationConflict(
        `migration ${migration.name} stands before ${row.name}, which is applied already: append to the journal instead`,
      )
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationConflict(`migration ${migration.name} was edited after it had been applied: write a new one instead`)
    }
  }
}

/** Indexes that are built while everybody goes on: statement by statement, each for itself. */
async function runOutside(client: Client | PoolClient, migration: Migration, role: string | undefined): Promise<void> {
  if (role) await client.query(`SET ROLE ${client.escapeIdentifier(role)}`)
  try {
    // An earlier try that was cut off left an index nobody may use; a repeat's IF NOT EXISTS would keep it.
    await dropInvalidIndexes(client)
    for (const statement of statementsOf(migration.sql)) await client.query(statement)
  } finally {
    if (role) await client.query('RESET ROLE')
  }
}

/** Tries again when a lock was not to be had in time. */
async function patiently<T>(work: () => Promise<T>, again: boolean): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!again || attempt >= lockAttempts || (error as { code?: string }).code !== lockNotAvailable) throw error
      await delay(attempt * 100)
    }
  }
}

async function transaction<T>(client: Client | PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    // Where the connection is gone nothing is left to be taken back, and what went wrong first is what is told.
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
