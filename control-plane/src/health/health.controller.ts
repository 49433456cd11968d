import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller, Inject } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { OperationEngine } from '../operations/engine.ts'
import { leaseName } from '../operations/lease.ts'
import { Registry } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { StripeGateway } from '../stripe/stripe.gateway.ts'
import { readHealth } from './health.contract.ts'

interface Dependency {
  status: 'ok' | 'degraded' | 'failed'
  latency_ms: number | null
  message?: string
}

@Controller()
export class HealthController {
  constructor(
    private readonly registry: Registry,
    private readonly drivers: Drivers,
    private readonly engine: OperationEngine,
    private readonly clock: Clock,
    private readonly stripe: StripeGateway,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Handle(readHealth)
  async read(_ctx: RequestContext, _input: Input<typeof readHealth>) {
    const database = await measured('failed', 'the registry does not answer', () => this.registry.db.$queryRaw`SELECT 1`)
    const drivers = await Promise.all(
      this.drivers
        .all()
        .filter((driver) => driver.name === 'local')
        .map(
          async (driver) =>
            [
              `driver_${driver.name}`,
              await measured('degraded', 'the driver does not answer', () => driver.state('tnt_health0probe')),
            ] as const,
        ),
    )
    const [runner, cells] = await Promise.all([this.#runner(), this.#cells()])
    const dependencies: Record<string, Dependency> = { database, ...Object.fromEntries(drivers), ...cells, operation_runner: runner }
    const states = Object.values(dependencies).map((dependency) => dependency.status)
    const status = states.includes('failed') ? ('failed' as const) : states.includes('degraded') ? ('degraded' as const) : ('ok' as const)
    const integrations = { stripe: this.#stripe() }
    return { status, version: this.settings.version, uptime_s: Math.round(process.uptime()), dependencies, integrations }
  }

  /** One of several processes runs the operations; that another one does is as well as it should be. */
  async #runner(): Promise<Dependency> {
    if (this.engine.holdsLease) return { status: 'ok', latency_ms: null }
    const lease = await this.registry.db.runner_lease.findUnique({ where: { name: leaseName } }).catch(() => null)
    if (lease && lease.expires_at > this.clock.now())
      return { status: 'ok', latency_ms: null, message: 'another process runs the operations' }
    return { status: 'degraded', latency_ms: null, message: 'nobody runs the operations yet' }
  }

  /** As the process that watches them last found them. */
  async #cells(): Promise<Record<string, Dependency>> {
    if (!this.drivers.has('kubernetes')) return {}
    const away = await this.registry.db.cell.count({ where: { unreachable_since: { not: null } } }).catch(() => 0)
    if (away === 0) return { cells: { status: 'ok', latency_ms: null } }
    return {
      cells: { status: 'degraded', latency_ms: null, message: `${away} of the cells do not answer, see Cells` },
    }
  }

  #stripe() {
    const { configured, breaker, lastSuccess } = this.stripe
    const isConnected = lastSuccess !== null && breaker === 'closed'
    const state = configured ? (isConnected ? ('connected' as const) : ('degraded' as const)) : ('not_configured' as const)
    return { state, breaker, last_success_at: lastSuccess?.toISOString() ?? null }
  }
}

/** Names no driver error: the message of a public page says what, not why. */
async function measured(otherwise: 'degraded' | 'failed', message: string, probe: () => Promise<unknown>): Promise<Dependency> {
  const began = performance.now()
  try {
    await probe()
    return { status: 'ok', latency_ms: Math.round((performance.now() - began) * 10) / 10 }
  } catch {
    return { status: otherwise, latency_ms: null, message }
  }
}
