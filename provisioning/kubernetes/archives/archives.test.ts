import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cell, DomainError, newId } from '@cityos/contract'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newArchiveKey, recipientOf } from '../../archive/key.ts'
import { readArchive } from '../../archive/read.ts'
import { StaleFence } from '../../driver.ts'
import { Sealer } from '../../local/node/seal.ts'
import { databaseName } from '../../local/postgres/databases.ts'
import { startTestPostgres, type TestPostgres } from '../../local/postgres/testing.ts'
import { document, TestPlatform } from '../../local/testing/platform.ts'
import { writeTestRelease } from '../../local/testing/release.ts'
import { CellDatabases } from '../cell-databases.ts'
import { jobServer } from '../job/server.ts'
import type { JobTask } from '../job/task.ts'
import { Moves } from '../moves.ts'
import { namespaceOf } from '../names.ts'
import type { StackRunner } from '../stack/runner.ts'
import { TenantStore } from '../tenant-store.ts'
import { Tenants } from '../tenants.ts'
import { Archives } from './archives.ts'
import type { JobOrder } from './job-object.ts'
import { JobPod } from './job-pod.ts'
import type { JobRunner } from './jobs.ts'
import { Rehearsals } from './rehearsals.ts'
import { FolderArchives } from './store.ts'
import { TenantJobs } from './tenant-jobs.ts'

/** Jobs as processes of this one: all but the cluster is real. */
class JobsHere implements JobRunner {
  readonly made: string[] = []
  /** Called when a Job is ready, before it is used. */
  meanwhile: (order: JobOrder, server: Server) => Promise<void> = async () => undefined

