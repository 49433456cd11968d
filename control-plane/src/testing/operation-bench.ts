import { join } from 'node:path'
import { Cell, newId } from '@cityos/contract'
import type { DataPlaneDriver } from '@cityos/provisioning'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import { columnsOf } from '../cell/cell.columns.ts'
import { Clock } from '../clock.ts'
import type { OperationDefinition } from '../operations/definition.ts'
import { definitionOf } from '../operations/definitions.ts'
import { Lease } from '../operations/lease.ts'
import { type Boundary, Runner } from '../operations/runner.ts'
import { startOperation } from '../operations/start.ts'
import { migrateRegistry } from '../registry/migrations.ts'
import { json, Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { SigningKeys } from '../sign-in/signing-keys.ts'

export type { OperationDefinition, Step, StepContext } from '../operations/definition.ts'
export { definitionOf } from '../operations/definitions.ts'

interface BenchRelease {
  version: string
  dir: string
  schema: string
}
export const testRelease: BenchRelease = { version: '0.0.0+test', dir: '/nowhere', schema: 'test' }
/** A release that only adds to the one every tenant of a test begins with. */
export const testNext: BenchRelease = { version: '0.0.1+test', dir: '/nowhere', schema: 'test' }
export const registryMigrations = join(import.meta.dirname, '../../prisma')
const rootKey = Buffer.alloc(32, 7).toString('base64')

/** One registry on a real Postgres, with runner and driver, for tests of operations without HTTP. */
export class OperationBench {
  readonly registry: Registry
  readonly sealing = new Sealing(rootKey)
  readonly clock = new Clock()
  readonly lease: Lease
  readonly driver: DataPlaneDriver
  readonly #postgres: TestPostgres | null
  /** What tenants begin with, and what they can be upgraded to. */
  readonly releases: { now: BenchRelease; next: BenchRelease }

  private constructor(
    registry: Registry,
    driver: DataPlaneDriver,
    postgres: TestPostgres | null,
    releases: { now: BenchRelease; next: BenchRelease },
  ) {
    this.registry = registry
    this.driver = driver
    this.#postgres = postgres
    this.releases = releases
    this.lease = new Lease(registry, 600)
  }

  /** @param at an existing empty database; without it a server of its own is started */
  static async start(
    driver: DataPlaneDriver,
    at?: { url: string; releases: { now: BenchRelease; next: BenchRelease } },
  ): Promise<OperationBench> {
    const postgres = at ? null : await startTestPostgres({ platform: registryMigrations })
    const url = at?.url ?? (await postgres!.platformDatabase(registryMigrations)).url
    if (at) await migrateRegistry(url, registryMigrations)
    const releases = at?.releases ?? { now: testRelease, next: testNext }
    const bench = new OperationBench(new Registry(url), driver, postgres, releases)
    const available = { status: 'available', created_at: bench.clock.now() }
    await bench.registry.db.release.createMany({
      data: [
        { ...releases.now, ...available, is_current: true },
        { ...releases.next, ...available },
      ],
    })
    await new SigningKeys(bench.registry, bench.sealing, bench.clock).ensure()
    await bench.lease.acquire(bench.clock.now())
    return bench
  }

  async stop(): Promise<void> {
    await this.registry.onApplicationShutdown()
    await this.#postgres?.stop()
  }

  runner(options: { definition?: OperationDefinition; attempts?: number; boundary?: Boundary } = {}): Runner {
    return new Runner({
      registry: this.registry,
      lease: this.lease,
      sealing: this.sealing,
      clock: this.clock,
      baseDomain: 'localhost',
      driverOf: () => this.driver,
      definitionOf: (kind) => (options.definition?.kind === kind ? options.definition : definitionOf(kind)),
      attempts: options.attempts ?? 2,
      ...(options.boundary ? { boundary: options.boundary } : {}),
      backoff: () => 0,
    })
  }

  /** A tenant as the API stores it, before its first operation. */
  async newTenant(): Promise<string> {
    const id = newId('tnt')
    const now = this.clock.now()
    const slug = `shop-${id.slice(-12)}`
    await this.registry.db.tenant.create({
      data: {
        id,
        slug,
        slug_claim: slug,
        name: json({ en: 'Shop' }),
        status: 'provisioning',
        plan_code: 'standard',
        owner_sealed: this.sealing.seal('personal', 'owner@shop.test'),
        owner_index: this.sealing.emailIndex('owner@shop.test'),
        verticals: ['catalogue'],
        locales: ['en', 'ar'],
        default_locale: 'en',
        currencies: ['SAR'],
        default_currency: 'SAR',
        timezone: 'Asia/Riyadh',
        country: 'SA',
        theme: json({ brand: '#0f766e' }),
        release: this.releases.now.version,
        driver: 'local',
        region: 'riyadh',
        seed: true,
        test: true,
        created_at: now,
        updated_at: now,
      },
    })
    return id
  }

  /** A cell of the tenants' region, unless it is there; `more` is how it differs. */
  async cell(name: string, more: Partial<Omit<Cell, 'cluster' | 'access'>> = {}): Promise<void> {
    const now = this.clock.now()
    const cell = Cell.parse({
      name,
      region: 'riyadh',
      residency_zone: 'GCC',
      ...more,
      access: { database_url: 'postgres://cityos@db.test:5432/postgres' },
      cluster: {
        image: { repository: 'cityos' },
        files: { storage_class: 'fast' },
        gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway', address: `gateway.${name}.test` },
        database: { host: 'db.test', cidrs: ['10.0.0.1/32'] },
        control_plane: { origin: 'http://control-plane.cityos.svc:8080' },
      },
    })
    await this.registry.db.cell.createMany({
      data: [{ name, ...columnsOf(cell, this.sealing), created_at: now, updated_at: now }],
      skipDuplicates: true,
    })
  }

  queue(kind: string, tenantId: string, parameters: unknown): Promise<string> {
    return this.registry.transaction((tx) =>
      startOperation(tx, this.sealing, { kind, tenantId, parameters, requestedBy: 'system:test', correlationId: 'test' }, this.clock.now()),
    )
  }

  /** Carries an operation to its end, over its waits. */
  async finish(operationId: string, runner = this.runner()): Promise<string> {
    for (let turn = 0; turn < 50; turn++) {
      await runner.run(operationId)
      const { status } = await this.registry.db.operation.findUniqueOrThrow({ where: { id: operationId } })
      if (['succeeded', 'failed', 'cancelled'].includes(status)) return status
    }
    throw new Error(`operation ${operationId} does not come to an end`)
  }

  async perform(kind: string, tenantId: string, parameters: unknown): Promise<void> {
    const id = await this.queue(kind, tenantId, parameters)
    const status = await this.finish(id)
    if (status !== 'succeeded') {
      const row = await this.registry.db.operation.findUniqueOrThrow({ where: { id } })
      throw new Error(`${kind} ${status}: ${JSON.stringify(row.failure)}`)
    }
  }

  /** Everything that exists for a tenant outside its own row: what the driver has, and what the registry keeps for it. */
  async inventory(tenantId: string): Promise<string[]> {
    const { db } = this.registry
    const where = { tenant_id: tenantId }
    const items = (await this.driver.inventory()).filter((item) => item.tenantId === tenantId).map((item) => `${item.kind} ${item.name}`)
    const [domains, secrets, subscriptions] = await Promise.all([
      db.tenant_domain.findMany({ where }),
      db.tenant_secret.findMany({ where }),
      db.subscription.findMany({ where: { ...where, ended_at: null } }),
    ])
    return [
      ...items,
      ...domains.map((row) => `domain ${row.host}`),
      ...secrets.map((row) => `registry secret ${row.kind}`),
      ...subscriptions.map((row) => `subscription ${row.plan_code}`),
    ].sort()
  }
}
