import { randomBytes } from 'node:crypto'
import type { Binding } from '@cityos/contract'
import { createLog, Metrics } from '@cityos/http'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '@cityos/provisioning/testing'
import { type DynamicModule, Global, type INestApplicationContext, Module, type Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import pg from 'pg'
import { PlatformModule } from '../platform/platform.module.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'

const dataPlane = new URL('..', import.meta.url).pathname

@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
class MetricsModule {}

/** The platform layer of one tenant on a real database, without HTTP and without core. */
export interface TestPlatform {
  get<T>(type: Type<T>): T
  binding: Binding
  close(): Promise<void>
}

/** One Postgres for a test file; databases are clones, made in milliseconds. */
export class TestCluster {
  readonly #postgres: TestPostgres
  readonly #platforms: TestPlatform[] = []
  readonly #clients: pg.Client[] = []

  private constructor(postgres: TestPostgres) {
    this.#postgres = postgres
  }

  static async start(): Promise<TestCluster> {
    return new TestCluster(await startTestPostgres({ tenants: dataPlane }))
  }

  tenant(): Promise<TestDatabase> {
    return this.#postgres.tenantDatabase(dataPlane)
  }

  /** A process's worth of platform on `database`; several may share one, as during an upgrade. */
  async platform(database: Pick<TestDatabase, 'url'>, changes: Partial<Binding> = {}): Promise<TestPlatform> {
    const binding = { ...testBinding(database), ...changes }
    const log = createLog('data-plane', {}, { write: () => {} })
    const module: DynamicModule = PlatformModule.for(binding, log, new TenantContext(binding))
    const context: INestApplicationContext = await NestFactory.createApplicationContext(
      { module: class Root {}, imports: [MetricsModule, module] },
      { logger: false },
    )
    const platform = { get: <T>(type: Type<T>) => context.get(type), binding, close: () => context.close() }
    this.#platforms.push(platform)
    return platform
  }

  /** A connection of the database's owner, for what the application itself may not do. */
  async owner(database: TestDatabase): Promise<pg.Client> {
    const client = new pg.Client(database.ownerUrl)
    await client.connect()
    this.#clients.push(client)
    return client
  }

  async stop(): Promise<void> {
    for (const platform of this.#platforms) await platform.close()
    for (const client of this.#clients) await client.end()
    await this.#postgres.stop()
  }
}

export function testBinding(database: Pick<TestDatabase, 'url'>): Binding {
  return {
    tenant: {
      id: 'tnt_01jd0000000000000000000000',
      version: 1,
      slug: 'test',
      name: { en: 'Test', ar: 'اختبار' },
      status: 'active',
      plan: 'standard',
      verticals: ['catalogue'],
      locales: ['en', 'ar'],
      default_locale: 'en',
      currencies: ['SAR'],
      default_currency: 'SAR',
      timezone: 'Asia/Riyadh',
      country: 'SA',
      theme: { brand: '#0f766e', radius: 'medium', logo_url: null },
      release: 'test',
      domains: ['test.localhost'],
      test: true,
      quarantined: false,
      read_only: false,
      limits: {},
    },
    listen: { socket: '/nowhere' },
    database: { url: database.url, direct_url: database.url },
    secrets: { tenant_key: randomBytes(32).toString('base64'), plane_key: randomBytes(32).toString('base64') },
    jwks: { keys: [] },
    issuer: 'http://cityos.localhost',
    control_plane: { socket: '/nowhere' },
    supervisor: null,
    public: { scheme: 'http', base_domain: 'localhost', port: null },
    files_dir: '/nowhere',
    release_dir: '/nowhere',
    idle_after: 0,
  }
}

/** Resolves when `condition` holds; fails after `milliseconds`. */
export async function until(condition: () => Promise<boolean> | boolean, milliseconds = 30_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('the condition did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
