import { anyone, customer, endpoint, listEndpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Order } from '../../core/order/contract.ts'
import { MethodName } from '../../core/payment/contract.ts'
import {
  BookingRow,
  CalendarDate,
  CustomerBooking,
  Moment,
  Service,
  ServiceCard,
  ServiceCategory,
  SlotChoice,
  SlotDays,
  TimeZoneName,
} from './shapes.contract.ts'

const vertical = 'booking'
const ById = z.object({ id: z.string() })
/** Of a link without an account: see `CustomerBooking.token`. */
const ByToken = z.object({ token: z.string().max(100).optional() })
const Coordinates = z.string().regex(/^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$/)

export const listServices = listEndpoint({
  id: 'store.service.list',
  method: 'GET',
  path: '/v1/store/services',
  summary: 'Services by appointment: by category, near a position (lat,lng; nearest first), free on a day; q searches names',
  access: anyone,
  vertical,
  query: z.object({
    category: ServiceCategory.optional(),
    vendor: z.string().optional(),
    near: Coordinates.optional(),
    /** Metres around `near`. */
    radius_m: z.coerce.number().int().min(100).max(200_000).default(30_000),
    date: CalendarDate.optional(),
    location_kind: z.enum(['at_vendor', 'at_customer', 'online', 'phone']).optional(),
  }),
  response: ServiceCard,
})

export const listServiceCategories = endpoint({
  id: 'store.service.categories',
  method: 'GET',
  path: '/v1/store/service-categories',
  summary: 'Kinds of services on offer, with how many of each',
  access: anyone,
  vertical,
  response: z.array(z.object({ code: ServiceCategory, name: z.string(), count: z.int() })),
})

export const getService = endpoint({
  id: 'store.service.get',
  method: 'GET',
  path: '/v1/store/services/{handle}',
  summary: 'One service with lengths, prices, team and questions',
  access: anyone,
  vertical,
  params: z.object({ handle: z.string() }),
  response: Service,
})

export const listSlots = endpoint({
  id: 'store.service.slots',
  method: 'GET',
  path: '/v1/store/services/{id}/slots',
  summary: 'Free starts from one day through another (both included, at most 31 days), days cut in `tz`',
  access: anyone,
  vertical,
  params: ById,
  query: z.object({
    from: CalendarDate,
    to: CalendarDate,
    duration: z.coerce.number().int().optional(),
    provider_id: z.string().optional(),
    tz: TimeZoneName.optional(),
  }),
  response: SlotDays,
  errors: ['duration_not_offered', 'range_too_large'],
})

const slotErrors = [
  'slot_unavailable',
  'slot_in_past',
  'lead_time_not_met',
  'duration_not_offered',
  'active_booking_limit',
  'outside_service_area',
  'validation_failed',
  'tenant_quarantined',
  'tenant_suspended',
] as const

/** Takes the slot for ten minutes as a line of a cart; `GET /v1/store/carts/{cart_id}` shows it, its removal frees it. */
export const createBookingHold = endpoint({
  id: 'store.booking.hold',
  method: 'POST',
  path: '/v1/store/booking-holds',
  summary: 'Puts a slot in the cart and holds it',
  access: anyone,
  vertical,
  body: SlotChoice.extend({ seats: z.int().min(1).max(100).default(1), cart_id: z.string().optional() }),
  response: z.object({
    cart_id: z.string(),
    /** `<cart_id>.<secret>`: header X-Cart-Token, cookie `cart`. */
    token: z.string(),
    line_id: z.string(),
    hold: z.object({ expires_at: z.string() }),
  }),
  status: 201,
  idempotencyKey: true,
  errors: slotErrors,
})

const Payment = z.object({ method: MethodName, token: z.string().max(100).optional() })

/**
 * One line, one confirmation: either a slot (taken, paid and booked at once) or a `cart_id` whose hold was taken before.
 * 402 `payment_action_required` as in `completeCart`.
 */
