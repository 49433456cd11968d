import { cartIdOf } from '../../../storefront/cart-access.ts'
import { orNull, type Visit } from '../../../storefront/visit.ts'
import { getRestaurantCart, type RestaurantBasket } from '../contract.ts'

/** The visitor's basket at one restaurant, priced now; null when there is none. */
export async function basketOf(visit: Visit, restaurantId: string): Promise<RestaurantBasket | null> {
  const id = cartIdOf(visit)
  const cart = id ? await orNull(visit.call(getRestaurantCart, { params: { id } })) : null
  return cart?.baskets.find((basket) => basket.restaurant.id === restaurantId) ?? null
}

export const countOf = (basket: RestaurantBasket | null): number => basket?.lines.reduce((sum, line) => sum + line.quantity, 0) ?? 0
