import { endpoint, I18nText, listEndpoint, Money, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Handle } from '../../core/catalogue/contract.ts'
import { Picture } from '../../core/vertical/contract.ts'
import { Cuisine, DayHours, DietaryTag, GeoPoint, RestaurantService } from './place.contract.ts'

const vertical = 'restaurant'
const byId = z.object({ id: z.string() })
const read = vendor('read', 'restaurant')
const write = vendor('write', 'restaurant')

/** draft →(V submit) in_review →(A) active | rejected; active →(A force-close) closed →(A reopen) active. */
export const RestaurantStatus = z.enum(['draft', 'in_review', 'active', 'rejected', 'closed'])
export type RestaurantStatus = z.infer<typeof RestaurantStatus>

const SlotCaps = z.object({
  delivery: z.int().min(0).max(1000),
  pickup: z.int().min(0).max(1000),
  dine_in: z.int().min(0).max(1000),
})

const Tiers = z.array(z.object({ hours_before: z.number().min(0).max(720), refund_bps: z.int().min(0).max(10_000) })).max(10)

const fields = {
  handle: Handle,
  name: I18nText,
  tagline: I18nText,
  description: I18nText,
  cuisines: z.array(Cuisine).max(8),
  dietary_tags: z.array(DietaryTag).max(6),
  location: GeoPoint,
  address: z.string().trim().max(200),
  phone: z
    .string()
    .regex(/^\+\d{8,15}$/)
    .nullable(),
  picture_file_id: z.string().nullable(),
  services: z.array(RestaurantService).min(1),
  prep_minutes: z.int().min(1).max(240),
  /** Minutes from ready to the door. */
  delivery_minutes: z.int().min(0).max(240),
  slot_minutes: z.int().min(5).max(120),
  /** Orders per slot, by service; 0 = none. */
  max_orders_per_slot: SlotCaps,
  max_prep_points_per_slot: z.int().min(1).max(10_000),
  /** A chosen slot starts at least so long after ordering. */
  lead_minutes: z.int().min(0).max(10_080),
  future_days: z.int().min(0).max(60),
  accept_timeout_s: z.int().min(30).max(3600),
  auto_accept: z.boolean(),
  /** What a customer who cancels after acceptance (before cooking) leaves, basis points of what was paid. */
  cancel_fee_bps: z.int().min(0).max(10_000),
  commercial_reg_no: z
    .string()
    .regex(/^\d{10}$/)
    .nullable(),
  municipal_licence_no: z.string().trim().max(40).nullable(),
  takes_reservations: z.boolean(),
  party_max: z.int().min(1).max(100),
  /** Reservations up to this party size are confirmed by themselves. */
  auto_confirm_party: z.int().min(0).max(100),
  /** How long a table is kept. */
  sitting_minutes: z.int().min(15).max(480),
  /** Reservations begin every so many minutes. */
  reservation_step_minutes: z.int().min(5).max(120),
  /** Per person, taken when the reservation is confirmed; zero = free. */
  reservation_deposit: Money,
  reservation_cancellation_tiers: Tiers,
}

export const RestaurantInput = z.object({
  ...fields,
  tagline: I18nText.default({}),
  description: I18nText.default({}),
  cuisines: fields.cuisines.default([]),
  dietary_tags: fields.dietary_tags.default([]),
  phone: fields.phone.default(null),
  picture_file_id: fields.picture_file_id.default(null),
  services: fields.services.default(['pickup']),
  prep_minutes: fields.prep_minutes.default(20),
  delivery_minutes: fields.delivery_minutes.default(20),
  slot_minutes: fields.slot_minutes.default(15),
  max_orders_per_slot: SlotCaps.default({ delivery: 6, pickup: 6, dine_in: 6 }),
  max_prep_points_per_slot: fields.max_prep_points_per_slot.default(30),
  lead_minutes: fields.lead_minutes.default(0),
  future_days: fields.future_days.default(7),
  accept_timeout_s: fields.accept_timeout_s.default(300),
  auto_accept: z.boolean().default(false),
  cancel_fee_bps: fields.cancel_fee_bps.default(0),
  commercial_reg_no: fields.commercial_reg_no.default(null),
  municipal_licence_no: fields.municipal_licence_no.default(null),
  takes_reservations: z.boolean().default(false),
  party_max: fields.party_max.default(8),
  auto_confirm_party: fields.auto_confirm_party.default(6),
  sitting_minutes: fields.sitting_minutes.default(120),
  reservation_step_minutes: fields.reservation_step_minutes.default(30),
  reservation_deposit: Money.optional(),
  reservation_cancellation_tiers: Tiers.default([
    { hours_before: 2, refund_bps: 10_000 },
    { hours_before: 0, refund_bps: 0 },
  ]),
})
export type RestaurantInput = z.infer<typeof RestaurantInput>
export const RestaurantPatch = z.object({ ...fields, version: z.int() }).partial()
export type RestaurantPatch = z.infer<typeof RestaurantPatch>

