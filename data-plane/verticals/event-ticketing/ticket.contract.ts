import { anyone, customer, endpoint, listEndpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Email } from '../../core/customer/contract.ts'
import { Picture } from '../../core/vertical/contract.ts'
import { Attendee, ById, SeatId, TicketStatus, vertical } from './shapes.ts'

/** A ticket as its holder sees it. */
export const Ticket = z.object({
  id: z.string(),
  /** Short number for people, e.g. `7K2M-9Q4D`. */
  code: z.string(),
  status: TicketStatus,
  event: z.object({
    id: z.string(),
    handle: z.string(),
    title: z.string(),
    picture: Picture.nullable(),
    status: z.string(),
    vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
    venue: z
      .object({ name: z.string(), address: z.string(), city: z.string(), lat: z.number().nullable(), lng: z.number().nullable() })
      .nullable(),
    timezone: z.string(),
  }),
  event_date_id: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  doors_at: z.string().nullable(),
  ticket_type: z.object({ id: z.string(), name: z.string(), kind: z.string() }),
  seat: z.object({ id: SeatId, section: z.string(), row: z.string(), number: z.int(), category: z.string() }).nullable(),
  attendee_name: z.string().nullable(),
  /** Fee included. */
  price: Money,
  order: z.object({ id: z.string(), number: z.string() }),
  order_line_id: z.string(),
  parent_ticket_id: z.string().nullable(),
  checked_in_at: z.string().nullable(),
  /** What the QR code says; null unless the ticket admits. */
  qr_text: z.string().nullable(),
  /** SVG picture and PDF, with the right to open them inside. */
  qr_url: z.string().nullable(),
  pdf_url: z.string().nullable(),
  /** Address of an online event; only for valid tickets. */
  online_url: z.string().nullable(),
  /** `transfer`, `refund`, `rename` as far as they are allowed now. */
  actions: z.array(z.string()),
  /** The organiser's part may be reviewed from then on; null before. */
  review_allowed_at: z.string().nullable(),
})
export type Ticket = z.infer<typeof Ticket>

export const listMyTickets = listEndpoint({
  id: 'store.me.ticket.list',
  method: 'GET',
  path: '/v1/store/me/tickets',
  summary: 'Own tickets: coming ones by date, then past ones',
  access: customer,
  vertical,
  afterOff: true,
  query: z.object({ when: z.enum(['upcoming', 'past']).optional(), event_id: z.string().max(64).optional() }),
  response: Ticket,
})

export const getMyTicket = endpoint({
  id: 'store.me.ticket.get',
  method: 'GET',
  path: '/v1/store/me/tickets/{id}',
  summary: 'One own ticket with its QR code',
  access: customer,
  vertical,
  afterOff: true,
  params: ById,
  response: Ticket,
})

/** Guests open the tickets of an order with the order's token. */
export const listOrderTickets = endpoint({
  id: 'store.order.tickets',
  method: 'GET',
  path: '/v1/store/orders/{number}/tickets',
  summary: 'Tickets of an order: own, or with the order’s token',
  access: anyone,
  vertical,
  afterOff: true,
  params: z.object({ number: z.string().max(40) }),
  query: z.object({ token: z.string().max(200).optional() }),
  response: z.array(Ticket),
})

const access = z.object({ access: z.string().max(100) })

export const openTicket = endpoint({
  id: 'store.ticket.open',
  method: 'GET',
  path: '/v1/store/tickets/{id}',
  summary: 'A ticket by its link (`access`), without an account',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: access,
  response: Ticket,
})

export const ticketQr = endpoint({
  id: 'store.ticket.qr',
  method: 'GET',
  path: '/v1/store/tickets/{id}/qr.svg',
  summary: 'The QR code as an SVG picture (not the envelope)',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: access,
  response: z.unknown(),
})

export const ticketPdf = endpoint({
  id: 'store.ticket.pdf',
  method: 'GET',
  path: '/v1/store/tickets/{id}/ticket.pdf',
  summary: 'The ticket as a PDF in the language asked for (not the envelope)',
  access: anyone,
  vertical,
  afterOff: true,
  params: ById,
  query: access.extend({ locale: z.enum(['en', 'fr', 'ar']).optional() }),
  response: z.unknown(),
})

/** The old code is dead at once; the new holder finds the ticket in the account with that address, or by `link`. */
export const transferTicket = endpoint({
  id: 'store.me.ticket.transfer',
  method: 'POST',
  path: '/v1/store/me/tickets/{id}/transfer',
  summary: 'Gives a ticket to somebody else',
  access: customer,
  vertical,
  afterOff: true,
  params: ById,
  body: z.object({ email: Email, name: z.string().trim().min(1).max(120) }),
  /** `ticket` is the old one (`transferred`); `link` opens the new one, to be handed to its holder. */
  response: z.object({ ticket: Ticket, link: z.string() }),
  idempotencyKey: true,
  errors: ['invalid_transition', 'transfer_not_allowed', 'validation_failed'],
})

export const renameTicket = endpoint({
  id: 'store.me.ticket.rename',
  method: 'PATCH',
  path: '/v1/store/me/tickets/{id}',
  summary: 'Corrects who an own ticket is for, until the doors open',
  access: customer,
  vertical,
  afterOff: true,
  params: ById,
  body: Attendee,
  response: Ticket,
  errors: ['invalid_transition', 'validation_failed'],
})

export const ticketRefundQuote = endpoint({
  id: 'store.me.ticket.refundQuote',
  method: 'GET',
  path: '/v1/store/me/tickets/{id}/refund-quote',
  summary: 'What giving the ticket back would refund',
  access: customer,
  vertical,
  afterOff: true,
  params: ById,
  response: z.object({ paid: Money, refund: Money, reason: z.string() }),
  errors: ['invalid_transition'],
})

export const refundTicket = endpoint({
  id: 'store.me.ticket.refund',
  method: 'POST',
  path: '/v1/store/me/tickets/{id}/refund',
  summary: 'Gives a ticket back; the amount must be the one quoted',
  access: customer,
  vertical,
  afterOff: true,
  params: ById,
  body: z.object({ expected_refund: Money, reason: z.string().trim().max(500).optional() }),
  response: Ticket,
  idempotencyKey: true,
  errors: ['invalid_transition', 'refund_quote_changed', 'cancellation_not_allowed'],
})
