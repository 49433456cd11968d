import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ControlPlaneBinding, OperatorCredential } from '@cityos/contract'
import type { Approval, Operation, Rollout, Tenant } from '@cityos/control-plane/contract'
import type { InventoryItem } from '@cityos/provisioning'
import { LocalDriver, nodeAddress } from '@cityos/provisioning/local'
import type { TestPostgres } from '@cityos/provisioning/testing'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import type { Platform } from './platform.ts'
import { type BuiltRelease, builtRelease } from './release.ts'

interface Asked {
  body?: object
  headers?: Record<string, string>
  as?: string | null
}

/**
 * A control plane of the release, started by hand beside the platform's with a registry of its own, that kills itself
 * where it is told. The driver, Postgres, the gateway and the data planes are the platform's.
 */
export class DyingControlPlane {
  readonly #binding: ControlPlaneBinding
  readonly #driver: LocalDriver
  #running: ChildProcess | null = null
  /** The next one: it has loaded its code and waits for its binding, while the one before is still at work. */
  #ahead: ChildProcess | null = null
  #token: string | null = null
  #second: string | null = null

  private constructor(binding: ControlPlaneBinding, driver: LocalDriver) {
    this.#binding = binding
    this.#driver = driver
  }

  /** @param folder where it may make a folder called `name` @param others releases it knows beside its own */
  static async prepare(
    platform: Platform,
    postgres: TestPostgres,
    folder: string,
    name: string,
    others: BuiltRelease[] = [],
  ): Promise<DyingControlPlane> {
    const node = nodeAddress(platform.data.path)
    if (!node) throw new Error('the platform has no node')
    const own = join(folder, name)
    mkdirSync(own)
    const release = builtRelease()
    const plane = new DyingControlPlane(
      {
        listen: { socket: join(own, 'control-plane.sock') },
        database: { url: (await postgres.emptyDatabase()).url },
        root_key: randomBytes(32).toString('base64'),
        node: { socket: node.socket },
        public: { scheme: 'http', base_domain: 'localhost', port: platform.port },
        release_dir: release.dir,
        releases: [release, ...others],
        data_dir: own,
        operator_credential_path: join(own, 'operator.json'),
      },
      new LocalDriver({ socket: node.socket }),
    )
    await plane.start()
    await plane.#signInBoth()
    return plane
  }

  /** Starts it; with `killAt` it kills itself there. Resolves once it is bound, or dead already. */
  async start(killAt?: string): Promise<{ died: Promise<string> }> {
    await this.stop()
    const child = this.#ahead ?? this.#launch()
    this.#ahead = null
    this.#running = child
    child.stdout?.pipe(createWriteStream(join(this.#binding.data_dir, 'control-plane.log'), { flags: 'a' }))
    child.stdin?.end(`${JSON.stringify({ ...this.#binding, ...(killAt ? { test: { kill_at: killAt } } : {}) })}\n`)
    const died = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)))
    const bound = new Promise<string>((resolve) => child.stdio[3]?.on('data', (line: Buffer) => resolve(line.toString())))
    const first = await Promise.race([bound, died])
    if (first.includes('error')) throw new Error(first)
    if (killAt) this.#ahead = this.#launch()
    return { died }
  }

