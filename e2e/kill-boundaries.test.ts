import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ControlPlaneBinding, OperatorCredential } from '@cityos/contract'
import type { Approval, Backup, Operation, Tenant } from '@cityos/control-plane/contract'
import { definitionOf } from '@cityos/control-plane/testing/operation-bench'
import type { InventoryItem } from '@cityos/provisioning'
import { LocalDriver, nodeAddress } from '@cityos/provisioning/local'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { ensureTenant } from './tenants.ts'

// A control plane that dies with kill -9 between the effect of each step and its journal, in every operation that makes
// or destroys things, and in the middle of undoing: the next one takes the operation to its end, and the real node keeps
// exactly what it should. Dying before a step's journal is dying after the end of the step before, and between journal and
// effect nothing has happened yet: one step stands for all there. The control plane under test is the release's own, started by hand beside the platform's, with
// a registry of its own; the driver, Postgres, the gateway and the data planes are the platform's.

const release = join(import.meta.dirname, '../dist/release')
let platform: Platform
let postgres: TestPostgres
let folder: string
let binding: ControlPlaneBinding
let driver: LocalDriver
let running: ChildProcess | null = null
let token: string | null = null
let second: string | null = null

beforeAll(async () => {
  platform = await Platform.start()
  postgres = await startTestPostgres()
  folder = await mkdtemp(join(tmpdir(), 'cityos-kill-'))
  const node = nodeAddress(platform.data.path)
  if (!node) throw new Error('the platform has no node')
  driver = new LocalDriver({ socket: node.socket })
  const { version, schema } = JSON.parse(readFileSync(join(release, 'release.json'), 'utf8')) as { version: string; schema: string }
  binding = {
    listen: { socket: join(folder, 'control-plane.sock') },
    database: { url: (await postgres.emptyDatabase()).url },
    root_key: randomBytes(32).toString('base64'),
    node: { socket: node.socket },
    public: { scheme: 'http', base_domain: 'localhost', port: platform.port },
    release_dir: release,
    releases: [{ version, dir: release, schema }],
    data_dir: folder,
    operator_credential_path: join(folder, 'operator.json'),
  }
})

/** What a failed test has left running would hold the lease against the next. */
afterEach(async () => {
  if (running?.exitCode === null && running.signalCode === null) running.kill('SIGKILL')
})

afterAll(async () => {
  if (running?.exitCode === null) running.kill('SIGKILL')
  await platform?.end()
  await postgres?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** Starts the control plane; with `killAt` it kills itself there. Resolves once it is bound, or dead already. */
async function start(killAt?: string): Promise<{ died: Promise<string> }> {
  const child = spawn(process.execPath, [join(release, 'control-plane.mjs')], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'], cwd: tmpdir() })
  running = child
  child.stdout?.pipe(createWriteStream(join(folder, 'control-plane.log'), { flags: 'a' }))
  child.stdin?.end(`${JSON.stringify({ ...binding, ...(killAt ? { test: { kill_at: killAt } } : {}) })}\n`)
  const died = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)))
  const bound = new Promise<string>((resolve) => child.stdio[3]?.on('data', (line: Buffer) => resolve(line.toString())))
  const first = await Promise.race([bound, died])
  if (first.includes('error')) throw new Error(first)
  return { died }
}

async function stop(): Promise<void> {
  const child = running
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

function ask<T>(
  method: string,
  path: string,
  options: { body?: object; headers?: Record<string, string>; as?: string | null } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: binding.listen.socket,
        method,
        path,
        headers: {
          host: `cityos.localhost:${platform.port}`,
          accept: 'application/json',
          'content-type': 'application/json',
          ...((options.as ?? token) ? { authorization: `Bearer ${options.as ?? token}` } : {}),
          ...options.headers,
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          const body = JSON.parse(text) as { data?: T }
          if ((response.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
          else resolve((body.data ?? body) as T)
        })
      },
    )
    sent.once('error', reject)
    sent.end(options.body ? JSON.stringify(options.body) : undefined)
  })
}

async function signIn(email: string, password: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const redirect = 'urn:ietf:wg:oauth:2.0:oob'
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: redirect,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const asked = await ask<{ request: string }>('GET', `/oauth/authorize?${query}`)
  const { code } = await ask<{ code: string }>('POST', '/oauth/sign-in', { body: { request: asked.request, email, password } })
  const body = { grant_type: 'authorization_code', code, code_verifier: verifier, client_id: 'cli', redirect_uri: redirect }
  return (await ask<{ access_token: string }>('POST', '/oauth/token', { body })).access_token
}

