import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  adminActivateVendor,
  adminApproveVendor,
  adminCreateVendor,
  adminCreateVendorUser,
  adminGetVendor,
  adminListVendors,
  adminListVendorUsers,
  adminReinstateVendor,
  adminRejectVendor,
  adminRequestVendorDocuments,
  adminRestrictVendor,
  adminReviewVendor,
  adminSuspendVendor,
  adminTerminateVendor,
  adminUpdateVendor,
  adminUpdateVendorUser,
} from './contract.ts'
import { VendorService } from './vendor.service.ts'
import { ManagedVendors } from './vendor-read.ts'
import { VendorTeam } from './vendor-team.ts'

@Controller()
export class AdminVendorController {
  constructor(
    private readonly read: ManagedVendors,
    private readonly vendors: VendorService,
    private readonly team: VendorTeam,
  ) {}

  @Handle(adminListVendors)
  list(ctx: RequestContext, { query }: Input<typeof adminListVendors>) {
    return this.read.list(ctx, query)
  }

  @Handle(adminCreateVendor)
  create(ctx: RequestContext, { body }: Input<typeof adminCreateVendor>) {
    return this.vendors.create(ctx, body)
  }

  @Handle(adminGetVendor)
  get(ctx: RequestContext, { params }: Input<typeof adminGetVendor>) {
    return this.read.get(ctx, params.id)
  }

  @Handle(adminUpdateVendor)
  update(ctx: RequestContext, { params, body }: Input<typeof adminUpdateVendor>) {
    return this.vendors.update(ctx, params.id, body)
  }

  @Handle(adminRequestVendorDocuments)
  requestDocuments(ctx: RequestContext, { params, body }: Input<typeof adminRequestVendorDocuments>) {
    return this.vendors.move(ctx, params.id, 'request-documents', body?.reason)
  }

  @Handle(adminReviewVendor)
  review(ctx: RequestContext, { params, body }: Input<typeof adminReviewVendor>) {
    return this.vendors.move(ctx, params.id, 'review', body?.reason)
  }

  @Handle(adminApproveVendor)
  approve(ctx: RequestContext, { params, body }: Input<typeof adminApproveVendor>) {
    return this.vendors.move(ctx, params.id, 'approve', body?.reason)
  }

  @Handle(adminRejectVendor)
  reject(ctx: RequestContext, { params, body }: Input<typeof adminRejectVendor>) {
    return this.vendors.move(ctx, params.id, 'reject', body?.reason)
  }

  @Handle(adminActivateVendor)
  activate(ctx: RequestContext, { params, body }: Input<typeof adminActivateVendor>) {
    return this.vendors.move(ctx, params.id, 'activate', body?.reason)
  }

  @Handle(adminRestrictVendor)
  restrict(ctx: RequestContext, { params, body }: Input<typeof adminRestrictVendor>) {
    return this.vendors.move(ctx, params.id, 'restrict', body?.reason)
  }

  @Handle(adminSuspendVendor)
  suspend(ctx: RequestContext, { params, body }: Input<typeof adminSuspendVendor>) {
    return this.vendors.move(ctx, params.id, 'suspend', body?.reason)
  }

  @Handle(adminReinstateVendor)
  reinstate(ctx: RequestContext, { params, body }: Input<typeof adminReinstateVendor>) {
    return this.vendors.move(ctx, params.id, 'reinstate', body?.reason)
  }

  @Handle(adminTerminateVendor)
  terminate(ctx: RequestContext, { params, body }: Input<typeof adminTerminateVendor>) {
    return this.vendors.move(ctx, params.id, 'terminate', body?.reason)
  }

  @Handle(adminListVendorUsers)
  users(_ctx: RequestContext, { params, query }: Input<typeof adminListVendorUsers>) {
    return this.team.list(params.id, query)
  }

  @Handle(adminCreateVendorUser)
  createUser(ctx: RequestContext, { params, body }: Input<typeof adminCreateVendorUser>) {
    return this.team.create(ctx, params.id, body)
  }

  @Handle(adminUpdateVendorUser)
  updateUser(ctx: RequestContext, { params, body }: Input<typeof adminUpdateVendorUser>) {
    return this.team.update(ctx, params.id, params.user_id, body)
  }
}
