import { anyone, customer, endpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Email, Phone } from '../../core/customer/contract.ts'
import { Order } from '../../core/order/contract.ts'
import { Attendee, ById, SeatId, vertical } from './shapes.ts'

/** Choice of a cart line of kind `event.ticket`. Seated types: `seat_ids`, as many as the line's quantity, of one category. */
export const TicketChoice = z.object({
  ticket_type_id: z.string().max(64),
  /** Needed when the event has several dates. */
  event_date_id: z.string().max(64).optional(),
  seat_ids: z.array(SeatId).min(1).max(50).optional(),
  voucher: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .transform((code) => code.toUpperCase())
    .optional(),
  /** The early price meant, or `base` for the regular one; absent = what counts now. */
  price_tier_id: z.string().max(64).optional(),
  /** One per ticket, in order; may be given later (before completing) where the type asks for it. */
  attendees: z.array(Attendee).max(50).optional(),
})
export type TicketChoice = z.infer<typeof TicketChoice>

/** Seats of several categories become one cart line per category. */
const ticketLine = TicketChoice.extend({ quantity: z.int().min(1).max(50).optional() })
const ticketLines = z.array(ticketLine).min(1).max(20)

const saleErrors = [
  'sold_out',
  'seat_unavailable',
  'price_changed',
  'sales_closed',
  'max_tickets_exceeded',
  'parent_ticket_required',
  'voucher_invalid',
  'voucher_exhausted',
  'validation_failed',
] as const

/**
 * Takes tickets for 15 minutes, all or none. `409 sold_out` carries `details.waiting_list`; `409 seat_unavailable`
 * `details.seat_ids`; `409 price_changed` `details.left` (tickets at the old price), `was_amount`, `next_amount`: ask
 * the shopper, then send the lines again with `accept_price: true`, and what is left of the tier is split off.
 */
export const holdTickets = endpoint({
  id: 'store.ticketHold.create',
  method: 'POST',
  path: '/v1/store/ticket-holds',
  summary: 'Puts tickets in the cart and holds them for 15 minutes',
  access: anyone,
  vertical,
  body: z.object({
    lines: ticketLines,
    /** Absent: the cart of the caller's cookie or token, else a new one. */
    cart_id: z.string().max(64).optional(),
    /** The shopper agreed to pay the next price for what the early tier no longer has. */
    accept_price: z.boolean().default(false),
  }),
  response: z.object({
    cart_id: z.string(),
    /** Also set as the cookie `cart`; header X-Cart-Token for API callers. null: the caller's own goes on. */
    token: z.string().nullable(),
    line_ids: z.array(z.string()),
    hold: z.object({ expires_at: z.string() }),
    lines: z.array(
      z.object({
        line_id: z.string(),
        ticket_type_id: z.string(),
        quantity: z.int(),
        seat_ids: z.array(SeatId),
        unit_price: Money,
        total: Money,
      }),
    ),
  }),
  status: 201,
  idempotencyKey: true,
  errors: saleErrors,
})

export const assignAttendees = endpoint({
  id: 'store.ticketHold.assign',
  method: 'PUT',
  path: '/v1/store/ticket-holds/{id}/attendees',
  summary: 'Names who held tickets are for (id of the cart line); the hold goes on',
  access: anyone,
  vertical,
  params: ById,
  body: z.object({ cart_id: z.string().max(64), attendees: z.array(Attendee).min(1).max(50) }),
  response: z.object({ line_id: z.string(), attendees: z.int() }),
  errors: ['hold_expired', 'cart_completing', 'validation_failed'],
})

export const releaseTickets = endpoint({
  id: 'store.ticketHold.release',
  method: 'DELETE',
  path: '/v1/store/ticket-holds/{id}',
  summary: 'Gives held tickets back (id of the cart line)',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: z.object({ cart_id: z.string().max(64) }),
  response: z.object({}),
  errors: ['cart_completing'],
})

export const orderTickets = endpoint({
  id: 'store.ticketOrder.create',
  method: 'POST',
  path: '/v1/store/ticket-orders',
  summary: 'Buys tickets at once: cart, hold and completion in one call',
  access: anyone,
  vertical,
  body: z.object({
    lines: ticketLines,
    contact: z.object({ email: Email, phone: Phone.optional(), name: z.string().trim().min(1).max(120).optional() }),
    /** `none` when the sum is 0. */
    payment: z.object({ method: z.enum(['bank_transfer', 'sandbox', 'none']), token: z.string().max(100).optional() }),
    expected_total: Money.optional(),
    accept_price: z.boolean().default(false),
  }),
  response: z.object({ order: Order, token: z.string() }),
  status: 201,
  idempotencyKey: true,
  errors: [
    ...saleErrors,
    'cart_changed',
    'hold_expired',
    'currency_mismatch',
    'payment_action_required',
    'payment_declined',
    'tenant_quarantined',
    'tenant_suspended',
  ],
})

export const WaitingListEntry = z.object({
  id: z.string(),
  event: z.object({ id: z.string(), handle: z.string(), title: z.string() }),
  ticket_type: z.object({ id: z.string(), name: z.string() }),
  event_date_id: z.string(),
  starts_at: z.string(),
  quantity: z.int(),
  status: z.enum(['waiting', 'offered', 'redeemed', 'expired', 'left']),
  /** Others before this one; null once offered. */
  position: z.int().nullable(),
  /** While offered: the code that buys, and until when. */
  offer: z.object({ voucher: z.string(), quantity: z.int(), valid_until: z.string() }).nullable(),
  created_at: z.string(),
})
export type WaitingListEntry = z.infer<typeof WaitingListEntry>

export const joinWaitingList = endpoint({
  id: 'store.waitingList.join',
  method: 'POST',
  path: '/v1/store/events/{id}/waiting-list',
  summary: 'Waits for a ticket: who is next gets a code that buys within 24 hours',
  access: anyone,
  vertical,
  params: z.object({ id: z.string().max(96) }),
  body: z.object({
    ticket_type_id: z.string().max(64),
    event_date_id: z.string().max(64).optional(),
    email: Email,
    phone: Phone.optional(),
    quantity: z.int().min(1).max(10).default(1),
  }),
  /** `token` opens and leaves the entry without an account. */
  response: WaitingListEntry.extend({ token: z.string() }),
  status: 201,
  rateLimit: { perAddress: 600, perAccount: 20, accountField: 'email', windowSeconds: 3600 },
  errors: ['already_exists', 'sales_closed', 'validation_failed'],
})

const withToken = z.object({ token: z.string().max(100).optional() })

export const getWaitingListEntry = endpoint({
  id: 'store.waitingList.get',
  method: 'GET',
  path: '/v1/store/waiting-list/{id}',
  summary: 'A place on the waiting list: own, or with its token',
  access: anyone,
  vertical,
  params: ById,
  query: withToken,
  response: WaitingListEntry,
})

export const leaveWaitingList = endpoint({
  id: 'store.waitingList.leave',
  method: 'DELETE',
  path: '/v1/store/waiting-list/{id}',
  summary: 'Leaves the waiting list; an open offer goes to the next',
  access: anyone,
  vertical,
  params: ById,
  query: withToken,
  response: z.object({}),
  errors: ['invalid_transition'],
})

export const myWaitingList = endpoint({
  id: 'store.me.waitingList',
  method: 'GET',
  path: '/v1/store/me/waiting-list',
  summary: 'Own places on waiting lists (by account or verified e-mail address)',
  access: customer,
  vertical,
  response: z.array(WaitingListEntry),
})
