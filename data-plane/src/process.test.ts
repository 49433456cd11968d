import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Binding, TenantDocument } from '@cityos/contract'
import { signPlaneToken } from '@cityos/http'
import { rolldown } from 'rolldown'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { TestCluster, testBinding, until } from '../testing/platform.ts'

// The real process: bundled as a release bundles it, started and stopped as the node does.

const dataPlane = join(import.meta.dirname, '..')
const built = join(dataPlane, 'node_modules/.process-test', String(process.pid))
let cluster: TestCluster
const children: ChildProcess[] = []
const folders: string[] = []

beforeAll(async () => {
  cluster = await TestCluster.start()
  const bundle = await rolldown({
    input: { 'data-plane': join(dataPlane, 'src/main.ts') },
    cwd: dataPlane,
    platform: 'node',
    tsconfig: join(dataPlane, 'tsconfig.json'),
    external: [
      /^@nestjs\/(microservices|websockets|platform-express)/,
      /^(class-transformer|class-validator|pg-native|sharp|@fastify\/view)(\/|$)/,
    ],
    logLevel: 'silent',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  const banner =
    "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)\nconst __filename = import.meta.filename, __dirname = import.meta.dirname"
  await bundle.write({
    dir: built,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    keepNames: true,
    banner,
  })
  await bundle.close()
}, 120_000)
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  for (const folder of [...folders, built]) rmSync(folder, { recursive: true, force: true })
  await cluster.stop()
})

interface Plane {
  child: ChildProcess
  binding: Binding
  said: string[]
  log(): string
}

/** @param byFile the binding lies in a file, as in a cluster */
async function start(changes: Partial<Binding> = {}, byFile = false): Promise<Plane> {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-process-'))
  folders.push(folder)
  const release = releaseFolder({ version: 'test', schema: 'test' })
  const binding: Binding = {
    ...testBinding(await cluster.tenant()),
    listen: { socket: join(folder, 'plane.sock') },
    files_dir: join(folder, 'files'),
    release_dir: release,
    ...changes,
  }
  const file = join(folder, 'binding.json')
  if (byFile) writeFileSync(file, JSON.stringify(binding))
  const child = spawn(process.execPath, [join(built, 'data-plane.mjs')], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...(byFile ? { CITYOS_BINDING_FILE: file } : {}) },
  })
  children.push(child)
  const said: string[] = []
  let log = ''
  ;(child.stdio[3] as Readable).on('data', (chunk: Buffer) => said.push(...chunk.toString().trim().split('\n')))
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  return { child, binding, said, log: () => log }
}

function releaseFolder(manifest: object): string {
  const release = mkdtempSync(join(tmpdir(), 'cityos-release-'))
  folders.push(release)
  mkdirSync(join(release, 'assets'), { recursive: true })
  mkdirSync(join(release, 'console/tenant/assets'), { recursive: true })
  writeFileSync(join(release, 'release.json'), JSON.stringify(manifest))
  writeFileSync(join(release, 'console/tenant/index.html'), '<!doctype html><title>console</title>')
  writeFileSync(join(release, 'assets/manifest.json'), readManifest())
  return release
}

/** The storefront reads which hashed files its pages name; an empty build will do here. */
function readManifest(): string {
  return JSON.stringify({
    'client/main.ts': { file: 'main.js', isEntry: true, src: 'client/main.ts', css: ['styles.css'] },
  })
}

const bind = (plane: Plane): void => void plane.child.stdin?.end(`${JSON.stringify(plane.binding)}\n`)
const exited = (plane: Plane): Promise<number | null> =>
  new Promise((resolve) => (plane.child.exitCode === null ? plane.child.once('exit', resolve) : resolve(plane.child.exitCode)))

function ask(
  plane: Plane,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const { socket } = plane.binding.listen as { socket: string }
  return new Promise((resolve, reject) => {
    request({ socketPath: socket, path, method, headers: { host: 'test.localhost', ...headers } }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }))
    })
      .on('error', reject)
      .end()
  })
}

it('loads its code, waits for its tenant, answers, and ends cleanly', async () => {
  const plane = await start()
  await until(() => plane.said.includes('{"ready":"unbound"}'), 20_000)
  bind(plane)
  await until(() => plane.said.includes('{"ready":"bound"}'), 20_000)
  expect((await ask(plane, '/health')).status).toBe(200)
  expect((await ask(plane, '/v1/store/products')).status).toBe(200)
  const console = await ask(plane, '/orders', { host: 'admin.test.localhost', accept: 'text/html' })
  expect([console.status, console.body]).toEqual([200, '<!doctype html><title>console</title>'])
  expect((await ask(plane, '/orders', { accept: 'text/html' })).status).toBe(404)
  plane.child.kill('SIGTERM')
  expect(await exited(plane)).toBe(0)
  const lines = plane
    .log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.find((line) => line['operation'] === 'store.product.list')).toMatchObject({
    level: 'INFO',
    service: 'data-plane',
    method: 'GET',
    path: '/v1/store/products',
    status: 200,
    tenant_id: plane.binding.tenant.id,
  })
  expect(lines.at(-1)).toMatchObject({ message: 'tenant is down' })
}, 60_000)

