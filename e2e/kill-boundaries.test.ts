import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ControlPlaneBinding, OperatorCredential } from '@cityos/contract'
import type { Operation, Tenant } from '@cityos/control-plane/contract'
import type { InventoryItem } from '@cityos/provisioning'
import { LocalDriver, nodeAddress } from '@cityos/provisioning/local'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { ensureTenant } from './tenants.ts'

// A control plane that dies with kill -9 at each point between two durable facts of tenant-create, tenant-close and
// tenant-delete, and in the middle of undoing: the next one takes the operation to its end, and the real node keeps
// exactly what it should. The control plane under test is the release's own, started by hand beside the platform's, with
// a registry of its own; the driver, Postgres, the gateway and the data planes are the platform's.

const release = join(import.meta.dirname, '../dist/release')
const steps = {
  'tenant-create': ['names', 'schema', 'database', 'secrets', 'deploy', 'seed', 'route', 'health', 'billing', 'hand-over'],
  'tenant-close': ['document', 'stop'],
  'tenant-delete': ['unroute', 'stop', 'database', 'files-and-secrets', 'sweep', 'registry', 'certificate'],
} as const

let platform: Platform
let postgres: TestPostgres
let folder: string
let binding: ControlPlaneBinding
let driver: LocalDriver
let running: ChildProcess | null = null
let token: string | null = null

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

function ask<T>(method: string, path: string, options: { body?: object; headers?: Record<string, string> } = {}): Promise<T> {
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
          ...(token ? { authorization: `Bearer ${token}` } : {}),
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

async function signIn(): Promise<void> {
  const { email, password } = JSON.parse(readFileSync(binding.operator_credential_path, 'utf8')) as OperatorCredential
  const { createHash } = await import('node:crypto')
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
  token = (await ask<{ access_token: string }>('POST', '/oauth/token', { body })).access_token
}

/** Starts an operation and lets the control plane die at every boundary in turn; then lets it finish. */
async function dieEverywhere(boundaries: string[], begin: () => Promise<Operation>): Promise<Operation> {
  let operation: Operation | null = null
  for (const boundary of boundaries) {
    const { died } = await start(boundary)
    if (!operation) operation = await begin()
    expect(await died, `at ${boundary}`).toBe('SIGKILL')
  }
  await start()
  const id = operation!.id
  const ended = await eventually(
    async () => {
      const now = await ask<Operation>('GET', `/api/v1/operations/${id}`)
      return ['succeeded', 'failed', 'cancelled'].includes(now.status) ? now : null
    },
    `${operation!.kind} has ended`,
    90_000,
  )
  await stop()
  return ended
}

const doing = (kind: keyof typeof steps) =>
  steps[kind].flatMap((step) => ['before-journal', 'before-do', 'after-do'].map((moment) => `${kind}/${step}/${moment}`))

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

let tenant: Tenant

test('tenant-create, killed at every boundary, ends with exactly one of everything', { timeout: 600_000 }, async () => {
  expect(existsSync(join(release, 'control-plane.mjs'))).toBe(true)
  await start()
  await signIn()
  await stop()
  const operation = await dieEverywhere(doing('tenant-create'), async () => {
    const body = { slug: 'boundary', name: 'Boundary', owner: 'owner@boundary.test' }
    const started = await ask<{ operation: Operation; tenant: Tenant }>('POST', '/api/v1/tenants', {
      body,
      headers: { 'idempotency-key': 'boundary-create' },
    })
    tenant = started.tenant
    return started.operation
  })
  expect(operation).toMatchObject({ status: 'succeeded', kind: 'tenant-create' })
  expect(operation.steps.every((step) => step.attempts >= 2)).toBe(true)
  expect(await kinds(tenant.id)).toEqual(['database', 'files', 'process', 'role', 'role', 'route', 'secret'])
  await eventually(async () => (await platform.request('boundary.localhost', '/v1/store/tenant')).status === 200, 'the storefront answers')
})

test('tenant-close, killed at every boundary, ends with the data kept and nothing running', { timeout: 300_000 }, async () => {
  const operation = await dieEverywhere(doing('tenant-close'), async () => {
    return (await ask<{ operation: Operation }>('POST', `/api/v1/tenants/${tenant.id}/close`)).operation
  })
  expect(operation.status).toBe('succeeded')
  expect(await kinds(tenant.id)).toEqual(['database', 'files', 'role', 'role', 'route', 'secret'])
})

test('tenant-delete, killed at every boundary, leaves nothing', { timeout: 300_000 }, async () => {
  const operation = await dieEverywhere(doing('tenant-delete'), async () => {
    return (await ask<{ operation: Operation }>('DELETE', `/api/v1/tenants/${tenant.id}?confirm=boundary`)).operation
  })
  expect(operation.status).toBe('succeeded')
  expect(await kinds(tenant.id)).toEqual([])
  expect(await databasesOf(tenant.id)).toEqual([])
})

test('undoing, killed at every boundary, leaves nothing and the other tenant alone', { timeout: 300_000 }, async () => {
  // The node leads this host to a tenant of the platform, so that the step `route` can never succeed.
  const holder = await ensureTenant(platform, 'held', { seed: false })
  const boundaries = [...steps['tenant-create']]
    .slice(0, 7)
    .reverse()
    .flatMap((step) => ['before-undo', 'after-undo'].map((moment) => `tenant-create/${step}/${moment}`))
  let rival = ''
  const operation = await dieEverywhere(boundaries, async () => {
    const body = { slug: 'held', name: 'Rival', owner: 'owner@rival.test' }
    const started = await ask<{ operation: Operation; tenant: Tenant }>('POST', '/api/v1/tenants', {
      body,
      headers: { 'idempotency-key': 'boundary-rival' },
    })
    rival = started.tenant.id
    return started.operation
  })
  expect(operation).toMatchObject({ status: 'failed', failure: { step: 'route' } })
  expect(await kinds(rival)).toEqual([])
  expect(await databasesOf(rival)).toEqual([])
  expect(await kinds(holder.id)).toEqual(['database', 'files', 'process', 'role', 'role', 'route', 'secret'])
})
