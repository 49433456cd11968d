import { endpoint, I18nText, listEndpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import { BookingStatus, CalendarDate, Moment, ProviderKind, TimeZoneName } from './shapes.contract.ts'

const vertical = 'booking'
const ById = z.object({ id: z.string() })
const ByChild = z.object({ id: z.string(), child_id: z.string() })
const Removed = z.object({ id: z.string() })

/** `HH:MM` of the provider's own clock; `24:00` ends a day. */
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)

export const Verification = z.enum(['unverified', 'verified', 'rejected'])

const providerFields = {
  name: I18nText,
  kind: ProviderKind,
  timezone: TimeZoneName,
  /** Signs in as this member of the vendor's team; null: nobody. */
  user_id: z.string().nullable(),
  /** Higher comes first among equals. */
  priority: z.int().min(0).max(100),
  /** Share of the work in turns: 2 gets twice as much as 1. */
  weight: z.int().min(1).max(100),
  gender: z.enum(['female', 'male']).nullable(),
  active: z.boolean(),
}
const ProviderInput = z.object({
  ...providerFields,
  kind: ProviderKind.default('person'),
  user_id: z.string().nullable().default(null),
  priority: providerFields.priority.default(0),
  weight: providerFields.weight.default(1),
  gender: providerFields.gender.default(null),
  active: z.boolean().default(true),
})
export type ProviderInput = z.infer<typeof ProviderInput>
const ProviderPatch = z.object(providerFields).partial()
export type ProviderPatch = z.infer<typeof ProviderPatch>

export const Provider = z.object({
  ...providerFields,
  id: z.string(),
  vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
  /** In the language asked for. */
  display_name: z.string(),
  picture: Picture.nullable(),
  verification: Verification,
  verification_note: z.string().nullable(),
  offering_count: z.int(),
  version: z.int(),
  created_at: z.string(),
})
export type Provider = z.infer<typeof Provider>

const providerQuery = z.object({
  kind: ProviderKind.optional(),
  active: z.stringbool().optional(),
  verification: Verification.optional(),
  vendor_id: z.string().optional(),
})

export const vendorListProviders = listEndpoint({
  id: 'vendor.booking-provider.list',
  method: 'GET',
  path: '/v1/vendor/booking-providers',
  summary: 'People, rooms and equipment that can be booked',
  access: vendor('read', 'booking_provider'),
  vertical,
  query: providerQuery,
  response: Provider,
})

export const vendorGetProvider = endpoint({
  id: 'vendor.booking-provider.get',
  method: 'GET',
  path: '/v1/vendor/booking-providers/{id}',
  summary: 'One provider',
  access: vendor('read', 'booking_provider'),
  vertical,
  params: ById,
  response: Provider,
})

export const vendorCreateProvider = endpoint({
  id: 'vendor.booking-provider.create',
  method: 'POST',
  path: '/v1/vendor/booking-providers',
  summary: 'Adds a provider',
  access: vendor('write', 'booking_provider'),
  vertical,
  body: ProviderInput,
  response: Provider,
  status: 201,
  errors: ['validation_failed'],
})

export const vendorUpdateProvider = endpoint({
  id: 'vendor.booking-provider.update',
  method: 'PATCH',
  path: '/v1/vendor/booking-providers/{id}',
  summary: 'Changes a provider; an inactive one is offered no more, what is booked stays',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ById,
  body: ProviderPatch,
  response: Provider,
  errors: ['validation_failed'],
})

export const adminListProviders = listEndpoint({
  id: 'admin.booking-provider.list',
  method: 'GET',
  path: '/v1/admin/booking-providers',
  summary: "All vendors' providers",
  access: staff('read', 'booking_provider'),
  vertical,
  query: providerQuery,
  response: Provider,
})

export const adminVerifyProvider = endpoint({
  id: 'admin.booking-provider.verify',
  method: 'POST',
  path: '/v1/admin/booking-providers/{id}/verify',
  summary: 'Says that a provider is who they say they are; shown as a badge',
  access: staff('approve', 'booking_provider'),
  vertical,
  params: ById,
  body: z.object({ note: z.string().trim().max(500).optional() }),
  response: Provider,
  errors: ['invalid_transition'],
})

export const adminRejectProvider = endpoint({
  id: 'admin.booking-provider.reject',
  method: 'POST',
  path: '/v1/admin/booking-providers/{id}/reject',
  summary: 'Refuses a provider: offered no more until verified',
  access: staff('approve', 'booking_provider'),
  vertical,
  params: ById,
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  response: Provider,
  errors: ['invalid_transition'],
})