it('ends when its supervisor ends before binding it', async () => {
  const plane = await start()
  await until(() => plane.said.includes('{"ready":"unbound"}'), 20_000)
  plane.child.stdin?.end()
  expect(await exited(plane)).toBe(0)
}, 60_000)

it('stands by the one that serves, and takes over when that one ends', async () => {
  const tenant = await cluster.tenant()
  const { database, secrets } = testBinding(tenant)
  const owner = await cluster.owner(tenant)
  const lease = async () => (await owner.query<{ holder: string; fence: number }>('SELECT holder, fence FROM lease')).rows[0]
  const old = await start({ database, secrets })
  bind(old)
  await until(() => old.said.includes('{"ready":"bound"}'), 20_000)
  const before = await lease()
  const young = await start({ database, secrets, standby: true })
  bind(young)
  await until(() => young.said.includes('{"ready":"bound"}'), 20_000)
  expect([(await ask(young, '/health')).status, (await ask(young, '/v1/store/products')).status]).toEqual([200, 200])
  expect(await lease()).toEqual(before)

  const proof = { iss: 'node', aud: 'data-plane', tenant_id: old.binding.tenant.id } as const
  const headers = { authorization: `Bearer ${await signPlaneToken(secrets.plane_key, proof, new Date())}` }
  const probed = JSON.parse((await ask(young, '/internal/probe', headers, 'POST')).body) as { data: { ok: boolean } }
  expect(probed.data.ok).toBe(true)
  const activated = ask(young, '/internal/activate', headers, 'POST')
  const ended = exited(old)
  old.child.kill('SIGTERM')
  expect([await ended, JSON.parse((await activated).body).data]).toEqual([0, { lease: true }])
  expect((await lease())?.holder).not.toBe(before?.holder)
  // Told again it says the same; and it ends as cleanly as any other.
  expect(JSON.parse((await ask(young, '/internal/activate', headers, 'POST')).body).data).toEqual({ lease: true })
  young.child.kill('SIGTERM')
  expect([await exited(young), await lease()]).toEqual([0, undefined])
}, 60_000)

it('web processes and a worker share a tenant: who they are lies in a file, and only the worker takes the lease', async () => {
  const tenant = await cluster.tenant()
  const { database, secrets } = testBinding(tenant)
  const owner = await cluster.owner(tenant)
  const lease = async () => (await owner.query<{ holder: string; fence: number }>('SELECT holder, fence FROM lease')).rows
  const up = (plane: Plane) => until(() => plane.log().includes('tenant is up'), 20_000)
  const web = await start({ database, secrets, role: 'web' }, true)
  await up(web)
  const proof = { iss: 'node', aud: 'data-plane', tenant_id: web.binding.tenant.id } as const
  const headers = { authorization: `Bearer ${await signPlaneToken(secrets.plane_key, proof, new Date())}` }
  const activated = await ask(web, '/internal/activate', headers, 'POST')
  expect([JSON.parse(activated.body).data, await lease()]).toEqual([{ lease: false }, []])
  const worker = await start({ database, secrets, role: 'worker' }, true)
  await up(worker)
  expect(await lease()).toHaveLength(1)

  // Liveness needs neither token nor database; nothing of this is traffic.
  expect((await ask(web, '/alive')).status).toBe(200)
  expect((await ask(web, '/health')).status).toBe(200)
  const people = { 'x-forwarded-for': '192.0.2.7' }
  expect((await ask(web, '/v1/store/products', people)).status).toBe(200)
  expect((await ask(web, '/v1/store/carts/crt_none/complete', people, 'POST')).status).toBeGreaterThanOrEqual(400)
  expect((await ask(web, '/internal/traffic', { ...headers, ...people })).status).toBe(404)
  const traffic = async (plane: Plane) => JSON.parse((await ask(plane, '/internal/traffic', headers)).body).data
  await until(async () => (await traffic(web)).requests === 3)
  expect(await traffic(web)).toMatchObject({ release: 'test', requests: 3, errors: 0, checkouts: 1, failedCheckouts: 0 })
  expect(await traffic(worker)).toMatchObject({ requests: 0 })
  expect((await traffic(worker)).epoch).not.toBe((await traffic(web)).epoch)

  worker.child.kill('SIGTERM')
  expect([await exited(worker), await lease()]).toEqual([0, []])
  web.child.kill('SIGTERM')
  expect(await exited(web)).toBe(0)
}, 60_000)

