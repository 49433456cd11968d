import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newArchiveKey, recipientOf } from '../../archive/key.ts'
import type { Fence } from '../../driver.ts'
import { databaseName } from '../postgres/databases.ts'
import { startTestPostgres, type TestPostgres } from '../postgres/testing.ts'
import { document, processesOf, TestPlatform, until } from '../testing/platform.ts'
import { type TestBehaviour, writeTestRelease } from '../testing/release.ts'
import { runFolder } from './api.ts'

// Whole processes start and end here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const fence: Fence = { operationId: 'op_upgrade', number: 2 }
const secrets = { tenantKey: 'a'.repeat(44), planeKey: 'b'.repeat(44) }
const next = '0.0.2+test'
let postgres: TestPostgres
let platform: TestPlatform

beforeAll(async () => {
  postgres = await startTestPostgres()
  platform = await TestPlatform.create({ databaseUrl: postgres.url, args: ['--warm-processes', '0', '--warm-clones', '0'] })
  await platform.up()
  await prepare(next, { migrations: { 'core/0002_note.sql': 'ALTER TABLE thing ADD COLUMN note text;' } })
})
afterAll(async () => {
  await platform?.down()
  await postgres?.stop()
})

async function prepare(version: string, options: { migrations?: Record<string, string>; behaviour?: TestBehaviour } = {}) {
  const release = writeTestRelease(join(platform.dataDir, 'releases', version), version, options)
  await platform.driver.prepareRelease(release)
  return release
}

/** Hands the document over that says the tenant is to have this release. */
async function configure(id: string, slug: string, release: string, version = 2): Promise<void> {
  await platform.driver.configure({ ...document(id, slug, release), version }, secrets, fence)
}

interface Answered {
  release: string
  pid: number
  lease: boolean
}
const served = async (host: string): Promise<Answered> => (await platform.request(host, '/release')).json.data
const processesIn = async (id: string): Promise<string[]> =>
  (await platform.driver.inventory()).filter((item) => item.kind === 'process' && item.tenantId === id).map((item) => item.name)
/** Who held the lease, in order: every `take` is followed by its own `give` before the next. */
const leases = (id: string): string[] =>
  readFileSync(join(runFolder(platform.dataDir), `lease-${id}.log`), 'utf8')
    .trim()
    .split('\n')

/** A client that goes on asking over connections it keeps, until it is stopped. @returns what it was answered */
function goOnAsking(host: string, method: 'GET' | 'POST', path: string, body?: Buffer) {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const statuses: (number | string)[] = []
  let stopped = false
  const one = (): Promise<number | string> =>
    new Promise((resolve) => {
      const headers = { host, ...(body ? { 'content-length': body.length } : {}) }
      const sent = request({ host: '127.0.0.1', port: platform.port, method, path, headers, agent }, (answer) => {
        answer.on('error', (error) => resolve(error.message))
        answer.on('end', () => resolve(answer.statusCode ?? 0))
        answer.resume()
      })
      sent.on('error', (error) => resolve(error.message))
      sent.end(body)
    })
  const running = Promise.all(
    [1, 2].map(async () => {
      while (!stopped) statuses.push(await one())
    }),
  )
  return {
    statuses,
    async stop() {
      stopped = true
      await running
      agent.destroy()
      return statuses
    },
  }
}

