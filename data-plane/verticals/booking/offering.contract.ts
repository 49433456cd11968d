import { endpoint, I18nText, listEndpoint, Money, patchOf, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import {
  Assignment,
  CancellationTier,
  IntakeQuestion,
  LocationKind,
  OfferingStatus,
  PaymentPlan,
  ProviderKind,
  ServiceCategory,
} from './shapes.contract.ts'

const vertical = 'booking'
const ById = z.object({ id: z.string() })

const offeringFields = {
  handle: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .max(80),
  name: I18nText,
  summary: I18nText,
  description: I18nText,
  category: ServiceCategory,
  picture_file_id: z.string().nullable(),
  duration_min: z.int().min(5).max(1440),
  /** Further lengths; each costs pro rata of `price`, half-up. */
  duration_options: z.array(z.int().min(5).max(1440)).max(10),
  /** For `duration_min`, one seat. */
  price: Money,
  pay_at_place: z.boolean(),
  tax_class: z.enum(['standard', 'zero', 'exempt']),
  buffer_before_min: z.int().min(0).max(480),
  buffer_after_min: z.int().min(0).max(480),
  slot_interval_min: z.int().min(5).max(480),
  lead_time_min: z.int().min(0).max(43_200),
  horizon_days: z.int().min(1).max(365),
  seats: z.int().min(1).max(100),
  requires_confirmation: z.boolean(),
  confirmation_deadline_min: z.int().min(10).max(10_080),
  assignment: Assignment,
  location_kind: LocationKind,
  /** Where it takes place, or where the travel radius is measured from. */
  address: I18nText.nullable(),
  city: z.string().trim().max(80).nullable(),
  lat: z.number().min(-90).max(90).nullable(),
  lng: z.number().min(-180).max(180).nullable(),
  travel_radius_m: z.int().min(100).max(500_000).nullable(),
  meeting_url: z.url().max(500).nullable(),
  /** Part of the price taken at booking; null: all of it. Not together with `requires_confirmation`. */
  deposit_bps: z.int().min(100).max(9_900).nullable(),
  /** Kept when the customer does not come; null: what the cancellation policy keeps after the start. */
  no_show_fee_bps: z.int().min(0).max(10_000).nullable(),
  cancellation_policy_id: z.string().nullable(),
  intake_form: z.array(IntakeQuestion).max(20),
  max_per_day: z.int().min(1).max(1000).nullable(),
  max_active_per_customer: z.int().min(1).max(100).nullable(),
  provider_ids: z.array(z.string()).max(500),
  /** So many rooms or pieces of equipment from `provider_ids`, beside those who serve. */
  resources: z.array(z.object({ kind: z.enum(['room', 'equipment']), quantity: z.int().min(1).max(20) })).max(2),
}

const defaults = z.object({
  ...offeringFields,
  summary: I18nText.default({}),
  description: I18nText.default({}),
  picture_file_id: z.string().nullable().default(null),
  duration_options: offeringFields.duration_options.default([]),
  pay_at_place: z.boolean().default(false),
  tax_class: offeringFields.tax_class.default('standard'),
  buffer_before_min: offeringFields.buffer_before_min.default(0),
  buffer_after_min: offeringFields.buffer_after_min.default(0),
  slot_interval_min: offeringFields.slot_interval_min.default(30),
  lead_time_min: offeringFields.lead_time_min.default(60),
  horizon_days: offeringFields.horizon_days.default(60),
  seats: offeringFields.seats.default(1),
  requires_confirmation: z.boolean().default(false),
  confirmation_deadline_min: offeringFields.confirmation_deadline_min.default(720),
  assignment: Assignment.default('round_robin'),
  location_kind: LocationKind.default('at_vendor'),
  address: offeringFields.address.default(null),
  city: offeringFields.city.default(null),
  lat: offeringFields.lat.default(null),
  lng: offeringFields.lng.default(null),
  travel_radius_m: offeringFields.travel_radius_m.default(null),
  meeting_url: offeringFields.meeting_url.default(null),
  deposit_bps: offeringFields.deposit_bps.default(null),
  no_show_fee_bps: offeringFields.no_show_fee_bps.default(null),
  cancellation_policy_id: z.string().nullable().default(null),
  intake_form: offeringFields.intake_form.default([]),
  max_per_day: offeringFields.max_per_day.default(null),
  max_active_per_customer: offeringFields.max_active_per_customer.default(null),
  provider_ids: offeringFields.provider_ids.default([]),
  resources: offeringFields.resources.default([]),
})

export const OfferingInput = defaults
export type OfferingInput = z.infer<typeof OfferingInput>
export const OfferingPatch = z.object(offeringFields).partial().extend({ version: z.int().optional() })
export type OfferingPatch = z.infer<typeof OfferingPatch>

const VendorRef = z.object({ id: z.string(), handle: z.string(), name: z.string() })

export const OfferingRow = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  category: ServiceCategory,
  status: OfferingStatus,
  vendor: VendorRef,
  picture: Picture.nullable(),
  duration_min: z.int(),
  price: Money,
  seats: z.int(),
  assignment: Assignment,
  location_kind: LocationKind,
  payment_plan: PaymentPlan,
  requires_confirmation: z.boolean(),
  provider_count: z.int(),
  /** Occupying bookings that have not started. */
  upcoming_count: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  actions: z.array(z.string()),
})
export type OfferingRow = z.infer<typeof OfferingRow>

