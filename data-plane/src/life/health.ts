import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binding, PlaneHealth } from '@cityos/contract'
import { Metrics } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Background } from '../../platform/background/background.ts'
import { BINDING } from '../../platform/binding/binding.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { ControlStream } from '../control-stream/control-stream.ts'
import { HealthSource } from '../control-stream/report-push.ts'
import { Activity } from './activity.ts'
import { UsageMeter } from './meter.ts'

type Dependency = PlaneHealth['dependencies'][string]
type Counted = Required<
  Pick<PlaneHealth['usage'], 'orders' | 'gmv_amount' | 'products' | 'customers' | 'vendors' | 'storage_bytes' | 'database_bytes'>
>

/** How this tenant is: its dependencies, its usage, the next moment it must be awake. */
@Injectable()
export class PlaneHealthReader extends HealthSource {
  readonly #schema: string

  constructor(
    @Inject(BINDING) binding: Binding,
    private readonly database: Database,
    private readonly tenant: TenantContext,
    private readonly background: Background,
    private readonly stream: ControlStream,
    private readonly activity: Activity,
    private readonly cache: Cache,
    private readonly metrics: Metrics,
    private readonly usageMeter: UsageMeter,
    private readonly clock: Clock,
  ) {
    super()
    this.#schema = schemaOf(binding.release_dir)
  }

  override async read(): Promise<PlaneHealth> {
    const dependencies = await this.dependencies()
    const usage =
      dependencies['postgres']?.status === 'ok'
        ? await this.#usage()
        : { orders: 0, gmv_amount: 0, products: 0, customers: 0, vendors: 0, storage_bytes: 0, database_bytes: 0 }
    const nextDueAt = dependencies['postgres']?.status === 'ok' ? await this.background.nextDueAt() : null
    return {
      status: overall(dependencies),
      release: this.tenant.release,
      schema: this.#schema,
      uptime_s: Math.round(process.uptime()),
      tenant_version: this.tenant.document.version,
      dependencies,
      next_due_at: nextDueAt?.toISOString() ?? null,
      usage: {
        ...usage,
        memory_bytes: process.memoryUsage.rss(),
        requests: this.metrics.answered,
        last_request_at: this.activity.lastRequestAt?.toISOString() ?? null,
      },
    }
  }

  override meter(last: boolean): Promise<PlaneHealth['meter']> {
    return this.usageMeter.measure(last)
  }

  override metered(meter: NonNullable<PlaneHealth['meter']>, arrived: boolean): void {
    if (arrived) this.usageMeter.acknowledge(meter)
    else this.usageMeter.lost()
  }

  /** Every dependency with its state (D4, docs/spec/requirements.md). */
  async dependencies(): Promise<PlaneHealth['dependencies']> {
    const [postgres, redis] = await Promise.all([
      this.#probe(() => sql`select 1`.execute(this.database.read)),
      this.cache.shared ? this.#probe(() => this.cache.ping()) : null,
    ])
    const stale = this.stream.stale
    return {
      postgres,
      ...(redis ? { redis: redis.status === 'failed' ? { ...redis, status: 'degraded' as const } : redis } : {}),
      control_plane: {
        status: stale ? 'degraded' : 'ok',
        latency_ms: null,
        ...(stale ? { message: 'staff acts on money wait; everything else goes on' } : {}),
      },
    }
  }

  async #probe(ask: () => Promise<unknown>): Promise<Dependency> {
    const startedAt = performance.now()
    try {
      await ask()
      return { status: 'ok', latency_ms: Math.round((performance.now() - startedAt) * 100) / 100 }
    } catch (error) {
      return { status: 'failed', latency_ms: null, message: error instanceof Error && 'code' in error ? String(error.code) : 'unreachable' }
    }
  }

  async #usage(): Promise<Counted> {
    const since = new Date(this.clock.now().getTime() - 30 * 86_400_000)
    const { rows } = await sql<Counted>`
      select (select count(*) from "order" where checkout_failed_at is null and placed_at >= ${since}) as orders,
        (select coalesce(sum(total_amount), 0) from "order" where checkout_failed_at is null and placed_at >= ${since}) as gmv_amount,
        (select count(*) from product where deleted_at is null) as products,
        (select count(*) from customer) as customers,
        (select count(*) from vendor where deleted_at is null) as vendors,
        (select coalesce(sum(used_bytes), 0)::bigint from file_usage) as storage_bytes,
        pg_database_size(current_database()) as database_bytes`.execute(this.database.read)
    return rows[0] ?? { orders: 0, gmv_amount: 0, products: 0, customers: 0, vendors: 0, storage_bytes: 0, database_bytes: 0 }
  }
}

function overall(dependencies: PlaneHealth['dependencies']): PlaneHealth['status'] {
  const states = Object.values(dependencies).map((dependency) => dependency.status)
  if (states.includes('failed')) return 'failed'
  return states.includes('degraded') ? 'degraded' : 'ok'
}

/** The last migration this release knows: the end of its journal. */
function schemaOf(releaseDir: string): string {
  const { schema } = JSON.parse(readFileSync(join(releaseDir, 'release.json'), 'utf8')) as { schema: string }
  return schema
}