  async perform<T>(order: JobOrder, use: (pod: JobPod) => Promise<T>, confirm: () => Promise<void>): Promise<T> {
    await confirm()
    this.made.push(`${order.name} ${order.release}`)
    const token = randomBytes(32).toString('base64url')
    // As it goes over a mounted file.
    const task = JSON.parse(JSON.stringify({ ...order.task, token, releaseDir: releases.get(order.release) })) as JobTask
    if (task.work.task === 'write') task.work.takenAt = new Date(task.work.takenAt)
    const server = jobServer(task, { done: () => undefined })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const pod = new JobPod({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, token)
      expect(await pod.isReady()).toBe(true)
      await this.meanwhile(order, server)
      return await use(pod)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

const fence = (number: number) => ({ operationId: `op_${number}`, number })
const releases = new Map<string, string>()
/** Runs of Pulumi. */
const stacks: string[] = []
const rootKey = randomBytes(32)
const archiveId = (name: string) => `bkp_${name.padEnd(20, '0')}`
let home: string
/** An API server that has no namespace. */
let server: Server
let postgres: TestPostgres
/** Of the second cell. */
let farPostgres: TestPostgres
let cells: Cell[]
let store: TenantStore
let tenants: Tenants
let jobs: JobsHere
let archives: Archives
let moves: Moves
let rehearsals: Rehearsals
let identity: string
let recipient: string
const release = '0.1.0+first'
const next = '0.2.0+next'

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cityos-archives-'))
  ;[postgres, farPostgres] = await Promise.all([startTestPostgres(), startTestPostgres()])
  server = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', code: 404, message: 'not found' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const first = writeTestRelease(join(home, 'releases', 'first'), release)
  const second = writeTestRelease(join(home, 'releases', 'next'), next, {
    migrations: { 'core/0002_note.sql': `ALTER TABLE thing ADD COLUMN note text NOT NULL DEFAULT '';` },
  })
  for (const { version, dir } of [first, second]) releases.set(version, dir)
  cells = [cellOf('test-1', postgres.url), cellOf('test-2', farPostgres.url), cellOf('test-1b', postgres.url)]
  const named = (name: string) => {
    const found = cells.find((each) => each.name === name)
    if (!found) throw new DomainError('not_found', { message: `there is no cell "${name}"` })
    return found
  }
  const sealer = new Sealer(rootKey)
  store = new TenantStore((await postgres.emptyDatabase()).url)
  const databases = new CellDatabases(store, sealer)
  for (const known of [first, second]) await databases.remember(known)
  tenants = new Tenants({
    store,
    cells: { of: async () => cells[0]!, named: async (name) => named(name), all: async () => cells },
    databases,
    runner: {
      run: async ({ stack, action }: { stack: string; action: string }) => {
        stacks.push(action === 'up' ? stack : `${action} ${stack}`)
        return { kind: 'done', changes: {}, timings: {}, objects: [] }
      },
    } as unknown as StackRunner,
    sealer,
    chartDir: '',
    issuer: 'http://cityos.localhost',
    public: { scheme: 'http', base_domain: 'localhost', port: null },
    smtpUrl: null,
    now: () => new Date(),
    note: () => undefined,
    readyWithinMs: 1_000,
    routedWithinMs: 1_000,
  })
  jobs = new JobsHere()
  const tenantJobs = new TenantJobs(tenants, jobs, { volume: join(home, 'volume'), scratch: join(home, 'scratch') })
  moves = new Moves(tenants, tenantJobs)
  archives = new Archives({ tenants, store: new FolderArchives(join(home, 'archives'), () => new Date()), jobs: tenantJobs, moves })
  rehearsals = new Rehearsals(tenants, archives, tenantJobs)
  identity = await newArchiveKey()
  recipient = await recipientOf(identity)
}, 120_000)
afterAll(async () => {
  await tenants?.parts.databases.close()
  await store?.close()
  await postgres?.stop()
  await farPostgres?.stop()
  server?.close()
  rmSync(home, { recursive: true, force: true })
})

/** A tenant with a database, whose pods have been up and are stopped. */
async function tenant(slug: string): Promise<string> {
  const id = newId('tnt')
  const secrets = { tenantKey: randomBytes(32).toString('base64'), planeKey: randomBytes(32).toString('base64') }
  await tenants.fenced(id, fence(1), async (held) => {
    const sealed = tenants.parts.sealer.seal(JSON.stringify(secrets), `tenant ${id}`)
    held.record = await tenants.change(held, {
      document: document(id, slug, release),
      secrets: sealed,
      active_release: release,
      has_stack: true,
      served: true,
    })
    await tenants.parts.databases.ensure(held.cluster.cell, id, release)
  })
  mkdirSync(join(home, 'volume', 'files'), { recursive: true })
  return id
}

async function query<Row>(database: string, text: string, on = postgres): Promise<Row[]> {
  const client = new pg.Client(on.databases.address(database))
  await client.connect()
  try {
    return (await client.query(text)).rows as Row[]
  } finally {
    await client.end()
  }
}
const fill = (id: string, prefix: string, count: number) =>
  query(databaseName(id), `INSERT INTO thing (id) SELECT '${prefix}' || n FROM generate_series(1, ${count}) n`)
const things = async (id: string) => (await query<{ n: number }>(databaseName(id), 'SELECT count(*)::int AS n FROM thing'))[0]!.n
const inFolder = async (id: string) => readdirSync(join(home, 'volume', (await store.find(id))!.files_dir))
const request = (tenantId: string, from: { tenantId: string; archiveId: string }) => ({
  tenantId,
  archive: from,
  identity,
  release,
  copy: null,
})

it('a tenant goes back to its archive and forth again; every call can be repeated', { timeout: 120_000 }, async () => {
  const id = await tenant('archived')
  await fill(id, 'first', 500)
  writeFileSync(join(home, 'volume', 'files', 'one.txt'), 'first')
  const place = { tenantId: id, archiveId: archiveId('round') }
  const made = await archives.write({ ...place, recipient }, fence(2))
  expect(made).toMatchObject({ release, rowCounts: { 'public.thing': 500 }, files: { count: 1, bytes: 5 } })
  const before = jobs.made.length
  expect(await archives.write({ ...place, recipient }, fence(2))).toEqual(made)
  expect(jobs.made.length).toBe(before)
  expect(await archives.list(id)).toEqual([{ ...made, ...place }])
  // The same format: whoever has the key reads it.
  const read = await readArchive(join(home, 'archives', id, `${place.archiveId}.age`), identity)
  expect(read.header).toMatchObject({ tenant_id: id, release })

  await fill(id, 'later', 50)
  writeFileSync(join(home, 'volume', 'files', 'two.txt'), 'later')
  expect((await archives.test({ archive: place, identity })).contentChecksum).toBe(made.contentChecksum)
  const loaded = await archives.load(request(id, place), fence(2))
  expect(loaded).toMatchObject({ rowCounts: made.rowCounts, contentChecksum: made.contentChecksum, migrated: [] })
  expect(await archives.load(request(id, place), fence(2))).toEqual(loaded)
  expect(await things(id)).toBe(550)
  for (let times = 0; times < 2; times++) {
    await archives.activate(id, fence(2))
    expect([await things(id), await inFolder(id)]).toEqual([500, ['one.txt']])
  }
  for (let times = 0; times < 2; times++) {
    await archives.restoreFormer(id, fence(2))
    expect([await things(id), await inFolder(id)]).toEqual([550, ['one.txt', 'two.txt']])
  }
  await archives.dropIncoming(id, fence(2))
  await archives.dropFormer(id, fence(2))
  expect(await store.find(id)).toMatchObject({ files_dir: 'files', incoming_dir: null, former_dir: null, stale_dirs: [] })
  expect(readdirSync(join(home, 'volume'))).toEqual(['files'])
  expect(
    (await query<{ name: string }>('postgres', 'SELECT datname AS name FROM pg_database'))
      .map(({ name }) => name)
      .filter((name) => /^(scratch|in|was)_/.test(name)),
  ).toEqual([])
  await archives.delete(place, fence(2))
  await archives.delete(place, fence(2))
  expect(existsSync(join(home, 'archives', id))).toBe(false)
})

it('a namespace of a chart from before there were jobs is made anew once, that of a tenant to come before its data', async () => {
  const id = await tenant('older')
  const runs = () => stacks.filter((stack) => stack === namespaceOf(id)).length
  for (const name of ['one', 'two']) await archives.write({ tenantId: id, archiveId: archiveId(name), recipient }, fence(2))
  expect(runs()).toBe(1)
  await tenants.fenced(id, fence(3), async (held) => void (await tenants.change(held, { has_stack: false, active_release: null })))
  await archives.load(request(id, { tenantId: id, archiveId: archiveId('one') }), fence(3))
  expect(runs()).toBe(2)
  expect(await store.find(id)).toMatchObject({ has_stack: true, desired: 'down', active_release: release })
})

it('databases are not swapped under processes that use them', async () => {
  const id = await tenant('busy')
  await tenants.fenced(id, fence(2), async (held) => void (await tenants.change(held, { desired: 'up' })))
  await expect(archives.activate(id, fence(2))).rejects.toThrow(/stop/)
  await expect(archives.restoreFormer(id, fence(2))).rejects.toThrow(/stop/)
})

it('an archive is refused as a whole: damaged, for another key, not there', { timeout: 60_000 }, async () => {
  const id = await tenant('refused')
  await fill(id, 'a', 3_000)
  const place = { tenantId: id, archiveId: archiveId('good') }
  await archives.write({ ...place, recipient }, fence(2))
  await expect(archives.load({ ...request(id, place), identity: await newArchiveKey() }, fence(2))).rejects.toMatchObject({
    code: 'archive_wrong_key',
  })
  await expect(archives.load(request(id, { ...place, archiveId: archiveId('none') }), fence(2))).rejects.toMatchObject({
    code: 'not_found',
  })
  const file = join(home, 'archives', id, `${place.archiveId}.age`)
  const bytes = readFileSync(file)
  bytes[bytes.length - 200]! ^= 1
  writeFileSync(file, bytes)
  await expect(archives.load(request(id, place), fence(2))).rejects.toMatchObject({ code: 'archive_damaged' })
  await expect(archives.test({ archive: place, identity })).rejects.toMatchObject({ code: 'archive_damaged' })
  expect(await things(id)).toBe(3_000)
})

it('an upload that breaks off leaves no archive, and the next one is whole', { timeout: 60_000 }, async () => {
  const id = await tenant('cut')
  await fill(id, 'a', 200_000)
  const place = { tenantId: id, archiveId: archiveId('cut') }
  jobs.meanwhile = async (_order, server) => {
    server.on('request', (asked, response) => {
      if (asked.url === '/archive') response.once('pipe', () => setImmediate(() => server.closeAllConnections()))
    })
  }
  await expect(archives.write({ ...place, recipient }, fence(2))).rejects.toThrow()
  jobs.meanwhile = async () => undefined
  expect(await archives.list(id)).toEqual([])
  expect(readdirSync(join(home, 'archives', id))).toEqual([])
  expect(await archives.write({ ...place, recipient }, fence(2))).toMatchObject({ rowCounts: { 'public.thing': 200_000 } })
})

it('who was overtaken keeps no archive, and makes no job', { timeout: 60_000 }, async () => {
  const id = await tenant('overtaken')
  const place = { tenantId: id, archiveId: archiveId('late') }
  jobs.meanwhile = async () => void (await store.takeOver(id, fence(9)))
  await expect(archives.write({ ...place, recipient }, fence(2))).rejects.toThrow(StaleFence)
  jobs.meanwhile = async () => undefined
  expect(await archives.list(id)).toEqual([])
  await expect(archives.write({ ...place, recipient }, fence(3))).rejects.toThrow(StaleFence)
})

it('what one driver wrote, the other one loads', { timeout: 180_000 }, async () => {
  const local = await TestPlatform.create({ databaseUrl: postgres.url })
  try {
    await local.up()
    const ofLocal = await local.tenant('here')
    await fill(ofLocal.id, 'local', 20)
    const there = { tenantId: ofLocal.id, archiveId: archiveId('fromlocal') }
    const writtenHere = await local.driver.exportArchive({ ...there, recipient }, fence(1))
    // From one machine into a cluster …
    const id = await tenant('moved')
    const folder = join(home, 'archives', ofLocal.id)
    mkdirSync(folder, { recursive: true })
    for (const end of ['age', 'json'])
      writeFileSync(
        join(folder, `${there.archiveId}.${end}`),
        readFileSync(join(local.dataDir, 'backups', ofLocal.id, `${there.archiveId}.${end}`)),
      )
    expect((await archives.load(request(id, there), fence(2))).contentChecksum).toBe(writtenHere.contentChecksum)
    await archives.activate(id, fence(2))
    expect(await things(id)).toBe(20)
    // … and back.
    await fill(id, 'cluster', 5)
    const back = { tenantId: id, archiveId: archiveId('fromcluster') }
    const writtenThere = await archives.write({ ...back, recipient }, fence(2))
    const into = join(local.dataDir, 'backups', id)
    mkdirSync(into, { recursive: true })
    for (const end of ['age', 'json'])
      writeFileSync(join(into, `${back.archiveId}.${end}`), readFileSync(join(home, 'archives', id, `${back.archiveId}.${end}`)))
    const loaded = await local.driver.importArchive({ ...request(ofLocal.id, back), release: local.release.version }, fence(1))
    expect(loaded).toMatchObject({ contentChecksum: writtenThere.contentChecksum, rowCounts: { 'public.thing': 25 } })
  } finally {
    await local.down()
  }
})

it('an upgrade is tried on a copy, and nothing is left of it', { timeout: 120_000 }, async () => {
  const id = await tenant('tried')
  await fill(id, 'a', 7)
  const archive = { tenantId: id, archiveId: archiveId('tried') }
  await archives.write({ ...archive, recipient }, fence(2))
  const rehearse = (to: string) => rehearsals.run({ archive, identity, release: to, document: document(id, 'tried', release) }, fence(2))
  const good = await rehearse(next)
  expect(good.steps.filter((step) => !step.ok)).toEqual([])
  expect(good).toMatchObject({ ok: true, applied: ['core/0002_note.sql'], rowCounts: { archive: { 'public.thing': 7 } } })
  expect(good.steps.map((step) => step.name).slice(0, 4)).toEqual(['load', 'migrate', 'compare', 'boot'])
  const broken = writeTestRelease(join(home, 'releases', 'broken'), '0.3.0+broken', { behaviour: { crashOnBoot: true } })
  releases.set(broken.version, broken.dir)
  expect(await rehearse(broken.version)).toMatchObject({ ok: false, steps: [{}, {}, {}, { name: 'boot', ok: false }] })
  expect(await query('postgres', `SELECT datname FROM pg_database WHERE datname LIKE 'scratch%'`)).toEqual([])
})

/** What a server has of a tenant. */
const onServer = async ({ databases }: TestPostgres, id: string) => {
  const of = databaseName(id).slice(2)
  const found = await databases.tenants()
  return [...found.databases, ...found.roles].filter((name) => name.includes(of))
}

it('a tenant goes to another cell and nothing stays behind; every call can be repeated', { timeout: 120_000 }, async () => {
  const id = await tenant('mover')
  const twice = async (call: () => Promise<unknown>) => {
    await call()
    await call()
  }
  await fill(id, 'a', 30)
  writeFileSync(join(home, 'volume', 'files', 'kept.txt'), 'kept')
  const place = { tenantId: id, archiveId: archiveId('mover') }
  await twice(() => moves.prepare(id, 'test-2', fence(2)))
  const made = await archives.write({ ...place, recipient }, fence(2))
  const into = { ...request(id, place), cell: 'test-2' }
  await expect(archives.activate(id, fence(2))).rejects.toThrow('nothing was loaded')
  expect((await archives.load(into, fence(2))).contentChecksum).toBe(made.contentChecksum)
  expect(jobs.made.at(-1)).toBe(`archive-load ${release}`)
  await archives.load(into, fence(2))
  expect(await store.find(id)).toMatchObject({ cell: 'test-1', other: { cell: 'test-2', role: 'incoming', desired: 'down' } })
  await twice(() => archives.activate(id, fence(2)))
  expect(await store.find(id)).toMatchObject({ cell: 'test-2', other: { cell: 'test-1', role: 'former', files_dir: 'files' } })
  expect((await query<{ n: number }>(databaseName(id), 'SELECT count(*)::int AS n FROM thing', farPostgres))[0]?.n).toBe(30)
  expect(await inFolder(id)).toContain('kept.txt')
  expect(await onServer(postgres, id)).toHaveLength(3)
  await twice(() => archives.dropFormer(id, fence(2)))
  expect(await onServer(postgres, id)).toEqual([])
  expect(await onServer(farPostgres, id)).toHaveLength(3)
  const far = `${namespaceOf(id)}.test-2`
  expect(stacks.filter((stack) => stack.includes(namespaceOf(id)))).toEqual([far, namespaceOf(id), `destroy ${namespaceOf(id)}`])
  expect(await store.find(id)).toMatchObject({ cell: 'test-2', stack: far, other: null })
})

it('the way back from another cell: what was taken loses its database first, and then goes as a whole', { timeout: 120_000 }, async () => {
  const id = await tenant('returner')
  await fill(id, 'a', 3)
  const place = { tenantId: id, archiveId: archiveId('returner') }
  await moves.prepare(id, 'test-2', fence(2))
  await archives.write({ ...place, recipient }, fence(2))
  await archives.load({ ...request(id, place), cell: 'test-2' }, fence(2))
  await archives.activate(id, fence(2))
  // Its pods there have been started, and nobody could stop them.
  await tenants.fenced(id, fence(2), async (held) => void (await tenants.change(held, { desired: 'up' })))
  for (let times = 0; times < 2; times++) {
    await archives.restoreFormer(id, fence(2))
    expect(await store.find(id)).toMatchObject({ cell: 'test-1', files_dir: 'files', other: { cell: 'test-2', role: 'incoming' } })
    expect((await onServer(farPostgres, id)).filter((name) => name === databaseName(id))).toEqual([])
    expect(await things(id)).toBe(3)
  }
  for (let times = 0; times < 2; times++) await archives.dropIncoming(id, fence(2))
  expect(await onServer(farPostgres, id)).toEqual([])
  expect(stacks.at(-1)).toBe(`destroy ${namespaceOf(id)}.test-2`)
  expect(await store.find(id)).toMatchObject({ cell: 'test-1', other: null, has_stack: true })
})

it('what was left in a cell that is off the platform counts as gone with it', { timeout: 120_000 }, async () => {
  const id = await tenant('survivor')
  await fill(id, 'a', 3)
  const place = { tenantId: id, archiveId: archiveId('survivor') }
  await moves.prepare(id, 'test-2', fence(2))
  await archives.write({ ...place, recipient }, fence(2))
  await archives.load({ ...request(id, place), cell: 'test-2' }, fence(2))
  await archives.activate(id, fence(2))
  const all = cells
  cells = all.filter(({ name }) => name !== 'test-1')
  try {
    for (let times = 0; times < 2; times++) await archives.dropFormer(id, fence(2))
  } finally {
    cells = all
  }
  expect(stacks.at(-1)).toBe(`forget ${namespaceOf(id)}`)
  expect(await onServer(postgres, id)).toHaveLength(3)
  expect(await store.find(id)).toMatchObject({ cell: 'test-2', other: null })
})

it('no place is made where something of the tenant is already, or for one that is there', async () => {
  const id = await tenant('double')
  await expect(moves.prepare(id, 'test-1b', fence(2))).rejects.toMatchObject({ code: 'already_exists' })
  await expect(moves.prepare(id, 'test-1', fence(2))).rejects.toMatchObject({ code: 'invalid_transition' })
  const certificates = [{ host: 'double.example', hosts: ['double.example'], chain: '', sealedKey: '' }]
  const certified = (change: typeof certificates) =>
    tenants.fenced(id, fence(2), async (held) => void (await tenants.change(held, { certificates: change })))
  await certified(certificates)
  await expect(moves.prepare(id, 'test-2', fence(2))).rejects.toThrow(/cell test-2 serves no TLS for hosts of tenants, and double\.example/)
  await certified([])
  await moves.prepare(id, 'test-2', fence(2))
  await expect(moves.incoming(await tenants.unfenced(id, async (held) => held), 'test-1b')).rejects.toMatchObject({
    code: 'invalid_transition',
  })
  await moves.prepare(id, 'test-2', fence(3))
  await expect(moves.prepare(id, 'test-2', fence(2))).rejects.toThrow(StaleFence)
})

it('a platform without a place for archives says what to set', async () => {
  const id = await tenant('placeless')
  const without = new Archives({ tenants, store: null, jobs: new TenantJobs(tenants, jobs), moves })
  await expect(without.write({ tenantId: id, archiveId: archiveId('none'), recipient }, fence(2))).rejects.toThrow(/no place for archives/)
  expect(await without.list()).toEqual([])
  await without.delete({ tenantId: id, archiveId: archiveId('none') }, fence(2))
})

function cellOf(name: string, databaseUrl: string): Cell {
  const { hostname, port } = new URL(databaseUrl)
  return Cell.parse({
    name,
    region: 'test',
    access: { kubeconfig: kubeconfigOf((server.address() as AddressInfo).port), database_url: databaseUrl },
    cluster: {
      image: { repository: 'cityos' },
      files: { storage_class: 'none' },
      gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
      database: { host: hostname, port: Number(port), cidrs: ['127.0.0.1/32'] },
      control_plane: { origin: 'http://127.0.0.1:1' },
    },
  })
}

function kubeconfigOf(port: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}