/** Every week on `weekday` (1 = Monday … 7 = Sunday) from `start` to `end` of the provider's clock. */
export const AvailabilityRule = z.object({
  id: z.string(),
  weekday: z.int().min(1).max(7),
  start: ClockTime,
  end: ClockTime,
  valid_from: CalendarDate.nullable(),
  valid_to: CalendarDate.nullable(),
})
export type AvailabilityRule = z.infer<typeof AvailabilityRule>

const RuleInput = AvailabilityRule.omit({ id: true }).extend({
  valid_from: CalendarDate.nullable().default(null),
  valid_to: CalendarDate.nullable().default(null),
})

export const vendorListRules = endpoint({
  id: 'vendor.availability-rule.list',
  method: 'GET',
  path: '/v1/vendor/booking-providers/{id}/availability-rules',
  summary: "A provider's working week",
  access: vendor('read', 'booking_provider'),
  vertical,
  params: ById,
  response: z.array(AvailabilityRule),
})

export const vendorReplaceRules = endpoint({
  id: 'vendor.availability-rule.replace',
  method: 'PUT',
  path: '/v1/vendor/booking-providers/{id}/availability-rules',
  summary: 'Replaces the working week; what is booked stays booked',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ById,
  body: z.object({ rules: z.array(RuleInput).max(100) }),
  response: z.array(AvailabilityRule),
  errors: ['validation_failed'],
})

/** One day that differs: closed (whole day without times), or open beside the rules. */
export const AvailabilityException = z.object({
  id: z.string(),
  date: CalendarDate,
  kind: z.enum(['closed', 'open']),
  start: ClockTime.nullable(),
  end: ClockTime.nullable(),
  note: z.string().nullable(),
})
export type AvailabilityException = z.infer<typeof AvailabilityException>

export const vendorListExceptions = listEndpoint({
  id: 'vendor.availability-exception.list',
  method: 'GET',
  path: '/v1/vendor/booking-providers/{id}/availability-exceptions',
  summary: 'Days that differ from the week, by date',
  access: vendor('read', 'booking_provider'),
  vertical,
  params: ById,
  query: z.object({ from: CalendarDate.optional(), to: CalendarDate.optional() }),
  response: AvailabilityException,
})

export const vendorCreateException = endpoint({
  id: 'vendor.availability-exception.create',
  method: 'POST',
  path: '/v1/vendor/booking-providers/{id}/availability-exceptions',
  summary: 'Closes or opens a day, or part of it',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ById,
  body: AvailabilityException.omit({ id: true }).extend({
    start: ClockTime.nullable().default(null),
    end: ClockTime.nullable().default(null),
    note: z.string().trim().max(200).nullable().default(null),
  }),
  response: AvailabilityException,
  status: 201,
  errors: ['validation_failed'],
})

export const vendorRemoveException = endpoint({
  id: 'vendor.availability-exception.remove',
  method: 'DELETE',
  path: '/v1/vendor/booking-providers/{id}/availability-exceptions/{child_id}',
  summary: 'The day follows the week again',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ByChild,
  response: Removed,
})

export const CalendarBlock = z.object({
  id: z.string(),
  provider_id: z.string(),
  start: z.string(),
  end: z.string(),
  source: z.enum(['manual', 'ical', 'external']),
  external_uid: z.string().nullable(),
  note: z.string().nullable(),
})
export type CalendarBlock = z.infer<typeof CalendarBlock>

export const vendorListBlocks = listEndpoint({
  id: 'vendor.calendar-block.list',
  method: 'GET',
  path: '/v1/vendor/booking-providers/{id}/blocks',
  summary: 'Times a provider is not to be had, by start',
  access: vendor('read', 'booking_provider'),
  vertical,
  params: ById,
  query: z.object({ from: Moment.optional(), to: Moment.optional() }),
  response: CalendarBlock,
})

/** Existing bookings stay; `conflicts` names those that now need another provider. */
export const vendorCreateBlock = endpoint({
  id: 'vendor.calendar-block.create',
  method: 'POST',
  path: '/v1/vendor/booking-providers/{id}/blocks',
  summary: 'Blocks a time; with external_uid the same call again moves it',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ById,
  body: z.object({
    start: Moment,
    end: Moment,
    external_uid: z.string().max(300).optional(),
    note: z.string().trim().max(200).nullable().default(null),
  }),
  response: CalendarBlock.extend({ conflicts: z.array(z.object({ booking_id: z.string(), reference: z.string(), start: z.string() })) }),
  status: 201,
  errors: ['validation_failed'],
})

