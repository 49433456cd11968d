import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newArchiveKey, recipientOf } from '../../archive/key.ts'
import type { Fence } from '../../driver.ts'
import { platformUrl } from '../addresses.ts'
import { databaseName } from '../postgres/databases.ts'
import { document, processesOf, TestPlatform, until } from '../testing/platform.ts'
import { type TestBehaviour, writeTestRelease } from '../testing/release.ts'
import { runFolder } from './api.ts'

// Whole processes start and end here, on a machine that may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

// Kill -9 in the middle of an upgrade: of Postgres, of the node, of the process beside. Shoppers are served on one of the
// two releases all the time, nothing is left behind, and asking again takes the upgrade to its end.

const fence: Fence = { operationId: 'op_upgrade', number: 2 }
const secrets = { tenantKey: 'a'.repeat(44), planeKey: 'b'.repeat(44) }
const next = '0.0.2+test'
const slow = '0.0.3+slow'
let platform: TestPlatform
let back: string

beforeAll(async () => {
  // a request gets two seconds to end, where it gets thirty outside of tests
  platform = await TestPlatform.create({ args: ['--warm-processes', '0', '--warm-clones', '0', '--drain-ms', '2000'] })
  back = platform.release.version
  await platform.up()
  await prepare(next, { migrations: { 'core/0002_note.sql': 'ALTER TABLE thing ADD COLUMN note text;' } })
  await prepare(slow, { migrations: { 'core/0002_slow.sql': slowWhereAsked } })
})
afterAll(() => platform?.down())

/** Takes a minute on a database that has a row called so, and no time on every other one. */
const slowWhereAsked = `
DO $$ BEGIN IF EXISTS (SELECT 1 FROM thing WHERE id = 'slow') THEN PERFORM pg_sleep(60); END IF; END $$;
ALTER TABLE thing ADD COLUMN note text;`

async function prepare(version: string, options: { migrations?: Record<string, string>; behaviour?: TestBehaviour }): Promise<void> {
  await platform.driver.prepareRelease(writeTestRelease(join(platform.dataDir, 'releases', version), version, options))
}

async function configure(id: string, slug: string, release: string, version: number): Promise<void> {
  await platform.driver.configure({ ...document(id, slug, release), version }, secrets, fence)
}

async function query<T extends object>(database: string, text: string): Promise<T[]> {
  const url = new URL(platformUrl(platform.dataDir))
  url.pathname = `/${database}`
  const client = new pg.Client(url.toString())
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<T>(text)).rows
  } finally {
    await client.end()
  }
}