export const ManagedOffering = z.object({
  ...offeringFields,
  id: z.string(),
  status: OfferingStatus,
  vendor: VendorRef,
  picture: Picture.nullable(),
  payment_plan: PaymentPlan,
  providers: z.array(z.object({ id: z.string(), name: z.string(), kind: ProviderKind })),
  /** What publishing still lacks: `name.en`, `name.ar`, `providers`, `position` … */
  missing: z.array(z.string()),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  actions: z.array(z.string()),
})
export type ManagedOffering = z.infer<typeof ManagedOffering>

const offeringQuery = z.object({
  status: OfferingStatus.optional(),
  category: ServiceCategory.optional(),
  vendor_id: z.string().optional(),
})

function offeringEndpoints<S extends 'admin' | 'vendor'>(surface: S) {
  const may = (action: string) => (surface === 'admin' ? staff(action, 'service_offering') : vendor(action, 'service_offering'))
  const path = `/v1/${surface}/service-offerings`
  const verb = (name: string, summary: string) =>
    endpoint({
      id: `${surface}.service-offering.${name}`,
      method: 'POST',
      path: `${path}/{id}/${name}`,
      summary,
      access: may('write'),
      vertical,
      params: ById,
      response: ManagedOffering,
      errors: ['invalid_transition', 'publish_requirements_missing'],
    })
  return {
    list: listEndpoint({
      id: `${surface}.service-offering.list`,
      method: 'GET',
      path,
      summary: 'Lists services, newest first; q searches names and handles',
      access: may('read'),
      vertical,
      query: offeringQuery,
      response: OfferingRow,
    }),
    get: endpoint({
      id: `${surface}.service-offering.get`,
      method: 'GET',
      path: `${path}/{id}`,
      summary: 'One service with everything that is set',
      access: may('read'),
      vertical,
      params: ById,
      response: ManagedOffering,
    }),
    publish: verb('publish', 'Puts a service on sale that has all it needs'),
    unpublish: verb('unpublish', 'Takes a service off sale; what is booked stays booked'),
  }
}

export const {
  list: adminListOfferings,
  get: adminGetOffering,
  publish: adminPublishOffering,
  unpublish: adminUnpublishOffering,
} = offeringEndpoints('admin')

export const {
  list: vendorListOfferings,
  get: vendorGetOffering,
  publish: vendorPublishOffering,
  unpublish: vendorUnpublishOffering,
} = offeringEndpoints('vendor')

export const vendorCreateOffering = endpoint({
  id: 'vendor.service-offering.create',
  method: 'POST',
  path: '/v1/vendor/service-offerings',
  summary: 'Creates a draft of a service',
  access: vendor('write', 'service_offering'),
  vertical,
  body: OfferingInput,
  response: ManagedOffering,
  status: 201,
  errors: ['already_exists', 'validation_failed', 'currency_not_supported'],
})

export const vendorUpdateOffering = endpoint({
  id: 'vendor.service-offering.update',
  method: 'PATCH',
  path: '/v1/vendor/service-offerings/{id}',
  summary: 'Changes a service; what is booked keeps its price and its time',
  access: vendor('write', 'service_offering'),
  vertical,
  params: ById,
  body: OfferingPatch,
  response: ManagedOffering,
  errors: ['already_exists', 'stale_version', 'validation_failed', 'currency_not_supported', 'publish_requirements_missing'],
})

export const vendorArchiveOffering = endpoint({
  id: 'vendor.service-offering.archive',
  method: 'POST',
  path: '/v1/vendor/service-offerings/{id}/archive',
  summary: 'Takes a service out of the list for good',
  access: vendor('write', 'service_offering'),
  vertical,
  params: ById,
  response: ManagedOffering,
  errors: ['invalid_transition'],
})

export const CancellationPolicy = z.object({
  id: z.string(),
  name: I18nText,
  tiers: z.array(CancellationTier),
  offering_count: z.int(),
  version: z.int(),
})
export type CancellationPolicy = z.infer<typeof CancellationPolicy>

const PolicyInput = z.object({
  name: I18nText,
  tiers: z
    .array(CancellationTier)
    .min(1)
    .max(10)
    .refine(
      (tiers) => tiers.every((tier, index) => index === 0 || tier.hours_before < tiers[index - 1]!.hours_before),
      'hours_before must fall from tier to tier',
    ),
})

export const vendorListPolicies = listEndpoint({
  id: 'vendor.booking-policy.list',
  method: 'GET',
  path: '/v1/vendor/booking-policies',
  summary: 'Cancellation policies',
  access: vendor('read', 'service_offering'),
  vertical,
  response: CancellationPolicy,
})

export const vendorCreatePolicy = endpoint({
  id: 'vendor.booking-policy.create',
  method: 'POST',
  path: '/v1/vendor/booking-policies',
  summary: 'Creates a cancellation policy',
  access: vendor('write', 'service_offering'),
  vertical,
  body: PolicyInput,
  response: CancellationPolicy,
  status: 201,
})

export const vendorUpdatePolicy = endpoint({
  id: 'vendor.booking-policy.update',
  method: 'PATCH',
  path: '/v1/vendor/booking-policies/{id}',
  summary: 'Changes a policy for bookings from now on; sold ones keep theirs',
  access: vendor('write', 'service_offering'),
  vertical,
  params: ById,
  body: patchOf(PolicyInput),
  response: CancellationPolicy,
})
