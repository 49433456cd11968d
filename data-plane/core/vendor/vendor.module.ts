import { Module } from '@nestjs/common'
import { StoreVendorController } from './store-vendor.controller.ts'
import { VendorDirectory } from './vendor.directory.ts'

@Module({ controllers: [StoreVendorController], providers: [VendorDirectory] })
export class VendorModule {}
