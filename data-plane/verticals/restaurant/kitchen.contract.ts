import { type Access, type ErrorCode, endpoint, listEndpoint, Money, streamEndpoint, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Buyer } from '../../core/order/contract.ts'
import { FoodOrder, FoodOrderStatus, FoodOrderSummary } from './food-order.contract.ts'
import { RestaurantService } from './place.contract.ts'

const vertical = 'restaurant'
const byId = z.object({ id: z.string() })

/** One card of the kitchen's board. */
export const KitchenOrder = FoodOrderSummary.extend({
  /** Counts down to the automatic rejection; null once answered. */
  accept_by: z.string().nullable(),
  late: z.boolean(),
  buyer: Buyer,
  dishes: FoodOrder.shape.dishes,
  kitchen_note: z.string().nullable(),
  utensils: z.boolean(),
  points: z.int(),
  slot: FoodOrder.shape.slot,
  courier_id: z.string().nullable(),
})
export type KitchenOrder = z.infer<typeof KitchenOrder>

export const KitchenOrderDetail = KitchenOrder.extend({
  /** Street and number only after acceptance. */
  address: FoodOrder.shape.address,
  subtotal: Money,
  delivery: Money,
  tip: Money,
  refunded: Money,
  reason: z.string().nullable(),
  history: FoodOrder.shape.history,
})
export type KitchenOrderDetail = z.infer<typeof KitchenOrderDetail>

export const listKitchenOrders = listEndpoint({
  id: 'vendor.restaurantOrder.list',
  method: 'GET',
  path: '/v1/vendor/restaurant-orders',
  summary: 'The board: open orders by promised time, or the past ones, newest first',
  access: vendor('read', 'food_order'),
  vertical,
  afterOff: true,
  query: z.object({
    restaurant_id: z.string().optional(),
    status: FoodOrderStatus.optional(),
    service: RestaurantService.optional(),
    /** Default true: what is still to be done. */
    open: z.stringbool().optional(),
    /** Placed from … (inclusive) to … (exclusive). */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
  }),
  response: KitchenOrder,
})

/** Tells the board to look again: one event per change of an order of this vendor. */
export const watchKitchenOrders = streamEndpoint({
  id: 'vendor.restaurantOrder.watch',
  method: 'GET',
  path: '/v1/vendor/restaurant-orders/watch',
  summary: 'Live: which order changed',
  access: vendor('read', 'food_order'),
  vertical,
  afterOff: true,
  response: z.object({ id: z.string(), status: FoodOrderStatus, seq: z.int() }),
})

export const getKitchenOrder = endpoint({
  id: 'vendor.restaurantOrder.get',
  method: 'GET',
  path: '/v1/vendor/restaurant-orders/{id}',
  summary: 'One order',
  access: vendor('read', 'food_order'),
  vertical,
  afterOff: true,
  params: byId,
  response: KitchenOrderDetail,
})

/** What the kitchen's printer gets: lines of plain text, 42 characters wide. */
export const printKitchenTicket = endpoint({
  id: 'vendor.restaurantOrder.print',
  method: 'GET',
  path: '/v1/vendor/restaurant-orders/{id}/ticket',
  summary: 'The kitchen ticket as text',
  access: vendor('read', 'food_order'),
  vertical,
  afterOff: true,
  params: byId,
  response: z.object({ call_number: z.string(), lines: z.array(z.string()) }),
})

/** These move no money. */
const withoutMoney = new Set(['prepare', 'ready', 'dispatch'])

const act = <Body extends z.ZodType>(
  verb: string,
  summary: string,
  access: Access,
  body: Body,
  errors: readonly ErrorCode[] = ['invalid_transition'],
) =>
  endpoint({
    id: `vendor.restaurantOrder.${verb}`,
    method: 'POST',
    path: `/v1/vendor/restaurant-orders/{id}/${verb}`,
    summary,
    access,
    vertical,
    afterOff: true,
    params: byId,
    body,
    response: KitchenOrderDetail,
    idempotencyKey: !withoutMoney.has(verb),
    errors,
  })

const reason = z.object({ reason: z.string().trim().min(3).max(500) })

export const acceptKitchenOrder = act(
  'accept',
  'Accepts and captures; `ready_in_minutes` moves the promise, never before now + preparation',
  vendor('accept', 'food_order'),
  z.object({ ready_in_minutes: z.int().min(1).max(240).optional() }),
  ['invalid_transition', 'payment_declined'],
)
export const rejectKitchenOrder = act('reject', 'Declines; nothing is taken', vendor('accept', 'food_order'), reason)
export const prepareKitchenOrder = act('prepare', 'Cooking begins; no more cancelling', vendor('prepare', 'food_order'), z.object({}))
export const readyKitchenOrder = act('ready', 'Ready to be handed over', vendor('prepare', 'food_order'), z.object({}))
export const dispatchKitchenOrder = act(
  'dispatch',
  'Goes out with a courier',
  vendor('fulfil', 'food_order'),
  z.object({ courier_id: z.string().max(60).nullable().default(null) }),
)
export const deliverKitchenOrder = act('deliver', 'Handed over at the door', vendor('fulfil', 'food_order'), z.object({}))
export const pickUpKitchenOrder = act('pick-up', 'Handed over at the counter or table', vendor('fulfil', 'food_order'), z.object({}))
export const failKitchenDelivery = act(
  'fail-delivery',
  'Could not be handed over; the restaurant’s own fault gives everything back',
  vendor('fulfil', 'food_order'),
  z.object({ reason: z.enum(['customer_absent', 'address_not_found', 'vendor_fault']) }),
)
export const cancelKitchenOrder = act(
  'cancel',
  'Cancels after acceptance: full refund and a strike',
  vendor('cancel', 'food_order'),
  reason,
)

/** One kitchen slot with its two counters. */
export const KitchenSlot = z.object({
  service: RestaurantService,
  starts_at: z.string(),
  ends_at: z.string(),
  orders_used: z.int(),
  orders_cap: z.int(),
  points_used: z.int(),
  points_cap: z.int(),
})
export type KitchenSlot = z.infer<typeof KitchenSlot>

export const listKitchenSlots = endpoint({
  id: 'vendor.kitchenSlot.list',
  method: 'GET',
  path: '/v1/vendor/restaurants/{id}/kitchen-slots',
  summary: 'How full the kitchen is on a business day',
  access: vendor('read', 'restaurant'),
  vertical,
  params: byId,
  query: z.object({ date: z.iso.date().optional(), service: RestaurantService.optional() }),
  response: z.object({ date: z.string(), timezone: z.string(), slots: z.array(KitchenSlot) }),
})
