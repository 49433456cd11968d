import { endpoint, I18nText, listEndpoint, Money, vendor } from '@cityos/contract'
import { z } from 'zod'
import { ById, EventStatus, SeatId, TicketStatus, vertical } from './shapes.ts'

const read = vendor('read', 'event')

/** How an event sells. */
export const SalesDashboard = z.object({
  event_id: z.string(),
  status: EventStatus,
  /** Live tickets: valid and checked in. */
  sold: z.int(),
  held: z.int(),
  checked_in: z.int(),
  refunded: z.int(),
  /** Of live tickets, VAT and fee included. */
  gross: Money,
  fees: Money,
  refunds: Money,
  waiting: z.int(),
  by_day: z.array(z.object({ day: z.iso.date(), tickets: z.int(), gross: Money })),
  by_type: z.array(
    z.object({
      ticket_type_id: z.string(),
      name: I18nText,
      sold: z.int(),
      held: z.int(),
      checked_in: z.int(),
      refunded: z.int(),
      gross: Money,
    }),
  ),
  by_date: z.array(z.object({ event_date_id: z.string(), starts_at: z.string(), sold: z.int(), checked_in: z.int() })),
  quotas: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      size: z.int().nullable(),
      used: z.int(),
      /** Units kept by vouchers nobody has used yet. */
      blocked: z.int(),
    }),
  ),
  payout: z.object({
    release_at: z.string(),
    /** Of the money taken, by admin; basis points. */
    advanced_bps: z.int(),
    status: z.enum(['waiting', 'released', 'cancelled']),
  }),
})
export type SalesDashboard = z.infer<typeof SalesDashboard>

export const eventSales = endpoint({
  id: 'vendor.event.sales',
  method: 'GET',
  path: '/v1/vendor/events/{id}/sales',
  summary: 'Sales dashboard of an event',
  access: read,
  vertical,
  afterOff: true,
  params: ById,
  response: SalesDashboard,
})

/** A ticket as the organiser sees it: a name once there is an order, never an address or number. */
export const EventAttendee = z.object({
  id: z.string(),
  code: z.string(),
  status: TicketStatus,
  attendee_name: z.string().nullable(),
  /** Masked: `n***@example.com`. */
  attendee_email: z.string().nullable(),
  ticket_type: z.object({ id: z.string(), name: I18nText }),
  event_date_id: z.string(),
  starts_at: z.string(),
  seat_id: SeatId.nullable(),
  price: Money,
  order_number: z.string().nullable(),
  voucher: z.string().nullable(),
  checked_in_at: z.string().nullable(),
  created_at: z.string(),
})
export type EventAttendee = z.infer<typeof EventAttendee>

const attendeeFilter = z.object({
  status: TicketStatus.optional(),
  ticket_type_id: z.string().max(64).optional(),
  event_date_id: z.string().max(64).optional(),
})
export const listAttendees = listEndpoint({
  id: 'vendor.event.attendees',
  method: 'GET',
  path: '/v1/vendor/events/{id}/attendees',
  summary: 'Tickets of an event, newest first; `q` is a ticket code, an order number or a whole e-mail address',
  access: read,
  vertical,
  afterOff: true,
  params: ById,
  query: attendeeFilter,
  response: EventAttendee,
})
export const exportAttendees = endpoint({
  id: 'vendor.event.exportAttendees',
  method: 'GET',
  path: '/v1/vendor/events/{id}/attendees/export',
  summary: 'Attendees as CSV text with names, addresses and answers (audited; at most 50,000 rows)',
  access: vendor('export', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  query: attendeeFilter,
  response: z.object({ filename: z.string(), rows: z.int(), csv: z.string() }),
})
