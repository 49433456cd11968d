import { anyone, endpoint, listEndpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import { AttendeeField, EventCategory, EventStatus, GenderPolicy, RefundTier, TicketAvailability, TicketKind, vertical } from './shapes.ts'

export {
  Attendee,
  AttendeeField,
  EventCategory,
  EventStatus,
  GenderPolicy,
  RefundTier,
  SeatId,
  TicketAvailability,
  TicketKind,
  TicketStatus,
} from './shapes.ts'

/** An event in a list, in the language asked for. Fees are inside every price shown here. */
export const EventCard = z.object({
  id: z.string(),
  handle: z.string(),
  title: z.string(),
  category: EventCategory,
  vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
  venue: z.object({ name: z.string(), city: z.string() }).nullable(),
  online: z.boolean(),
  picture: Picture.nullable(),
  /** Of the next date that has not ended, else of the last one. */
  starts_at: z.string(),
  ends_at: z.string(),
  timezone: z.string(),
  is_series: z.boolean(),
  /** Dates that have not ended. */
  date_count: z.int(),
  gender_policy: GenderPolicy,
  age_min: z.int().nullable(),
  /** Cheapest and dearest admission, fees included; 0 = free. */
  price_from: Money.nullable(),
  price_to: Money.nullable(),
  status: EventStatus,
  availability: TicketAvailability,
})
export type EventCard = z.infer<typeof EventCard>

export const TicketTypeOffer = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  kind: TicketKind,
  /** What one ticket costs now, fee included; of a seated type the cheapest category. */
  price: Money,
  /** Inside `price`. */
  service_fee: Money,
  /** The tier the price comes from, while an early price holds. `left`: tickets at this price, when counted. */
  tier: z.object({ id: z.string(), until: z.string().nullable(), left: z.int().nullable(), next_price: Money }).nullable(),
  /** Seated types: price by category of seat, fee included. */
  category_prices: z.array(z.object({ category: z.string(), price: Money })),
  seated: z.boolean(),
  min_per_order: z.int(),
  max_per_order: z.int(),
  available_from: z.string().nullable(),
  available_to: z.string().nullable(),
  /** Add-ons: ticket types of which one must be in the same order or owned. */
  requires_parent: z.array(z.string()),
  attendee_fields: z.array(AttendeeField),
  /** Whether the name of each person is asked for. */
  attendee_names: z.boolean(),
  availability: TicketAvailability,
  /** Only when few are left or the organiser shows it. */
  remaining: z.int().nullable(),
})
export type TicketTypeOffer = z.infer<typeof TicketTypeOffer>

export const EventDateShape = z.object({
  id: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  doors_at: z.string().nullable(),
  /** `cancelled` dates are shown struck out. */
  status: z.enum(['scheduled', 'cancelled', 'finished']),
  availability: TicketAvailability,
})
export type EventDateShape = z.infer<typeof EventDateShape>

export const EventDetail = EventCard.extend({
  description: z.string(),
  doors_at: z.string().nullable(),
  presale_start: z.string().nullable(),
  presale_end: z.string().nullable(),
  /** Only for holders of a ticket; null here means a place. */
  online_hint: z.string().nullable(),
  licence_no: z.string().nullable(),
  location: z
    .object({
      id: z.string(),
      name: z.string(),
      address: z.string(),
      city: z.string(),
      lat: z.number().nullable(),
      lng: z.number().nullable(),
      accessibility: z.string(),
    })
    .nullable(),
  max_tickets_per_order: z.int(),
  resale_allowed: z.boolean(),
  refund_tiers: z.array(RefundTier),
  /** Postponed: until then everybody may give tickets back in full. */
  refund_until: z.string().nullable(),
  status_reason: z.string().nullable(),
  seated: z.boolean(),
  dates: z.array(EventDateShape),
  ticket_types: z.array(TicketTypeOffer),
})
export type EventDetail = z.infer<typeof EventDetail>

const filters = {
  city: z.string().max(80).optional(),
  /** A day in the city's own time zone, `2026-12-31`: events with a date on that day. */
  date: z.iso.date().optional(),
  date_from: z.iso.date().optional(),
  date_to: z.iso.date().optional(),
  category: EventCategory.optional(),
  /** Minor units, inclusive. */
  price_min: z.coerce.number().int().min(0).optional(),
  price_max: z.coerce.number().int().min(0).optional(),
  free: z.stringbool().optional(),
  /** Fit for families: open to everybody or families, no minimum age over 12. */
  family: z.stringbool().optional(),
  vendor: z.string().max(96).optional(),
}

export const listEvents = listEndpoint({
  id: 'store.event.list',
  method: 'GET',
  path: '/v1/store/events',
  summary: 'Events that are (or soon will be) on sale; order: soonest (default), price, -price, newest',
  access: anyone,
  vertical,
  query: z.object(filters),
  response: EventCard,
})

export const eventFacets = endpoint({
  id: 'store.event.facets',
  method: 'GET',
  path: '/v1/store/events/facets',
  summary: 'Categories, cities and price span of the coming events, with counts',
  access: anyone,
  vertical,
  response: z.object({
    categories: z.array(z.object({ category: EventCategory, count: z.int() })),
    cities: z.array(z.object({ city: z.string(), count: z.int() })),
    price_max: Money.nullable(),
  }),
})

/** One date on the calendar. */
export const EventOccurrence = z.object({
  event_id: z.string(),
  event_date_id: z.string(),
  handle: z.string(),
  title: z.string(),
  category: EventCategory,
  starts_at: z.string(),
  ends_at: z.string(),
  venue: z.string().nullable(),
  availability: TicketAvailability,
})
export type EventOccurrence = z.infer<typeof EventOccurrence>

export const eventCalendar = endpoint({
  id: 'store.event.calendar',
  method: 'GET',
  path: '/v1/store/events/calendar',
  summary: 'Dates of events between two days (at most 62 days, both inclusive, city time)',
  access: anyone,
  vertical,
  query: z.object({ from: z.iso.date(), to: z.iso.date(), category: EventCategory.optional(), city: z.string().max(80).optional() }),
  response: z.array(EventOccurrence),
  errors: ['validation_failed'],
})

export const getEvent = endpoint({
  id: 'store.event.get',
  method: 'GET',
  path: '/v1/store/events/{handle}',
  summary: 'One event with dates and ticket types (handle or id)',
  access: anyone,
  vertical,
  params: z.object({ handle: z.string().max(96) }),
  response: EventDetail,
  errors: ['persona_restricted'],
})

export const listEventDates = endpoint({
  id: 'store.event.dates',
  method: 'GET',
  path: '/v1/store/events/{id}/dates',
  summary: 'Dates of an event that have not ended',
  access: anyone,
  vertical,
  params: z.object({ id: z.string().max(96) }),
  response: z.array(EventDateShape),
})

export const eventAvailability = endpoint({
  id: 'store.event.availability',
  method: 'GET',
  path: '/v1/store/events/{id}/availability',
  summary: 'What can be had of each ticket type on one date (the next one when none is named)',
  access: anyone,
  vertical,
  params: z.object({ id: z.string().max(96) }),
  query: z.object({
    event_date_id: z.string().max(64).optional(),
    /** Shows types hidden without a voucher, and the price it gives. */
    voucher: z.string().max(40).optional(),
  }),
  response: z.object({
    event_date_id: z.string(),
    availability: TicketAvailability,
    ticket_types: z.array(TicketTypeOffer),
    voucher: z.object({ code: z.string(), valid_until: z.string().nullable(), uses_left: z.int() }).nullable(),
  }),
  errors: ['voucher_invalid', 'voucher_exhausted'],
})