  /** As the node stops it. */
  async stop(): Promise<void> {
    await gone(this.#running, 'SIGTERM')
  }

  /** For good. */
  async end(): Promise<void> {
    await Promise.all([gone(this.#running, 'SIGKILL'), gone(this.#ahead, 'SIGKILL')])
  }

  #launch(): ChildProcess {
    return spawn(process.execPath, [join(this.#binding.release_dir, 'control-plane.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
      cwd: tmpdir(),
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.#binding.data_dir, 'compile') },
    })
  }

  ask<T>(method: string, path: string, options: Asked = {}): Promise<T> {
    const token = options.as ?? this.#token
    const { socket } = this.#binding.listen as { socket: string }
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          socketPath: socket,
          method,
          path,
          headers: {
            host: `cityos.localhost:${this.#binding.public.port}`,
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
          response.once('error', reject)
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

  /** Asks for something that needs a second person, and agrees as that person. */
  async withTwo(method: string, path: string, body?: object): Promise<void> {
    const { approval } = await this.ask<{ approval: Approval }>(method, path, body ? { body } : {})
    await this.ask('POST', `/api/v1/approvals/${approval.id}/approve`, { body: {}, as: this.#second })
  }

  /** A tenant that is there before anything dies. */
  async tenant(slug: string): Promise<Tenant> {
    await this.ask('POST', '/api/v1/tenants', {
      body: { slug, name: slug, owner: `owner@${slug}.test` },
      headers: { 'idempotency-key': `create-${slug}` },
    })
    expect(await this.#ended('tenant-create')).toMatchObject({ status: 'succeeded' })
    return this.ask('GET', `/api/v1/tenants/${slug}`)
  }

  /**
   * Starts an operation and lets the control plane die at every boundary in turn; then lets it finish. It runs on.
   * @param begin asks for the operation
   */
  async dieEverywhere(kind: string, boundaries: string[], begin: () => Promise<unknown>): Promise<Operation> {
    await this.#dieAt(boundaries, begin)
    return this.#ended(kind)
  }

  /** The same for what the newest rollout does; `begin` makes or steers it. Its ring statuses, and those of its tenants, come with it. */
  async dieInRollout(boundaries: string[], begin: () => Promise<unknown>): Promise<Rollout> {
    await this.#dieAt(boundaries, begin)
    return eventually(
      async () => {
        const rollout = await this.ask<Rollout>('GET', '/api/v1/rollouts/latest')
        return rollout.status === 'succeeded' || rollout.status === 'rolled_back' ? rollout : null
      },
      'the rollout has ended',
      300_000,
    )
  }

  async #dieAt(boundaries: string[], begin: () => Promise<unknown>): Promise<void> {
    for (const [index, boundary] of boundaries.entries()) {
      const { died } = await this.start(boundary)
      // The answer may be lost with the process that gives it.
      if (index === 0) await begin().catch((error: NodeJS.ErrnoException) => expect(error.code, `${error}`).toBe('ECONNRESET'))
      expect(await died, `at ${boundary}`).toBe('SIGKILL')
    }
    await this.start()
  }

  /** Kinds of all that exists for a tenant outside the registry. */
  async kinds(tenantId: string): Promise<string[]> {
    return (await this.#driver.inventory())
      .filter((item: InventoryItem) => item.tenantId === tenantId)
      .map((item) => item.kind)
      .sort()
  }

  /** What is called after a tenant, whoever it belongs to. */
  async databasesOf(tenantId: string): Promise<string[]> {
    const name = `t_${tenantId.slice(4)}`
    return (await this.#driver.inventory()).filter((item) => item.name.startsWith(name)).map((item) => `${item.kind} ${item.name}`)
  }

  #ended(kind: string): Promise<Operation> {
    return eventually(
      async () => {
        const [newest] = await this.ask<Operation[]>('GET', `/api/v1/operations?kind=${kind}&limit=1`)
        return newest && ['succeeded', 'failed', 'cancelled'].includes(newest.status) ? newest : null
      },
      `${kind} has ended`,
      300_000,
    )
  }

  /** Both people: the first operator, and a second one who was invited. */
  async #signInBoth(): Promise<void> {
    const { email, password } = JSON.parse(readFileSync(this.#binding.operator_credential_path, 'utf8')) as OperatorCredential
    this.#token = await this.#signIn(email, password)
    const invited = { email: 'second@boundary.test', password: 'Wadi-Hanifa-2026!' }
    const { url } = await this.ask<{ url: string }>('POST', '/api/v1/staff/invitations', {
      body: { email: invited.email, role: 'super-admin' },
    })
    await this.ask('POST', '/oauth/invitation', {
      body: { token: new URL(url).searchParams.get('token'), name: 'Second', password: invited.password },
    })
    this.#second = await this.#signIn(invited.email, invited.password)
  }

  async #signIn(email: string, password: string): Promise<string> {
    const verifier = randomBytes(32).toString('base64url')
    const redirect = 'urn:ietf:wg:oauth:2.0:oob'
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'cli',
      redirect_uri: redirect,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const asked = await this.ask<{ request: string }>('GET', `/oauth/authorize?${query}`)
    const { code } = await this.ask<{ code: string }>('POST', '/oauth/sign-in', { body: { request: asked.request, email, password } })
    const body = { grant_type: 'authorization_code', code, code_verifier: verifier, client_id: 'cli', redirect_uri: redirect }
    return (await this.ask<{ access_token: string }>('POST', '/oauth/token', { body })).access_token
  }
}

async function gone(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await ended
}
