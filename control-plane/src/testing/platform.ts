import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlaneBinding, type KubernetesBinding, OperatorCredential } from '@cityos/contract'
import { quietLog } from '@cityos/http'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import type { InjectOptions } from 'fastify'
import type { Clock } from '../clock.ts'
import { type ControlPlane, startControlPlane } from '../control-plane.ts'
import type { DomainSettings } from '../domain/domain.settings.ts'
import { outOfBand } from '../sign-in/clients.ts'
import { MemoryClusters } from './memory-clusters.ts'
import { MemoryDriver } from './memory-driver.ts'
import { registryMigrations, testRelease } from './operation-bench.ts'

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  text: string
  headers: Record<string, unknown>
  cookies: Record<string, string>
}

export interface Tokens {
  access_token: string
  refresh_token: string
}

const host = 'cityos.localhost:8080'

/** A server for one test file that has the registry's schema ready to be cloned. */
export const startRegistryServer = (): Promise<TestPostgres> => startTestPostgres({ platform: registryMigrations })

/** A whole control plane over a real registry, with the strict driver in place of a machine; requests by injection. */
export class TestPlatform {
  readonly driver: MemoryDriver
  readonly clusters: MemoryClusters
  readonly credential: OperatorCredential
  readonly binding: ControlPlaneBinding
  readonly #plane: ControlPlane
  readonly #close: () => Promise<void>

  private constructor(
    plane: ControlPlane,
    driver: MemoryDriver,
    clusters: MemoryClusters,
    credential: OperatorCredential,
    binding: ControlPlaneBinding,
    close: () => Promise<void>,
  ) {
    this.#plane = plane
    this.driver = driver
    this.clusters = clusters
    this.credential = credential
    this.binding = binding
    this.#close = close
  }

  /** @param server an existing server, which the caller stops */
  static async start(
    server?: TestPostgres,
    options: { clock?: Clock; smtpUrl?: string; domains?: Partial<DomainSettings>; kubernetes?: KubernetesBinding } = {},
  ): Promise<TestPlatform> {
    const postgres = server ?? (await startRegistryServer())
    const dir = await mkdtemp(join(tmpdir(), 'cityos-control-plane-'))
    const binding: ControlPlaneBinding = {
      listen: { socket: join(dir, 'control-plane.sock') },
      database: { url: (await postgres.platformDatabase(registryMigrations)).url },
      root_key: randomBytes(32).toString('base64'),
      node: { socket: join(dir, 'node.sock') },
      public: { scheme: 'http', base_domain: 'localhost', port: 8080 },
      release_dir: dir,
      releases: [testRelease],
      data_dir: dir,
      operator_credential_path: join(dir, 'operator.json'),
      ...(options.kubernetes ? { kubernetes: options.kubernetes } : {}),
    }
    const driver = new MemoryDriver()
    const clusters = new MemoryClusters()
    const plane = await startControlPlane({
      binding,
      log: quietLog,
      drivers: [driver],
      kubernetes: () => Promise.resolve({ driver: new MemoryDriver('kubernetes'), clusters }),
      migrationsDir: registryMigrations,
      checkAnswers: true,
      smtpUrl: options.smtpUrl ?? null,
      ...(options.domains ? { domains: options.domains } : {}),
      ...(options.clock ? { clock: options.clock } : {}),
    })
    const credential = OperatorCredential.parse(JSON.parse(await readFile(binding.operator_credential_path, 'utf8')))
    return new TestPlatform(plane, driver, clusters, credential, binding, async () => {
      await plane.close()
      if (!server) await postgres.stop()
      await rm(dir, { recursive: true, force: true })
    })
  }

  stop(): Promise<void> {
    return this.#close()
  }

  get app() {
    return this.#plane.app
  }

  async request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    options: { body?: object; headers?: Record<string, string>; token?: string } = {},
  ): Promise<Answer> {
    const inject: InjectOptions = {
      method,
      url,
      headers: {
        host,
        accept: 'application/json',
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...(options.body ? { 'content-type': 'application/json' } : {}),
        ...options.headers,
      },
      ...(options.body ? { payload: JSON.stringify(options.body) } : {}),
    }
    const response = await this.#plane.app.getHttpAdapter().getInstance().inject(inject)
    const isJson = /^application\/json\b/.test(String(response.headers['content-type'] ?? ''))
    const cookies = Object.fromEntries(response.cookies.map((cookie) => [cookie.name, cookie.value]))
    return {
      status: response.statusCode,
      body: isJson ? JSON.parse(response.body) : null,
      text: response.body,
      headers: response.headers,
      cookies,
    }
  }

  /** Authorization code with PKCE, as the CLI does it. */
  async signIn(email = this.credential.email, password = this.credential.password, resource = 'cityos'): Promise<Tokens> {
    const { code, verifier } = await this.code(email, password, resource)
    const answer = await this.request('POST', '/oauth/token', {
      body: { grant_type: 'authorization_code', code, code_verifier: verifier, client_id: 'cli', redirect_uri: outOfBand },
    })
    if (answer.status !== 200) throw new Error(`token: ${answer.text}`)
    return answer.body as Tokens
  }

  async code(email: string, password: string, resource: string): Promise<{ code: string; verifier: string }> {
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'cli',
      redirect_uri: outOfBand,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource,
      state: 'state-1',
    })
    const asked = await this.request('GET', `/oauth/authorize?${query}`)
    const signedIn = await this.request('POST', '/oauth/sign-in', { body: { request: asked.body.data.request, email, password } })
    if (signedIn.status !== 200) throw new Error(`sign-in: ${signedIn.text}`)
    return { code: signedIn.body.data.code, verifier }
  }

  async createTenant(token: string, slug: string, more: object = {}): Promise<Answer> {
    return this.request('POST', '/api/v1/tenants', {
      token,
      body: { slug, name: slug, owner: `owner@${slug}.test`, ...more },
      headers: { 'idempotency-key': `key-${slug}-${randomBytes(4).toString('hex')}` },
    })
  }

  /** Polls until an operation has ended. */
  async ended(token: string, operationId: string): Promise<Answer['body']> {
    const deadline = performance.now() + 45_000
    for (;;) {
      const { body } = await this.request('GET', `/api/v1/operations/${operationId}`, { token })
      if (['succeeded', 'failed', 'cancelled'].includes(body.data.status)) return body.data
      if (performance.now() > deadline) throw new Error(`operation ${operationId} is still ${body.data.status}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}
