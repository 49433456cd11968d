import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  createVendorRestaurant,
  getOpeningHours,
  getVendorRestaurant,
  listVendorRestaurants,
  pauseVendorRestaurant,
  setMenuItemSoldOut,
  setOpeningHours,
  submitVendorRestaurant,
  unpauseVendorRestaurant,
  updateVendorRestaurant,
} from '../contract.ts'
import { MenuItems } from './menu-desk.ts'
import { Venues } from './venues.ts'
import { WeekDesk } from './week-desk.ts'

/** A vendor's restaurants: their data, week and pauses. */
@Controller()
export class VenueController {
  constructor(
    private readonly venues: Venues,
    private readonly week: WeekDesk,
    private readonly dishes: MenuItems,
  ) {}

  @Handle(listVendorRestaurants)
  list(ctx: RequestContext, { query }: Input<typeof listVendorRestaurants>) {
    return this.venues.list(ctx, query)
  }

  @Handle(getVendorRestaurant)
  get(ctx: RequestContext, { params }: Input<typeof getVendorRestaurant>) {
    return this.venues.get(ctx, params.id)
  }

  @Handle(createVendorRestaurant)
  create(ctx: RequestContext, { body }: Input<typeof createVendorRestaurant>) {
    return this.venues.create(ctx, body)
  }

  @Handle(updateVendorRestaurant)
  update(ctx: RequestContext, { params, body }: Input<typeof updateVendorRestaurant>) {
    return this.venues.update(ctx, params.id, body)
  }

  @Handle(submitVendorRestaurant)
  submit(ctx: RequestContext, { params }: Input<typeof submitVendorRestaurant>) {
    return this.venues.submit(ctx, params.id)
  }

  @Handle(pauseVendorRestaurant)
  pause(ctx: RequestContext, { params, body }: Input<typeof pauseVendorRestaurant>) {
    return this.venues.pause(ctx, params.id, body)
  }

  @Handle(unpauseVendorRestaurant)
  unpause(ctx: RequestContext, { params }: Input<typeof unpauseVendorRestaurant>) {
    return this.venues.unpause(ctx, params.id)
  }

  @Handle(getOpeningHours)
  hours(ctx: RequestContext, { params }: Input<typeof getOpeningHours>) {
    return this.week.get(ctx, params.id)
  }

  @Handle(setOpeningHours)
  setHours(ctx: RequestContext, { params, body }: Input<typeof setOpeningHours>) {
    return this.week.set(ctx, params.id, body.days)
  }

  @Handle(setMenuItemSoldOut)
  soldOut(ctx: RequestContext, { params, body }: Input<typeof setMenuItemSoldOut>) {
    return this.dishes.soldOut(ctx, params.id, body)
  }
}
