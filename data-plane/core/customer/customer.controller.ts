import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { AccountService } from './account.service.ts'
import { AddressService } from './address.service.ts'
import {
  createMyAddress,
  deleteMyAddress,
  endMySession,
  getAdminCustomer,
  getMe,
  getVendorMe,
  listAdminCustomers,
  listMyAddresses,
  listMySessions,
  lockCustomer,
  requestReset,
  reset,
  signIn,
  signOut,
  signUp,
  unlockCustomer,
  updateMe,
  updateMyAddress,
  vendorSignIn,
  vendorSignOut,
  verify,
} from './contract.ts'
import { CustomerAdmin } from './customer.admin.ts'
import { ProfileService } from './profile.service.ts'
import { VendorAccountService } from './vendor-account.service.ts'

@Controller()
export class StoreAuthController {
  constructor(private readonly accounts: AccountService) {}

  @Handle(signUp)
  signUp(ctx: RequestContext, input: Input<typeof signUp>) {
    return this.accounts.signUp(ctx, input.body)
  }

  @Handle(verify)
  verify(ctx: RequestContext, input: Input<typeof verify>) {
    return this.accounts.verify(ctx, input.body)
  }

  @Handle(signIn)
  signIn(ctx: RequestContext, input: Input<typeof signIn>) {
    return this.accounts.signIn(ctx, input.body)
  }

  @Handle(signOut)
  signOut(ctx: RequestContext) {
    return this.accounts.signOut(ctx)
  }

  @Handle(requestReset)
  requestReset(ctx: RequestContext, input: Input<typeof requestReset>) {
    return this.accounts.requestReset(ctx, input.body.email)
  }

  @Handle(reset)
  reset(ctx: RequestContext, input: Input<typeof reset>) {
    return this.accounts.reset(ctx, input.body)
  }
}

@Controller()
export class MeController {
  constructor(
    private readonly profile: ProfileService,
    private readonly addresses: AddressService,
  ) {}

  @Handle(getMe)
  get(ctx: RequestContext) {
    return this.profile.get(ctx)
  }

  @Handle(updateMe)
  update(ctx: RequestContext, input: Input<typeof updateMe>) {
    return this.profile.update(ctx, input.body)
  }

  @Handle(listMySessions)
  sessions(ctx: RequestContext, input: Input<typeof listMySessions>) {
    return this.profile.sessions(ctx, input.query)
  }

  @Handle(endMySession)
  endSession(ctx: RequestContext, input: Input<typeof endMySession>) {
    return this.profile.endSession(ctx, input.params.id)
  }

  @Handle(listMyAddresses)
  listAddresses(ctx: RequestContext, input: Input<typeof listMyAddresses>) {
    return this.addresses.list(ctx, input.query)
  }

  @Handle(createMyAddress)
  createAddress(ctx: RequestContext, input: Input<typeof createMyAddress>) {
    return this.addresses.create(ctx, input.body)
  }

  @Handle(updateMyAddress)
  updateAddress(ctx: RequestContext, input: Input<typeof updateMyAddress>) {
    return this.addresses.update(ctx, input.params.id, input.body)
  }

  @Handle(deleteMyAddress)
  deleteAddress(ctx: RequestContext, input: Input<typeof deleteMyAddress>) {
    return this.addresses.delete(ctx, input.params.id)
  }
}

@Controller()
export class VendorAuthController {
  constructor(private readonly accounts: VendorAccountService) {}

  @Handle(vendorSignIn)
  signIn(ctx: RequestContext, input: Input<typeof vendorSignIn>) {
    return this.accounts.signIn(ctx, input.body)
  }

  @Handle(vendorSignOut)
  signOut(ctx: RequestContext) {
    return this.accounts.signOut(ctx)
  }

  @Handle(getVendorMe)
  me(ctx: RequestContext) {
    return this.accounts.me(ctx)
  }
}

@Controller()
export class AdminCustomerController {
  constructor(private readonly customers: CustomerAdmin) {}

  @Handle(listAdminCustomers)
  list(ctx: RequestContext, input: Input<typeof listAdminCustomers>) {
    return this.customers.list(ctx, input.query)
  }

  @Handle(getAdminCustomer)
  get(ctx: RequestContext, input: Input<typeof getAdminCustomer>) {
    return this.customers.get(ctx, input.params.id)
  }

  @Handle(lockCustomer)
  lock(ctx: RequestContext, input: Input<typeof lockCustomer>) {
    return this.customers.lock(ctx, input.params.id, input.body.reason)
  }

  @Handle(unlockCustomer)
  unlock(ctx: RequestContext, input: Input<typeof unlockCustomer>) {
    return this.customers.unlock(ctx, input.params.id)
  }
}
