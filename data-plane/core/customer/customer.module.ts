import { Module } from '@nestjs/common'
import { CartModule } from '../cart/cart.module.ts'
import { AccountService } from './account.service.ts'
import { AddressService } from './address.service.ts'
import { Codes } from './codes.ts'
import { CustomerAdmin } from './customer.admin.ts'
import { AdminCustomerController, MeController, StoreAuthController, VendorAuthController } from './customer.controller.ts'
import { Customers } from './customers.ts'
import { ProfileService } from './profile.service.ts'
import { Sessions } from './sessions.ts'
import { VendorAccountService } from './vendor-account.service.ts'

@Module({
  imports: [CartModule],
  controllers: [StoreAuthController, MeController, VendorAuthController, AdminCustomerController],
  providers: [AccountService, AddressService, Codes, CustomerAdmin, Customers, ProfileService, Sessions, VendorAccountService],
  exports: [Codes, Customers, Sessions],
})
export class CustomerModule {}