/** Sessions of a purpose that are at work in a database whose name begins so. */
const working = (purpose: string, database: string) =>
  query<{ pid: number }>(
    'postgres',
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'cityos ${purpose}' AND datname LIKE '${database}%' AND wait_event = 'PgSleep'`,
  )
const columnsOf = async (id: string) =>
  (await query<{ name: string }>(databaseName(id), `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'thing'`))
    .map((row) => row.name)
    .sort()
const setSlow = (id: string) => query(databaseName(id), `INSERT INTO thing (id) VALUES ('slow')`)
const setQuick = (id: string) => query(databaseName(id), `DELETE FROM thing WHERE id = 'slow'`)

interface Answered {
  release: string
  pid: number
  lease: boolean
}
const served = async (host: string): Promise<Answered> => (await platform.request(host, '/release')).json?.data
const processesIn = async (id: string): Promise<string[]> =>
  (await platform.driver.inventory()).filter((item) => item.kind === 'process' && item.tenantId === id).map((item) => item.name)

/** Every `take` of the lease is followed by the end of who took it, by a `give` or by death, before the next. */
function expectOneHolderAtATime(id: string): void {
  const log = readFileSync(join(runFolder(platform.dataDir), `lease-${id}.log`), 'utf8')
  let holder: string | null = null
  for (const line of log.trim().split('\n')) {
    const [verb, pid] = line.split(' ') as [string, string]
    if (verb === 'give') expect(pid).toBe(holder)
    else if (holder !== null) expect(existsSync(`/proc/${holder}`), `${holder} held the lease when ${pid} took it`).toBe(false)
    holder = verb === 'take' ? pid : null
  }
}

const names = async () => (await platform.driver.inventory()).map((item) => `${item.kind} ${item.name}`).sort()

interface OnDisk {
  process: { pid: number; socket: string } | null
  beside: { pid: number } | null
  retiring: { socket: string } | null
}
const recordOf = (id: string) => JSON.parse(readFileSync(join(platform.dataDir, 'node', 'tenants', `${id}.json`), 'utf8')) as OnDisk

async function killPostgres(): Promise<void> {
  const postgres = async () => (await platform.status()).parts.find((part) => part.name === 'postgres')!
  const { pid } = await postgres()
  process.kill(pid!, 'SIGKILL')
  await until('Postgres is back', async () => {
    const part = await postgres()
    return part.state === 'running' && part.pid !== pid
  })
}

async function killNode(): Promise<void> {
  const ended = new Promise((resolve) => platform.node!.once('exit', resolve))
  platform.node!.kill('SIGKILL')
  await ended
}

async function upgrade(id: string, slug: string, release: string, version: number): Promise<{ drained: boolean }> {
  await platform.driver.migrate(id, release, fence)
  await platform.driver.startBeside(id, release, fence)
  await configure(id, slug, release, version)
  return platform.driver.switchOver(id, fence)
}

describe('Postgres is killed', { retry: 0 }, () => {
  test('in the middle of a migration: it is taken back, the node goes on, and the next try brings it', async () => {
    const { id, host } = await platform.tenant('migrating')
    await setSlow(id)
    const migrating = platform.driver.migrate(id, slow, fence).catch((error: Error) => error)
    await until('the migration is at work', async () => (await working('migration', databaseName(id))).length > 0)
    const node = platform.node!.pid
    await killPostgres()
    expect(await migrating).toMatchObject({ message: expect.stringContaining('migration core/0002_slow.sql failed') })
    expect((await platform.status()).pid).toBe(node)
    expect(await columnsOf(id)).toEqual(['amount', 'id'])
    expect(await served(host)).toMatchObject({ release: back, lease: true })
    await setQuick(id)
    expect(await upgrade(id, 'migrating', slow, 2)).toEqual({ drained: true })
    expect(await columnsOf(id)).toEqual(['amount', 'id', 'note'])
    expect(await served(host)).toMatchObject({ release: slow, lease: true })
  })

  test('in the middle of the switch: requests are answered all the time, and the switch ends as it should', async () => {
    const { id, host } = await platform.tenant('switching')
    await platform.driver.startBeside(id, next, fence)
    await configure(id, 'switching', next, 2)
    const held = platform.request(host, '/held')
    await until('the slow request has arrived', async () => (await platform.request(host, '/held/count')).json.data === 1)
    const switching = platform.driver.switchOver(id, fence)
    await until('the new process serves', async () => (await served(host)).release === next)
    const old = recordOf(id).retiring!.socket
    const killed = killPostgres()
    expect((await platform.request(host, '/pid')).status).toBe(200)
    await askAt(old, '/held/answer')
    expect((await held).json.data).toEqual({ release: back })
    expect(await switching).toEqual({ drained: true })
    await killed
    expect(await served(host)).toMatchObject({ release: next, lease: true })
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
    expectOneHolderAtATime(id)
  })
})

describe('the node is killed', { retry: 0 }, () => {
  test('in the middle of a migration: its statement ends with it, and the next node brings it', async () => {
    const { id, host } = await platform.tenant('deserted')
    await setSlow(id)
    const migrating = platform.driver.migrate(id, slow, fence).catch((error: Error) => error)
    await until('the migration is at work', async () => (await working('migration', databaseName(id))).length > 0)
    await killNode()
    expect(await migrating).toBeInstanceOf(Error)
    expect((await platform.request(host, '/pid')).status).toBe(200)
    // long before the minute is over that the statement would have taken
    await until('nobody works for the dead', async () => (await working('migration', databaseName(id))).length === 0, 15)
    await setQuick(id)
    await platform.up()
    expect(await columnsOf(id)).toEqual(['amount', 'id'])
    expect(await upgrade(id, 'deserted', slow, 2)).toEqual({ drained: true })
    expect(await columnsOf(id)).toEqual(['amount', 'id', 'note'])
    expect(await served(host)).toMatchObject({ release: slow, lease: true })
    expectOneHolderAtATime(id)
  })

  test('in the middle of a rehearsal, in its migration or with its process up: nothing of it is left, and the next one ends well', async () => {
    const { id, host } = await platform.tenant('rehearsed')
    const { driver } = platform
    const identity = await newArchiveKey()
    const archive = (name: string) => ({ tenantId: id, archiveId: `bkp_${name.padEnd(26, '0')}` })
    const recipient = await recipientOf(identity)
    await driver.exportArchive({ ...archive('quick'), recipient }, fence)
    await setSlow(id)
    await driver.exportArchive({ ...archive('slow'), recipient }, fence)
    await setQuick(id)
    await prepare('0.0.4+hangs', { behaviour: { hangingProbe: true } })
    const before = [await served(host), await names()]
    const rehearse = (release: string, name: string) =>
      platform.driver.rehearse({ archive: archive(name), identity, release, document: document(id, 'rehearsed', back) }, fence)
    const processes = () => processesOf(platform.dataDir).filter((line) => line.includes('data-plane'))
    const standing = processes().length

    const cases = [
      [slow, 'slow', async () => (await working('archive', 'scratch')).length > 0],
      ['0.0.4+hangs', 'quick', async () => processes().length > standing],
    ] as const
    for (const [release, name, isUnderWay] of cases) {
      const rehearsing = rehearse(release, name).catch((error: Error) => error)
      await until('the rehearsal is under way', isUnderWay)
      await killNode()
      expect(await rehearsing).toBeInstanceOf(Error)
      expect((await served(host)).release).toBe(back)
      await platform.up()
      await until(
        'its database is gone',
        async () => (await query('postgres', `SELECT 1 FROM pg_database WHERE datname LIKE 'scratch%'`)).length === 0,
        20,
      )
      expect(readdirSync(join(platform.dataDir, 'incoming')).filter((file) => file.startsWith('scratch'))).toEqual([])
      expect(processes()).toHaveLength(standing)
      expect([await served(host), await names()]).toEqual(before)
    }
    expect(await rehearse(next, 'quick')).toMatchObject({ ok: true, applied: ['core/0002_note.sql'] })
  })
})

describe('the process beside is killed', { retry: 0 }, () => {
  test('at any moment of a switch: the tenant is served, nobody works twice, and the switch ends when it is asked for again', async () => {
    const { id, host } = await platform.tenant('stricken')
    let version = 1
    for (const [round, release] of [next, back, next, back, next].entries()) {
      await platform.driver.startBeside(id, release, fence)
      const { pid } = recordOf(id).beside!
      version += 1
      await configure(id, 'stricken', release, version)
      const switching = platform.driver.switchOver(id, fence).catch((error: Error) => error)
      // a little later in each round: while it is looked for, while it takes over, while the old one ends
      for (let asked = 0; asked < round; asked++) await platform.driver.state(id)
      process.kill(pid, 'SIGKILL')
      const ended = await switching
      if (ended instanceof Error) expect(ended.message).toMatch(/ended before it could take over|did not start/)
      else expect(ended).toEqual({ drained: true })
      const now = await until('somebody serves', async () => served(host))
      expect([back, next]).toContain(now.release)
      await platform.driver.switchOver(id, fence)
      await until('it serves with the lease', async () => {
        const after = await served(host)
        return after?.release === release && after.lease
      })
      expect(await processesIn(id)).toEqual([`data-plane ${id}`])
      expectOneHolderAtATime(id)
    }
  })
})

describe('what is under way in a switch', { retry: 0 }, () => {
  test('a request longer than the drain is broken off, and the switch says so; a stream is told when to come back and goes on', async () => {
    const { id, host } = await platform.tenant('patient')
    const endless = platform.request(host, '/held').then(
      (answer) => answer.status,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    )
    await until('the endless request has arrived', async () => (await platform.request(host, '/held/count')).json.data === 1)
    const stream = await openStream(host)
    await platform.request(host, '/events/send?text=before')
    await platform.driver.startBeside(id, next, fence)
    await configure(id, 'patient', next, 2)
    const switching = platform.driver.switchOver(id, fence)
    await until('the new process serves', async () => (await served(host)).release === next)
    // the stream is the old process' still, as long as that drains
    await askAt(recordOf(id).retiring!.socket, '/events/send?text=meanwhile')
    await until('the event has come', async () => stream.text.includes('meanwhile'))
    expect(stream.ended).toBe(false)
    expect(await switching).toEqual({ drained: false })
    expect(await endless).toBe(503)
    await until('the stream has ended', async () => stream.ended)
    expect(stream.text).toContain('data: before')
    expect(stream.text.trim().split('\n').at(-1)).toBe('retry: 500')
    const again = await openStream(host)
    await platform.request(host, '/events/send?text=after')
    await until('the stream goes on', async () => again.text.includes('after'))
    expect(await served(host)).toMatchObject({ release: next, lease: true })
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
    expectOneHolderAtATime(id)
  })
})

/** Asks a process on its own socket: the gateway leads elsewhere by now. */
async function askAt(socket: string, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request({ socketPath: socket, path, agent: false }, (answer) => answer.resume().once('end', () => resolve()))
      .once('error', reject)
      .end()
  })
}

/** An event stream through the gateway. */
function openStream(host: string): Promise<{ text: string; ended: boolean }> {
  const stream = { text: '', ended: false }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: platform.port, path: '/events', headers: { host }, agent: false }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        stream.text += chunk
      })
      answer.once('close', () => {
        stream.ended = true
      })
      resolve(stream)
    })
    sent.once('error', reject)
    sent.end()
  })
}
