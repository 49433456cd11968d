import { anyone, type ErrorCode, endpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Address, Email, Phone } from '../../core/customer/contract.ts'
import { Order } from '../../core/order/contract.ts'
import { GeoPoint, RestaurantService } from './place.contract.ts'

const vertical = 'restaurant'

/** Where a meal goes: an ordinary address and its place on the map. */
export const MealAddress = Address.extend({
  ...GeoPoint.shape,
  /** Gate code, floor, landmark. */
  directions: z.string().trim().max(280).nullable().default(null),
})
export type MealAddress = z.infer<typeof MealAddress>

export const DishChoice = z.object({
  item_id: z.string().max(40),
  /** Chosen options of the dish's groups and of the groups these options open; each at most once. */
  option_ids: z.array(z.string().max(40)).max(60).default([]),
  quantity: z.int().min(1).max(99).default(1),
})
export type DishChoice = z.infer<typeof DishChoice>

/**
 * Kind `restaurant.meal`: one cart line is one basket of one restaurant, quantity 1. The address is kept sealed
 * (00-conventions, Personal data): stored lines carry `{sealed}` in its place.
 */
export const MealChoice = z.object({
  restaurant_id: z.string().max(40),
  service: RestaurantService.default('delivery'),
  /** Start of a slot of `…/slots`; null = as soon as possible. */
  slot_start: z.iso.datetime({ offset: true }).nullable().default(null),
  address: z
    .union([MealAddress, z.object({ sealed: z.string().max(4000) })])
    .nullable()
    .default(null),
  /** Minor units of the restaurant's currency; commission-free. */
  tip_amount: z.int().min(0).max(1_000_000).default(0),
  utensils: z.boolean().default(false),
  note: z.string().trim().max(280).nullable().default(null),
  items: z.array(DishChoice).min(1).max(60),
})
export type MealChoice = z.infer<typeof MealChoice>

/** Why a basket cannot be ordered as it stands. */
const BasketProblem = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() })

export const BasketLine = z.object({
  /** Same dish and same options: names the line in `updateBasketLine`. */
  key: z.string(),
  item_id: z.string(),
  option_ids: z.array(z.string()),
  name: z.string(),
  /** Names of the chosen options, with what each adds (zero when free). */
  options: z.array(z.object({ id: z.string(), name: z.string(), price: Money })),
  quantity: z.int(),
  unit_price: Money,
  total: Money,
  error: BasketProblem.nullable(),
})
export type BasketLine = z.infer<typeof BasketLine>

/** One restaurant's basket: one line of the cart. */
export const RestaurantBasket = z.object({
  line_id: z.string(),
  restaurant: z.object({
    id: z.string(),
    handle: z.string(),
    name: z.string(),
    services: z.array(RestaurantService),
    timezone: z.string(),
  }),
  service: RestaurantService,
  slot_start: z.string().nullable(),
  /** When it would be ready, and at the door, if it was ordered now; null while it cannot be. */
  promised_ready_at: z.string().nullable(),
  promised_delivery_at: z.string().nullable(),
  address: MealAddress.nullable(),
  utensils: z.boolean(),
  note: z.string().nullable(),
  lines: z.array(BasketLine),
  /** Prep points of all dishes. */
  points: z.int(),
  subtotal: Money,
  delivery: Money,
  tip: Money,
  total: Money,
  /** What is missing to the minimum order of the area; zero when reached. */
  missing: Money,
  error: BasketProblem.nullable(),
})
export type RestaurantBasket = z.infer<typeof RestaurantBasket>

export const RestaurantCart = z.object({ cart_id: z.string(), baskets: z.array(RestaurantBasket) })
export type RestaurantCart = z.infer<typeof RestaurantCart>

const basketErrors: ErrorCode[] = [
  'cart_completing',
  'validation_failed',
  'modifier_selection_invalid',
  'item_not_available_at_time',
  'insufficient_stock',
]

const settings = z.object({
  service: RestaurantService,
  slot_start: z.iso.datetime({ offset: true }).nullable(),
  address: MealAddress.nullable(),
  tip: Money,
  utensils: z.boolean(),
  note: z.string().trim().max(280).nullable(),
})

const lineToAdd = DishChoice.extend({
  restaurant_id: z.string().max(40),
  /** Taken over when the basket is new. */
  service: RestaurantService.optional(),
})

