import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../local/postgres/testing.ts'
import { migrate } from '../migrate.ts'
import { ColumnCipher } from './column-cipher.ts'
import { newArchiveKey, recipientOf } from './key.ts'
import { loadArchive } from './load.ts'
import { readArchive } from './read.ts'
import { CopyRules, noRules } from './rules.ts'
import { writeArchive } from './write.ts'

const schema = `
  CREATE SCHEMA engine;
  CREATE SEQUENCE number START 100001;
  CREATE TABLE person (id text PRIMARY KEY, email text, email_index text UNIQUE, name text, note text NOT NULL DEFAULT '',
    body jsonb, at timestamptz(3) NOT NULL DEFAULT now(), shouted text GENERATED ALWAYS AS (upper(id)) STORED);
  CREATE TABLE sale (id text PRIMARY KEY, no bigint NOT NULL DEFAULT nextval('number'), person_id text NOT NULL REFERENCES person (id),
    amount bigint NOT NULL, blob bytea);
  CREATE TABLE visit (id text PRIMARY KEY, token text NOT NULL);
  CREATE TABLE engine.step (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, input text NOT NULL);
  CREATE FUNCTION grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'only grows'; END $$;
  CREATE TRIGGER sale_only_grows BEFORE UPDATE OR DELETE ON sale FOR EACH ROW EXECUTE FUNCTION grows();
  CREATE TRIGGER sale_stays BEFORE TRUNCATE ON sale FOR EACH STATEMENT EXECUTE FUNCTION grows();
`
const sql = { name: 'core/0001_init.sql', sql: schema, checksum: createHash('sha256').update(schema).digest('hex') }

let server: TestPostgres
let identity: string
/** One archive of the source, made once; each test has a copy of it. */
let whole: Awaited<ReturnType<typeof writeArchive>>
let home: string
let dir: string
let source: string
const key = randomBytes(32).toString('base64')
const cipher = new ColumnCipher(key)

async function database(): Promise<string> {
  const { url } = await server.emptyDatabase()
  await query(url, async (client) => void (await migrate(client, [sql])))
  return url
}

async function query<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  server = await startTestPostgres()
  identity = await newArchiveKey()
  home = mkdtempSync(join(tmpdir(), 'cityos-archive-'))
  source = await database()
  await query(source, async (client) => {
    for (let index = 0; index < 40; index++) {
      const email = `Person${index}@Riyadh.test`
      await client.query('INSERT INTO person (id, email, email_index, name, note, body) VALUES ($1, $2, $3, $4, $5, $6)', [
        `cus_${index}`,
        cipher.encrypt(email),
        cipher.index('email', email),
        cipher.encrypt(index % 2 ? 'Noura Alqahtani' : 'نورة القحطاني'),
        `tab\there, line\nbreak, \\ backslash, write to helper${index}@riyadh.test or +966501234567`,
        JSON.stringify({
          sealed: cipher.encrypt(JSON.stringify({ name: 'Noura', line1: 'Olaya Street 12', phone: '+966501112233', city: 'Riyadh' })),
        }),
      ])
    }
    await client.query(
      `INSERT INTO sale (id, person_id, amount, blob) SELECT 'ord_' || n, 'cus_' || (n % 40), n, decode('00ff0a5c09', 'hex') FROM generate_series(1, 3000) n`,
    )
    await client.query(`INSERT INTO engine.step (input) VALUES ('{"a": "b"}'), ('')`)
    await client.query(`INSERT INTO visit VALUES ('s1', 'token')`)
  })
  mkdirSync(join(home, 'files', 'deep'), { recursive: true })
  writeFileSync(join(home, 'files', 'picture'), randomBytes(200_000))
  writeFileSync(join(home, 'files', 'deep', 'same'), readFileSync(join(home, 'files', 'picture')))
  writeFileSync(join(home, 'files', 'empty'), '')
  whole = await write(join(home, 'whole.age'))
})
afterAll(async () => {
  rmSync(home, { recursive: true, force: true })
  await server.stop()
})

