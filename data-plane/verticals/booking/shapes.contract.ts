import { I18nText, Money } from '@cityos/contract'
import { z } from 'zod'
import { Address } from '../../core/customer/contract.ts'
import { Picture } from '../../core/vertical/contract.ts'

export const BookingStatus = z.enum([
  'held',
  'pending_confirmation',
  'confirmed',
  'checked_in',
  'in_progress',
  'completed',
  'declined',
  'cancelled',
  'expired',
  'rescheduled',
  'no_show',
])
export type BookingStatus = z.infer<typeof BookingStatus>

export const OfferingStatus = z.enum(['draft', 'published', 'unpublished', 'archived'])
export type OfferingStatus = z.infer<typeof OfferingStatus>

/** Who serves: the one given, the next in turn, everybody at once, or whom the customer picks (anyone when none is picked). */
export const Assignment = z.enum(['fixed', 'round_robin', 'collective', 'customer_choice'])
export type Assignment = z.infer<typeof Assignment>

export const LocationKind = z.enum(['at_vendor', 'at_customer', 'online', 'phone'])
export type LocationKind = z.infer<typeof LocationKind>

export const ProviderKind = z.enum(['person', 'room', 'equipment'])
export type ProviderKind = z.infer<typeof ProviderKind>

/** Codes of kinds of service; the names are i18n keys `booking.category.<code>`. */
export const ServiceCategory = z.enum(['hair', 'beauty', 'home_service', 'sport', 'lessons', 'photography', 'wellness', 'consulting'])
export type ServiceCategory = z.infer<typeof ServiceCategory>

/** Sorted by `hours_before` descending (A10, docs/spec/algorithms.md). */
export const CancellationTier = z.object({ hours_before: z.int().min(0).max(8760), refund_bps: z.int().min(0).max(10_000) })
export type CancellationTier = z.infer<typeof CancellationTier>

/** IANA name such as `Asia/Riyadh`. */
export const TimeZoneName = z.string().max(60).refine(isTimeZone, 'not a time zone')

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** `2026-11-24`, a day of the calendar without time or zone. */
export const CalendarDate = z.iso.date()

/** Start of a slot or edge of a range: ISO 8601 with offset, answered in UTC. */
export const Moment = z.iso.datetime({ offset: true })

export const IntakeQuestion = z.object({
  key: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  label: I18nText,
  kind: z.enum(['text', 'long_text', 'choice', 'yes_no']),
  required: z.boolean().default(false),
  choices: z
    .array(z.object({ value: z.string().min(1).max(60), label: I18nText }))
    .max(20)
    .default([]),
})
export type IntakeQuestion = z.infer<typeof IntakeQuestion>

/** A question as the shopper sees it, texts in the language asked for. */
export const AskedQuestion = z.object({
  key: z.string(),
  label: z.string(),
  kind: IntakeQuestion.shape.kind,
  required: z.boolean(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
})

export const Answers = z.record(z.string().max(40), z.union([z.string().max(2000), z.boolean()]))
export type Answers = z.infer<typeof Answers>

export const BookingAttendee = z.object({ name: z.string().trim().min(1).max(120) })

/** Where an `at_customer` service takes place; the position decides about the travel radius. */
export const VisitAddress = Address.omit({ name: true, phone: true })
  .partial({ line2: true, district: true, region: true, postal_code: true, national_address: true })
  .extend({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180), note: z.string().trim().max(500).optional() })
export type VisitAddress = z.infer<typeof VisitAddress>

/** What a shopper chose; also the `choice` of a cart line of kind `booking.slot`. `quantity` of the line = seats. */
export const SlotChoice = z.object({
  offering_id: z.string(),
  start: Moment,
  duration_min: z.int().min(5).max(1440),
  provider_id: z.string().optional(),
  attendees: z.array(BookingAttendee).max(100).optional(),
  answers: Answers.optional(),
  address: VisitAddress.optional(),
})
export type SlotChoice = z.infer<typeof SlotChoice>

const VendorRef = z.object({ id: z.string(), handle: z.string(), name: z.string() })

export const ProviderRef = z.object({
  id: z.string(),
  name: z.string(),
  kind: ProviderKind,
  verified: z.boolean(),
  picture: Picture.nullable(),
})
export type ProviderRef = z.infer<typeof ProviderRef>

/** How it is paid: all now, part now and the rest after the service, when the vendor confirms, at the place, or nothing. */
export const PaymentPlan = z.enum(['now', 'deposit', 'on_confirmation', 'at_place', 'free'])
export type PaymentPlan = z.infer<typeof PaymentPlan>

export const ServiceCard = z.object({
  id: z.string(),
  handle: z.string(),
  /** Path below `/{locale}/`. */
  path: z.string(),
  name: z.string(),
  summary: z.string(),
  category: ServiceCategory,
  picture: Picture.nullable(),
  vendor: VendorRef,
  city: z.string().nullable(),
  /** Metres from `near`; null without it. */
  distance_m: z.int().nullable(),
  location_kind: LocationKind,
  /** Minutes of the shortest length offered, and its price for one seat. */
  duration_min: z.int(),
  price: Money,
  payment_plan: PaymentPlan,
  requires_confirmation: z.boolean(),
  /** More than one: a group service, the price is per seat. */
  seats: z.int(),
  timezone: z.string(),
  /** First free start within the next 14 days, or on `date`; null when there is none. */
  next_start: z.string().nullable(),
})
export type ServiceCard = z.infer<typeof ServiceCard>

