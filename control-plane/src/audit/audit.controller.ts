import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { exportAudit, listAudit, verifyAudit } from './audit.contract.ts'
import { AuditService } from './audit.service.ts'

@Controller()
export class AuditController {
  constructor(private readonly trail: AuditService) {}

  @Handle(listAudit)
  list(ctx: RequestContext, input: Input<typeof listAudit>) {
    return this.trail.list(ctx, input.query)
  }

  @Handle(exportAudit)
  export(ctx: RequestContext, input: Input<typeof exportAudit>) {
    return this.trail.export(ctx, input.query)
  }

  @Handle(verifyAudit)
  verify(_ctx: RequestContext, _input: Input<typeof verifyAudit>) {
    return this.trail.verify()
  }
}