/** Both people: the first operator, and a second one who was invited. */
async function signInBoth(): Promise<void> {
  const { email, password } = JSON.parse(readFileSync(binding.operator_credential_path, 'utf8')) as OperatorCredential
  token = await signIn(email, password)
  const invited = { email: 'second@boundary.test', password: 'Wadi-Hanifa-2026!' }
  const { url } = await ask<{ url: string }>('POST', '/api/v1/staff/invitations', { body: { email: invited.email, role: 'super-admin' } })
  await ask('POST', '/oauth/invitation', {
    body: { token: new URL(url).searchParams.get('token'), name: 'Second', password: invited.password },
  })
  second = await signIn(invited.email, invited.password)
}

/** Asks for something that needs a second person, and agrees as that person. */
async function withTwo(method: string, path: string, body?: object): Promise<void> {
  const { approval } = await ask<{ approval: Approval }>(method, path, body ? { body } : {})
  await ask('POST', `/api/v1/approvals/${approval.id}/approve`, { body: {}, as: second })
}

/** Starts an operation and lets the control plane die at every boundary in turn; then lets it finish. */
async function dieEverywhere(kind: string, boundaries: string[], begin: () => Promise<unknown>): Promise<Operation> {
  for (const [index, boundary] of boundaries.entries()) {
    const { died } = await start(boundary)
    // The answer may be lost with the process that gives it.
    if (index === 0) await begin().catch((error: NodeJS.ErrnoException) => expect(error.code, `${error}`).toBe('ECONNRESET'))
    expect(await died, `at ${boundary}`).toBe('SIGKILL')
  }
  await start()
  const ended = await eventually(
    async () => {
      const [newest] = await ask<Operation[]>('GET', `/api/v1/operations?kind=${kind}&limit=1`)
      return newest && ['succeeded', 'failed', 'cancelled'].includes(newest.status) ? newest : null
    },
    `${kind} has ended`,
    90_000,
  )
  return ended
}

/** The boundaries of an operation, as its definition has them. */
const doing = (kind: string) => definitionOf(kind).steps.map((step) => `${kind}/${step.name}/after-do`)

async function kinds(tenantId: string): Promise<string[]> {
  return (await driver.inventory())
    .filter((item: InventoryItem) => item.tenantId === tenantId)
    .map((item) => item.kind)
    .sort()
}

async function databasesOf(tenantId: string): Promise<string[]> {
  const name = `t_${tenantId.slice(4)}`
  return (await driver.inventory()).filter((item) => item.name.startsWith(name)).map((item) => `${item.kind} ${item.name}`)
}

const whole = ['database', 'files', 'process', 'role', 'role', 'route', 'secret']

let tenant: Tenant

test('tenant-create, killed at every boundary, ends with exactly one of everything', { timeout: 600_000 }, async () => {
  expect(existsSync(join(release, 'control-plane.mjs'))).toBe(true)
  await start()
  await signInBoth()
  await stop()
  const beforeEffect = ['tenant-create/database/before-journal', 'tenant-create/database/before-do']
  const boundaries = doing('tenant-create').flatMap((point) => (point.includes('/database/') ? [...beforeEffect, point] : [point]))
  const operation = await dieEverywhere('tenant-create', boundaries, () =>
    ask('POST', '/api/v1/tenants', {
      body: { slug: 'boundary', name: 'Boundary', owner: 'owner@boundary.test' },
      headers: { 'idempotency-key': 'boundary-create' },
    }),
  )
  expect(operation).toMatchObject({ status: 'succeeded', kind: 'tenant-create' })
  expect(operation.steps.every((step) => step.attempts >= 2)).toBe(true)
  tenant = await ask<Tenant>('GET', '/api/v1/tenants/boundary')
  await stop()
  expect(await kinds(tenant.id)).toEqual(whole)
  await eventually(async () => (await platform.request('boundary.localhost', '/v1/store/tenant')).status === 200, 'the storefront answers')
})

let backup: Backup

