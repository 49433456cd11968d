import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { AuditExport } from '../audit/audit-export.ts'
import { exportAudit, listAudit, listDeliveries, listTimers, requeueDelivery, requeueTimer, verifyAuditChain } from './contract.ts'
import { OperationsService } from './operations.service.ts'

@Controller()
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    private readonly auditExport: AuditExport,
  ) {}

  @Handle(listAudit)
  listAudit(_ctx: RequestContext, input: Input<typeof listAudit>) {
    return this.operations.listAudit(input.query)
  }

  @Handle(exportAudit)
  exportAudit(ctx: RequestContext, input: Input<typeof exportAudit>) {
    return this.auditExport.file(ctx, input.query)
  }

  @Handle(verifyAuditChain)
  verifyAuditChain() {
    return this.operations.verifyChain()
  }

  @Handle(listDeliveries)
  listDeliveries(_ctx: RequestContext, input: Input<typeof listDeliveries>) {
    return this.operations.listDeliveries(input.query)
  }

  @Handle(requeueDelivery)
  requeueDelivery(ctx: RequestContext, input: Input<typeof requeueDelivery>) {
    return this.operations.requeueDelivery(ctx, input.params.id)
  }

  @Handle(listTimers)
  listTimers(_ctx: RequestContext, input: Input<typeof listTimers>) {
    return this.operations.listTimers(input.query)
  }

  @Handle(requeueTimer)
  requeueTimer(ctx: RequestContext, input: Input<typeof requeueTimer>) {
    return this.operations.requeueTimer(ctx, input.params.id)
  }
}
