import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newArchiveKey, recipientOf } from '../../archive/key.ts'
import { besideName, databaseName } from '../postgres/databases.ts'
import { startTestPostgres, type TestPostgres } from '../postgres/testing.ts'
import { document, processesOf, TestPlatform, until } from '../testing/platform.ts'
import { writeTestRelease } from '../testing/release.ts'

// Whole processes start and end here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const fence = { operationId: 'op_1', number: 1 }
const archiveId = (name: string) => `bkp_${name.padEnd(20, '0')}`
let postgres: TestPostgres
let platform: TestPlatform
let identity: string
let recipient: string

beforeAll(async () => {
  postgres = await startTestPostgres()
  platform = await TestPlatform.create({ databaseUrl: postgres.url })
  await platform.up()
  identity = await newArchiveKey()
  recipient = await recipientOf(identity)
})
afterAll(async () => {
  await platform?.down()
  await postgres?.stop()
})

async function query<Row>(database: string, text: string): Promise<Row[]> {
  const client = new pg.Client(postgres.databases.address(database))
  await client.connect()
  try {
    return (await client.query(text)).rows as Row[]
  } finally {
    await client.end()
  }
}

const things = async (tenantId: string) =>
  (await query<{ n: number }>(databaseName(tenantId), 'SELECT count(*)::int AS n FROM thing'))[0]!.n
const fill = (tenantId: string, prefix: string, count: number) =>
  query(databaseName(tenantId), `INSERT INTO thing (id) SELECT '${prefix}' || n FROM generate_series(1, ${count}) n`)
const databases = async () => (await query<{ name: string }>('postgres', 'SELECT datname AS name FROM pg_database')).map((row) => row.name)
const request = (tenantId: string, from: string, release = platform.release.version) => ({
  tenantId,
  archive: { tenantId, archiveId: from },
  identity,
  release,
  copy: null,
})

test('a tenant goes back to its archive and forth again; every call can be repeated', async () => {
  const { id } = await platform.tenant('archived')
  const { driver } = platform
  await fill(id, 'first', 500)
  writeFileSync(join(platform.dataDir, 'files', id, 'one.txt'), 'first')
  const place = { tenantId: id, archiveId: archiveId('round') }
  const made = await driver.exportArchive({ ...place, recipient }, fence)
  expect(made.rowCounts).toEqual({ 'public.thing': 500 })
  const file = join(platform.dataDir, 'backups', id, `${place.archiveId}.age`)
  expect([statSync(file).size, statSync(file).mode & 0o777]).toEqual([made.sizeBytes, 0o600])
  const before = readFileSync(file)
  expect(await driver.exportArchive({ ...place, recipient }, fence)).toEqual(made)
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(await driver.listArchives(id)).toEqual([{ ...made, ...place }])

  await fill(id, 'later', 50)
  writeFileSync(join(platform.dataDir, 'files', id, 'two.txt'), 'later')
  const tested = await driver.testArchive({ archive: place, identity })
  expect(tested.contentChecksum).toBe(made.contentChecksum)
  expect((await databases()).filter((name) => name.startsWith('scratch_'))).toEqual([])

  const loaded = await driver.importArchive(request(id, place.archiveId), fence)
  expect(loaded).toMatchObject({ rowCounts: made.rowCounts, contentChecksum: made.contentChecksum, migrated: [] })
  expect(await driver.importArchive(request(id, place.archiveId), fence)).toEqual(loaded)
  expect(await things(id)).toBe(550)
  // Nobody may be using what is swapped.
  await expect(driver.activateIncoming(id, fence)).rejects.toThrow(/stop/)
  await driver.stop(id, fence)
  for (let times = 0; times < 2; times++) {
    await driver.activateIncoming(id, fence)
    expect([await things(id), readdirSync(join(platform.dataDir, 'files', id))]).toEqual([500, ['one.txt']])
  }
  await driver.start(id, fence)
  await driver.stop(id, fence)
  for (let times = 0; times < 2; times++) {
    await driver.restoreFormer(id, fence)
    expect([await things(id), readdirSync(join(platform.dataDir, 'files', id))]).toEqual([550, ['one.txt', 'two.txt']])
  }
  await driver.dropIncoming(id, fence)
  await driver.dropFormer(id, fence)
  await driver.start(id, fence)
  expect(
    (await driver.inventory())
      .filter((item) => item.tenantId === id)
      .map((item) => item.kind)
      .sort(),
  ).toEqual(['backup', 'database', 'files', 'process', 'role', 'role', 'route', 'secret'])
  await driver.deleteArchive(place, fence)
  await driver.deleteArchive(place, fence)
  expect(existsSync(join(platform.dataDir, 'backups', id))).toBe(false)
})

