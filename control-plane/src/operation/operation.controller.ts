import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  cancelOperation,
  forceOperation,
  listOperations,
  readOperation,
  resumeOperation,
  retryOperation,
  streamOperation,
} from './operation.contract.ts'
import { OperationService } from './operation.service.ts'

@Controller()
export class OperationController {
  constructor(private readonly operations: OperationService) {}

  @Handle(listOperations)
  list(ctx: RequestContext, input: Input<typeof listOperations>) {
    return this.operations.list(ctx, input.query)
  }

  @Handle(readOperation)
  read(ctx: RequestContext, input: Input<typeof readOperation>) {
    return this.operations.read(ctx, input.params.id)
  }

  @Handle(streamOperation)
  async events(ctx: RequestContext, input: Input<typeof streamOperation>) {
    await this.operations.read(ctx, input.params.id)
    const last = Number(ctx.headers['last-event-id'] ?? input.query.after ?? 0)
    return this.operations.events(ctx, input.params.id, Number.isSafeInteger(last) && last > 0 ? last : 0)
  }

  @Handle(cancelOperation)
  cancel(ctx: RequestContext, input: Input<typeof cancelOperation>) {
    return this.operations.cancel(ctx, input.params.id)
  }

  @Handle(resumeOperation)
  resume(ctx: RequestContext, input: Input<typeof resumeOperation>) {
    return this.operations.resume(ctx, input.params.id)
  }

  @Handle(retryOperation)
  retry(ctx: RequestContext, input: Input<typeof retryOperation>) {
    return this.operations.retry(ctx, input.params.id)
  }

  @Handle(forceOperation)
  force(ctx: RequestContext, input: Input<typeof forceOperation>) {
    return this.operations.force(ctx, input.params.id, input.body.step, input.body.reason)
  }
}
