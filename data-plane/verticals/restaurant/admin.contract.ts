import { endpoint, listEndpoint, Money, staff } from '@cityos/contract'
import { z } from 'zod'
import { FoodOrder, FoodOrderStatus, FoodOrderSummary } from './food-order.contract.ts'
import { RestaurantService } from './place.contract.ts'
import { TableReservation, TableReservationStatus } from './table.contract.ts'
import { ManagedRestaurant, RestaurantStatus } from './venue.contract.ts'

const vertical = 'restaurant'
const byId = z.object({ id: z.string() })
const reason = z.string().trim().min(3).max(500)

export const listAdminRestaurants = listEndpoint({
  id: 'admin.restaurant.list',
  method: 'GET',
  path: '/v1/admin/restaurants',
  summary: 'All restaurants; `q` is part of a name or handle',
  access: staff('read', 'restaurant'),
  vertical,
  query: z.object({ status: RestaurantStatus.optional(), vendor_id: z.string().optional() }),
  response: ManagedRestaurant,
})
export const getAdminRestaurant = endpoint({
  id: 'admin.restaurant.get',
  method: 'GET',
  path: '/v1/admin/restaurants/{id}',
  summary: 'One restaurant',
  access: staff('read', 'restaurant'),
  vertical,
  params: byId,
  response: ManagedRestaurant,
})

export const checkRestaurantLicence = endpoint({
  id: 'admin.restaurant.licence-check',
  method: 'POST',
  path: '/v1/admin/restaurants/{id}/licence-check',
  summary: 'Records that commercial registration and municipal licence were checked, and until when they are valid',
  access: staff('approve', 'restaurant'),
  vertical,
  params: byId,
  body: z.object({ valid_until: z.iso.date() }),
  response: ManagedRestaurant,
  errors: ['validation_failed'],
})
export const approveRestaurant = endpoint({
  id: 'admin.restaurant.approve',
  method: 'POST',
  path: '/v1/admin/restaurants/{id}/approve',
  summary: 'Opens it to the public; needs a licence that was checked and is valid',
  access: staff('approve', 'restaurant'),
  vertical,
  params: byId,
  response: ManagedRestaurant,
  errors: ['invalid_transition', 'vendor_not_licensed'],
})
export const rejectRestaurant = endpoint({
  id: 'admin.restaurant.reject',
  method: 'POST',
  path: '/v1/admin/restaurants/{id}/reject',
  summary: 'Sends it back with a reason',
  access: staff('approve', 'restaurant'),
  vertical,
  params: byId,
  body: z.object({ reason }),
  response: ManagedRestaurant,
  errors: ['invalid_transition'],
})
export const forceCloseRestaurant = endpoint({
  id: 'admin.restaurant.force-close',
  method: 'POST',
  path: '/v1/admin/restaurants/{id}/force-close',
  summary: 'Closes it at once; open orders are cancelled with full refund when asked',
  access: staff('approve', 'restaurant'),
  vertical,
  params: byId,
  body: z.object({ reason, cancel_open: z.boolean().default(false) }),
  response: ManagedRestaurant.extend({ cancelled_orders: z.int() }),
  idempotencyKey: true,
  errors: ['invalid_transition'],
})
export const reopenRestaurant = endpoint({
  id: 'admin.restaurant.reopen',
  method: 'POST',
  path: '/v1/admin/restaurants/{id}/reopen',
  summary: 'Lets a closed restaurant sell again',
  access: staff('approve', 'restaurant'),
  vertical,
  params: byId,
  response: ManagedRestaurant,
  errors: ['invalid_transition', 'vendor_not_licensed'],
})

export const RestaurantSla = z.object({
  restaurant: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
  orders: z.int(),
  accepted: z.int(),
  /** Seconds from placed to accepted. */
  accept_p50_s: z.number().nullable(),
  accept_p95_s: z.number().nullable(),
  rejected_bps: z.int(),
  auto_rejected_bps: z.int(),
  vendor_cancelled_bps: z.int(),
  /** Handed over later than promised + 10 minutes. */
  late_bps: z.int(),
})
export type RestaurantSla = z.infer<typeof RestaurantSla>

export const listRestaurantSla = listEndpoint({
  id: 'admin.restaurantSla.list',
  method: 'GET',
  path: '/v1/admin/restaurant-sla',
  summary: 'How kitchens answer: time to accept, rejections, lateness; default the last 30 days',
  access: staff('read', 'food_order'),
  vertical,
  query: z.object({ from: z.iso.datetime({ offset: true }).optional(), to: z.iso.datetime({ offset: true }).optional() }),
  response: RestaurantSla,
})

export const listAdminFoodOrders = listEndpoint({
  id: 'admin.restaurantOrder.list',
  method: 'GET',
  path: '/v1/admin/restaurant-orders',
  summary: 'Meals, newest first',
  access: staff('read', 'food_order'),
  vertical,
  afterOff: true,
  query: z.object({
    restaurant_id: z.string().optional(),
    status: FoodOrderStatus.optional(),
    service: RestaurantService.optional(),
  }),
  response: FoodOrderSummary,
})
export const getAdminFoodOrder = endpoint({
  id: 'admin.restaurantOrder.get',
  method: 'GET',
  path: '/v1/admin/restaurant-orders/{id}',
  summary: 'One meal',
  access: staff('read', 'food_order'),
  vertical,
  afterOff: true,
  params: byId,
  response: FoodOrder,
})
export const cancelAdminFoodOrder = endpoint({
  id: 'admin.restaurantOrder.cancel',
  method: 'POST',
  path: '/v1/admin/restaurant-orders/{id}/cancel',
  summary: 'Ends an open meal on behalf of the platform; everything goes back',
  access: staff('cancel', 'food_order'),
  vertical,
  afterOff: true,
  params: byId,
  body: z.object({ reason }),
  response: FoodOrder,
  idempotencyKey: true,
  errors: ['invalid_transition', 'dependency_unavailable'],
})
export const refundAdminFoodOrder = endpoint({
  id: 'admin.restaurantOrder.refund',
  method: 'POST',
  path: '/v1/admin/restaurant-orders/{id}/refund',
  summary: 'Gives back a part of what was taken for a meal, or all that is left of it',
  access: staff('refund', 'food_order'),
  vertical,
  afterOff: true,
  params: byId,
  body: z.object({ amount: Money.optional(), reason }),
  response: FoodOrder,
  idempotencyKey: true,
  errors: ['amount_out_of_range', 'currency_mismatch', 'invalid_transition', 'dependency_unavailable'],
})

export const listAdminReservations = listEndpoint({
  id: 'admin.tableReservation.list',
  method: 'GET',
  path: '/v1/admin/table-reservations',
  summary: 'Table reservations, latest first',
  access: staff('read', 'table_reservation'),
  vertical,
  afterOff: true,
  query: z.object({ restaurant_id: z.string().optional(), status: TableReservationStatus.optional() }),
  response: TableReservation,
})
