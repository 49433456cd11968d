import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  createRollout,
  listRolloutEvents,
  listRollouts,
  listRolloutTenants,
  pauseRollout,
  previewRollout,
  readRollout,
  resumeRollout,
  rollBackRollout,
  skipRollout,
  startRollout,
  streamRollout,
} from './rollout.contract.ts'
import { RolloutPlanner } from './rollout.planner.ts'
import { RolloutReader } from './rollout.reader.ts'
import { RolloutService } from './rollout.service.ts'

@Controller()
export class RolloutController {
  constructor(
    private readonly rollouts: RolloutService,
    private readonly reader: RolloutReader,
    private readonly planner: RolloutPlanner,
  ) {}

  @Handle(previewRollout)
  preview(_ctx: RequestContext, input: Input<typeof previewRollout>) {
    return this.planner.preview(input.body)
  }

  @Handle(createRollout)
  create(ctx: RequestContext, input: Input<typeof createRollout>) {
    return this.rollouts.create(ctx, input.body)
  }

  @Handle(listRollouts)
  list(_ctx: RequestContext, input: Input<typeof listRollouts>) {
    return this.rollouts.list(input.query)
  }

  @Handle(readRollout)
  read(_ctx: RequestContext, input: Input<typeof readRollout>) {
    return this.rollouts.read(input.params.id)
  }

  @Handle(listRolloutTenants)
  tenants(_ctx: RequestContext, input: Input<typeof listRolloutTenants>) {
    return this.reader.tenants(input.params.id, input.query)
  }

  @Handle(listRolloutEvents)
  timeline(_ctx: RequestContext, input: Input<typeof listRolloutEvents>) {
    return this.reader.timeline(input.params.id, input.query)
  }

  @Handle(streamRollout)
  async stream(ctx: RequestContext, input: Input<typeof streamRollout>) {
    const { id } = await this.rollouts.find(input.params.id)
    const last = Number(ctx.headers['last-event-id'] ?? input.query.after ?? 0)
    return this.reader.news(ctx, id, Number.isSafeInteger(last) && last > 0 ? last : 0)
  }

  @Handle(startRollout)
  start(ctx: RequestContext, input: Input<typeof startRollout>) {
    return this.rollouts.start(ctx, input.params.id)
  }

  @Handle(pauseRollout)
  pause(ctx: RequestContext, input: Input<typeof pauseRollout>) {
    return this.rollouts.pause(ctx, input.params.id, input.body.reason)
  }

  @Handle(resumeRollout)
  resume(ctx: RequestContext, input: Input<typeof resumeRollout>) {
    return this.rollouts.resume(ctx, input.params.id)
  }

  @Handle(skipRollout)
  skip(ctx: RequestContext, input: Input<typeof skipRollout>) {
    return this.rollouts.skip(ctx, input.params.id, input.body)
  }

  @Handle(rollBackRollout)
  rollBack(ctx: RequestContext, input: Input<typeof rollBackRollout>) {
    return this.rollouts.rollBack(ctx, input.params.id, input.body.scope, input.body.reason)
  }
}
