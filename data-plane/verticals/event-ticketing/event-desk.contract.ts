import { endpoint, patchOf, vendor } from '@cityos/contract'
import { z } from 'zod'
import { DateInput, QuotaInput, TicketTypeInput } from './event-parts.contract.ts'
import { ManagedEvent } from './manage.contract.ts'
import { ById, Reason, vertical } from './shapes.ts'

const write = vendor('write', 'event')

const eventId = z.object({ id: z.string().max(64) })
export const createEventDate = endpoint({
  id: 'vendor.eventDate.create',
  method: 'POST',
  path: '/v1/vendor/events/{id}/dates',
  summary: 'Adds a date to a series',
  access: write,
  vertical,
  params: eventId,
  body: DateInput,
  response: ManagedEvent,
  status: 201,
  errors: ['validation_failed', 'invalid_transition'],
})
export const updateEventDate = endpoint({
  id: 'vendor.eventDate.update',
  method: 'PATCH',
  path: '/v1/vendor/event-dates/{id}',
  summary: 'Moves a date; one that has sold tickets moves only by postponing',
  access: write,
  vertical,
  params: ById,
  body: patchOf(DateInput),
  response: ManagedEvent,
  errors: ['validation_failed', 'invalid_transition', 'open_obligations'],
})
export const deleteEventDate = endpoint({
  id: 'vendor.eventDate.delete',
  method: 'DELETE',
  path: '/v1/vendor/event-dates/{id}',
  summary: 'Removes a date that has sold nothing',
  access: write,
  vertical,
  params: ById,
  response: ManagedEvent,
  errors: ['open_obligations', 'invalid_transition'],
})
export const cancelEventDate = endpoint({
  id: 'vendor.eventDate.cancel',
  method: 'POST',
  path: '/v1/vendor/event-dates/{id}/cancel',
  summary: 'Cancels one date of a series; everybody of that date is refunded in full',
  access: vendor('cancel', 'event'),
  vertical,
  afterOff: true,
  params: ById,
  body: Reason,
  response: ManagedEvent,
  idempotencyKey: true,
  errors: ['invalid_transition'],
})

export const createTicketType = endpoint({
  id: 'vendor.ticketType.create',
  method: 'POST',
  path: '/v1/vendor/events/{id}/ticket-types',
  summary: 'Adds a ticket type',
  access: write,
  vertical,
  params: eventId,
  body: TicketTypeInput,
  response: ManagedEvent,
  status: 201,
  errors: ['validation_failed', 'currency_mismatch', 'invalid_transition'],
})
export const updateTicketType = endpoint({
  id: 'vendor.ticketType.update',
  method: 'PATCH',
  path: '/v1/vendor/ticket-types/{id}',
  summary: 'Changes a ticket type; sold tickets keep their price. `tiers` replaces all early prices (counts are kept by position)',
  access: write,
  vertical,
  params: ById,
  body: patchOf(TicketTypeInput),
  response: ManagedEvent,
  errors: ['validation_failed', 'currency_mismatch', 'invalid_transition'],
})
export const deleteTicketType = endpoint({
  id: 'vendor.ticketType.delete',
  method: 'DELETE',
  path: '/v1/vendor/ticket-types/{id}',
  summary: 'Removes a ticket type that has sold nothing',
  access: write,
  vertical,
  params: ById,
  response: ManagedEvent,
  errors: ['open_obligations', 'invalid_transition'],
})

export const createQuota = endpoint({
  id: 'vendor.quota.create',
  method: 'POST',
  path: '/v1/vendor/events/{id}/quotas',
  summary: 'Adds a quota over one or more ticket types; a ticket takes from every quota that contains its type',
  access: write,
  vertical,
  params: eventId,
  body: QuotaInput,
  response: ManagedEvent,
  status: 201,
  errors: ['validation_failed', 'invalid_transition'],
})
export const updateQuota = endpoint({
  id: 'vendor.quota.update',
  method: 'PATCH',
  path: '/v1/vendor/quotas/{id}',
  summary: 'Changes a quota; below what is used it sells nothing until enough is given back',
  access: write,
  vertical,
  params: ById,
  body: patchOf(QuotaInput.omit({ event_date_id: true })),
  response: ManagedEvent,
  errors: ['validation_failed', 'invalid_transition', 'open_obligations'],
})
export const deleteQuota = endpoint({
  id: 'vendor.quota.delete',
  method: 'DELETE',
  path: '/v1/vendor/quotas/{id}',
  summary: 'Removes a quota nothing has been taken from',
  access: write,
  vertical,
  params: ById,
  response: ManagedEvent,
  errors: ['open_obligations', 'invalid_transition'],
})
