import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { claimOrders, requestClaim } from '../customer/contract.ts'
import { AdminOrderService } from './admin-order.service.ts'
import {
  acceptVendorOrder,
  cancelAdminOrder,
  cancelOrder,
  cancelVendorOrder,
  changePaymentMethod,
  exportAdminOrders,
  fulfilVendorOrder,
  getAdminDashboard,
  getAdminOrder,
  getMyOrder,
  getStoreOrder,
  getVendorDashboard,
  getVendorOrder,
  listAdminOrders,
  listMyOrders,
  listVendorOrders,
  noteAdminOrder,
  prepareVendorOrder,
  quoteRefund,
  refundOrder,
  trackOrder,
} from './contract.ts'
import { Dashboards } from './dashboards.ts'
import { OrderExport } from './order.export.ts'
import { StoreOrderService } from './store-order.service.ts'
import { VendorOrderService } from './vendor-order.service.ts'

@Controller()
export class StoreOrderController {
  constructor(private readonly orders: StoreOrderService) {}

  @Handle(listMyOrders)
  listMine(ctx: RequestContext, input: Input<typeof listMyOrders>) {
    return this.orders.listMine(ctx, input.query)
  }

  @Handle(getMyOrder)
  getMine(ctx: RequestContext, input: Input<typeof getMyOrder>) {
    return this.orders.getMine(ctx, input.params.no)
  }

  @Handle(requestClaim)
  requestClaim(ctx: RequestContext) {
    return this.orders.requestClaim(ctx)
  }

  @Handle(claimOrders)
  claim(ctx: RequestContext, input: Input<typeof claimOrders>) {
    return this.orders.claim(ctx, input.body.code)
  }

  @Handle(trackOrder)
  track(ctx: RequestContext, input: Input<typeof trackOrder>) {
    return this.orders.track(ctx, input.query)
  }

  @Handle(getStoreOrder)
  get(ctx: RequestContext, input: Input<typeof getStoreOrder>) {
    return this.orders.get(ctx, input.params.no, input.query.token)
  }

  @Handle(quoteRefund)
  quote(ctx: RequestContext, input: Input<typeof quoteRefund>) {
    return this.orders.quote(ctx, input.params.no, input.query)
  }

  @Handle(changePaymentMethod)
  changePaymentMethod(ctx: RequestContext, input: Input<typeof changePaymentMethod>) {
    return this.orders.changePaymentMethod(ctx, input.params.no, input.query.token, input.body.payment.token)
  }

  @Handle(cancelOrder)
  cancel(ctx: RequestContext, input: Input<typeof cancelOrder>) {
    return this.orders.cancel(ctx, input.params.no, input.query.token, input.body)
  }
}

@Controller()
export class VendorOrderController {
  constructor(
    private readonly orders: VendorOrderService,
    private readonly dashboards: Dashboards,
  ) {}

  @Handle(getVendorDashboard)
  dashboard(ctx: RequestContext) {
    return this.dashboards.vendor(ctx)
  }

  @Handle(listVendorOrders)
  list(ctx: RequestContext, input: Input<typeof listVendorOrders>) {
    return this.orders.list(ctx, input.query)
  }

  @Handle(getVendorOrder)
  get(ctx: RequestContext, input: Input<typeof getVendorOrder>) {
    return this.orders.get(ctx, input.params.id)
  }

  @Handle(acceptVendorOrder)
  accept(ctx: RequestContext, input: Input<typeof acceptVendorOrder>) {
    return this.orders.accept(ctx, input.params.id)
  }

  @Handle(prepareVendorOrder)
  prepare(ctx: RequestContext, input: Input<typeof prepareVendorOrder>) {
    return this.orders.prepare(ctx, input.params.id)
  }

  @Handle(fulfilVendorOrder)
  fulfil(ctx: RequestContext, input: Input<typeof fulfilVendorOrder>) {
    return this.orders.fulfil(ctx, input.params.id, input.body)
  }

  @Handle(cancelVendorOrder)
  cancel(ctx: RequestContext, input: Input<typeof cancelVendorOrder>) {
    return this.orders.cancel(ctx, input.params.id, input.body.reason)
  }
}

@Controller()
export class AdminOrderController {
  constructor(
    private readonly orders: AdminOrderService,
    private readonly exports: OrderExport,
    private readonly dashboards: Dashboards,
  ) {}

  @Handle(getAdminDashboard)
  dashboard(ctx: RequestContext) {
    return this.dashboards.admin(ctx)
  }

  @Handle(listAdminOrders)
  list(ctx: RequestContext, input: Input<typeof listAdminOrders>) {
    return this.orders.list(ctx, input.query)
  }

  @Handle(exportAdminOrders)
  export(ctx: RequestContext, input: Input<typeof exportAdminOrders>) {
    return this.exports.csv(ctx, input.query)
  }

  @Handle(getAdminOrder)
  get(ctx: RequestContext, input: Input<typeof getAdminOrder>) {
    return this.orders.get(ctx, input.params.id)
  }

  @Handle(refundOrder)
  refund(ctx: RequestContext, input: Input<typeof refundOrder>) {
    return this.orders.refund(ctx, input.params.id, input.body)
  }

  @Handle(cancelAdminOrder)
  cancel(ctx: RequestContext, input: Input<typeof cancelAdminOrder>) {
    return this.orders.cancel(ctx, input.params.id, input.body)
  }

  @Handle(noteAdminOrder)
  note(ctx: RequestContext, input: Input<typeof noteAdminOrder>) {
    return this.orders.note(ctx, input.params.id, input.body.text)
  }
}
