import { DomainError, PlaneHealth } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { usage_sample } from '../../generated/client.ts'
import { recordMeter, rollUp } from '../billing/usage.record.ts'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { PlaneStreams } from '../plane/plane.streams.ts'
import { json, Registry } from '../registry/registry.ts'
import { meterHours } from '../stripe/stripe.usage.ts'
import type { UsageSample } from './tenant.contract.ts'
import { TenantRuntimes } from './tenant.runtime.ts'
import { TenantService } from './tenant.service.ts'

/** What is known about a tenant's data plane: the driver's view and the data plane's own reports. */
@Injectable()
export class TenantObservationService {
  constructor(
    private readonly registry: Registry,
    private readonly tenants: TenantService,
    private readonly runtimes: TenantRuntimes,
    private readonly drivers: Drivers,
    private readonly streams: PlaneStreams,
    private readonly clock: Clock,
  ) {}

  async health(ctx: RequestContext, idOrSlug: string) {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read', 'tenant_health')
    const state = await this.runtimes.state(tenant)
    if (!state) {
      throw new DomainError('dependency_unavailable', {
        message: `the ${tenant.driver} driver does not answer: is the node process running?`,
      })
    }
    const latest = await this.#latest(tenant)
    return {
      runtime: state.runtime === 'absent' ? null : state.runtime,
      restarts: state.restarts,
      memory_bytes: state.memoryBytes,
      cpu_seconds: state.cpuSeconds,
      started_at: state.startedAt,
      next_wake_at: state.nextWakeAt,
      last_error: state.lastError,
      connected: this.streams.isConnected(tenant.id) || (latest?.live === true && saysConnected(latest.report)),
      report: latest?.report ?? null,
      reported_at: latest?.at.toISOString() ?? null,
    }
  }

  async logs(ctx: RequestContext, idOrSlug: string, lines: number) {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read', 'tenant_health')
    return { lines: await this.drivers.get(tenant.driver).logs(tenant.id, lines) }
  }

  async usage(ctx: RequestContext, idOrSlug: string, hours: number) {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read', 'tenant_usage')
    const latest = await this.#latest(tenant)
    const [plan, samples] = await Promise.all([
      this.registry.db.plan.findUniqueOrThrow({ where: { code: tenant.plan_code } }),
      this.registry.db.usage_sample.findMany({
        where: { tenant_id: tenant.id, hour: { gte: this.clock.in(-hours * 3600) } },
        orderBy: { hour: 'asc' },
      }),
    ])
    return {
      currency: tenant.default_currency,
      now: latest ? { at: latest.at.toISOString(), ...sampleOf(latest.report.usage) } : null,
      limits: plan.limits as Record<string, number>,
      history: samples.map(viewSample),
    }
  }

  /** What an awake data plane says now, kept like a report it pushed; of a sleeping one, what it said last. Asking wakes nobody. */
  async #latest(tenant: { id: string; driver: string }): Promise<{ report: PlaneHealth; at: Date; live: boolean } | null> {
    const live = await this.drivers
      .get(tenant.driver)
      .health(tenant.id)
      .catch(() => null)
    if (live) await this.record(tenant.id, live)
    const row = await this.registry.db.plane_report.findUnique({ where: { tenant_id: tenant.id } })
    return row ? { report: PlaneHealth.parse(row.report), at: row.reported_at, live: live !== null } : null
  }

  /** Keeps a data plane's report: the newest as it is, its figures once an hour. */
  async record(tenantId: string, report: PlaneHealth): Promise<void> {
    const now = this.clock.now()
    const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000)
    const figures = Object.fromEntries(
      Object.entries(sampleOf(report.usage)).map(([key, value]) => [key, BigInt(value)]),
    ) as unknown as Omit<usage_sample, 'tenant_id' | 'hour'>
    await this.registry.transaction(async (tx) => {
      const latest = { report: json(report), reported_at: now }
      if (report.meter) {
        await recordMeter(tx, tenantId, report.meter)
        await rollUp(tx, tenantId, now)
        await meterHours(tx, tenantId, report.meter, now)
      }
      await tx.plane_report.upsert({ where: { tenant_id: tenantId }, create: { tenant_id: tenantId, ...latest }, update: latest })
      await tx.usage_sample.upsert({
        where: { tenant_id_hour: { tenant_id: tenantId, hour } },
        create: { tenant_id: tenantId, hour, ...figures },
        update: figures,
      })
    })
  }
}

/** Its stream may lead to another process of the control plane than this one. */
function saysConnected(report: PlaneHealth): boolean {
  return report.dependencies['control_plane']?.status === 'ok'
}

function sampleOf(usage: PlaneHealth['usage']): Omit<UsageSample, 'at'> {
  const { orders, gmv_amount, products, customers, database_bytes, memory_bytes, requests } = usage
  return { orders, gmv_amount, products, customers, database_bytes, memory_bytes, requests }
}

function viewSample(row: usage_sample): UsageSample {
  return {
    at: row.hour.toISOString(),
    orders: Number(row.orders),
    gmv_amount: Number(row.gmv_amount),
    products: Number(row.products),
    customers: Number(row.customers),
    database_bytes: Number(row.database_bytes),
    memory_bytes: Number(row.memory_bytes),
    requests: Number(row.requests),
  }
}
