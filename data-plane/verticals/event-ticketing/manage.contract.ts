import { endpoint, I18nText, listEndpoint, Money, managedNoun, patchOf, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Handle } from '../../core/catalogue/contract.ts'
import { Picture } from '../../core/vertical/contract.ts'
import { SeatLayout } from './seat.contract.ts'
import {
  AttendeeField,
  ById,
  EventCategory,
  EventStatus,
  GenderPolicy,
  Reason,
  RefundTier,
  SeatId,
  TicketAvailability,
  TicketKind,
  vertical,
} from './shapes.ts'

const read = vendor('read', 'event')
const write = vendor('write', 'event')

export const ManagedVenue = z.object({
  id: z.string(),
  vendor_id: z.string(),
  handle: z.string(),
  name: I18nText,
  address: I18nText,
  accessibility: I18nText,
  city: z.string(),
  lat: z.number().nullable(),
  lng: z.number().nullable(),
  capacity: z.int().nullable(),
  /** Events that take place there and are not over. */
  events: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedVenue = z.infer<typeof ManagedVenue>

export const VenueInput = z.object({
  handle: Handle,
  name: I18nText,
  address: I18nText.default({}),
  accessibility: I18nText.default({}),
  city: z.string().trim().min(1).max(80),
  lat: z.number().min(-90).max(90).nullable().default(null),
  lng: z.number().min(-180).max(180).nullable().default(null),
  capacity: z.int().min(1).max(1_000_000).nullable().default(null),
})
export type VenueInput = z.infer<typeof VenueInput>

export const venueNoun = managedNoun({
  noun: 'venue',
  path: 'venues',
  surface: 'vendor',
  subject: 'event',
  vertical,
  called: ['a venue', 'venues'],
  shape: ManagedVenue,
  input: VenueInput,
  filter: z.object({ city: z.string().max(80).optional() }),
})
export const { list: listVenues, get: getVenue, create: createVenue, update: updateVenue, remove: removeVenue } = venueNoun

/** An early price: holds until a moment or for a number of tickets, whichever ends first. */
export const PriceTier = z.object({
  id: z.string(),
  price: Money,
  until: z.string().nullable(),
  quantity: z.int().nullable(),
  used: z.int(),
})
export const PriceTierInput = z
  .object({
    price: Money,
    until: z.iso.datetime().nullable().default(null),
    quantity: z.int().min(1).max(1_000_000).nullable().default(null),
  })
  .refine((tier) => tier.until !== null || tier.quantity !== null, { message: 'an early price ends by date or by quantity' })

export const ManagedTicketType = z.object({
  id: z.string(),
  event_id: z.string(),
  name: I18nText,
  description: I18nText,
  kind: TicketKind,
  /** Without the service fee, VAT included. */
  price: Money,
  tiers: z.array(PriceTier),
  /** Seated types: price by category of seat. */
  category_prices: z.array(z.object({ category: z.string(), price: Money })),
  min_per_order: z.int(),
  max_per_order: z.int(),
  available_from: z.string().nullable(),
  available_to: z.string().nullable(),
  requires_parent: z.array(z.string()),
  hide_without_voucher: z.boolean(),
  attendee_fields: z.array(AttendeeField),
  attendee_names: z.boolean(),
  tax_class: z.string(),
  checkin_allowed_entries: z.int(),
  quota_ids: z.array(z.string()),
  position: z.int(),
  sold: z.int(),
  version: z.int(),
})
export type ManagedTicketType = z.infer<typeof ManagedTicketType>

export const TicketTypeInput = z.object({
  name: I18nText,
  description: I18nText.default({}),
  kind: TicketKind.default('admission'),
  price: Money,
  tiers: z.array(PriceTierInput).max(10).default([]),
  category_prices: z
    .array(z.object({ category: z.string().max(40), price: Money }))
    .max(20)
    .default([]),
  min_per_order: z.int().min(1).max(50).default(1),
  max_per_order: z.int().min(1).max(50).default(10),
  available_from: z.iso.datetime().nullable().default(null),
  available_to: z.iso.datetime().nullable().default(null),
  requires_parent: z.array(z.string().max(64)).max(20).default([]),
  hide_without_voucher: z.boolean().default(false),
  attendee_fields: z.array(AttendeeField).max(20).default([]),
  attendee_names: z.boolean().default(false),
  tax_class: z.string().max(40).default('standard'),
  checkin_allowed_entries: z.int().min(1).max(1000).default(1),
  position: z.int().min(0).max(1000).default(0),
})
export type TicketTypeInput = z.infer<typeof TicketTypeInput>

export const ManagedQuota = z.object({
  id: z.string(),
  event_id: z.string(),
  /** null: counts over all dates. */
  event_date_id: z.string().nullable(),
  name: z.string(),
  /** null: without limit. */
  size: z.int().nullable(),
  used: z.int(),
  ticket_type_ids: z.array(z.string()),
  version: z.int(),
})
export type ManagedQuota = z.infer<typeof ManagedQuota>

export const QuotaInput = z.object({
  name: z.string().trim().min(1).max(80),
  event_date_id: z.string().max(64).nullable().default(null),
  size: z.int().min(0).max(10_000_000).nullable(),
  ticket_type_ids: z.array(z.string().max(64)).min(1).max(50),
})
export type QuotaInput = z.infer<typeof QuotaInput>

export const ManagedDate = z.object({
  id: z.string(),
  event_id: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  doors_at: z.string().nullable(),
  status: z.enum(['scheduled', 'cancelled', 'finished']),
  sold: z.int(),
  checked_in: z.int(),
  version: z.int(),
})
export type ManagedDate = z.infer<typeof ManagedDate>

export const DateInput = z.object({
  starts_at: z.iso.datetime(),
  ends_at: z.iso.datetime(),
  doors_at: z.iso.datetime().nullable().default(null),
})
export type DateInput = z.infer<typeof DateInput>

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
  timezone: z.string(),
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

export const ManagedSeatMap = z.object({
  id: z.string(),
  name: z.string(),
  venue_id: z.string().nullable(),
  seat_count: z.int(),
  /** Seats by category. */
  categories: z.array(z.object({ category: z.string(), seats: z.int() })),
  /** Events that use it; a map in use does not change. */
  events: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedSeatMap = z.infer<typeof ManagedSeatMap>
export const ManagedSeatMapDetail = ManagedSeatMap.extend({ layout: SeatLayout })
export type ManagedSeatMapDetail = z.infer<typeof ManagedSeatMapDetail>
export const SeatMapInput = z.object({
  name: z.string().trim().min(1).max(120),
  venue_id: z.string().max(64).nullable().default(null),
  layout: SeatLayout,
})
export type SeatMapInput = z.infer<typeof SeatMapInput>

export const listSeatMaps = listEndpoint({
  id: 'vendor.seatMap.list',
  method: 'GET',
  path: '/v1/vendor/seat-maps',
  summary: 'Own seat maps',
  access: read,
  vertical,
  response: ManagedSeatMap,
})
export const createSeatMap = endpoint({
  id: 'vendor.seatMap.create',
  method: 'POST',
  path: '/v1/vendor/seat-maps',
  summary: 'Adds a seat map (at most 50,000 seats)',
  access: write,
  vertical,
  body: SeatMapInput,
  response: ManagedSeatMapDetail,
  status: 201,
  errors: ['validation_failed'],
})
export const getManagedSeatMap = endpoint({
  id: 'vendor.seatMap.get',
  method: 'GET',
  path: '/v1/vendor/seat-maps/{id}',
  summary: 'One seat map with its plan',
  access: read,
  vertical,
  params: ById,
  response: ManagedSeatMapDetail,
})
export const updateSeatMap = endpoint({
  id: 'vendor.seatMap.update',
  method: 'PATCH',
  path: '/v1/vendor/seat-maps/{id}',
  summary: 'Changes a seat map no event uses yet (the name always)',
  access: write,
  vertical,
  params: ById,
  body: patchOf(SeatMapInput),
  response: ManagedSeatMapDetail,
  errors: ['validation_failed', 'open_obligations'],
})
export const deleteSeatMap = endpoint({
  id: 'vendor.seatMap.delete',
  method: 'DELETE',
  path: '/v1/vendor/seat-maps/{id}',
  summary: 'Deletes a seat map no event uses',
  access: write,
  vertical,
  params: ById,
  response: z.object({}),
  errors: ['open_obligations'],
})
export const seatEvent = endpoint({
  id: 'vendor.event.seat',
  method: 'POST',
  path: '/v1/vendor/events/{id}/seat-map',
  summary: 'Gives an event numbered seats (every date gets the map’s seats), or takes them away before anything is sold',
  access: write,
  vertical,
  params: eventId,
  body: z.object({ seat_map_id: z.string().max(64).nullable() }),
  response: ManagedEvent,
  errors: ['invalid_transition', 'open_obligations'],
})
export const blockSeats = endpoint({
  id: 'vendor.event.blockSeats',
  method: 'POST',
  path: '/v1/vendor/events/{id}/seats/block',
  summary: 'Takes free seats out of sale (or back into it), all or none',
  access: write,
  vertical,
  params: eventId,
  body: z.object({ event_date_id: z.string().max(64).optional(), seat_ids: z.array(SeatId).min(1).max(500), blocked: z.boolean() }),
  response: z.object({ event_date_id: z.string(), seat_ids: z.array(SeatId), blocked: z.boolean() }),
  errors: ['seat_unavailable'],
})

export const VoucherEffect = z.enum(['set_price', 'percent', 'amount', 'none'])
export const ManagedVoucher = z.object({
  id: z.string(),
  event_id: z.string(),
  code: z.string(),
  effect: VoucherEffect,
  /** Minor units of the event's currency, or basis points for `percent`. */
  value: z.int(),
  max_usages: z.int(),
  redeemed: z.int(),
  /** Keeps its unused units out of sale for everybody else. */
  blocks_quota: z.boolean(),
  ticket_type_id: z.string().nullable(),
  event_date_id: z.string().nullable(),
  valid_until: z.string().nullable(),
  status: z.enum(['active', 'used_up', 'expired', 'withdrawn']),
  /** Made for somebody on the waiting list. */
  waiting_list: z.boolean(),
  comment: z.string(),
  version: z.int(),
  created_at: z.string(),
})
export type ManagedVoucher = z.infer<typeof ManagedVoucher>
export const VoucherInput = z.object({
  /** Absent: made up. Letters, digits and `-`; upper and lower case are the same. */
  code: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]{4,40}$/)
    .transform((code) => code.toUpperCase())
    .optional(),
  /** So many single codes at once (then without `code`). */
  count: z.int().min(1).max(500).default(1),
  effect: VoucherEffect.default('none'),
  value: z.int().min(0).default(0),
  max_usages: z.int().min(1).max(1_000_000).default(1),
  blocks_quota: z.boolean().default(false),
  ticket_type_id: z.string().max(64).nullable().default(null),
  event_date_id: z.string().max(64).nullable().default(null),
  valid_until: z.iso.datetime().nullable().default(null),
  comment: z.string().max(200).default(''),
})
export type VoucherInput = z.infer<typeof VoucherInput>

export const listVouchers = listEndpoint({
  id: 'vendor.voucher.list',
  method: 'GET',
  path: '/v1/vendor/events/{id}/vouchers',
  summary: 'Vouchers of an event, newest first; `q` is the beginning of a code',
  access: read,
  vertical,
  params: eventId,
  response: ManagedVoucher,
})
export const createVouchers = endpoint({
  id: 'vendor.voucher.create',
  method: 'POST',
  path: '/v1/vendor/events/{id}/vouchers',
  summary: 'Makes vouchers; blocking ones take their units from the quotas, all or none',
  access: write,
  vertical,
  params: eventId,
  body: VoucherInput,
  response: z.array(ManagedVoucher),
  status: 201,
  errors: ['already_exists', 'sold_out', 'validation_failed'],
})
export const updateVoucher = endpoint({
  id: 'vendor.voucher.update',
  method: 'PATCH',
  path: '/v1/vendor/vouchers/{id}',
  summary: 'Changes until when, how often and the comment',
  access: write,
  vertical,
  params: ById,
  body: z
    .object({ valid_until: z.iso.datetime().nullable(), max_usages: z.int().min(1).max(1_000_000), comment: z.string().max(200) })
    .partial(),
  response: ManagedVoucher,
  errors: ['validation_failed', 'sold_out', 'invalid_transition'],
})
export const withdrawVoucher = endpoint({
  id: 'vendor.voucher.withdraw',
  method: 'POST',
  path: '/v1/vendor/vouchers/{id}/withdraw',
  summary: 'Ends a voucher; what it blocked is on sale again',
  access: write,
  vertical,
  params: ById,
  response: ManagedVoucher,
  errors: ['invalid_transition'],
})

export const ManagedWaitingEntry = z.object({
  id: z.string(),
  ticket_type_id: z.string(),
  event_date_id: z.string(),
  /** Masked until an order exists. */
  email: z.string(),
  quantity: z.int(),
  priority: z.int(),
  status: z.enum(['waiting', 'offered', 'redeemed', 'expired', 'left']),
  offered_until: z.string().nullable(),
  created_at: z.string(),
})
export type ManagedWaitingEntry = z.infer<typeof ManagedWaitingEntry>
export const listWaitingEntries = listEndpoint({
  id: 'vendor.waitingList.list',
  method: 'GET',
  path: '/v1/vendor/events/{id}/waiting-list',
  summary: 'Who waits, in the order they are served',
  access: read,
  vertical,
  params: eventId,
  query: z.object({ status: ManagedWaitingEntry.shape.status.optional() }),
  response: ManagedWaitingEntry,
})
export const prioritiseWaiting = endpoint({
  id: 'vendor.waitingList.prioritise',
  method: 'POST',
  path: '/v1/vendor/waiting-list/{id}/prioritise',
  summary: 'Moves somebody who waits up or down (higher comes first)',
  access: write,
  vertical,
  params: ById,
  body: z.object({ priority: z.int().min(-100).max(100) }),
  response: ManagedWaitingEntry,
  errors: ['invalid_transition'],
})

/** Used by lists of ticket types in the sales dashboard. */
export const TypeAvailability = z.object({ ticket_type_id: z.string(), availability: TicketAvailability, free: z.int().nullable() })