beforeEach(() => {
  dir = mkdtempSync(join(home, 'test-'))
  copyFileSync(join(home, 'whole.age'), join(dir, 'a.age'))
})

const write = async (target: string, url = source) =>
  writeArchive({
    id: 'bkp_00000000001',
    tenantId: 'tnt_00000000001',
    tenant: { slug: 'shop' },
    release: '1.0.0',
    databaseUrl: url,
    filesDir: join(home, 'files'),
    recipient: await recipientOf(identity),
    target,
    takenAt: new Date('2026-03-01T10:00:00Z'),
  })

const load = (url: string, options: Partial<Parameters<typeof loadArchive>[0]> = {}) =>
  loadArchive({
    path: join(dir, 'a.age'),
    identity,
    databaseUrl: url,
    ownerRole: 'cityos',
    filesDir: join(dir, 'restored'),
    copy: null,
    rules: noRules,
    ...options,
  })

const counts = (url: string) =>
  query(
    url,
    async (client) =>
      (await client.query('SELECT (SELECT count(*) FROM person)::int AS person, (SELECT count(*) FROM sale)::int AS sale')).rows[0],
  )

it('gives back every row, file and sequence it was given', async () => {
  const report = whole
  expect(report.rowCounts).toEqual({ 'engine.step': 2, 'public.person': 40, 'public.sale': 3000, 'public.visit': 1 })
  expect(report.files).toEqual({ count: 3, bytes: 400_000 })
  expect(report).toMatchObject({
    sizeBytes: statSync(join(dir, 'a.age')).size,
    schema: 'core/0001_init',
    takenAt: '2026-03-01T10:00:00.000Z',
  })
  expect(report.checksum).toBe(
    createHash('sha256')
      .update(readFileSync(join(dir, 'a.age')))
      .digest('hex'),
  )
  expect(statSync(join(dir, 'a.age')).mode & 0o777).toBe(0o600)
  // Content stands once: 200 KB of it, although two paths show it.
  expect(report.sizeBytes).toBeLessThan(300_000)
  expect(readFileSync(join(dir, 'a.age')).includes(Buffer.from('ord_'))).toBe(false)

  const url = await database()
  const loaded = await load(url)
  expect(loaded).toMatchObject({ rowCounts: report.rowCounts, contentChecksum: report.contentChecksum, rekeyed: 0, masked: 0 })
  expect(readFileSync(join(dir, 'restored', 'deep', 'same'))).toEqual(readFileSync(join(home, 'files', 'picture')))
  expect(readdirSync(join(dir, 'restored')).sort()).toEqual(['deep', 'empty', 'picture'])
  expect(existsSync(join(dir, 'restored.content'))).toBe(false)
  const dump = (at: string) => query(at, async (client) => (await client.query('SELECT * FROM person ORDER BY id')).rows)
  expect(await dump(url)).toEqual(await dump(source))
  await query(url, async (client) => {
    const next = await client.query<{ no: string }>(`INSERT INTO sale (id, person_id, amount) VALUES ('ord_new', 'cus_1', 1) RETURNING no`)
    expect(Number(next.rows[0]!.no)).toBe(103_001)
    await client.query(`INSERT INTO engine.step (input) VALUES ('x')`)
    // What held before holds again: foreign keys and triggers.
    await expect(client.query(`INSERT INTO sale (id, person_id, amount) VALUES ('ord_x', 'nobody', 1)`)).rejects.toThrow(/foreign key/)
    await expect(client.query('DELETE FROM sale')).rejects.toThrow('only grows')
    await expect(client.query('TRUNCATE sale')).rejects.toThrow('only grows')
  })
})

