import { DomainError, type Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  vendorCreateUser,
  vendorGetProfile,
  vendorListUsers,
  vendorPause,
  vendorResume,
  vendorUpdateProfile,
  vendorUpdateUser,
} from './contract.ts'
import { VendorService } from './vendor.service.ts'
import { ManagedVendors } from './vendor-read.ts'
import { VendorTeam } from './vendor-team.ts'

/** A vendor's own record and team: always the vendor of the session. */
@Controller()
export class OwnVendorController {
  constructor(
    private readonly read: ManagedVendors,
    private readonly vendors: VendorService,
    private readonly team: VendorTeam,
  ) {}

  @Handle(vendorGetProfile)
  profile(ctx: RequestContext) {
    return this.read.get(ctx, ownId(ctx))
  }

  @Handle(vendorUpdateProfile)
  update(ctx: RequestContext, { body }: Input<typeof vendorUpdateProfile>) {
    return this.vendors.update(ctx, ownId(ctx), body)
  }

  @Handle(vendorPause)
  pause(ctx: RequestContext) {
    return this.vendors.move(ctx, ownId(ctx), 'pause')
  }

  @Handle(vendorResume)
  resume(ctx: RequestContext) {
    return this.vendors.move(ctx, ownId(ctx), 'resume')
  }

  @Handle(vendorListUsers)
  users(ctx: RequestContext, { query }: Input<typeof vendorListUsers>) {
    return this.team.list(ownId(ctx), query)
  }

  @Handle(vendorCreateUser)
  createUser(ctx: RequestContext, { body }: Input<typeof vendorCreateUser>) {
    return this.team.create(ctx, ownId(ctx), body)
  }

  @Handle(vendorUpdateUser)
  updateUser(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateUser>) {
    return this.team.update(ctx, ownId(ctx), params.id, body)
  }
}

function ownId({ actor }: RequestContext): string {
  if (actor.kind !== 'vendor') throw new DomainError('forbidden')
  return actor.vendorId
}