export const createBooking = endpoint({
  id: 'store.booking.create',
  method: 'POST',
  path: '/v1/store/bookings',
  summary: 'Books a slot, or the cart that holds one',
  access: anyone,
  vertical,
  body: z.object({
    slot: SlotChoice.extend({ seats: z.int().min(1).max(100).default(1) }).optional(),
    /** Needs the cart's token (X-Cart-Token or cookie). */
    cart_id: z.string().optional(),
    contact: z
      .object({ email: z.email(), phone: z.string().max(20).optional(), name: z.string().trim().min(1).max(120).optional() })
      .optional(),
    payment: Payment,
    expected_total: Money.optional(),
  }),
  response: z.object({ booking: CustomerBooking, order: Order, order_token: z.string() }),
  status: 201,
  idempotencyKey: true,
  errors: [...slotErrors, 'hold_expired', 'cart_changed', 'cart_completing', 'payment_action_required', 'payment_declined'],
})

export const listMyBookings = listEndpoint({
  id: 'store.booking.list',
  method: 'GET',
  path: '/v1/store/me/bookings',
  summary: 'Own bookings: upcoming ones by start, past ones latest first',
  access: customer,
  vertical,
  afterOff: true,
  query: z.object({ when: z.enum(['upcoming', 'past', 'all']).default('all') }),
  response: BookingRow,
})

/** Links an order page to its bookings; without an account by the order's token. */
export const listOrderBookings = endpoint({
  id: 'store.booking.of-order',
  method: 'GET',
  path: '/v1/store/orders/{number}/bookings',
  summary: 'Bookings of an order',
  access: anyone,
  vertical,
  afterOff: true,
  params: z.object({ number: z.string() }),
  query: ByToken,
  response: z.array(CustomerBooking),
})

export const getMyBooking = endpoint({
  id: 'store.booking.get',
  method: 'GET',
  path: '/v1/store/me/bookings/{id}',
  summary: 'One booking: own, or by its signed link',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: ByToken,
  response: CustomerBooking,
})

export const quoteMyBookingRefund = endpoint({
  id: 'store.booking.refund-quote',
  method: 'GET',
  path: '/v1/store/me/bookings/{id}/refund-quote',
  summary: 'What cancelling now would give back',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: ByToken,
  response: z.object({
    paid: Money,
    refund: Money,
    /** i18n key below `refund.reason.` */
    reason: z.string(),
  }),
  errors: ['invalid_transition'],
})

export const cancelMyBooking = endpoint({
  id: 'store.booking.cancel',
  method: 'POST',
  path: '/v1/store/me/bookings/{id}/cancel',
  summary: 'Cancels; the refund must be the one that was shown',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: ByToken,
  body: z.object({ expected_refund: Money.optional(), reason: z.string().trim().max(500).optional() }),
  response: CustomerBooking,
  idempotencyKey: true,
  errors: ['invalid_transition', 'refund_quote_changed'],
})

export const rescheduleMyBooking = endpoint({
  id: 'store.booking.reschedule',
  method: 'POST',
  path: '/v1/store/me/bookings/{id}/reschedule',
  summary: 'Takes another slot of the same length and frees the old one, or changes nothing; answers the new booking',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: ByToken,
  body: z.object({ start: Moment, provider_id: z.string().optional() }),
  response: CustomerBooking,
  status: 201,
  idempotencyKey: true,
  errors: ['invalid_transition', ...slotErrors],
})

export const checkInMyBooking = endpoint({
  id: 'store.booking.check-in',
  method: 'POST',
  path: '/v1/store/me/bookings/{id}/check-in',
  summary: 'The customer says they are there, from 30 minutes before the start',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: ByToken,
  response: CustomerBooking,
  errors: ['invalid_transition'],
})

/** Answers `text/calendar`. */
export const getMyBookingCalendar = endpoint({
  id: 'store.booking.ics',
  method: 'GET',
  path: '/v1/store/me/bookings/{id}/ics',
  summary: 'The appointment as an iCalendar file',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: ByToken,
  response: z.string(),
})

/** Answers `text/calendar`; the secret in the address is the whole authorisation, as calendar programs expect. */
export const getCalendarFeed = endpoint({
  id: 'store.booking-feed.get',
  method: 'GET',
  path: '/v1/store/booking-feeds/{secret}',
  summary: "A provider's appointments as an iCalendar feed",
  access: anyone,
  vertical,
  afterOff: true,
  params: z.object({ secret: z.string().max(100) }),
  response: z.string(),
})
