import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { inviteStaff, listInvitations, listStaff, readMe, revokeStaffSessions } from './staff.contract.ts'
import { StaffDirectory } from './staff.directory.ts'

@Controller()
export class StaffController {
  constructor(private readonly directory: StaffDirectory) {}

  @Handle(readMe)
  me(ctx: RequestContext, _input: Input<typeof readMe>) {
    return this.directory.me(ctx)
  }

  @Handle(listStaff)
  list(ctx: RequestContext, input: Input<typeof listStaff>) {
    return this.directory.list(ctx, input.query)
  }

  @Handle(listInvitations)
  invitations(ctx: RequestContext, input: Input<typeof listInvitations>) {
    return this.directory.invitations(ctx, input.query)
  }

  @Handle(inviteStaff)
  invite(ctx: RequestContext, input: Input<typeof inviteStaff>) {
    return this.directory.invite(ctx, input.body)
  }

  @Handle(revokeStaffSessions)
  revoke(ctx: RequestContext, input: Input<typeof revokeStaffSessions>) {
    return this.directory.revokeSessions(ctx, input.params.id)
  }
}
