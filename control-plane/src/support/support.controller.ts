import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { endSupportAccess, listSupportAccess, readSupportAccess, requestSupportAccess } from './support.contract.ts'
import { SupportService } from './support.service.ts'

@Controller()
export class SupportController {
  constructor(private readonly support: SupportService) {}

  @Handle(requestSupportAccess)
  request(ctx: RequestContext, input: Input<typeof requestSupportAccess>) {
    return this.support.request(ctx, input.params.id, input.body)
  }

  @Handle(listSupportAccess)
  list(ctx: RequestContext, input: Input<typeof listSupportAccess>) {
    return this.support.list(ctx, input.query)
  }

  @Handle(readSupportAccess)
  read(ctx: RequestContext, input: Input<typeof readSupportAccess>) {
    return this.support.read(ctx, input.params.id)
  }

  @Handle(endSupportAccess)
  end(ctx: RequestContext, input: Input<typeof endSupportAccess>) {
    return this.support.end(ctx, input.params.id, input.body.reason)
  }
}
