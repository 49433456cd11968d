import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  adminAdjustStock,
  adminListStock,
  adminListStockLocations,
  adminListStockMovements,
  adminUpdateStock,
  vendorAdjustStock,
  vendorListStock,
  vendorListStockLocations,
  vendorListStockMovements,
  vendorUpdateStock,
} from './contract.ts'
import { StockService } from './stock.service.ts'

/** Staff see everybody's stock. */
@Controller()
export class AdminStockController {
  constructor(private readonly stock: StockService) {}

  @Handle(adminListStock)
  list(ctx: RequestContext, { query }: Input<typeof adminListStock>) {
    return this.stock.list(ctx, query)
  }

  @Handle(adminAdjustStock)
  adjust(ctx: RequestContext, { params, body }: Input<typeof adminAdjustStock>) {
    return this.stock.adjust(ctx, params.id, body)
  }

  @Handle(adminUpdateStock)
  update(ctx: RequestContext, { params, body }: Input<typeof adminUpdateStock>) {
    return this.stock.update(ctx, params.id, body)
  }

  @Handle(adminListStockMovements)
  movements(ctx: RequestContext, { params, query }: Input<typeof adminListStockMovements>) {
    return this.stock.movements(ctx, params.id, query)
  }

  @Handle(adminListStockLocations)
  locations(ctx: RequestContext, { query }: Input<typeof adminListStockLocations>) {
    return this.stock.locations(ctx, query)
  }
}

/** A vendor sees its own stock; the service filters by the actor. */
@Controller()
export class VendorStockController {
  constructor(private readonly stock: StockService) {}

  @Handle(vendorListStock)
  list(ctx: RequestContext, { query }: Input<typeof vendorListStock>) {
    return this.stock.list(ctx, query)
  }

  @Handle(vendorAdjustStock)
  adjust(ctx: RequestContext, { params, body }: Input<typeof vendorAdjustStock>) {
    return this.stock.adjust(ctx, params.id, body)
  }

  @Handle(vendorUpdateStock)
  update(ctx: RequestContext, { params, body }: Input<typeof vendorUpdateStock>) {
    return this.stock.update(ctx, params.id, body)
  }

  @Handle(vendorListStockMovements)
  movements(ctx: RequestContext, { params, query }: Input<typeof vendorListStockMovements>) {
    return this.stock.movements(ctx, params.id, query)
  }

  @Handle(vendorListStockLocations)
  locations(ctx: RequestContext, { query }: Input<typeof vendorListStockLocations>) {
    return this.stock.locations(ctx, query)
  }
}