export const ManagedRestaurant = z.object({
  ...fields,
  id: z.string(),
  vendor: z.object({ id: z.string(), handle: z.string(), name: I18nText }),
  status: RestaurantStatus,
  status_reason: z.string().nullable(),
  picture: Picture.nullable(),
  currency: z.string(),
  timezone: z.string(),
  is_paused: z.boolean(),
  paused_until: z.string().nullable(),
  rush_extra_minutes: z.int(),
  licence_checked_at: z.string().nullable(),
  licence_valid_until: z.string().nullable(),
  rating_average: z.number().nullable(),
  rating_count: z.int(),
  /** Transitions the caller may ask for now. */
  actions: z.array(z.string()),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedRestaurant = z.infer<typeof ManagedRestaurant>

/** A whole week: replaces what was there. `closes_at` ≤ `opens_at` = the next day. */
export const WeekHours = z.object({ restaurant_id: z.string(), days: z.array(DayHours) })
export type WeekHours = z.infer<typeof WeekHours>

export const listVendorRestaurants = listEndpoint({
  id: 'vendor.restaurant.list',
  method: 'GET',
  path: '/v1/vendor/restaurants',
  summary: 'Own restaurants',
  access: read,
  vertical,
  response: ManagedRestaurant,
})
export const getVendorRestaurant = endpoint({
  id: 'vendor.restaurant.get',
  method: 'GET',
  path: '/v1/vendor/restaurants/{id}',
  summary: 'One own restaurant',
  access: read,
  vertical,
  params: byId,
  response: ManagedRestaurant,
})
export const createVendorRestaurant = endpoint({
  id: 'vendor.restaurant.create',
  method: 'POST',
  path: '/v1/vendor/restaurants',
  summary: 'Adds a restaurant, as a draft',
  access: write,
  vertical,
  body: RestaurantInput,
  response: ManagedRestaurant,
  status: 201,
  errors: ['already_exists', 'currency_mismatch', 'validation_failed'],
})
export const updateVendorRestaurant = endpoint({
  id: 'vendor.restaurant.update',
  method: 'PATCH',
  path: '/v1/vendor/restaurants/{id}',
  summary: 'Changes a restaurant; new caps hold for slots that are already filled too',
  access: write,
  vertical,
  params: byId,
  body: RestaurantPatch,
  response: ManagedRestaurant,
  errors: ['already_exists', 'currency_mismatch', 'stale_version', 'validation_failed'],
})
export const submitVendorRestaurant = endpoint({
  id: 'vendor.restaurant.submit',
  method: 'POST',
  path: '/v1/vendor/restaurants/{id}/submit',
  summary: 'Asks for approval',
  access: write,
  vertical,
  params: byId,
  response: ManagedRestaurant,
  errors: ['invalid_transition', 'publish_requirements_missing'],
})
/** `extra_minutes` > 0: busy, not closed: orders are taken, promises are that much later. */
export const pauseVendorRestaurant = endpoint({
  id: 'vendor.restaurant.pause',
  method: 'POST',
  path: '/v1/vendor/restaurants/{id}/pause',
  summary: 'Takes no orders (or slower ones) until a time, or until opened by hand',
  access: vendor('prepare', 'food_order'),
  vertical,
  params: byId,
  body: z.object({
    until: z.iso.datetime({ offset: true }).nullable().default(null),
    extra_minutes: z.int().min(0).max(180).default(0),
  }),
  response: ManagedRestaurant,
  errors: ['validation_failed'],
})
export const unpauseVendorRestaurant = endpoint({
  id: 'vendor.restaurant.unpause',
  method: 'POST',
  path: '/v1/vendor/restaurants/{id}/unpause',
  summary: 'Takes orders as usual again',
  access: vendor('prepare', 'food_order'),
  vertical,
  params: byId,
  response: ManagedRestaurant,
})

export const getOpeningHours = endpoint({
  id: 'vendor.restaurant.hours.get',
  method: 'GET',
  path: '/v1/vendor/restaurants/{id}/opening-hours',
  summary: 'The week',
  access: read,
  vertical,
  params: byId,
  response: WeekHours,
})
export const setOpeningHours = endpoint({
  id: 'vendor.restaurant.hours.set',
  method: 'PUT',
  path: '/v1/vendor/restaurants/{id}/opening-hours',
  summary: 'Replaces the week',
  access: write,
  vertical,
  params: byId,
  body: z.object({ days: z.array(DayHours).max(21) }),
  response: WeekHours,
  errors: ['validation_failed'],
})
