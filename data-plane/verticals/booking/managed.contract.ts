import { endpoint, listEndpoint, Money, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { BookingAttendee, BookingContact, BookingRow, BookingStatus, ManagedBooking, Moment, VisitAddress } from './shapes.contract.ts'

const vertical = 'booking'
const ById = z.object({ id: z.string() })
const Reason = z.object({ reason: z.string().trim().min(3).max(500) })

/** For boards: who comes is shown once there is an order or the vendor wrote it in. */
export const ManagedBookingRow = BookingRow.extend({ contact_name: z.string().nullable(), source: z.enum(['checkout', 'vendor']) })
export type ManagedBookingRow = z.infer<typeof ManagedBookingRow>

const bookingQuery = z.object({
  status: BookingStatus.optional(),
  provider_id: z.string().optional(),
  offering_id: z.string().optional(),
  vendor_id: z.string().optional(),
  /** By start of the service. */
  from: Moment.optional(),
  to: Moment.optional(),
})

function bookingEndpoints<S extends 'admin' | 'vendor'>(surface: S) {
  const may = (action: string) => (surface === 'admin' ? staff(action, 'booking') : vendor(action, 'booking'))
  const path = `/v1/${surface}/bookings`
  return {
    list: listEndpoint({
      id: `${surface}.booking.list`,
      method: 'GET',
      path,
      summary: 'Bookings, latest start first (`order=start` for the next first); q finds a reference',
      access: may('read'),
      vertical,
      afterOff: true,
      query: bookingQuery,
      response: ManagedBookingRow,
    }),
    get: endpoint({
      id: `${surface}.booking.get`,
      method: 'GET',
      path: `${path}/{id}`,
      summary: 'One booking with who comes, money and history',
      access: may('read'),
      vertical,
      afterOff: true,
      params: ById,
      response: ManagedBooking,
    }),
    cancel: endpoint({
      id: `${surface}.booking.cancel`,
      method: 'POST',
      path: `${path}/{id}/cancel`,
      summary: 'Cancels with full refund, whatever the policy says',
      access: may('cancel'),
      vertical,
      afterOff: true,
      params: ById,
      body: Reason,
      response: ManagedBooking,
      idempotencyKey: true,
      errors: ['invalid_transition'],
    }),
    noShow: endpoint({
      id: `${surface}.booking.no-show`,
      method: 'POST',
      path: `${path}/{id}/no-show`,
      summary:
        'Somebody did not come: the customer (fee kept) or the provider (all given back, and a credit), from 10 minutes after the start',
      access: may('fulfil'),
      vertical,
      afterOff: true,
      params: ById,
      body: z.object({ party: z.enum(['customer', 'provider']) }),
      response: ManagedBooking,
      idempotencyKey: true,
      errors: ['invalid_transition', 'payment_declined'],
    }),
  }
}

export const {
  list: vendorListBookings,
  get: vendorGetBooking,
  cancel: vendorCancelBooking,
  noShow: vendorMarkNoShow,
} = bookingEndpoints('vendor')

export const {
  list: adminListBookings,
  get: adminGetBooking,
  cancel: adminCancelBooking,
  noShow: adminMarkNoShow,
} = bookingEndpoints('admin')

const act = (name: string, action: string, summary: string) =>
  endpoint({
    id: `vendor.booking.${name}`,
    method: 'POST',
    path: `/v1/vendor/bookings/{id}/${name}`,
    summary,
    access: vendor(action, 'booking'),
    vertical,
    afterOff: true,
    params: ById,
    response: ManagedBooking,
    idempotencyKey: true,
    errors: ['invalid_transition', 'slot_unavailable', 'payment_declined'],
  })

export const vendorConfirmBooking = act('confirm', 'accept', 'Accepts a request and takes the money that was authorised')
export const vendorCheckIn = act('check-in', 'fulfil', 'The customer is there; from 30 minutes before the start')
export const vendorStartBooking = act('start', 'fulfil', 'The service begins')
export const vendorCompleteBooking = act('complete', 'fulfil', 'The service was given; a deposit’s balance is charged')

export const vendorDeclineBooking = endpoint({
  id: 'vendor.booking.decline',
  method: 'POST',
  path: '/v1/vendor/bookings/{id}/decline',
  summary: 'Declines a request; nothing is charged',
  access: vendor('accept', 'booking'),
  vertical,
  afterOff: true,
  params: ById,
  body: Reason,
  response: ManagedBooking,
  idempotencyKey: true,
  errors: ['invalid_transition'],
})

export const vendorRescheduleBooking = endpoint({
  id: 'vendor.booking.reschedule',
  method: 'POST',
  path: '/v1/vendor/bookings/{id}/reschedule',
  summary: 'Moves a booking to another time, or changes nothing; answers the new booking',
  access: vendor('cancel', 'booking'),
  vertical,
  afterOff: true,
  params: ById,
  body: z.object({ start: Moment, provider_id: z.string().optional(), reason: z.string().trim().max(500).optional() }),
  response: ManagedBooking,
  status: 201,
  idempotencyKey: true,
  errors: ['invalid_transition', 'slot_unavailable', 'slot_in_past'],
})

export const vendorReassignBooking = endpoint({
  id: 'vendor.booking.reassign',
  method: 'POST',
  path: '/v1/vendor/bookings/{id}/reassign',
  summary: 'Gives a booking to another provider at the same time',
  access: vendor('accept', 'booking'),
  vertical,
  afterOff: true,
  params: ById,
  body: z.object({ from_provider_id: z.string().optional(), to_provider_id: z.string() }),
  response: ManagedBooking,
  idempotencyKey: true,
  errors: ['invalid_transition', 'slot_unavailable', 'validation_failed'],
})

/** By phone or at the counter: no order, paid at the place. Only overlaps refuse; lead time and horizon are the vendor's own. */
export const vendorCreateBooking = endpoint({
  id: 'vendor.booking.create',
  method: 'POST',
  path: '/v1/vendor/bookings',
  summary: 'Writes in a booking by hand, weekly several times if wanted (all or none)',
  access: vendor('write', 'booking'),
  vertical,
  body: z.object({
    offering_id: z.string(),
    start: Moment,
    duration_min: z.int().min(5).max(1440),
    provider_id: z.string().optional(),
    seats: z.int().min(1).max(100).default(1),
    attendees: z.array(BookingAttendee).max(100).default([]),
    address: VisitAddress.optional(),
    contact: BookingContact,
    price: Money.optional(),
    /** So many weeks in a row at the same time of the service's clock. */
    weeks: z.int().min(1).max(26).default(1),
  }),
  /** The first of the series. */
  response: ManagedBooking,
  status: 201,
  idempotencyKey: true,
  errors: ['slot_unavailable', 'slot_in_past', 'duration_not_offered', 'validation_failed'],
})

/** What a dispute needs on one page. */
export const adminGetBookingDispute = endpoint({
  id: 'admin.booking.dispute-view',
  method: 'GET',
  path: '/v1/admin/bookings/{id}/dispute-view',
  summary: 'Promise, deeds and money of a booking: terms sold, history with who and when, payments and refunds',
  access: staff('read', 'booking'),
  vertical,
  afterOff: true,
  params: ById,
  response: z.object({
    booking: ManagedBooking,
    /** Chain of reschedulings, first to last. */
    chain: z.array(z.object({ id: z.string(), reference: z.string(), status: BookingStatus, start: z.string() })),
    money: z.array(z.object({ at: z.string(), kind: z.enum(['payment', 'refund']), status: z.string(), amount: Money })),
    /** What the customer would get back by the policy, had they cancelled now. */
    policy_refund: Money.nullable(),
  }),
})
