import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { approveApproval, listApprovals, readApproval, rejectApproval, withdrawApproval } from './approval.contract.ts'
import { ApprovalService } from './approval.service.ts'

@Controller()
export class ApprovalController {
  constructor(private readonly approvals: ApprovalService) {}

  @Handle(listApprovals)
  list(ctx: RequestContext, input: Input<typeof listApprovals>) {
    return this.approvals.list(ctx, input.query)
  }

  @Handle(readApproval)
  read(ctx: RequestContext, input: Input<typeof readApproval>) {
    return this.approvals.read(ctx, input.params.id)
  }

  @Handle(approveApproval)
  approve(ctx: RequestContext, input: Input<typeof approveApproval>) {
    return this.approvals.approve(ctx, input.params.id, input.body.reason)
  }

  @Handle(rejectApproval)
  reject(ctx: RequestContext, input: Input<typeof rejectApproval>) {
    return this.approvals.reject(ctx, input.params.id, input.body.reason)
  }

  @Handle(withdrawApproval)
  withdraw(ctx: RequestContext, input: Input<typeof withdrawApproval>) {
    return this.approvals.withdraw(ctx, input.params.id)
  }
}
