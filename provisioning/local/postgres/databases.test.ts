import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { currentSchema, MigrationConflict, migrate, readMigrations, schemaHash } from '../../migrate.ts'
import { applicationRole, Databases, databaseName, extensions, ownerRole } from './databases.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from './testing.ts'

let postgres: TestPostgres
const folders: string[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(async () => {
  await postgres?.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function journal(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'cityos-journal-'))
  folders.push(dir)
  for (const [name, sql] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), sql)
  }
  writeFileSync(join(dir, 'migrations.json'), JSON.stringify(Object.keys(files)))
  return dir
}

async function using<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const sql = (url: string, text: string) => using(url, (client) => client.query(text))
const elsewhere = (url: string, database: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).toString()
const tenantId = (name: string): string => `tnt_${name.padEnd(26, '0')}`

describe('a tenant database', () => {
  const dir = journal({
    'core/0001_init.sql': `CREATE TABLE thing (id text PRIMARY KEY, title text);
      CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint NOT NULL);
      REVOKE UPDATE, DELETE ON entry FROM ${applicationRole};`,
  })
  let one: TestDatabase
  let two: TestDatabase

  beforeAll(async () => {
    one = await postgres.tenantDatabase(dir, tenantId('one'))
    two = await postgres.tenantDatabase(dir, tenantId('two'))
  })

  test('neither login of one tenant gets into any other database', async () => {
    const registry = await postgres.emptyDatabase()
    for (const login of [one.url, one.ownerUrl]) {
      for (const other of [two.name, registry.name, 'postgres', 'template1']) {
        await expect(sql(elsewhere(login, other), 'SELECT 1'), other).rejects.toMatchObject({ code: '42501' })
      }
    }
    await expect(sql(one.url, 'SELECT 1')).resolves.toBeDefined()
  })

  test('a wrong password is refused, also on loopback', async () => {
    const url = Object.assign(new URL(one.url), { password: 'wrong' }).toString()
    await expect(sql(url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  })

  test('the application reads and writes rows, but makes and changes no objects', async () => {
    await sql(one.url, `INSERT INTO thing VALUES ('a', 'x'); UPDATE thing SET title = 'y'; DELETE FROM thing`)
    for (const forbidden of [
      'CREATE TABLE more (a int)',
      'ALTER TABLE thing ADD b int',
      'DROP TABLE thing',
      'TRUNCATE thing',
      'CREATE SCHEMA s',
      'CREATE EXTENSION hstore',
    ]) {
      await expect(sql(one.url, forbidden), forbidden).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('append-only tables stay append-only', async () => {
    await sql(one.url, 'INSERT INTO entry (amount) VALUES (5)')
    await expect(sql(one.url, 'UPDATE entry SET amount = 6')).rejects.toMatchObject({ code: '42501' })
    await expect(sql(one.url, 'DELETE FROM entry')).rejects.toMatchObject({ code: '42501' })
  })

  test('objects belong to the owner role, which nobody can log in as', async () => {
    const { rows } = await sql(one.platformUrl, `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`)
    expect(rows).toEqual([{ tableowner: ownerRole }])
    const roles = await sql(
      one.platformUrl,
      `SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname IN ('${ownerRole}', '${applicationRole}', 'cityos') ORDER BY 1`,
    )
    expect(roles.rows).toEqual([
      { rolname: 'cityos', rolcanlogin: true, rolsuper: false },
      { rolname: applicationRole, rolcanlogin: false, rolsuper: false },
      { rolname: ownerRole, rolcanlogin: false, rolsuper: false },
    ])
  })

  test('has the extensions, a statement timeout, and knows Arabic letters', async () => {
    const { rows } = await sql(one.url, `SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1`)
    expect(rows.map((row) => row.extname)).toEqual([...extensions].sort())
    expect((await sql(one.url, 'SHOW statement_timeout')).rows[0].statement_timeout).toBe('10s')
    expect((await sql(one.url, `SELECT cardinality(show_trgm('قهوة')) AS count`)).rows[0].count).toBeGreaterThan(3)
  })

  test('a later migration runs as the tenant owner login', async () => {
    const later = journal({
      'core/0001_init.sql': (await readMigrations(dir))[0]!.sql,
      'core/0002_more.sql': 'ALTER TABLE thing ADD COLUMN note text; CREATE TABLE more (id text PRIMARY KEY);',
    })
    const applied = await using(one.ownerUrl, async (client) => migrate(client, await readMigrations(later), ownerRole))
    expect(applied).toEqual(['core/0002_more.sql'])
    await sql(one.url, `INSERT INTO more VALUES ('a')`)
    expect(await using(one.ownerUrl, currentSchema)).toBe('core/0002_more.sql')
  })

  test('dropping it ends open sessions and leaves neither database nor login; twice is fine', async () => {
    const brief = await postgres.tenantDatabase(dir, tenantId('brief'))
    const open = new pg.Client({ connectionString: brief.url })
    const ended = new Promise((resolve) => open.on('error', resolve))
    await open.connect()
    await brief.drop()
    await ended
    await brief.drop()
    const { databases, roles } = await postgres.databases.tenants()
    expect(databases).not.toContain(brief.name)
    expect(roles.filter((role) => role.startsWith(brief.name))).toEqual([])
  })

  test('two tenants whose ids are not ids are refused', () => {
    expect(() => databaseName('tnt_"; DROP DATABASE x')).toThrow('is not a tenant id')
  })
})

describe('warm clones', () => {
  const dir = journal({ 'a.sql': 'CREATE TABLE thing (id text PRIMARY KEY);' })
  let template: string

  beforeAll(async () => {
    template = await postgres.databases.ensureTemplate(await readMigrations(dir))
  })

  test('twenty claims at once: every tenant gets a database, no clone goes to two, a clone is used once', async () => {
    const warm: string[] = []
    for (let index = 0; index < 8; index += 1) warm.push(await postgres.databases.addClone(template))
    const oids = new Map(await Promise.all(warm.map(async (name) => [await oidOf(name), name] as const)))
    const ids = Array.from({ length: 20 }, (_, index) => tenantId(`race${index}x`))
    // Two nodes' worth of connections: the database decides, not this process.
    const second = new Databases(postgres.url)
    const login = (id: string, suffix: string) => ({ name: `${databaseName(id)}_${suffix}`, password: 'secret' })
    const answers = await Promise.all(
      ids.map((id, index) =>
        (index % 2 ? second : postgres.databases).ensureTenant(id, template, { application: login(id, 'app'), owner: login(id, 'own') }),
      ),
    )
    await second.close()
    expect(answers.filter((answer) => answer.pooled)).toHaveLength(8)
    const owned = await Promise.all(ids.map((id) => oidOf(databaseName(id))))
    expect(new Set(owned).size).toBe(20)
    expect(owned.filter((oid) => oids.has(oid))).toHaveLength(8)
    expect(await postgres.databases.clones(template)).toEqual([])
    for (const id of ids)
      await expect(sql(postgres.databases.address(databaseName(id), login(id, 'app')), 'SELECT * FROM thing')).resolves.toBeDefined()
  })

  test('nobody but the platform may connect to one', async () => {
    const tenant = await postgres.tenantDatabase(dir)
    const clone = await postgres.databases.addClone(template)
    await expect(sql(elsewhere(tenant.url, clone), 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
  })

  test('half-made ones and those of another release are dropped, not handed out', async () => {
    const half = 'pool_00000000000000aa'
    await sql(postgres.url, `CREATE DATABASE ${half} TEMPLATE ${template}`)
    expect(await postgres.databases.clones(template)).not.toContain(half)
    const other = await postgres.databases.ensureTemplate(await readMigrations(journal({ 'b.sql': 'CREATE TABLE other (id text);' })))
    const old = await postgres.databases.addClone(template)
    const fresh = await postgres.databases.addClone(other)
    const dropped = await postgres.databases.dropStaleClones(other)
    expect(dropped).toEqual(expect.arrayContaining([half, old]))
    expect(await postgres.databases.clones(other)).toEqual([fresh])
  })

  test('a template is built once, also by two at once, and leaves no draft', async () => {
    const migrations = await readMigrations(journal({ 'c.sql': 'CREATE TABLE once (id text);' }))
    const second = new Databases(postgres.url)
    const names = await Promise.all([postgres.databases.ensureTemplate(migrations), second.ensureTemplate(migrations)])
    await second.close()
    expect(new Set(names)).toEqual(new Set([`rel_${schemaHash(migrations)}`]))
    const { rows } = await sql(postgres.url, `SELECT datname FROM pg_database WHERE datname LIKE 'draft%'`)
    expect(rows).toEqual([])
  })

  test('a half-built template of a killed process is removed, one at work is not', async () => {
    for (const name of ['draft_00aa', 'draft_00bb']) await sql(postgres.url, `CREATE DATABASE ${name}`)
    await using(postgres.databases.address('draft_00bb'), () => postgres.databases.dropDrafts())
    const names = async () =>
      (await sql(postgres.url, `SELECT datname FROM pg_database WHERE datname LIKE 'draft%'`)).rows.map((row) => row.datname)
    expect(await names()).toEqual(['draft_00bb'])
    await postgres.databases.dropDrafts()
    expect(await names()).toEqual([])
  })

  test('a migration that fails leaves no template and no draft', async () => {
    const broken = await readMigrations(journal({ 'd.sql': 'CREATE TABLE d (id nonsense);' }))
    await expect(postgres.databases.ensureTemplate(broken)).rejects.toThrow('migration d.sql failed: type "nonsense" does not exist')
    const { rows } = await sql(
      postgres.url,
      `SELECT datname FROM pg_database WHERE datname LIKE 'draft%' OR datname = 'rel_${schemaHash(broken)}'`,
    )
    expect(rows).toEqual([])
  })

  async function oidOf(name: string): Promise<string> {
    return (await sql(postgres.url, `SELECT oid::text FROM pg_database WHERE datname = '${name}'`)).rows[0].oid
  }
})

describe('the migration runner', () => {
  test('applies a journal once, also when two start together', async () => {
    const { url } = await postgres.emptyDatabase()
    const migrations = await readMigrations(journal({ '1.sql': 'CREATE TABLE a (id int);', '2.sql': 'CREATE TABLE b (id int);' }))
    const applied = await Promise.all([1, 2].map(() => using(url, (client) => migrate(client, migrations))))
    expect(applied.flat().sort()).toEqual(['1.sql', '2.sql'])
    expect(await using(url, (client) => migrate(client, migrations))).toEqual([])
  })

  test('refuses an edited file, a newcomer before the last, and a database that is newer; and changes nothing', async () => {
    const { url } = await postgres.emptyDatabase()
    const files = { '1.sql': 'CREATE TABLE a (id int);', '2.sql': 'CREATE TABLE b (id int);' }
    await using(url, async (client) => migrate(client, await readMigrations(journal(files))))
    const refused: [string, Record<string, string>][] = [
      ['was edited after it had been applied', { ...files, '2.sql': 'CREATE TABLE b (id bigint);' }],
      [
        'stands before 2.sql, which is applied already',
        { '1.sql': files['1.sql'], '1b.sql': 'CREATE TABLE c (id int);', '2.sql': files['2.sql'] },
      ],
      ['it is newer than the release', { '1.sql': files['1.sql'] }],
    ]
    for (const [message, changed] of refused) {
      const attempt = using(url, async (client) => migrate(client, await readMigrations(journal(changed))))
      await expect(attempt).rejects.toThrow(MigrationConflict)
      await expect(attempt).rejects.toThrow(message)
    }
    expect((await sql(url, `SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'public'`)).rows[0].count).toBe(3)
  })

  test('a contract migration waits until the running release carries it; later files are applied past it', async () => {
    const { url } = await postgres.emptyDatabase()
    const expand = { '0001_a.sql': 'CREATE TABLE a (id int, old int);' }
    const second = { ...expand, '0002_contract_a.sql': 'ALTER TABLE a DROP COLUMN old;', '0003_b.sql': 'CREATE TABLE b (id int);' }
    const third = { ...second, '0004_contract_b.sql': 'DROP TABLE b;', '0005_c.sql': 'CREATE TABLE c (id int);' }
    const to = (files: Record<string, string>, carried: string[]) =>
      using(url, async (client) => migrate(client, await readMigrations(journal(files)), undefined, { carried: new Set(carried) }))
    expect(await to(expand, [])).toEqual(['0001_a.sql'])
    expect(await to(second, Object.keys(expand))).toEqual(['0003_b.sql'])
    expect(await to(second, Object.keys(expand))).toEqual([])
    expect(await to(third, Object.keys(second))).toEqual(['0002_contract_a.sql', '0005_c.sql'])
    expect((await sql(url, 'SELECT name, position, kind FROM schema_migration ORDER BY position')).rows).toEqual([
      { name: '0001_a.sql', position: 0, kind: 'expand' },
      { name: '0002_contract_a.sql', position: 1, kind: 'contract' },
      { name: '0003_b.sql', position: 2, kind: 'expand' },
      { name: '0005_c.sql', position: 4, kind: 'expand' },
    ])
    // A new tenant has no past: everything at once.
    const fresh = await postgres.emptyDatabase()
    expect(await using(fresh.url, async (client) => migrate(client, await readMigrations(journal(third))))).toEqual(Object.keys(third))
  })

  test('the history of an older release learns what kind its migrations were', async () => {
    const { url } = await postgres.emptyDatabase()
    const files = { '0001_a.sql': 'CREATE TABLE a (id int);', '0002_contract_a.sql': 'DROP TABLE a;' }
    await using(url, async (client) => migrate(client, await readMigrations(journal(files))))
    await sql(url, 'ALTER TABLE schema_migration DROP COLUMN kind')
    await using(url, async (client) => migrate(client, await readMigrations(journal(files))))
    expect((await sql(url, 'SELECT kind FROM schema_migration ORDER BY position')).rows).toEqual([{ kind: 'expand' }, { kind: 'contract' }])
  })

  test('indexes are built outside a transaction, and one that an interrupted try left behind is built anew', async () => {
    const { url } = await postgres.emptyDatabase()
    const files = { '1.sql': 'CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1);' }
    const unique = { ...files, '2.sql': '-- for the list; of everything\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);' }
    await expect(using(url, async (client) => migrate(client, await readMigrations(journal(unique))))).rejects.toThrow(
      'migration 2.sql failed: could not create unique index',
    )
    await sql(url, 'DELETE FROM a')
    expect(await using(url, async (client) => migrate(client, await readMigrations(journal(unique))))).toEqual(['2.sql'])
    expect((await sql(url, `SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass`)).rows).toEqual([{ indisvalid: true }])
  })

  test('while a shop is open, a migration does not queue everybody behind it: it gives way and tries again', async () => {
    const { url } = await postgres.emptyDatabase()
    await sql(url, 'CREATE TABLE a (id int)')
    await using(url, (reader) =>
      using(url, async (client) => {
        await reader.query('BEGIN')
        await reader.query('SELECT * FROM a')
        const files = { '1.sql': 'ALTER TABLE a ADD COLUMN note text;' }
        const migrating = migrate(client, await readMigrations(journal(files)), undefined, { lockTimeoutMs: 20 })
        // Whoever comes now would wait behind it for as long as the reader reads; its own patience is longer than ours.
        await using(url, async (shopper) => {
          await shopper.query(`SET statement_timeout = '2s'`)
          for (let reads = 0; reads < 20; reads += 1) await shopper.query('SELECT * FROM a')
        })
        await reader.query('COMMIT')
        expect(await migrating).toEqual(['1.sql'])
      }),
    )
  })

  test('a file that fails is undone as a whole; the ones before it stay', async () => {
    const { url } = await postgres.emptyDatabase()
    const migrations = await readMigrations(
      journal({ '1.sql': 'CREATE TABLE a (id int);', '2.sql': 'CREATE TABLE b (id int); SELECT 1/0;' }),
    )
    await expect(using(url, (client) => migrate(client, migrations))).rejects.toThrow('migration 2.sql failed: division by zero')
    expect((await sql(url, `SELECT to_regclass('a') IS NOT NULL AS a, to_regclass('b') IS NOT NULL AS b`)).rows[0]).toEqual({
      a: true,
      b: false,
    })
  })
})
