import { anyone, customer, endpoint, listEndpoint, Money, streamEndpoint } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import { MealAddress } from './basket.contract.ts'
import { GeoPoint, RestaurantService } from './place.contract.ts'

const vertical = 'restaurant'

/** `held` is a claim at checkout that is not paid yet; it is nobody's order. */
export const FoodOrderStatus = z.enum([
  'placed',
  'accepted',
  'preparing',
  'ready',
  'out_for_delivery',
  'delivered',
  'picked_up',
  'rejected',
  'auto_rejected',
  'cancelled',
  'vendor_cancelled',
  'delivery_failed',
])
export type FoodOrderStatus = z.infer<typeof FoodOrderStatus>

export const FoodOrderDish = z.object({
  id: z.string(),
  item_id: z.string(),
  name: z.string(),
  options: z.array(z.object({ name: z.string(), price: Money })),
  quantity: z.int(),
  unit_price: Money,
  total: Money,
  prep_points: z.int(),
})
export type FoodOrderDish = z.infer<typeof FoodOrderDish>

export const FoodOrderSummary = z.object({
  id: z.string(),
  /** Short number that is called out at the counter, e.g. `K47`. */
  call_number: z.string(),
  order_id: z.string(),
  order_line_id: z.string(),
  order_number: z.string(),
  restaurant: z.object({ id: z.string(), handle: z.string(), name: z.string(), picture: Picture.nullable(), timezone: z.string() }),
  service: RestaurantService,
  status: FoodOrderStatus,
  asap: z.boolean(),
  placed_at: z.string(),
  promised_ready_at: z.string(),
  promised_delivery_at: z.string().nullable(),
  /** Units of all dishes. */
  count: z.int(),
  total: Money,
  version: z.int(),
  /** Transitions the caller may ask for now. */
  actions: z.array(z.string()),
})
export type FoodOrderSummary = z.infer<typeof FoodOrderSummary>

export const FoodOrder = FoodOrderSummary.extend({
  slot: z.object({ starts_at: z.string(), ends_at: z.string() }),
  /** The kitchen must answer until then, else the order is given back; null once answered. */
  accept_by: z.string().nullable(),
  dishes: z.array(FoodOrderDish),
  subtotal: Money,
  delivery: Money,
  tip: Money,
  refunded: Money,
  address: MealAddress.nullable(),
  restaurant_location: GeoPoint,
  utensils: z.boolean(),
  kitchen_note: z.string().nullable(),
  reason: z.string().nullable(),
  courier_id: z.string().nullable(),
  /** What cancelling now gives back; null when it can no longer be cancelled. Send `refund` as `expected_refund`. */
  cancellation: z.object({ refund: Money, fee: Money }).nullable(),
  /** When each state was reached. */
  history: z.array(z.object({ status: z.string(), at: z.string() })),
  /** From then on the meal can be reviewed; null before it was handed over. */
  review_allowed_at: z.string().nullable(),
})
export type FoodOrder = z.infer<typeof FoodOrder>

/** What live tracking sends on each change, the present state first. */
export const FoodOrderTrack = z.object({
  /** Version of the order: grows with each change. */
  seq: z.int(),
  id: z.string(),
  status: FoodOrderStatus,
  promised_ready_at: z.string(),
  promised_delivery_at: z.string().nullable(),
  reason: z.string().nullable(),
  at: z.string(),
})
export type FoodOrderTrack = z.infer<typeof FoodOrderTrack>

const byId = z.object({ id: z.string() })
/** The order's token: opens a guest's order. */
const withToken = z.object({ token: z.string().max(200).optional() })
const cancelBody = z.object({ expected_refund: Money, reason: z.string().trim().max(500).optional() })

export const listMyFoodOrders = listEndpoint({
  id: 'store.me.restaurantOrder.list',
  method: 'GET',
  path: '/v1/store/me/restaurant-orders',
  summary: 'Own meals, newest first',
  access: customer,
  vertical,
  afterOff: true,
  query: z.object({ open: z.stringbool().optional() }),
  response: FoodOrderSummary,
})

export const getMyFoodOrder = endpoint({
  id: 'store.me.restaurantOrder.get',
  method: 'GET',
  path: '/v1/store/me/restaurant-orders/{id}',
  summary: 'One own meal',
  access: customer,
  vertical,
  afterOff: true,
  params: byId,
  response: FoodOrder,
})

export const trackMyFoodOrder = streamEndpoint({
  id: 'store.me.restaurantOrder.track',
  method: 'GET',
  path: '/v1/store/me/restaurant-orders/{id}/track',
  summary: 'Live: the state now, then each change; ends with the order',
  access: customer,
  vertical,
  afterOff: true,
  params: byId,
  response: FoodOrderTrack,
})

export const cancelMyFoodOrder = endpoint({
  id: 'store.me.restaurantOrder.cancel',
  method: 'POST',
  path: '/v1/store/me/restaurant-orders/{id}/cancel',
  summary: 'Cancels while the kitchen has not begun',
  access: customer,
  vertical,
  afterOff: true,
  params: byId,
  body: cancelBody,
  response: FoodOrder,
  idempotencyKey: true,
  errors: ['cancellation_not_allowed', 'currency_mismatch', 'invalid_transition', 'refund_quote_changed'],
})

export const reorderMeal = endpoint({
  id: 'store.me.restaurantOrder.reorder',
  method: 'POST',
  path: '/v1/store/me/restaurant-orders/{id}/reorder',
  summary: 'Puts the same dishes in the cart, as far as they are still on the menu',
  access: customer,
  vertical,
  params: byId,
  body: z.object({ cart_id: z.string().optional() }),
  response: z.object({
    cart_id: z.string(),
    token: z.string().nullable(),
    line_id: z.string(),
    restaurant: z.object({ id: z.string(), handle: z.string() }),
    /** Dishes that could not be taken over, by name. */
    skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
  }),
  status: 201,
  idempotencyKey: true,
  errors: ['insufficient_stock', 'cart_completing', 'validation_failed'],
})

/** The same for guests: `token` is the order's. */
export const getFoodOrder = endpoint({
  id: 'store.restaurantOrder.get',
  method: 'GET',
  path: '/v1/store/restaurant-orders/{id}',
  summary: 'An own meal, or a guest’s with its order token; `id` may also be the order line’s',
  access: anyone,
  vertical,
  afterOff: true,
  params: byId,
  query: withToken,
  response: FoodOrder,
})

export const trackFoodOrder = streamEndpoint({
  id: 'store.restaurantOrder.track',
  method: 'GET',
  path: '/v1/store/restaurant-orders/{id}/track',
  summary: 'Live tracking for guests too',
  access: anyone,
  vertical,
  afterOff: true,
  params: byId,
  query: withToken,
  response: FoodOrderTrack,
})

export const cancelFoodOrder = endpoint({
  id: 'store.restaurantOrder.cancel',
  method: 'POST',
  path: '/v1/store/restaurant-orders/{id}/cancel',
  summary: 'Cancels while the kitchen has not begun, for guests too',
  access: anyone,
  vertical,
  afterOff: true,
  params: byId,
  query: withToken,
  body: cancelBody,
  response: FoodOrder,
  idempotencyKey: true,
  errors: ['cancellation_not_allowed', 'currency_mismatch', 'invalid_transition', 'refund_quote_changed'],
})