it('holds one moment, whatever is written meanwhile', async () => {
  let stop = false
  const busy = await database()
  const writing = query(busy, async (client) => {
    for (let index = 0; !stop; index++) {
      await client.query('BEGIN')
      await client.query(`INSERT INTO person (id) VALUES ($1)`, [`later_${index}`])
      await client.query(`INSERT INTO sale (id, person_id, amount) VALUES ($1, $2, 1)`, [`later_${index}`, `later_${index}`])
      await client.query('COMMIT')
    }
  })
  const report = await write(join(dir, 'a.age'), busy).finally(() => {
    stop = true
  })
  await writing
  // A pair is in it together, or not at all.
  expect(report.rowCounts['public.sale']).toBe(report.rowCounts['public.person'])
  const url = await database()
  expect((await load(url)).contentChecksum).toBe(report.contentChecksum)
})

describe('is refused, and the target stays as it is:', { retry: 0 }, () => {
  let url: string
  beforeAll(async () => {
    url = await database()
    await query(url, (client) => client.query(`INSERT INTO person (id) VALUES ('mine')`))
  })
  const refused = async (code: string, damage: (bytes: Buffer) => Buffer, withIdentity = identity) => {
    writeFileSync(join(dir, 'a.age'), damage(readFileSync(join(dir, 'a.age'))))
    await expect(readArchive(join(dir, 'a.age'), withIdentity)).rejects.toMatchObject({ name: 'ArchiveError', code })
    await expect(load(url, { identity: withIdentity })).rejects.toMatchObject({ name: 'ArchiveError', code })
    expect(await counts(url)).toEqual({ person: 1, sale: 0 })
  }
  const flipped = (at: (length: number) => number) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes)
    copy[at(copy.length)]! ^= 0x01
    return copy
  }

  it.each([
    ['its first line', () => 3],
    ['the key’s check', () => 190],
    ['the nonce', () => 215],
    ['its first rows', () => 2_000],
    ['the middle', (length: number) => Math.floor(length / 2)],
    ['the manifest', (length: number) => length - 2_000],
    ['the last byte', (length: number) => length - 1],
  ] as const)('a changed byte in %s', async (_where, at) => {
    await refused('archive_damaged', flipped(at))
  })

  // The part of its header that names its key, in base64: another letter, and no key fits any more.
  it('a changed letter in the name of its key', async () => {
    await refused('archive_wrong_key', (bytes) => {
      const copy = Buffer.from(bytes)
      copy[60] = copy[60] === 0x41 ? 0x42 : 0x41
      return copy
    })
  })

  it.each([0.01, 0.3, 0.7, 0.999])('a file cut off at %f of its length', async (part) => {
    await refused('archive_damaged', (bytes) => bytes.subarray(0, Math.floor(bytes.length * part)))
  })

  it('an archive without its end, cut between two sealed chunks', async () => {
    await refused('archive_damaged', (bytes) => bytes.subarray(0, bytes.length - ((bytes.length - 216) % 65_552)))
  })

  it('an archive for another key', async () => {
    await refused('archive_wrong_key', (bytes) => bytes, await newArchiveKey())
  })

  it('an archive of another schema', async () => {
    const { url: other } = await server.emptyDatabase()
    await query(other, async (client) => void (await migrate(client, [{ ...sql, checksum: 'other' }])))
    await expect(load(other)).rejects.toMatchObject({ code: 'archive_newer_schema' })
    expect(await counts(other)).toEqual({ person: 0, sale: 0 })
  })
})