export const vendorRemoveBlock = endpoint({
  id: 'vendor.calendar-block.remove',
  method: 'DELETE',
  path: '/v1/vendor/booking-providers/{id}/blocks/{child_id}',
  summary: 'Frees a blocked time; imported ones come back with the next import',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ByChild,
  response: Removed,
})

/** A calendar elsewhere whose events block this provider, read every 15 minutes. */
export const CalendarImport = z.object({
  id: z.string(),
  provider_id: z.string(),
  /** Host only: the address is a secret. */
  host: z.string(),
  last_imported_at: z.string().nullable(),
  last_error: z.string().nullable(),
  block_count: z.int(),
})
export type CalendarImport = z.infer<typeof CalendarImport>

export const vendorListImports = endpoint({
  id: 'vendor.calendar-import.list',
  method: 'GET',
  path: '/v1/vendor/booking-providers/{id}/calendar-imports',
  summary: 'Calendars read for a provider',
  access: vendor('read', 'booking_provider'),
  vertical,
  params: ById,
  response: z.array(CalendarImport),
})

export const vendorCreateImport = endpoint({
  id: 'vendor.calendar-import.create',
  method: 'POST',
  path: '/v1/vendor/booking-providers/{id}/calendar-imports',
  summary: 'Reads an iCalendar address from now on',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ById,
  body: z.object({ url: z.url().max(1000) }),
  response: CalendarImport,
  status: 201,
  errors: ['url_not_allowed', 'already_exists'],
})

export const vendorRunImport = endpoint({
  id: 'vendor.calendar-import.run',
  method: 'POST',
  path: '/v1/vendor/booking-providers/{id}/calendar-imports/{child_id}/run',
  summary: 'Reads the calendar now',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ByChild,
  response: CalendarImport,
  errors: ['dependency_unavailable', 'url_not_allowed'],
})

export const vendorRemoveImport = endpoint({
  id: 'vendor.calendar-import.remove',
  method: 'DELETE',
  path: '/v1/vendor/booking-providers/{id}/calendar-imports/{child_id}',
  summary: 'Reads the calendar no more; its blocks go',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ByChild,
  response: Removed,
})

export const vendorGetFeedAddress = endpoint({
  id: 'vendor.booking-feed.get',
  method: 'GET',
  path: '/v1/vendor/booking-providers/{id}/feed',
  summary: "Address of a provider's iCalendar feed, for a calendar program",
  access: vendor('read', 'booking_provider'),
  vertical,
  params: ById,
  response: z.object({ url: z.string() }),
})

export const vendorRotateFeedAddress = endpoint({
  id: 'vendor.booking-feed.rotate',
  method: 'POST',
  path: '/v1/vendor/booking-providers/{id}/feed/rotate',
  summary: 'Makes a new address; the old one stops at once',
  access: vendor('write', 'booking_provider'),
  vertical,
  params: ById,
  response: z.object({ url: z.string() }),
})

export const CalendarEntry = z.object({
  /** Booking, group slot or block id. */
  id: z.string(),
  kind: z.enum(['booking', 'group', 'block']),
  provider_ids: z.array(z.string()),
  /** Service time. */
  start: z.string(),
  end: z.string(),
  /** With buffers: the time that is taken. */
  blocked_start: z.string(),
  blocked_end: z.string(),
  title: z.string(),
  status: BookingStatus.nullable(),
  reference: z.string().nullable(),
  /** Customer's name, once there is an order. */
  contact_name: z.string().nullable(),
  seats: z.int().nullable(),
  capacity: z.int().nullable(),
  /** Bookings of a group slot. */
  booking_ids: z.array(z.string()),
  actions: z.array(z.string()),
})
export type CalendarEntry = z.infer<typeof CalendarEntry>

export const vendorGetCalendar = endpoint({
  id: 'vendor.booking-calendar.get',
  method: 'GET',
  path: '/v1/vendor/booking-calendar',
  summary: 'Providers with working times, bookings and blocks of a day or a week (at most 31 days)',
  access: vendor('read', 'booking'),
  vertical,
  query: z.object({
    from: CalendarDate,
    to: CalendarDate,
    provider_id: z.string().optional(),
    offering_id: z.string().optional(),
    tz: TimeZoneName.optional(),
  }),
  response: z.object({
    timezone: z.string(),
    from: z.string(),
    to: z.string(),
    providers: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        kind: ProviderKind,
        timezone: z.string(),
        /** Working times in the range. */
        open: z.array(z.object({ start: z.string(), end: z.string() })),
      }),
    ),
    entries: z.array(CalendarEntry),
  }),
  errors: ['range_too_large'],
})