test('a read-only tenant takes no writes, also not over connections that were open', async () => {
  const { id } = await platform.tenant('paused')
  const client = new pg.Client(postgres.databases.address(databaseName(id)))
  client.on('error', () => undefined)
  await client.connect()
  await platform.driver.setReadOnly(id, true, fence)
  await expect(client.query(`INSERT INTO thing (id) VALUES ('x')`)).rejects.toThrow()
  await expect(fill(id, 'y', 1)).rejects.toThrow('read-only transaction')
  expect(await things(id)).toBe(0)
  await platform.driver.setReadOnly(id, false, fence)
  await fill(id, 'z', 1)
  expect(await things(id)).toBe(1)
})

test('an archive is refused as a whole when it is damaged, for another key, or of a newer release', async () => {
  const { id } = await platform.tenant('refused')
  const { driver } = platform
  await fill(id, 'a', 10)
  const place = { tenantId: id, archiveId: archiveId('good') }
  await driver.exportArchive({ ...place, recipient }, fence)
  await expect(driver.importArchive({ ...request(id, place.archiveId), identity: await newArchiveKey() }, fence)).rejects.toMatchObject({
    code: 'archive_wrong_key',
  })
  await expect(driver.importArchive(request(id, archiveId('other')), fence)).rejects.toMatchObject({ code: 'not_found' })

  const newer = writeTestRelease(join(platform.dataDir, 'releases', 'newer'), '0.0.2+test')
  writeFileSync(join(newer.dir, 'migrations', 'migrations.json'), '["core/0001_init.sql", "core/0002_more.sql"]')
  writeFileSync(
    join(newer.dir, 'migrations', 'core', '0002_more.sql'),
    `ALTER TABLE thing ADD COLUMN colour text NOT NULL DEFAULT 'red';\n`,
  )
  await driver.prepareRelease(newer)
  // The older archive comes forward to the newer release …
  const forward = await driver.importArchive(request(id, place.archiveId, newer.version), fence)
  expect(forward).toMatchObject({ migrated: ['core/0002_more.sql'], schema: 'core/0002_more', rowCounts: { 'public.thing': 10 } })
  expect(await query(besideName(id, 'incoming'), 'SELECT DISTINCT colour FROM thing')).toEqual([{ colour: 'red' }])
  await driver.stop(id, fence)
  await driver.activateIncoming(id, fence)
  const later = { tenantId: id, archiveId: archiveId('later') }
  await driver.exportArchive({ ...later, recipient }, fence)
  // … an archive of the newer one does not go back.
  await expect(driver.importArchive(request(id, later.archiveId), fence)).rejects.toMatchObject({ code: 'archive_newer_schema' })

  const file = join(platform.dataDir, 'backups', id, `${place.archiveId}.age`)
  appendFileSync(file, 'x')
  await expect(driver.importArchive(request(id, place.archiveId), fence)).rejects.toMatchObject({ code: 'archive_damaged' })
  await expect(driver.testArchive({ archive: place, identity })).rejects.toMatchObject({ code: 'archive_damaged' })
  expect(await databases()).not.toContain(besideName(id, 'incoming'))
  expect(await things(id)).toBe(10)
})