it('a full disk leaves nothing behind', async () => {
  const task = {
    task: 'write',
    id: 'bkp_00000000001',
    tenantId: 'tnt_00000000001',
    tenant: {},
    release: '1.0.0',
    databaseUrl: source,
    filesDir: join(home, 'files'),
    recipient: await recipientOf(identity),
    target: join(dir, 'full', 'a.age'),
    takenAt: new Date('2026-03-01T10:00:00Z'),
  }
  // The largest file this process may write has 256 blocks of 512 bytes or 1 KiB.
  const child = spawn(
    'sh',
    [
      '-c',
      `trap '' XFSZ; ulimit -f 256; exec "${process.execPath}" --disable-warning=ExperimentalWarning "${fileURLToPath(new URL('main.ts', import.meta.url))}"`,
    ],
    {
      stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
    },
  )
  let said = ''
  child.stdio[3]!.on('data', (chunk: Buffer) => {
    said += chunk
  })
  child.stdin!.write(`${JSON.stringify(task)}\n`)
  await new Promise((resolve) => child.once('close', resolve))
  const last = JSON.parse(said.trim().split('\n').at(-1)!) as { error: { code: string; message: string } }
  expect(last.error).toMatchObject({ code: 'disk_full' })
  expect(last.error.message).toContain('is full')
  expect(readdirSync(join(dir, 'full'))).toEqual([])
})

describe('a copy', () => {
  const newKey = randomBytes(32).toString('base64')
  const rules = CopyRules.parse({
    left_out: ['public.visit'],
    free_text: { 'public.person': ['note'] },
    derived: { 'public.visit': { token: 'visit:{id}' } },
  })
  const dump = (url: string) =>
    query(url, async (client) =>
      (
        await client.query<{ text: string }>(
          `SELECT p::text || coalesce((SELECT string_agg(s::text, '') FROM sale s WHERE person_id = p.id), '') AS text FROM person p`,
        )
      ).rows
        .map((row) => row.text)
        .join('\n'),
    )

  it('is written under keys of its own: the original’s no longer open it, look-ups still find', async () => {
    const url = await database()
    const loaded = await load(url, { copy: { fromKey: key, toKey: newKey, maskPersonalData: false }, rules })
    expect(loaded).toMatchObject({ rekeyed: 120, masked: 0, rowCounts: { ...whole.rowCounts, 'public.visit': 0 } })
    const copy = new ColumnCipher(newKey)
    const row = await query(
      url,
      async (client) =>
        (await client.query(`SELECT * FROM person WHERE email_index = $1`, [copy.index('email', 'person7@riyadh.test')])).rows[0],
    )
    const body = (value: string) => value.slice('v1.'.length)
    expect(row.id).toBe('cus_7')
    expect(copy.decrypt(1, body(row.email))).toBe('Person7@Riyadh.test')
    expect(cipher.decrypt(1, body(row.email))).toBeNull()
    expect(JSON.parse(copy.decrypt(1, body(row.body.sealed))!)).toMatchObject({ line1: 'Olaya Street 12' })
    expect(row.note).toContain('helper7@riyadh.test')
  })

  it('with made-up persons holds nobody of the original, the same way each time', async () => {
    const [one, two] = [await database(), await database()]
    const masked = { copy: { fromKey: key, toKey: newKey, maskPersonalData: true }, rules }
    expect((await load(one, masked)).masked).toBeGreaterThan(100)
    await load(two, { ...masked, filesDir: join(dir, 'restored2') })
    const copy = new ColumnCipher(newKey)
    const opened = (url: string) =>
      dump(url).then((text) => text.replace(/v1\.([\w-]{38,})/g, (_, sealed: string) => copy.decrypt(1, sealed)!))
    const [first, second] = [await opened(one), await opened(two)]
    const stable = (text: string) => text.split('\n').sort().join('\n')
    expect(stable(first)).toBe(stable(second))
    for (const known of ['riyadh.test', 'Noura', 'نورة', 'Olaya', '966501']) expect(first.toLowerCase()).not.toContain(known.toLowerCase())
    expect(first).toContain('Riyadh')
    const emails = [...first.matchAll(/[\w.]+@example\.com/g)].map(([email]) => email)
    expect(new Set(emails).size).toBe(40)
    // Look-ups follow the made-up address.
    const found = await query(
      one,
      async (client) =>
        (
          await client.query('SELECT count(*)::int AS n FROM person WHERE email_index = ANY($1)', [
            emails.map((email) => copy.index('email', email)),
          ])
        ).rows[0],
    )
    expect(found.n).toBe(40)
  })
})