const cartId = z.object({ id: z.string() })

/** The caller’s own open cart, or a new one; `token` as in `createCart` (also the cookie `cart`), null when the own one goes on. */
export const openRestaurantCart = endpoint({
  id: 'store.restaurantCart.open',
  method: 'POST',
  path: '/v1/store/restaurant-carts',
  summary: 'Opens a cart with a first dish',
  access: anyone,
  vertical,
  body: lineToAdd,
  response: RestaurantCart.extend({ token: z.string().nullable() }),
  status: 201,
  idempotencyKey: true,
  errors: basketErrors,
})

export const getRestaurantCart = endpoint({
  id: 'store.restaurantCart.get',
  method: 'GET',
  path: '/v1/store/restaurant-carts/{id}',
  summary: 'The baskets in a cart, one per restaurant',
  access: anyone,
  vertical,
  params: cartId,
  response: RestaurantCart,
})

export const addBasketLine = endpoint({
  id: 'store.restaurantCart.line.add',
  method: 'POST',
  path: '/v1/store/restaurant-carts/{id}/lines',
  summary: 'Puts a dish in the restaurant’s basket; the same dish with the same options adds to its line',
  access: anyone,
  vertical,
  params: cartId,
  body: lineToAdd,
  response: RestaurantCart,
  status: 201,
  errors: basketErrors,
})

export const updateBasketLine = endpoint({
  id: 'store.restaurantCart.line.update',
  method: 'PATCH',
  path: '/v1/store/restaurant-carts/{id}/lines/{key}',
  summary: 'Sets how many of a dish, or its options; 0 takes it out',
  access: anyone,
  vertical,
  params: cartId.extend({ key: z.string().max(40) }),
  body: z.object({ quantity: z.int().min(0).max(99).optional(), option_ids: z.array(z.string().max(40)).max(60).optional() }),
  response: RestaurantCart,
  errors: basketErrors,
})

/** Times, places and the minimum are checked when the basket is bought; until then the basket shows what is wrong. */
export const updateBasket = endpoint({
  id: 'store.restaurantCart.basket.update',
  method: 'PATCH',
  path: '/v1/store/restaurant-carts/{id}/baskets/{restaurant_id}',
  summary: 'Sets service, slot, address, tip, utensils, note',
  access: anyone,
  vertical,
  params: cartId.extend({ restaurant_id: z.string() }),
  body: settings.partial(),
  response: RestaurantCart,
  errors: ['cart_completing', 'currency_mismatch', 'validation_failed'],
})

export const removeBasket = endpoint({
  id: 'store.restaurantCart.basket.remove',
  method: 'DELETE',
  path: '/v1/store/restaurant-carts/{id}/baskets/{restaurant_id}',
  summary: 'Takes a restaurant’s basket out of the cart',
  access: anyone,
  vertical,
  params: cartId.extend({ restaurant_id: z.string() }),
  response: RestaurantCart,
  errors: ['cart_completing'],
})

export const RestaurantContact = z.object({ email: Email, phone: Phone.optional(), name: z.string().trim().max(120).optional() })
export const RestaurantPayment = z.object({
  method: z.enum(['cash_on_delivery', 'sandbox']),
  token: z.string().max(100).optional(),
})

/** A basket bought at once: cart line and core cart completion in one call (00-conventions, Order bridge). */
export const placeRestaurantOrder = endpoint({
  id: 'store.restaurantOrder.place',
  method: 'POST',
  path: '/v1/store/restaurant-orders',
  summary: 'Orders a meal',
  access: anyone,
  vertical,
  body: MealChoice.extend({
    /** Instead of `tip_amount`. */
    tip: Money.optional(),
    contact: RestaurantContact,
    payment: RestaurantPayment,
    expected_total: Money.optional(),
  }),
  response: z.object({ order: Order, token: z.string(), food_order_id: z.string() }),
  status: 201,
  idempotencyKey: true,
  errors: [
    'cart_changed',
    'currency_mismatch',
    'insufficient_stock',
    'item_not_available_at_time',
    'minimum_order_not_met',
    'modifier_selection_invalid',
    'outside_delivery_area',
    'address_invalid',
    'payment_action_required',
    'payment_declined',
    'slot_unavailable',
    'tenant_quarantined',
    'tenant_suspended',
    'validation_failed',
  ],
})
