import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  disableStaff,
  enableStaff,
  grantRole,
  inviteStaff,
  listInvitations,
  listStaff,
  readMe,
  readStaff,
  revokeGrant,
  revokeInvitation,
  revokeStaffSessions,
} from './staff.contract.ts'
import { StaffDirectory } from './staff.directory.ts'
import { StaffGrantsService } from './staff.grants.service.ts'

@Controller()
export class StaffController {
  constructor(
    private readonly directory: StaffDirectory,
    private readonly grants: StaffGrantsService,
  ) {}

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

  @Handle(readStaff)
  read(ctx: RequestContext, input: Input<typeof readStaff>) {
    return this.directory.read(ctx, input.params.id)
  }

  @Handle(revokeInvitation)
  revokeInvitation(ctx: RequestContext, input: Input<typeof revokeInvitation>) {
    return this.directory.revokeInvitation(ctx, input.params.id)
  }

  @Handle(grantRole)
  grant(ctx: RequestContext, input: Input<typeof grantRole>) {
    return this.grants.grant(ctx, input.params.id, input.body)
  }

  @Handle(revokeGrant)
  revokeGrant(ctx: RequestContext, input: Input<typeof revokeGrant>) {
    return this.grants.revokeGrant(ctx, input.params.id, input.params.grant_id)
  }

  @Handle(disableStaff)
  disable(ctx: RequestContext, input: Input<typeof disableStaff>) {
    return this.grants.disable(ctx, input.params.id, input.body.reason)
  }

  @Handle(enableStaff)
  enable(ctx: RequestContext, input: Input<typeof enableStaff>) {
    return this.grants.enable(ctx, input.params.id)
  }
}
