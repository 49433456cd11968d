import { endpoint, I18nText, listEndpoint, Money, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { ManagedEvent, ManagedEventCard } from './manage.contract.ts'
import { EventAttendee, SalesDashboard } from './operate.contract.ts'
import { ById, EventStatus, Reason, vertical } from './shapes.ts'

const cancelBody = Reason
const postponeBody = Reason.extend({
  /** New times by date; absent = not known yet. */
  dates: z
    .array(
      z.object({
        event_date_id: z.string().max(64),
        starts_at: z.iso.datetime(),
        ends_at: z.iso.datetime(),
        doors_at: z.iso.datetime().nullable().default(null),
      }),
    )
    .max(200)
    .default([]),
})
const ending = <S extends 'vendor' | 'admin'>(surface: S) => ({
  cancel: endpoint({
    id: `${surface}.event.cancel`,
    method: 'POST',
    path: `/v1/${surface}/events/{id}/cancel`,
    summary: 'Cancels an event: everybody is refunded in full, fees included, in batches',
    access: surface === 'admin' ? staff('cancel', 'event') : vendor('cancel', 'event'),
    vertical,
    afterOff: true,
    params: ById,
    body: cancelBody,
    response: ManagedEvent,
    idempotencyKey: true,
    errors: ['invalid_transition'],
  }),
  postpone: endpoint({
    id: `${surface}.event.postpone`,
    method: 'POST',
    path: `/v1/${surface}/events/{id}/postpone`,
    summary: 'Postpones an event: tickets stay valid, for 14 days everybody may give them back in full',
    access: surface === 'admin' ? staff('cancel', 'event') : vendor('cancel', 'event'),
    vertical,
    afterOff: true,
    params: ById,
    body: postponeBody,
    response: ManagedEvent,
    idempotencyKey: true,
    errors: ['invalid_transition', 'validation_failed'],
  }),
})
export const { cancel: cancelEvent, postpone: postponeEvent } = ending('vendor')
export const { cancel: adminCancelEvent, postpone: adminPostponeEvent } = ending('admin')

export const adminListEvents = listEndpoint({
  id: 'admin.event.list',
  method: 'GET',
  path: '/v1/admin/events',
  summary: 'All events; order: starts_at (default -starts_at), created_at',
  access: staff('read', 'event'),
  vertical,
  afterOff: true,
  query: z.object({ status: EventStatus.optional(), vendor_id: z.string().max(64).optional() }),
  response: ManagedEventCard,
})
export const adminGetEvent = endpoint({
  id: 'admin.event.get',
  method: 'GET',
  path: '/v1/admin/events/{id}',
  summary: 'One event with dates, ticket types and quotas',
  access: staff('read', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  response: ManagedEvent,
})
export const adminEventSales = endpoint({
  id: 'admin.event.sales',
  method: 'GET',
  path: '/v1/admin/events/{id}/sales',
  summary: 'Sales dashboard of an event',
  access: staff('read', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  response: SalesDashboard,
})
export const approveEvent = endpoint({
  id: 'admin.event.approve',
  method: 'POST',
  path: '/v1/admin/events/{id}/approve',
  summary: 'Approves a submitted event',
  access: staff('approve', 'event'),
  vertical,
  params: ById,
  response: ManagedEvent,
  errors: ['invalid_transition'],
})
export const returnEvent = endpoint({
  id: 'admin.event.return',
  method: 'POST',
  path: '/v1/admin/events/{id}/return',
  summary: 'Sends a submitted event back to its draft, with the reason',
  access: staff('approve', 'event'),
  vertical,
  params: ById,
  body: Reason,
  response: ManagedEvent,
  errors: ['invalid_transition'],
})
export const freezeSales = endpoint({
  id: 'admin.event.freeze',
  method: 'POST',
  path: '/v1/admin/events/{id}/freeze',
  summary: 'Stops the sale at once (and payouts); what is sold stays valid',
  access: staff('freeze', 'event'),
  vertical,
  params: ById,
  body: Reason,
  response: ManagedEvent,
  errors: ['invalid_transition'],
})
export const unfreezeSales = endpoint({
  id: 'admin.event.unfreeze',
  method: 'POST',
  path: '/v1/admin/events/{id}/unfreeze',
  summary: 'Lets a frozen sale go on',
  access: staff('freeze', 'event'),
  vertical,
  params: ById,
  response: ManagedEvent,
  errors: ['invalid_transition'],
})

const ticketVerb = (name: string, summary: string) =>
  endpoint({
    id: `admin.ticket.${name}`,
    method: 'POST',
    path: `/v1/admin/tickets/{id}/${name}`,
    summary,
    access: staff('freeze', 'event'),
    vertical,
    afterOff: true,
    params: ById,
    body: Reason,
    response: EventAttendee,
    errors: ['invalid_transition'],
  })
export const blockTicket = ticketVerb('block', 'Blocks a ticket: it does not admit and cannot be transferred')
export const unblockTicket = ticketVerb('unblock', 'Makes a blocked ticket valid again')

export const EventPayout = z.object({
  event_id: z.string(),
  vendor_id: z.string(),
  release_at: z.string(),
  status: z.enum(['waiting', 'released', 'cancelled']),
  /** Lines sold and not ended. */
  lines: z.int(),
  /** Of those, lines whose money the organiser can draw on. */
  released_lines: z.int(),
  gross: Money,
  advanced_bps: z.int(),
})
export type EventPayout = z.infer<typeof EventPayout>
export const getEventPayout = endpoint({
  id: 'admin.event.payout',
  method: 'GET',
  path: '/v1/admin/events/{id}/payout',
  summary: 'When and how much of an event’s money the organiser gets',
  access: staff('read', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  response: EventPayout,
})
export const advancePayout = endpoint({
  id: 'admin.event.advancePayout',
  method: 'POST',
  path: '/v1/admin/events/{id}/payout-advance',
  summary: 'Lets the organiser draw on a part before the event (basis points of what is sold; only ever more)',
  access: staff('payout', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  body: z.object({ advance_bps: z.int().min(1).max(8000), reason: z.string().trim().min(3).max(500) }),
  response: EventPayout,
  idempotencyKey: true,
  errors: ['amount_out_of_range', 'invalid_transition', 'payout_hold'],
})

/** Refunds of a cancelled event (or date), line by line. */
export const RefundBatch = z.object({
  id: z.string(),
  event_id: z.string(),
  event_date_id: z.string().nullable(),
  event_title: I18nText,
  vendor_id: z.string(),
  reason: z.string(),
  status: z.enum(['running', 'done', 'stuck']),
  lines: z.int(),
  done: z.int(),
  failed: z.int(),
  refunded: Money,
  last_error: z.string().nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
})
export type RefundBatch = z.infer<typeof RefundBatch>
export const listRefundBatches = listEndpoint({
  id: 'admin.eventRefundBatch.list',
  method: 'GET',
  path: '/v1/admin/event-refund-batches',
  summary: 'Refunds of cancelled events, newest first',
  access: staff('read', 'event'),
  vertical,
  afterOff: true,
  query: z.object({ status: RefundBatch.shape.status.optional(), event_id: z.string().max(64).optional() }),
  response: RefundBatch,
})
export const retryRefundBatch = endpoint({
  id: 'admin.eventRefundBatch.retry',
  method: 'POST',
  path: '/v1/admin/event-refund-batches/{id}/retry',
  summary: 'Tries the failed lines of a batch again',
  access: staff('cancel', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  response: RefundBatch,
  errors: ['invalid_transition'],
})