describe('an upgrade, step by step', { retry: 0 }, () => {
  test('goes from one process to the other without a failed request, and the lease goes along', async () => {
    const { id, host } = await platform.tenant('souq')
    const { driver } = platform
    const before = await served(host)
    expect(before).toMatchObject({ release: platform.release.version, lease: true })
    const clients = [
      goOnAsking(host, 'GET', '/pid'),
      goOnAsking(host, 'POST', '/upload', Buffer.alloc(200_000, 'x')),
      goOnAsking(host, 'POST', '/v1/store/carts/crt_1/complete', Buffer.from('{}')),
    ]

    expect((await driver.migrate(id, next, fence)).applied).toEqual(['core/0002_note.sql'])
    expect((await driver.migrate(id, next, fence)).applied).toEqual([])
    await driver.startBeside(id, next, fence)
    const beside = (await driver.state(id)).beside
    expect(beside).toMatchObject({ release: next })
    expect(beside?.memoryBytes).toBeGreaterThan(1_000_000)
    const listed = (await platform.status()).tenants.find((tenant) => tenant.id === id)
    expect(listed).toMatchObject({ release: platform.release.version, beside: { release: next } })
    await driver.startBeside(id, next, fence)
    expect((await driver.state(id)).beside).toMatchObject({ startedAt: beside?.startedAt })
    expect(await processesIn(id)).toEqual([`data-plane ${id}`, `data-plane ${id} beside`])
    expect(await driver.probe(id, 'beside', fence)).toMatchObject({ ok: true })
    expect(await served(host)).toEqual(before)

    await configure(id, 'souq', next)
    // Nothing goes over by itself.
    expect(await served(host)).toEqual(before)
    // A request that takes its time is answered by the process it came to.
    const slow = platform.request(host, '/held')
    await until('the slow request has arrived', async () => (await platform.request(host, '/held/count')).json.data === 1)
    const stream = await openStream(host)
    const switching = driver.switchOver(id, fence)
    await until('the new process serves', async () => (await served(host)).release === next)
    expect(stream.ended).toBe(false)
    await answerHeld(recordOf(id).retiring!.socket)
    expect((await slow).json.data).toEqual({ release: platform.release.version })
    const answered = performance.now()
    expect(await switching).toEqual({ drained: true })
    // Nobody waits for connections that are merely kept.
    expect(performance.now() - answered).toBeLessThan(3_000)
    // The stream was closed with the hint when to come back.
    await until('the stream has ended', async () => stream.ended)
    expect(stream.text).toContain('retry: 500')

    const after = await served(host)
    expect(after).toMatchObject({ release: next, lease: true })
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
    expect(leases(id)).toEqual([`take ${before.pid}`, `give ${before.pid}`, `take ${after.pid}`])
    expect(await driver.switchOver(id, fence)).toEqual({ drained: true })
    expect(await served(host)).toEqual(after)
    const statuses = (await Promise.all(clients.map((client) => client.stop()))).map((all) => [...new Set(all)])
    expect(statuses).toEqual([[200], [200], [201]])

    const samples = (await driver.traffic()).filter((sample) => sample.tenantId === id)
    expect(samples.map((sample) => sample.release).sort()).toEqual([platform.release.version, next])
    for (const sample of samples) {
      expect(sample).toMatchObject({ errors: 0, failedCheckouts: 0 })
      expect(sample.checkouts).toBeGreaterThan(0)
      expect(sample.latency.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(sample.requests)
    }
    // And back again, without the database having to change.
    await driver.startBeside(id, platform.release.version, fence)
    await configure(id, 'souq', platform.release.version, 3)
    expect(await driver.switchOver(id, fence)).toEqual({ drained: true })
    expect(await served(host)).toMatchObject({ release: platform.release.version, lease: true })
  })

  test('a start with another release in the document is a switch, too: nobody is turned away', async () => {
    const { id, host } = await platform.tenant('started')
    const client = goOnAsking(host, 'GET', '/pid')
    await configure(id, 'started', next)
    await platform.driver.start(id, fence)
    expect(await served(host)).toMatchObject({ release: next, lease: true })
    expect([...new Set(await client.stop())]).toEqual([200])
  })

  test('a release that does not boot leaves everything as it was', async () => {
    const { id, host } = await platform.tenant('noboot')
    const { version } = await prepare('0.0.3+noboot', { behaviour: { crashOnBoot: true } })
    const before = [await served(host), await platform.driver.inventory()]
    await expect(platform.driver.startBeside(id, version, fence)).rejects.toThrow('this release does not boot')
    expect([await served(host), await platform.driver.inventory()]).toEqual(before)
    await configure(id, 'noboot', version)
    await expect(platform.driver.switchOver(id, fence)).rejects.toThrow('this release does not boot')
    expect(await served(host)).toEqual(before[0])
  })

  test('probes report what is wrong, and never throw', async () => {
    const { id } = await platform.tenant('probed')
    const { driver } = platform
    expect(await driver.probe(id, 'beside', fence)).toMatchObject({ ok: false, checks: [{ name: 'process', ok: false }] })
    expect(await driver.probe(id, 'active', fence)).toMatchObject({ ok: true })
    const { version } = await prepare('0.0.4+nohold', { behaviour: { failingHold: true } })
    await driver.startBeside(id, version, fence)
    const report = await driver.probe(id, 'beside', fence)
    expect(report.ok).toBe(false)
    expect(report.checks.filter((check) => !check.ok)).toMatchObject([{ name: 'hold', message: 'nothing can be held' }])
    await driver.stopBeside(id, fence)
    await driver.stopBeside(id, fence)
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
  })

  test('a process beside that was killed is started again at the switch; an old one that crashes is followed by the new', async () => {
    const { id, host } = await platform.tenant('killed')
    const { driver } = platform
    await driver.startBeside(id, next, fence)
    process.kill(recordOf(id).beside!.pid, 'SIGKILL')
    await until('its end is known', async () => !(await driver.state(id)).beside)
    await configure(id, 'killed', next)
    expect(await driver.switchOver(id, fence)).toEqual({ drained: true })
    expect(await served(host)).toMatchObject({ release: next, lease: true })

    const back = platform.release.version
    await driver.startBeside(id, back, fence)
    const standing = recordOf(id).beside!.pid
    await configure(id, 'killed', back, 3)
    process.kill(recordOf(id).process!.pid, 'SIGKILL')
    await until('the one that stood by serves', async () => recordOf(id).process?.pid === standing && !recordOf(id).process?.standby)
    expect(await served(host)).toEqual({ release: back, pid: standing, lease: true })
    expect(await driver.switchOver(id, fence)).toEqual({ drained: true })
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
  })

  test('the new process is killed in the middle of the switch: it comes back, and the switch ends as it should', async () => {
    const { id, host } = await platform.tenant('struck')
    const { driver } = platform
    const before = await served(host)
    await driver.startBeside(id, next, fence)
    await configure(id, 'struck', next)
    const slow = platform.request(host, '/held')
    await until('the slow request has arrived', async () => (await platform.request(host, '/held/count')).json.data === 1)
    const switching = driver.switchOver(id, fence)
    await until('the new process serves', async () => (await served(host)).release === next)
    const { pid } = recordOf(id).process!
    process.kill(pid, 'SIGKILL')
    await until('it is back', async () => {
      const now = (await served(host)) as Answered | null
      return now !== null && now.pid !== pid
    })
    await answerHeld(recordOf(id).retiring!.socket)
    expect((await slow).json.data).toEqual({ release: platform.release.version })
    expect(await switching).toEqual({ drained: true })
    await until('it holds the lease', async () => (await served(host)).lease)
    expect(leases(id).slice(0, 2)).toEqual([`take ${before.pid}`, `give ${before.pid}`])
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
  })

  test('a sleeper is upgraded in its sleep; one that is woken meanwhile serves on', async () => {
    const { id, host } = await platform.tenant('sleeper')
    const { driver } = platform
    await driver.sleep(id)
    await driver.migrate(id, next, fence)
    await driver.startBeside(id, next, fence)
    expect(await driver.probe(id, 'beside', fence)).toMatchObject({ ok: true })
    expect((await driver.state(id)).runtime).toBe('asleep')
    // Someone comes: the old release serves.
    expect(await served(host)).toMatchObject({ release: platform.release.version, lease: true })
    await driver.sleep(id)
    await configure(id, 'sleeper', next)
    expect(await driver.switchOver(id, fence)).toEqual({ drained: true })
    expect((await driver.state(id)).runtime).toBe('asleep')
    expect(await processesIn(id)).toEqual([])
    expect(await served(host)).toMatchObject({ release: next, lease: true })
  })

  test('whoever wakes after the new document has come gets the process that stands by', async () => {
    const { id, host } = await platform.tenant('woken')
    const { driver } = platform
    await driver.sleep(id)
    await driver.startBeside(id, next, fence)
    const { pid } = recordOf(id).beside!
    await configure(id, 'woken', next)
    expect(await served(host)).toMatchObject({ release: next, pid })
    await driver.switchOver(id, fence)
    expect(await served(host)).toEqual({ release: next, pid, lease: true })
  })

  test('while a process stands by, a tenant does not fall asleep by itself; stopped or forgotten, both end', async () => {
    const { id, host } = await platform.tenant('busy')
    await platform.driver.startBeside(id, next, fence)
    expect((await platform.request(host, '/sleep')).json.data.status).toBe(409)
    await platform.driver.stop(id, fence)
    expect(await processesIn(id)).toEqual([])
    await platform.driver.start(id, fence)
    await platform.driver.startBeside(id, next, fence)
    await platform.driver.dropDatabase(id, fence)
    await platform.driver.forget(id, fence)
    expect((await platform.driver.inventory()).filter((item) => item.tenantId === id)).toEqual([])
  })

  test('a migration that fails half-way names itself; the old release goes on', async () => {
    const { id, host } = await platform.tenant('halfway')
    const { version } = await prepare('0.0.5+broken', {
      migrations: { 'core/0002_note.sql': 'ALTER TABLE thing ADD COLUMN note text;', 'core/0003_bad.sql': failsOnRows },
    })
    await query(databaseName(id), `INSERT INTO thing (id) VALUES ('one')`)
    await expect(platform.driver.migrate(id, version, fence)).rejects.toThrow('migration core/0003_bad.sql failed: there are rows')
    expect((await platform.driver.probe(id, 'active', fence)).ok).toBe(true)
    expect(await served(host)).toMatchObject({ release: platform.release.version })
  })
})

describe('a release that nobody needs', () => {
  test('is dropped with its template and its folder; one that is in use, or shares its schema, is not touched', async () => {
    const { driver, dataDir } = platform
    const templates = async () => (await query('postgres', `SELECT datname FROM pg_database WHERE datname LIKE 'rel\\_%'`)).length
    const before = await templates()
    const migrations = { 'core/0002_other.sql': 'ALTER TABLE thing ADD COLUMN other text;' }
    const [one, twin] = [await prepare('0.1.0+one', { migrations }), await prepare('0.1.1+twin', { migrations })]
    expect(await templates()).toBe(before + 1)
    const { id } = await platform.tenant('keeps')
    await driver.startBeside(id, one.version, fence)
    await expect(driver.dropRelease(one.version)).rejects.toThrow(`tenant ${id} has it`)
    await driver.stopBeside(id, fence)
    await expect(driver.dropRelease(platform.release.version)).rejects.toThrow('is in use')
    await driver.dropRelease(one.version)
    expect([existsSync(one.dir), existsSync(twin.dir), await templates()]).toEqual([false, true, before + 1])
    await expect(driver.startBeside(id, one.version, fence)).rejects.toThrow('is not known on this node')
    // cut off in the middle of deleting: the repeat takes it from there
    renameSync(twin.dir, join(dataDir, 'releases', `.${twin.version}.pruned`))
    writeTestRelease(twin.dir, twin.version, { migrations })
    await driver.dropRelease(twin.version)
    await driver.dropRelease(twin.version)
    expect(await templates()).toBe(before)
    expect(readdirSync(join(dataDir, 'releases')).filter((name) => /one|twin/.test(name))).toEqual([])
  })
})

describe('a rehearsal', () => {
  test('tries the release on a copy and leaves nothing of it', async () => {
    const { id, host } = await platform.tenant('tried')
    const { driver } = platform
    const identity = await newArchiveKey()
    const archive = { tenantId: id, archiveId: 'bkp_00000000000000000000000001' }
    await driver.exportArchive({ ...archive, recipient: await recipientOf(identity) }, fence)
    const before = [await served(host), await driver.inventory()]
    const rehearse = (release: string) =>
      driver.rehearse({ archive, identity, release, document: document(id, 'tried', platform.release.version) }, fence)
    const good = await rehearse(next)
    expect(good.steps.filter((step) => !step.ok)).toEqual([])
    expect(good).toMatchObject({ ok: true, applied: ['core/0002_note.sql'], rowCounts: { archive: { 'public.thing': 0 } } })
    expect(good.steps.map((step) => step.name).slice(0, 4)).toEqual(['load', 'migrate', 'compare', 'boot'])
    const loses = await prepare('0.0.6+loses', { migrations: { 'core/0002_loses.sql': 'DROP TABLE thing;' } })
    expect(await rehearse(loses.version)).toMatchObject({
      ok: false,
      steps: [{}, {}, { name: 'compare', ok: false, message: expect.stringContaining('public.thing had 0 rows') }],
    })
    expect([await served(host), await driver.inventory()]).toEqual(before)
    expect(await query('postgres', `SELECT datname FROM pg_database WHERE datname LIKE 'scratch%'`)).toEqual([])
  })
})

describe('a node that is killed', { retry: 0 }, () => {
  const killNode = async () => {
    const ended = new Promise((resolve) => platform.node!.once('exit', resolve))
    platform.node!.kill('SIGKILL')
    await ended
  }

  test('finds the process beside again, and the switch goes on', async () => {
    const { id, host } = await platform.tenant('found')
    await platform.driver.startBeside(id, next, fence)
    const { pid } = recordOf(id).beside!
    await configure(id, 'found', next)
    await killNode()
    await platform.up()
    expect((await platform.driver.state(id)).beside).toMatchObject({ release: next })
    await platform.driver.switchOver(id, fence)
    expect(await served(host)).toEqual({ release: next, pid, lease: true })
  })

  test('in the middle of the switch: the next node drains and ends the old process, nobody serves twice', async () => {
    const { id, host } = await platform.tenant('middle')
    const before = await served(host)
    await platform.driver.startBeside(id, next, fence)
    await configure(id, 'middle', next)
    const slow = platform.request(host, '/held')
    await until('the slow request has arrived', async () => (await platform.request(host, '/held/count')).json.data === 1)
    const switching = platform.driver.switchOver(id, fence).catch((error: Error) => error)
    await until('the new process serves', async () => (await served(host)).release === next)
    await killNode()
    expect(await switching).toBeInstanceOf(Error)
    expect(recordOf(id).retiring?.pid).toBe(before.pid)
    // Shoppers do not notice: the new process serves, the old one still has its request.
    expect((await served(host)).release).toBe(next)
    await platform.up()
    expect(await processesIn(id)).toContain(`data-plane ${id} retiring`)
    await answerHeld(recordOf(id).retiring!.socket)
    expect((await slow).json.data).toEqual({ release: platform.release.version })
    expect(await platform.driver.switchOver(id, fence)).toEqual({ drained: true })
    const after = await served(host)
    expect(after).toMatchObject({ release: next, lease: true })
    expect(leases(id)).toEqual([`take ${before.pid}`, `give ${before.pid}`, `take ${after.pid}`])
    expect(await processesIn(id)).toEqual([`data-plane ${id}`])
  })

  test('and everything is ended by --stop, processes beside too', async () => {
    const { id } = await platform.tenant('ended')
    await platform.driver.startBeside(id, next, fence)
    await killNode()
    await platform.stopAll()
    expect(processesOf(platform.dataDir)).toEqual([])
  })
})

/** Nobody sees it on an empty database. */
const failsOnRows = `DO $$ BEGIN IF EXISTS (SELECT 1 FROM thing) THEN RAISE EXCEPTION 'there are rows'; END IF; END $$;`

async function query(database: string, text: string): Promise<{ datname?: string }[]> {
  const client = new pg.Client(postgres.databases.address(database))
  await client.connect()
  try {
    return (await client.query<{ datname?: string }>(text)).rows
  } finally {
    await client.end()
  }
}

interface OnDisk {
  process: { pid: number; socket: string; standby: boolean } | null
  beside: { pid: number } | null
  retiring: { pid: number; socket: string } | null
}

function recordOf(id: string): OnDisk {
  return JSON.parse(readFileSync(join(platform.dataDir, 'node', 'tenants', `${id}.json`), 'utf8')) as OnDisk
}

/** Lets a process answer what it holds back: it is asked on its own socket, since the gateway leads elsewhere by now. */
async function answerHeld(socket: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request({ socketPath: socket, path: '/held/answer', agent: false }, (answer) => answer.resume().once('end', () => resolve()))
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
      answer.once('end', () => {
        stream.ended = true
      })
      resolve(stream)
    })
    sent.once('error', reject)
    sent.end()
  })
}