test('archives from before, during and after a contract migration are restored at the release after it, and it is caught up with', async () => {
  const { id } = await platform.tenant('contracted')
  const { driver } = platform
  const files = {
    'core/0002_old.sql': 'ALTER TABLE thing ADD COLUMN old text;',
    'core/0003_contract_old.sql': 'ALTER TABLE thing DROP COLUMN old;',
    'core/0004_fresh.sql': `ALTER TABLE thing ADD COLUMN fresh text NOT NULL DEFAULT 'new';`,
    'core/0005_more.sql': 'ALTER TABLE thing ADD COLUMN more text;',
    'core/0006_last.sql': 'ALTER TABLE thing ADD COLUMN last text;',
  }
  const release = async (version: string, last: number): Promise<string> => {
    const migrations = Object.fromEntries(Object.entries(files).filter(([name]) => Number(name.slice(5, 9)) <= last))
    await driver.prepareRelease(writeTestRelease(join(platform.dataDir, 'releases', version), version, { migrations }))
    return version
  }
  let documentVersion = 1
  const goTo = async (to: string): Promise<void> => {
    await driver.startBeside(id, to, fence)
    documentVersion += 1
    const secrets = { tenantKey: 'a'.repeat(44), planeKey: 'b'.repeat(44) }
    await driver.configure({ ...document(id, 'contracted', to), version: documentVersion }, secrets, fence)
    await driver.switchOver(id, fence)
  }
  const upgrade = async (to: string): Promise<string[]> => {
    const { applied } = await driver.migrate(id, to, fence)
    await goTo(to)
    return applied
  }
  const keep = async (name: string) => {
    const { contentChecksum } = await driver.exportArchive({ tenantId: id, archiveId: archiveId(name), recipient }, fence)
    return { name, contentChecksum }
  }
  const columns = async (database: string) => {
    const attributes = `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'thing'::regclass AND attnum > 0 AND NOT attisdropped`
    return (await query<{ name: string }>(database, attributes)).map((row) => row.name).sort()
  }

  const [first, second, third] = [await release('1.0.0+a', 2), await release('2.0.0+b', 4), await release('3.0.0+c', 5)]
  expect(await upgrade(first)).toEqual(['core/0002_old.sql'])
  await query(databaseName(id), `INSERT INTO thing (id, old) VALUES ('one', 'kept'), ('two', 'kept')`)
  const before = await keep('before')
  // the contract migration waits for the upgrade after the one that brings it, so that this archive has a gap
  expect(await upgrade(second)).toEqual(['core/0004_fresh.sql'])
  const during = await keep('during')
  expect(await upgrade(third)).toEqual(['core/0003_contract_old.sql', 'core/0005_more.sql'])
  expect(await columns(databaseName(id))).toEqual(['amount', 'fresh', 'id', 'more'])
  const after = await keep('after')

  for (const { name, contentChecksum } of [before, during, after]) {
    const tested = await driver.testArchive({ archive: { tenantId: id, archiveId: archiveId(name) }, identity })
    expect(tested.contentChecksum).toBe(contentChecksum)
  }
  const fourth = await release('4.0.0+d', 6)
  const cases = [
    [before, ['core/0004_fresh.sql', 'core/0005_more.sql'], ['amount', 'fresh', 'id', 'more', 'old']],
    [during, ['core/0005_more.sql'], ['amount', 'fresh', 'id', 'more', 'old']],
    [after, [], ['amount', 'fresh', 'id', 'more']],
  ] as const
  for (const [archive, migrated, expected] of cases) {
    const loaded = await driver.importArchive(request(id, archiveId(archive.name), third), fence)
    expect(loaded).toMatchObject({ migrated, rowCounts: { 'public.thing': 2 }, contentChecksum: archive.contentChecksum })
    expect(await columns(besideName(id, 'incoming'))).toEqual(expected)
    await driver.stop(id, fence)
    await driver.activateIncoming(id, fence)
    await driver.dropFormer(id, fence)
    await driver.start(id, fence)
    expect(await query(databaseName(id), 'SELECT DISTINCT fresh FROM thing')).toEqual([{ fresh: 'new' }])
    // what nobody may need any more goes with the next upgrade, whichever archive it came from; and back again for the next case
    const caughtUp =
      (migrated as readonly string[]).length > 0 ? ['core/0003_contract_old.sql', 'core/0006_last.sql'] : ['core/0006_last.sql']
    expect(await upgrade(fourth)).toEqual(caughtUp)
    expect(await columns(databaseName(id))).toEqual(['amount', 'fresh', 'id', 'last', 'more'])
    expect(await things(id)).toBe(2)
    await goTo(third)
  }
  await expect(driver.importArchive(request(id, archiveId('after'), first), fence)).rejects.toMatchObject({ code: 'archive_newer_schema' })
})

test('a node killed while it writes an archive leaves neither process nor draft', async () => {
  const { id } = await platform.tenant('killed')
  await fill(id, 'row', 300_000)
  const place = { tenantId: id, archiveId: archiveId('half') }
  const folder = join(platform.dataDir, 'backups', id)
  const writing = platform.driver.exportArchive({ ...place, recipient }, fence).catch((error: Error) => error)
  await until('the draft is there', async () => existsSync(join(folder, `${place.archiveId}.age.tmp`)))
  const gone = new Promise((resolve) => platform.node!.once('exit', resolve))
  platform.node!.kill('SIGKILL')
  await gone
  expect(await writing).toBeInstanceOf(Error)
  await until('its process has ended', async () =>
    processesOf(platform.dataDir).every((line) => !line.includes(join('archive', 'main.ts'))),
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${archiveId('orphan')}.age`), 'an archive without its note')
  await platform.up()
  expect(readdirSync(folder)).toEqual([])
  expect((await platform.driver.exportArchive({ ...place, recipient }, fence)).rowCounts).toEqual({ 'public.thing': 300_000 })
})
