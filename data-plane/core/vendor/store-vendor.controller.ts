import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { getVendor, listVendors } from './contract.ts'
import { VendorDirectory } from './vendor.directory.ts'

@Controller()
export class StoreVendorController {
  constructor(private readonly vendors: VendorDirectory) {}

  @Handle(listVendors)
  list(ctx: RequestContext, { query }: Input<typeof listVendors>) {
    return this.vendors.list(ctx, query)
  }

  @Handle(getVendor)
  get(ctx: RequestContext, { params }: Input<typeof getVendor>) {
    return this.vendors.profile(ctx, params.handle)
  }
}
