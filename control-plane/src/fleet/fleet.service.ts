import { TenantRuntime, TenantStatus } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { Prisma } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { OperationService } from '../operation/operation.service.ts'
import { Registry } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { Abilities, type Reach, reachOf, tenantScope } from '../staff/ability.ts'
import { tenantsWithin } from '../staff/reach.sql.ts'
import type { Fleet } from './fleet.contract.ts'

/** Days of the dashboard's plot, today among them. */
const shownDays = 14
const active = ['queued', 'running', 'waiting', 'undoing']

/** All tenants the caller may see, at a glance. */
@Injectable()
export class FleetService {
  constructor(
    private readonly registry: Registry,
    private readonly operations: OperationService,
    private readonly abilities: Abilities,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async read(ctx: RequestContext): Promise<Fleet> {
    const { db } = this.registry
    const ability = this.abilities.of(ctx.actor)
    const where = { deleted_at: null, ...tenantScope(ability, 'read', 'fleet', 'id') }
    const dayAgo = this.clock.in(-86_400)
    const reach = reachOf(ability, 'read', 'fleet')
    const [statuses, runtimes, releases, current, running, failed, succeeded, reports, recent, attention, days] = await Promise.all([
      db.tenant.groupBy({ by: ['status'], where, _count: { _all: true } }),
      db.tenant.groupBy({ by: ['runtime'], where, _count: { _all: true } }),
      db.tenant.groupBy({ by: ['release'], where, _count: { _all: true } }),
      db.release.findFirst({ where: { is_current: true } }),
      db.operation.count({ where: { status: { in: active }, tenant: where } }),
      db.operation.count({ where: { status: 'failed', created_at: { gte: dayAgo }, tenant: where } }),
      db.operation.count({ where: { status: 'succeeded', created_at: { gte: dayAgo }, tenant: where } }),
      this.#usage(),
      this.operations.list(ctx, { limit: 10, offset: 0 }),
      this.#attention(where),
      this.#days(reach),
    ])
    const statusCount = new Map(statuses.map((row) => [row.status, row._count._all]))
    const runtimeCount = new Map(runtimes.map((row) => [row.runtime, row._count._all]))
    return {
      tenants: statuses.reduce((sum, row) => sum + row._count._all, 0),
      counts: Object.fromEntries(TenantStatus.options.map((status) => [status, statusCount.get(status) ?? 0])) as Fleet['counts'],
      runtimes: Object.fromEntries(TenantRuntime.options.map((runtime) => [runtime, runtimeCount.get(runtime) ?? 0])) as Fleet['runtimes'],
      releases: releases.map((row) => ({ version: row.release, tenants: row._count._all, current: row.release === current?.version })),
      operations: { active: running, failed_last_day: failed, succeeded_last_day: succeeded },
      days,
      usage: reports,
      attention,
      recent_operations: recent.items,
      control_plane: { version: this.settings.version, started_at: this.settings.startedAt.toISOString() },
    }
  }

  /** Operations and new tenants by the day they were begun on. */
  #days(reach: Reach): Promise<Fleet['days']> {
    const today = this.clock.now().toISOString().slice(0, 10)
    return this.registry.db.$queryRaw<Fleet['days']>`
      WITH days AS (SELECT generate_series(${today}::date - ${shownDays - 1}::int, ${today}::date, '1 day')::date AS day),
      since AS (SELECT (${today}::date - ${shownDays - 1}::int)::timestamp AT TIME ZONE 'UTC' AS at),
      done AS (
        SELECT (o.created_at AT TIME ZONE 'UTC')::date AS day,
               count(*) FILTER (WHERE o.status = 'succeeded') AS succeeded, count(*) FILTER (WHERE o.status = 'failed') AS failed
        FROM operation o WHERE o.created_at >= (SELECT at FROM since) AND ${tenantsWithin(reach, Prisma.sql`o.tenant_id`)} GROUP BY 1),
      made AS (
        SELECT (t.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS tenants
        FROM tenant t WHERE t.created_at >= (SELECT at FROM since) AND ${tenantsWithin(reach, Prisma.sql`t.id`)} GROUP BY 1)
      SELECT to_char(days.day, 'YYYY-MM-DD') AS day, coalesce(done.succeeded, 0)::int AS succeeded,
             coalesce(done.failed, 0)::int AS failed, coalesce(made.tenants, 0)::int AS tenants_created
      FROM days LEFT JOIN done USING (day) LEFT JOIN made USING (day) ORDER BY days.day`
  }

  async #usage(): Promise<Fleet['usage']> {
    const [row] = await this.registry.db.$queryRaw<Record<keyof Fleet['usage'], number>[]>`
      SELECT coalesce(sum((report->'usage'->>'orders')::bigint), 0)::float8 AS orders,
             coalesce(sum((report->'usage'->>'products')::bigint), 0)::float8 AS products,
             coalesce(sum((report->'usage'->>'customers')::bigint), 0)::float8 AS customers,
             coalesce(sum((report->'usage'->>'database_bytes')::bigint), 0)::float8 AS database_bytes,
             coalesce(sum((report->'usage'->>'memory_bytes')::bigint), 0)::float8 AS memory_bytes
      FROM plane_report`
    return row ?? { orders: 0, products: 0, customers: 0, database_bytes: 0, memory_bytes: 0 }
  }

  async #attention(where: object): Promise<Fleet['attention']> {
    const now = this.clock.now()
    const [tenants, late] = await Promise.all([
      this.registry.db.tenant.findMany({
        where: { AND: [where, { OR: [{ status: 'failed' }, { runtime: 'crashed' }] }] },
        orderBy: { created_at: 'desc' },
        take: 20,
      }),
      this.registry.db.operation.findMany({
        where: { status: { in: active }, deadline_at: { lt: now }, tenant: where },
        include: { tenant: { select: { slug: true } } },
        orderBy: { created_at: 'desc' },
        take: 20,
      }),
    ])
    return [
      ...tenants.map((row) => ({
        tenant_id: row.id,
        tenant_slug: row.slug,
        what: row.status === 'failed' ? 'failed' : 'crashed',
        operation_id: null,
      })),
      ...late.map((row) => ({ tenant_id: row.tenant_id, tenant_slug: row.tenant.slug, what: 'past_deadline', operation_id: row.id })),
    ]
  }
}
