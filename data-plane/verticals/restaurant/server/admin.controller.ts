import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  approveRestaurant,
  cancelAdminFoodOrder,
  checkRestaurantLicence,
  forceCloseRestaurant,
  getAdminFoodOrder,
  getAdminRestaurant,
  listAdminFoodOrders,
  listAdminReservations,
  listAdminRestaurants,
  listRestaurantSla,
  refundAdminFoodOrder,
  rejectRestaurant,
  reopenRestaurant,
} from '../contract.ts'
import { RestaurantAdmin } from './admin.ts'
import { Reservations } from './reservations.ts'
import { Venues } from './venues.ts'

/** The city's view: who may cook, how well they answer, and meals that went wrong. */
@Controller()
export class RestaurantAdminController {
  constructor(
    private readonly admin: RestaurantAdmin,
    private readonly venues: Venues,
    private readonly reservations: Reservations,
  ) {}

  @Handle(listAdminRestaurants)
  list(ctx: RequestContext, { query }: Input<typeof listAdminRestaurants>) {
    return this.admin.list(ctx, query)
  }

  @Handle(getAdminRestaurant)
  get(ctx: RequestContext, { params }: Input<typeof getAdminRestaurant>) {
    return this.venues.get(ctx, params.id)
  }

  @Handle(checkRestaurantLicence)
  checkLicence(ctx: RequestContext, { params, body }: Input<typeof checkRestaurantLicence>) {
    return this.admin.checkLicence(ctx, params.id, body)
  }

  @Handle(approveRestaurant)
  approve(ctx: RequestContext, { params }: Input<typeof approveRestaurant>) {
    return this.admin.open(ctx, params.id, 'approve')
  }

  @Handle(rejectRestaurant)
  reject(ctx: RequestContext, { params, body }: Input<typeof rejectRestaurant>) {
    return this.admin.reject(ctx, params.id, body.reason)
  }

  @Handle(forceCloseRestaurant)
  forceClose(ctx: RequestContext, { params, body }: Input<typeof forceCloseRestaurant>) {
    return this.admin.forceClose(ctx, params.id, body)
  }

  @Handle(reopenRestaurant)
  reopen(ctx: RequestContext, { params }: Input<typeof reopenRestaurant>) {
    return this.admin.open(ctx, params.id, 'reopen')
  }

  @Handle(listRestaurantSla)
  sla(ctx: RequestContext, { query }: Input<typeof listRestaurantSla>) {
    return this.admin.sla(ctx, query)
  }

  @Handle(listAdminFoodOrders)
  orders(ctx: RequestContext, { query }: Input<typeof listAdminFoodOrders>) {
    return this.admin.listOrders(ctx, query)
  }

  @Handle(getAdminFoodOrder)
  order(ctx: RequestContext, { params }: Input<typeof getAdminFoodOrder>) {
    return this.admin.getOrder(ctx, params.id)
  }

  @Handle(cancelAdminFoodOrder)
  cancel(ctx: RequestContext, { params, body }: Input<typeof cancelAdminFoodOrder>) {
    return this.admin.cancelOrder(ctx, params.id, body.reason)
  }

  @Handle(refundAdminFoodOrder)
  refund(ctx: RequestContext, { params, body }: Input<typeof refundAdminFoodOrder>) {
    return this.admin.refundOrder(ctx, params.id, body)
  }

  @Handle(listAdminReservations)
  listReservations(ctx: RequestContext, { query }: Input<typeof listAdminReservations>) {
    return this.reservations.listAll(ctx, query)
  }
}
