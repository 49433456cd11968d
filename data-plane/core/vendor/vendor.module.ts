import { Module } from '@nestjs/common'
import { AdminVendorController } from './admin-vendor.controller.ts'
import { OwnVendorController } from './own-vendor.controller.ts'
import { StoreVendorController } from './store-vendor.controller.ts'
import { VendorDirectory } from './vendor.directory.ts'
import { VendorService } from './vendor.service.ts'
import { ManagedVendors } from './vendor-read.ts'
import { VendorTeam } from './vendor-team.ts'

@Module({
  controllers: [StoreVendorController, AdminVendorController, OwnVendorController],
  providers: [VendorDirectory, VendorService, ManagedVendors, VendorTeam],
})
export class VendorModule {}
