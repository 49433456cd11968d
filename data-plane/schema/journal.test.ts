import { startTestPostgres, type TestDatabase, type TestPostgres } from '@cityos/provisioning/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { diffSchemas } from './engine.ts'
import { mergedModels, readJournal, root, schemaModules, wholeSchema } from './modules.ts'

let postgres: TestPostgres
let tenant: TestDatabase
let declared: pg.Client
let journalled: pg.Client

beforeAll(async () => {
  postgres = await startTestPostgres({ tenants: root })
  tenant = await postgres.tenantDatabase(root)
  journalled = new pg.Client(tenant.platformUrl)
  await journalled.connect()
  const empty = await postgres.emptyDatabase()
  declared = new pg.Client(empty.url)
  await declared.connect()
  await declared.query('CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS ltree')
  await declared.query(await diffSchemas(null, wholeSchema(mergedModels()), postgres.url))
})

afterAll(async () => {
  await declared?.end()
  await journalled?.end()
  await postgres?.stop()
})

/** `table.column type nullability` of every column in schema public; Prisma's lists are never null, whatever its SQL says. */
async function columns(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull AND a.attndims = 0 THEN ' not null' ELSE '' END AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'schema_migration' ORDER BY 1`)
  return rows.map((row) => row.line)
}

it('names every migration file of every module once', () => {
  const journal = readJournal()
  expect(new Set(journal).size).toBe(journal.length)
  for (const module of schemaModules())
    expect(
      journal.some((entry) => entry.startsWith(`${module.folder}/migrations/`)),
      module.folder,
    ).toBe(true)
})

it('leads an empty database to the merged schema: same tables, columns, types, nullability', async () => {
  expect(await columns(journalled)).toEqual(await columns(declared))
})

it('lets the application change rows only, and append-only tables not at all', async () => {
  const app = new pg.Client(tenant.url)
  await app.connect()
  try {
    await expect(app.query('CREATE TABLE mine (id int)')).rejects.toMatchObject({ code: '42501' })
    for (const table of ['audit_entry', 'audit_link', 'audit_anchor', 'transition_history']) {
      await expect(app.query(`UPDATE ${table} SET ${table === 'audit_link' ? 'sealed_at' : 'at'} = now()`), table).rejects.toMatchObject({
        code: '42501',
      })
      await expect(app.query(`DELETE FROM ${table}`), table).rejects.toMatchObject({ code: '42501' })
    }
  } finally {
    await app.end()
  }
})