it('says in one line why it cannot be bound', async () => {
  const nowhere = 'postgres://app:app@127.0.0.1:1/none'
  const plane = await start({ database: { url: nowhere, direct_url: nowhere } })
  bind(plane)
  expect(await exited(plane)).toBe(1)
  const failure = JSON.parse(plane.said.at(-1) ?? '{}') as { error?: string }
  expect(failure.error).toContain('ECONNREFUSED')
}, 60_000)

it('serves a database with later expand migrations; one with a contract migration it does not know it refuses', async () => {
  const database = await cluster.tenant()
  const journal = JSON.parse(readFileSync(join(dataPlane, 'migrations.json'), 'utf8')) as string[]
  const listed = journal.map((name) => ({ name, kind: 'expand' }))
  const ofRelease = (known: typeof listed) => ({
    ...testBinding(database),
    release_dir: releaseFolder({ version: 'test', schema: 'test', migrations: known }),
  })
  const owner = await cluster.owner(database)
  const later = async (name: string) => {
    await owner.query('RESET ROLE; SET ROLE cityos_owner')
    await owner.query(`INSERT INTO schema_migration (name, position, checksum, duration_ms, kind) VALUES ($1, $2, '', 0, $3)`, [
      name,
      journal.length + Number(name.slice(0, 4)),
      name.includes('contract') ? 'contract' : 'expand',
    ])
  }
  await later('0001_gift.sql')
  const older = await start(ofRelease(listed.slice(0, -1)))
  bind(older)
  await until(() => older.said.includes('{"ready":"bound"}'), 20_000)
  await later('0002_contract_gift.sql')
  const refused = await start(ofRelease(listed))
  bind(refused)
  expect(await exited(refused)).toBe(1)
  expect(JSON.parse(refused.said.at(-1) ?? '{}')).toEqual({
    error: expect.stringMatching(/^schema_unknown: release test: the database has 0002_contract_gift.sql, a contract migration/),
  })
  const ahead = await start({ ...ofRelease([...listed, { name: '0009_note.sql', kind: 'expand' }]) })
  bind(ahead)
  expect(await exited(ahead)).toBe(1)
  expect(ahead.said.at(-1)).toContain('schema_unknown: release test: the database lacks 0009_note.sql')
}, 60_000)

it('refuses a control plane that speaks another protocol', async () => {
  const plane = await start({ protocol: 7 })
  bind(plane)
  expect(await exited(plane)).toBe(1)
  expect(plane.said.at(-1)).toContain('version_skew: this data plane speaks protocol 1, its control plane 7')
}, 60_000)

it('goes on serving the hashed files of other releases', async () => {
  const former = releaseFolder({ version: 'former', schema: 'test' })
  writeFileSync(join(former, 'assets/former-1a2b.js'), 'shop')
  writeFileSync(join(former, 'console/tenant/assets/former-3c4d.js'), 'console')
  const plane = await start({ former_release_dirs: [join(former, 'gone'), former] })
  bind(plane)
  await until(() => plane.said.includes('{"ready":"bound"}'), 20_000)
  const shop = await ask(plane, '/assets/former-1a2b.js')
  expect([shop.status, shop.body]).toEqual([200, 'shop'])
  expect(shop.headers['cache-control']).toContain('immutable')
  expect((await ask(plane, '/assets/former-3c4d.js', { host: 'admin.test.localhost' })).body).toBe('console')
  expect((await ask(plane, '/assets/never-5e6f.js')).status).toBe(404)
}, 60_000)

it('takes the tenant’s document from the other plane, and asks for sleep when nobody wants anything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cityos-supervisor-'))
  const socket = join(folder, 'node.sock')
  const asked: { path: string; body: string }[] = []
  const supervisor: Server = createServer((incoming, answer) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
    incoming.on('end', () => {
      asked.push({ path: incoming.url ?? '', body })
      answer.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => supervisor.listen(socket, resolve))
  const plane = await start({ supervisor: { socket }, idle_after: 1 })
  bind(plane)
  await until(() => plane.said.includes('{"ready":"bound"}'), 20_000)
  await until(() => asked.length > 0, 20_000)
  expect(asked[0]?.path).toBe(`/planes/${plane.binding.tenant.id}/idle`)
  const dueAt = (JSON.parse(asked[0]?.body ?? '{}') as { next_due_at: string }).next_due_at
  expect(new Date(dueAt).getTime()).toBeGreaterThan(Date.now())

  const token = await signPlaneToken(
    plane.binding.secrets.plane_key,
    { iss: 'control-plane', aud: 'data-plane', tenant_id: plane.binding.tenant.id },
    new Date(),
  )
  const health = JSON.parse((await ask(plane, '/internal/health', { authorization: `Bearer ${token}` })).body) as {
    data: { tenant_version: number; next_due_at: string }
  }
  expect(health.data).toMatchObject({ tenant_version: TenantDocument.parse(plane.binding.tenant).version, next_due_at: dueAt })
  await new Promise((resolve) => supervisor.close(resolve))
  rmSync(folder, { recursive: true, force: true })
}, 60_000)
