import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  addBasketLine,
  cancelFoodOrder,
  cancelMyFoodOrder,
  getFoodOrder,
  getMyFoodOrder,
  getRestaurant,
  getRestaurantCart,
  getRestaurantMenu,
  listMyFoodOrders,
  listRestaurantSlots,
  listRestaurants,
  openRestaurantCart,
  placeRestaurantOrder,
  removeBasket,
  reorderMeal,
  trackFoodOrder,
  trackMyFoodOrder,
  updateBasket,
  updateBasketLine,
} from '../contract.ts'
import { Baskets } from './baskets.ts'
import { FoodOrders } from './food-orders.ts'
import { Menus } from './menus.ts'
import { Restaurants } from './restaurants.ts'

/** Restaurants, baskets and meals for shoppers. */
@Controller()
export class StoreRestaurantController {
  constructor(
    private readonly restaurants: Restaurants,
    private readonly menus: Menus,
    private readonly baskets: Baskets,
    private readonly orders: FoodOrders,
  ) {}

  @Handle(listRestaurants)
  list(ctx: RequestContext, { query }: Input<typeof listRestaurants>) {
    return this.restaurants.list(ctx, query)
  }

  @Handle(getRestaurant)
  get(ctx: RequestContext, { params, query }: Input<typeof getRestaurant>) {
    return this.restaurants.get(ctx, params.handle, query)
  }

  @Handle(getRestaurantMenu)
  menu(ctx: RequestContext, { params, query }: Input<typeof getRestaurantMenu>) {
    return this.menus.get(ctx, params.handle, query)
  }

  @Handle(listRestaurantSlots)
  slots(_ctx: RequestContext, { params, query }: Input<typeof listRestaurantSlots>) {
    return this.restaurants.slots(params.handle, query)
  }

  @Handle(openRestaurantCart)
  open(ctx: RequestContext, { body }: Input<typeof openRestaurantCart>) {
    return this.baskets.open(ctx, body)
  }

  @Handle(getRestaurantCart)
  cart(ctx: RequestContext, { params }: Input<typeof getRestaurantCart>) {
    return this.baskets.get(ctx, params.id)
  }

  @Handle(addBasketLine)
  add(ctx: RequestContext, { params, body }: Input<typeof addBasketLine>) {
    return this.baskets.add(ctx, params.id, body)
  }

  @Handle(updateBasketLine)
  updateLine(ctx: RequestContext, { params, body }: Input<typeof updateBasketLine>) {
    return this.baskets.updateLine(ctx, params.id, params.key, body)
  }

  @Handle(updateBasket)
  update(ctx: RequestContext, { params, body }: Input<typeof updateBasket>) {
    return this.baskets.update(ctx, params.id, params.restaurant_id, body)
  }

  @Handle(removeBasket)
  remove(ctx: RequestContext, { params }: Input<typeof removeBasket>) {
    return this.baskets.remove(ctx, params.id, params.restaurant_id)
  }

  @Handle(placeRestaurantOrder)
  place(ctx: RequestContext, { body }: Input<typeof placeRestaurantOrder>) {
    return this.baskets.place(ctx, body)
  }

  @Handle(listMyFoodOrders)
  mine(ctx: RequestContext, { query }: Input<typeof listMyFoodOrders>) {
    return this.orders.listMine(ctx, query)
  }

  @Handle(getMyFoodOrder)
  getMine(ctx: RequestContext, { params }: Input<typeof getMyFoodOrder>) {
    return this.orders.getMine(ctx, params.id)
  }

  @Handle(trackMyFoodOrder)
  trackMine(ctx: RequestContext, { params }: Input<typeof trackMyFoodOrder>) {
    return this.orders.track(ctx, params.id, undefined)
  }

  @Handle(cancelMyFoodOrder)
  cancelMine(ctx: RequestContext, { params, body }: Input<typeof cancelMyFoodOrder>) {
    return this.orders.cancel(ctx, params.id, undefined, body)
  }

  @Handle(reorderMeal)
  reorder(ctx: RequestContext, { params, body }: Input<typeof reorderMeal>) {
    return this.baskets.reorder(ctx, params.id, body.cart_id)
  }

  @Handle(getFoodOrder)
  order(ctx: RequestContext, { params, query }: Input<typeof getFoodOrder>) {
    return this.orders.get(ctx, params.id, query.token)
  }

  @Handle(trackFoodOrder)
  track(ctx: RequestContext, { params, query }: Input<typeof trackFoodOrder>) {
    return this.orders.track(ctx, params.id, query.token)
  }

  @Handle(cancelFoodOrder)
  cancel(ctx: RequestContext, { params, query, body }: Input<typeof cancelFoodOrder>) {
    return this.orders.cancel(ctx, params.id, query.token, body)
  }
}
