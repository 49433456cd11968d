import { DomainError, type Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { SeedSource } from '../../platform/seed/seed-source.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { PlaneHealthReader } from '../life/health.ts'
import { Takeover } from '../life/takeover.ts'
import { Traffic } from '../life/traffic.ts'
import {
  activatePlane,
  probePlane,
  putTenant,
  readAlive,
  readHealth,
  readPlaneHealth,
  readTraffic,
  seedTenant,
  setClock,
} from './internal.contract.ts'
import { LiveProbe } from './live-probe.ts'

/** What the supervisor and the control plane ask; the gateway leads to `/health` and `/alive` only. */
@Controller()
export class InternalController {
  constructor(
    private readonly health: PlaneHealthReader,
    private readonly tenant: TenantContext,
    private readonly clock: Clock,
    private readonly seeds: SeedSource,
    private readonly takeover: Takeover,
    private readonly liveProbe: LiveProbe,
    private readonly traffic: Traffic,
  ) {}

  @Handle(readHealth)
  async readHealth() {
    const dependencies = await this.health.dependencies()
    if (dependencies['postgres']?.status !== 'ok')
      throw new DomainError('dependency_unavailable', { details: { dependency: 'postgres', retry_after: 2 } })
    const degraded = Object.values(dependencies).some((dependency) => dependency.status !== 'ok')
    return {
      status: degraded ? ('degraded' as const) : ('ok' as const),
      tenant: this.tenant.document.slug,
      release: this.tenant.release,
      dependencies,
    }
  }

  @Handle(readAlive)
  readAlive() {
    return { alive: true as const }
  }

  @Handle(readTraffic)
  readTraffic() {
    return this.traffic.read()
  }

  @Handle(readPlaneHealth)
  readPlaneHealth() {
    return this.health.read()
  }

  @Handle(seedTenant)
  seed(ctx: RequestContext) {
    return this.seeds.run(ctx)
  }

  @Handle(activatePlane)
  async activate() {
    return { lease: await this.takeover.activate() }
  }

  @Handle(probePlane)
  probe(ctx: RequestContext) {
    return this.liveProbe.run(ctx)
  }

  @Handle(putTenant)
  putTenant(_ctx: RequestContext, input: Input<typeof putTenant>) {
    if (input.body.id !== this.tenant.id) throw new DomainError('not_found')
    this.tenant.replace(input.body)
    return { version: this.tenant.document.version }
  }

  @Handle(setClock)
  setClock(_ctx: RequestContext, input: Input<typeof setClock>) {
    if (!this.tenant.sandboxAllowed) throw new DomainError('forbidden', { details: { reason: 'not_a_test_tenant' } })
    this.clock.travelTo(input.body.now === null ? null : new Date(input.body.now))
    return { now: this.clock.now().toISOString() }
  }
}