export const Service = ServiceCard.omit({ distance_m: true, next_start: true }).extend({
  description: z.string(),
  address: z.string().nullable(),
  lat: z.number().nullable(),
  lng: z.number().nullable(),
  travel_radius_m: z.int().nullable(),
  /** Lengths on offer with the price of one seat. */
  durations: z.array(z.object({ minutes: z.int(), price: Money, deposit: Money.nullable() })),
  assignment: Assignment,
  /** Whom the customer may pick; empty unless `assignment` is `customer_choice`. */
  providers: z.array(ProviderRef),
  /** Everybody who serves, for the page. */
  team: z.array(ProviderRef),
  lead_time_min: z.int(),
  horizon_days: z.int(),
  confirmation_deadline_min: z.int().nullable(),
  max_active_per_customer: z.int().nullable(),
  questions: z.array(AskedQuestion),
  cancellation_tiers: z.array(CancellationTier),
  no_show_fee_bps: z.int().nullable(),
})
export type Service = z.infer<typeof Service>

export const Slot = z.object({
  /** UTC; the start identifies the slot together with the length. */
  start: z.string(),
  end: z.string(),
  /** Providers free then; for a collective service all of them. Given only where the customer picks. */
  provider_ids: z.array(z.string()),
  /** Free seats of a group service; 1 otherwise. */
  seats_left: z.int(),
})
export type Slot = z.infer<typeof Slot>

export const SlotDays = z.object({
  /** Zone the days are cut in: the one asked for, else the service's. */
  timezone: z.string(),
  /** The service's own zone. */
  service_timezone: z.string(),
  duration_min: z.int(),
  price: Money,
  days: z.array(z.object({ date: z.string(), slots: z.array(Slot) })),
})
export type SlotDays = z.infer<typeof SlotDays>

export const BookingRow = z.object({
  id: z.string(),
  reference: z.string(),
  status: BookingStatus,
  offering: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
  vendor: VendorRef,
  start: z.string(),
  end: z.string(),
  timezone: z.string(),
  providers: z.array(z.object({ id: z.string(), name: z.string(), kind: ProviderKind })),
  seats: z.int(),
  price: Money,
  location_kind: LocationKind,
  order_id: z.string().nullable(),
  order_number: z.string().nullable(),
  /** A request is answered by then or expires; null when nothing is asked. */
  confirm_by: z.string().nullable(),
  created_at: z.string(),
  actions: z.array(z.string()),
})
export type BookingRow = z.infer<typeof BookingRow>

export const Booking = BookingRow.extend({
  picture: Picture.nullable(),
  /** Path of the service below `/{locale}/`. */
  path: z.string(),
  deposit: Money.nullable(),
  /** Paid at the place, outside the order. */
  due_at_place: Money.nullable(),
  attendees: z.array(z.object({ name: z.string() })),
  answers: z.array(z.object({ key: z.string(), label: z.string(), answer: z.union([z.string(), z.boolean()]) })),
  /** Of the vendor, or of the customer for a home visit. */
  address: z.string().nullable(),
  lat: z.number().nullable(),
  lng: z.number().nullable(),
  meeting_url: z.string().nullable(),
  cancellation_tiers: z.array(CancellationTier),
  cancel_reason: z.string().nullable(),
  no_show_party: z.enum(['customer', 'provider']).nullable(),
  reschedule_of_id: z.string().nullable(),
  /** The booking that took this one's place. */
  rescheduled_to_id: z.string().nullable(),
  order_line_id: z.string().nullable(),
  completed_at: z.string().nullable(),
  /** From then on the customer may review; null until the service was given. */
  review_allowed_at: z.string().nullable(),
})
export type Booking = z.infer<typeof Booking>

/** What the customer sees; `token` opens it without an account (query `token`). */
export const CustomerBooking = Booking.extend({ token: z.string() })
export type CustomerBooking = z.infer<typeof CustomerBooking>

/** Who comes: masked until there is an order, see 00-conventions, Personal data. */
export const BookingContact = z.object({ name: z.string().nullable(), email: z.string().nullable(), phone: z.string().nullable() })
export type BookingContact = z.infer<typeof BookingContact>

/** What the vendor and staff see. */
export const ManagedBooking = Booking.extend({
  customer_id: z.string().nullable(),
  contact: BookingContact,
  source: z.enum(['checkout', 'vendor']),
  paid: Money.nullable(),
  refunded: Money.nullable(),
  history: z.array(
    z.object({ at: z.string(), name: z.string(), from: z.string(), to: z.string(), by: z.string(), reason: z.string().nullable() }),
  ),
})
export type ManagedBooking = z.infer<typeof ManagedBooking>
