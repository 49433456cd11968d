import { type Access, anyone, customer, endpoint, listEndpoint, Money, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Phone } from '../../core/customer/contract.ts'
import { Order } from '../../core/order/contract.ts'
import { Picture } from '../../core/vertical/contract.ts'
import { RestaurantContact, RestaurantPayment } from './basket.contract.ts'

const vertical = 'restaurant'
const byId = z.object({ id: z.string() })
const withToken = z.object({ token: z.string().max(200).optional() })

export const TableReservationStatus = z.enum(['requested', 'confirmed', 'seated', 'completed', 'cancelled', 'no_show'])
export type TableReservationStatus = z.infer<typeof TableReservationStatus>

const Occasion = z.enum(['birthday', 'anniversary', 'business', 'family', 'iftar', 'other'])

/** Kind `restaurant.table`: free, or with a deposit per person. Name and phone are kept sealed. */
export const TableChoice = z.object({
  restaurant_id: z.string().max(40),
  /** One of the times of `…/tables/availability`. */
  start: z.iso.datetime({ offset: true }),
  party_size: z.int().min(1).max(100),
  guest: z.union([z.object({ name: z.string().trim().min(1).max(120), phone: Phone }), z.object({ sealed: z.string().max(2000) })]),
  occasion: Occasion.nullable().default(null),
  note: z.string().trim().max(280).nullable().default(null),
})
export type TableChoice = z.infer<typeof TableChoice>

export const TableReservation = z.object({
  id: z.string(),
  order_id: z.string(),
  order_line_id: z.string(),
  order_number: z.string(),
  restaurant: z.object({ id: z.string(), handle: z.string(), name: z.string(), picture: Picture.nullable(), timezone: z.string() }),
  status: TableReservationStatus,
  starts_at: z.string(),
  ends_at: z.string(),
  party_size: z.int(),
  /** Names of the tables, put together. */
  tables: z.array(z.string()),
  guest_name: z.string(),
  phone: z.string(),
  occasion: Occasion.nullable(),
  note: z.string().nullable(),
  deposit: Money,
  reason: z.string().nullable(),
  /** Held until then; later it counts as a no-show. */
  seat_by: z.string(),
  /** What cancelling now gives back; null when it can no longer be cancelled. */
  cancellation: z.object({ refund: Money }).nullable(),
  review_allowed_at: z.string().nullable(),
  version: z.int(),
  actions: z.array(z.string()),
})
export type TableReservation = z.infer<typeof TableReservation>

export const reserveTable = endpoint({
  id: 'store.tableReservation.place',
  method: 'POST',
  path: '/v1/store/table-reservations',
  summary: 'Reserves a table: a one-line shorthand of the checkout',
  access: anyone,
  vertical,
  body: TableChoice.extend({ contact: RestaurantContact, payment: RestaurantPayment.optional(), expected_total: Money.optional() }),
  response: z.object({ order: Order, token: z.string(), reservation: TableReservation }),
  status: 201,
  idempotencyKey: true,
  errors: [
    'amount_out_of_range',
    'cart_changed',
    'payment_action_required',
    'payment_declined',
    'slot_unavailable',
    'tenant_quarantined',
    'tenant_suspended',
    'validation_failed',
  ],
})

export const listMyTableReservations = listEndpoint({
  id: 'store.me.tableReservation.list',
  method: 'GET',
  path: '/v1/store/me/table-reservations',
  summary: 'Own reservations, latest first',
  access: customer,
  vertical,
  afterOff: true,
  query: z.object({ upcoming: z.stringbool().optional() }),
  response: TableReservation,
})

export const getTableReservation = endpoint({
  id: 'store.tableReservation.get',
  method: 'GET',
  path: '/v1/store/table-reservations/{id}',
  summary: 'An own reservation, or a guest’s with its order token; `id` may also be the order line’s',
  access: anyone,
  vertical,
  afterOff: true,
  params: byId,
  query: withToken,
  response: TableReservation,
})

export const cancelTableReservation = endpoint({
  id: 'store.tableReservation.cancel',
  method: 'POST',
  path: '/v1/store/table-reservations/{id}/cancel',
  summary: 'Cancels a reservation',
  access: anyone,
  vertical,
  afterOff: true,
  params: byId,
  query: withToken,
  body: z.object({ expected_refund: Money, reason: z.string().trim().max(500).optional() }),
  response: TableReservation,
  idempotencyKey: true,
  errors: ['cancellation_not_allowed', 'currency_mismatch', 'invalid_transition', 'refund_quote_changed'],
})

export const listVendorReservations = listEndpoint({
  id: 'vendor.tableReservation.list',
  method: 'GET',
  path: '/v1/vendor/table-reservations',
  summary: 'The book: by time',
  access: vendor('read', 'table_reservation'),
  vertical,
  afterOff: true,
  query: z.object({
    restaurant_id: z.string().optional(),
    status: TableReservationStatus.optional(),
    /** A day of the city, `YYYY-MM-DD`. */
    date: z.iso.date().optional(),
    /** Sitting from … (inclusive) to … (exclusive). */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
  }),
  response: TableReservation,
})

export const getVendorReservation = endpoint({
  id: 'vendor.tableReservation.get',
  method: 'GET',
  path: '/v1/vendor/table-reservations/{id}',
  summary: 'One reservation',
  access: vendor('read', 'table_reservation'),
  vertical,
  afterOff: true,
  params: byId,
  response: TableReservation,
})

const act = <Body extends z.ZodType>(verb: string, summary: string, access: Access, body: Body) =>
  endpoint({
    id: `vendor.tableReservation.${verb}`,
    method: 'POST',
    path: `/v1/vendor/table-reservations/{id}/${verb}`,
    summary,
    access,
    vertical,
    afterOff: true,
    params: byId,
    body,
    response: TableReservation,
    idempotencyKey: verb !== 'seat',
    errors: ['invalid_transition', 'payment_declined'],
  })

export const confirmVendorReservation = act(
  'confirm',
  'Confirms; the deposit is taken',
  vendor('accept', 'table_reservation'),
  z.object({}),
)
export const seatVendorReservation = act(
  'seat',
  'The guests are here (until 15 minutes after the start)',
  vendor('fulfil', 'table_reservation'),
  z.object({}),
)
export const completeVendorReservation = act('complete', 'The guests have left', vendor('fulfil', 'table_reservation'), z.object({}))
export const cancelVendorReservation = act(
  'cancel',
  'Cancels: the guest gets everything back',
  vendor('cancel', 'table_reservation'),
  z.object({ reason: z.string().trim().min(3).max(500) }),
)