test('tenant-backup, killed, makes one backup; tenant-restore, killed at every boundary, leaves one of everything', {
  timeout: 600_000,
}, async () => {
  const taken = await dieEverywhere('tenant-backup', doing('tenant-backup'), () => ask('POST', `/api/v1/tenants/${tenant.id}/backups`))
  expect(taken.status).toBe('succeeded')
  const backups = await ask<Backup[]>('GET', `/api/v1/tenants/${tenant.id}/backups`)
  expect(backups).toMatchObject([{ status: 'ready', kind: 'manual' }])
  backup = backups[0]!
  await stop()
  const restored = await dieEverywhere('tenant-restore', doing('tenant-restore'), () =>
    ask('POST', `/api/v1/tenants/${tenant.id}/restore`, { body: { backup_id: backup.id, confirm: 'boundary' } }),
  )
  await stop()
  expect(restored).toMatchObject({ status: 'succeeded', failure: null })
  // the backup, and the safety one that was made before
  expect(await kinds(tenant.id)).toEqual(['backup', 'backup', ...whole])
})

test('tenant-clone, killed at every boundary, ends with one more of everything and no archive left over', {
  timeout: 600_000,
}, async () => {
  const operation = await dieEverywhere('tenant-clone', doing('tenant-clone'), () =>
    ask('POST', `/api/v1/tenants/${tenant.id}/clone`, { body: { slug: 'boundary-copy' } }),
  )
  expect(operation).toMatchObject({ status: 'succeeded', failure: null })
  const copy = await ask<Tenant>('GET', '/api/v1/tenants/boundary-copy')
  await stop()
  expect(copy).toMatchObject({ status: 'active', quarantined: true })
  expect(await kinds(copy.id)).toEqual(whole)
  expect(await kinds(tenant.id)).toEqual(['backup', 'backup', ...whole])
})

test('tenant-move, killed at every boundary, ends in one place', { timeout: 600_000 }, async () => {
  const operation = await dieEverywhere('tenant-move', doing('tenant-move'), () =>
    withTwo('POST', `/api/v1/tenants/${tenant.id}/move`, { reason: 'another disk' }),
  )
  await stop()
  expect(operation).toMatchObject({ status: 'succeeded', failure: null })
  expect(await kinds(tenant.id)).toEqual(['backup', 'backup', ...whole])
})

test('tenant-close, killed at every boundary, ends with the data kept, a final archive and nothing running', {
  timeout: 300_000,
}, async () => {
  const operation = await dieEverywhere('tenant-close', doing('tenant-close'), () =>
    withTwo('POST', `/api/v1/tenants/${tenant.id}/close`, {}),
  )
  await stop()
  expect(operation.status).toBe('succeeded')
  expect(await kinds(tenant.id)).toEqual(['backup', 'backup', 'backup', ...whole.filter((kind) => kind !== 'process')])
})

test('tenant-delete, killed at every boundary, leaves nothing', { timeout: 300_000 }, async () => {
  const operation = await dieEverywhere('tenant-delete', doing('tenant-delete'), () =>
    withTwo('DELETE', `/api/v1/tenants/${tenant.id}?confirm=boundary`),
  )
  await stop()
  expect(operation.status).toBe('succeeded')
  expect(await kinds(tenant.id)).toEqual([])
  expect(await databasesOf(tenant.id)).toEqual([])
})

test('undoing, killed at every boundary, leaves nothing and the other tenant alone', { timeout: 300_000 }, async () => {
  // The node leads this host to a tenant of the platform, so that the step `route` can never succeed.
  const holder = await ensureTenant(platform, 'held', { seed: false })
  const undone = definitionOf('tenant-create').steps.map((step) => step.name)
  const boundaries = undone
    .slice(0, undone.indexOf('route') + 1)
    .reverse()
    .flatMap((step) => ['before-undo', 'after-undo'].map((moment) => `tenant-create/${step}/${moment}`))
  const operation = await dieEverywhere('tenant-create', boundaries, () =>
    ask('POST', '/api/v1/tenants', {
      body: { slug: 'held', name: 'Rival', owner: 'owner@rival.test' },
      headers: { 'idempotency-key': 'boundary-rival' },
    }),
  )
  await stop()
  expect(operation).toMatchObject({ status: 'failed', failure: { step: 'route' } })
  expect(await kinds(operation.tenant_id)).toEqual([])
  expect(await databasesOf(operation.tenant_id)).toEqual([])
  expect(await kinds(holder.id)).toEqual(whole)
})
