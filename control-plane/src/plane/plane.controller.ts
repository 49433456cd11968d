import { DomainError, type Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { TenantObservationService } from '../tenant/tenant.observation.service.ts'
import { reportPlane, streamPlane } from './plane.contract.ts'
import { PlaneStreams } from './plane.streams.ts'

/** What data planes call; the gateway never leads here. */
@Controller()
export class PlaneController {
  constructor(
    private readonly streams: PlaneStreams,
    private readonly observations: TenantObservationService,
  ) {}

  @Handle(streamPlane)
  stream(ctx: RequestContext, input: Input<typeof streamPlane>) {
    requireOwnTenant(ctx, input.params.tenantId)
    return this.streams.messages(input.params.tenantId, input.query.after, ctx.signal)
  }

  @Handle(reportPlane)
  async report(ctx: RequestContext, input: Input<typeof reportPlane>) {
    requireOwnTenant(ctx, input.params.tenantId)
    await this.observations.record(input.params.tenantId, input.body)
    return { accepted: true as const }
  }
}

/** A data plane's token speaks for its own tenant only. */
function requireOwnTenant(ctx: RequestContext, tenantId: string): void {
  if (ctx.actor.kind !== 'plane' || ctx.actor.tenantId !== tenantId) throw new DomainError('not_found')
}
