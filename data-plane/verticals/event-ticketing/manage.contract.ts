import { endpoint, I18nText, listEndpoint, Money, patchOf, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Handle } from '../../core/catalogue/contract.ts'
import { Picture } from '../../core/vertical/contract.ts'
import { ManagedDate, ManagedQuota, ManagedTicketType } from './event-parts.contract.ts'
import { ById, EventCategory, EventStatus, GenderPolicy, RefundTier, vertical } from './shapes.ts'

const read = vendor('read', 'event')
const write = vendor('write', 'event')

export const ManagedEventCard = z.object({
  id: z.string(),
  handle: z.string(),
  title: I18nText,
  vendor: z.object({ id: z.string(), handle: z.string(), name: I18nText }),
  category: EventCategory,
  status: EventStatus,
  picture: Picture.nullable(),
  starts_at: z.string(),
  ends_at: z.string(),
  timezone: z.string(),
  venue: z.object({ id: z.string(), name: I18nText, city: z.string() }).nullable(),
  is_series: z.boolean(),
  sold: z.int(),
  /** Sum of the limited quotas that span everything sold; null = without limit. */
  capacity: z.int().nullable(),
  sales_frozen: z.boolean(),
  actions: z.array(z.string()),
  version: z.int(),
})
export type ManagedEventCard = z.infer<typeof ManagedEventCard>

export const ManagedEvent = ManagedEventCard.extend({
  description: I18nText,
  venue_id: z.string().nullable(),
  doors_at: z.string().nullable(),
  presale_start: z.string().nullable(),
  presale_end: z.string().nullable(),
  age_min: z.int().nullable(),
  gender_policy: GenderPolicy,
  refund_tiers: z.array(RefundTier),
  max_tickets_per_order: z.int(),
  resale_allowed: z.boolean(),
  show_remaining: z.boolean(),
  waiting_list_enabled: z.boolean(),
  licence_no: z.string().nullable(),
  online_url: z.string().nullable(),
  /** Fee per ticket; null = the tenant's setting. */
  service_fee: z.object({ amount: Money, bps: z.int() }).nullable(),
  seat_map_id: z.string().nullable(),
  picture_file_id: z.string().nullable(),
  status_reason: z.string().nullable(),
  sales_frozen_reason: z.string().nullable(),
  refund_until: z.string().nullable(),
  dates: z.array(ManagedDate),
  ticket_types: z.array(ManagedTicketType),
  quotas: z.array(ManagedQuota),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedEvent = z.infer<typeof ManagedEvent>

export const EventInput = z.object({
  handle: Handle,
  title: I18nText,
  description: I18nText.default({}),
  category: EventCategory,
  venue_id: z.string().max(64).nullable().default(null),
  online_url: z.url().max(500).nullable().default(null),
  timezone: z.string().max(60).optional(),
  /** First date; a series gets more with `createEventDate`. */
  starts_at: z.iso.datetime(),
  ends_at: z.iso.datetime(),
  doors_at: z.iso.datetime().nullable().default(null),
  presale_start: z.iso.datetime().nullable().default(null),
  presale_end: z.iso.datetime().nullable().default(null),
  is_series: z.boolean().default(false),
  age_min: z.int().min(0).max(99).nullable().default(null),
  gender_policy: GenderPolicy.default('all'),
  refund_tiers: z.array(RefundTier).max(10).default([]),
  max_tickets_per_order: z.int().min(1).max(50).default(10),
  resale_allowed: z.boolean().default(true),
  show_remaining: z.boolean().default(false),
  waiting_list_enabled: z.boolean().default(true),
  licence_no: z.string().max(60).nullable().default(null),
  service_fee: z
    .object({ amount: Money, bps: z.int().min(0).max(5000) })
    .nullable()
    .default(null),
  picture_file_id: z.string().max(64).nullable().default(null),
})
export type EventInput = z.infer<typeof EventInput>
/** `version`: of the row that was read; another meanwhile → 409 stale_version. */
export const EventPatch = patchOf(EventInput.omit({ starts_at: true, ends_at: true, doors_at: true })).extend({
  version: z.int().optional(),
})
export type EventPatch = z.infer<typeof EventPatch>

export const listManagedEvents = listEndpoint({
  id: 'vendor.event.list',
  method: 'GET',
  path: '/v1/vendor/events',
  summary: 'Own events; order: starts_at (default -starts_at), created_at',
  access: read,
  vertical,
  afterOff: true,
  query: z.object({ status: EventStatus.optional() }),
  response: ManagedEventCard,
})
export const createEvent = endpoint({
  id: 'vendor.event.create',
  method: 'POST',
  path: '/v1/vendor/events',
  summary: 'Drafts an event with its first date',
  access: write,
  vertical,
  body: EventInput,
  response: ManagedEvent,
  status: 201,
  errors: ['already_exists', 'validation_failed'],
})
export const getManagedEvent = endpoint({
  id: 'vendor.event.get',
  method: 'GET',
  path: '/v1/vendor/events/{id}',
  summary: 'One own event with dates, ticket types and quotas',
  access: read,
  vertical,
  afterOff: true,
  params: ById,
  response: ManagedEvent,
})
export const updateEvent = endpoint({
  id: 'vendor.event.update',
  method: 'PATCH',
  path: '/v1/vendor/events/{id}',
  summary: 'Changes an event that has not ended',
  access: write,
  vertical,
  params: ById,
  body: EventPatch,
  response: ManagedEvent,
  errors: ['already_exists', 'stale_version', 'invalid_transition', 'validation_failed'],
})
export const deleteEvent = endpoint({
  id: 'vendor.event.delete',
  method: 'DELETE',
  path: '/v1/vendor/events/{id}',
  summary: 'Deletes a draft',
  access: write,
  vertical,
  params: ById,
  response: z.object({}),
  errors: ['invalid_transition'],
})

const verb = (name: string, path: string, summary: string, more: { afterOff?: boolean } = {}) =>
  endpoint({
    id: `vendor.event.${name}`,
    method: 'POST',
    path: `/v1/vendor/events/{id}/${path}`,
    summary,
    access: write,
    vertical,
    ...more,
    params: ById,
    response: ManagedEvent,
    errors: ['invalid_transition', 'publish_requirements_missing'],
  })
export const submitEvent = verb('submit', 'submit', 'Hands a draft in for approval')
export const startSale = verb('startSale', 'start-sale', 'Puts an approved event on sale')
export const resumeEvent = verb('resume', 'resume', 'Goes on with a postponed event at its new date', { afterOff: true })
