import { anyone, endpoint, I18nText, listEndpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Handle } from '../catalogue/product.schema.ts'
import { Picture } from '../vertical/contract.ts'

export * from './team.contract.ts'

const ById = z.object({ id: z.string() })

export const VendorStatus = z.enum([
  'applied',
  'documents-pending',
  'in-review',
  'rejected',
  'approved',
  'active',
  'vacation',
  'restricted',
  'suspended',
  'terminated',
])
export type VendorStatus = z.infer<typeof VendorStatus>
export const VendorKind = z.enum(['individual', 'company', 'charity', 'authority'])
export const VendorTier = z.enum(['basic', 'pro', 'enterprise'])

export const VendorCard = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  tagline: z.string(),
  picture: Picture.nullable(),
  product_count: z.int(),
  rating_average: z.number().nullable(),
  rating_count: z.int(),
})
export type VendorCard = z.infer<typeof VendorCard>

export const VendorProfile = VendorCard.extend({
  description: z.string(),
  city: z.string().nullable(),
  cr_no: z.string().nullable(),
  vat_no: z.string().nullable(),
  /** Handles and names of categories it sells in. */
  categories: z.array(z.object({ handle: z.string(), name: z.string(), count: z.int() })),
  since: z.string(),
})
export type VendorProfile = z.infer<typeof VendorProfile>

export const listVendors = listEndpoint({
  id: 'store.vendor.list',
  method: 'GET',
  path: '/v1/store/vendors',
  summary: 'Vendors that sell here, by name',
  access: anyone,
  response: VendorCard,
})

export const getVendor = endpoint({
  id: 'store.vendor.get',
  method: 'GET',
  path: '/v1/store/vendors/{handle}',
  summary: 'A vendor’s public page',
  access: anyone,
  params: z.object({ handle: z.string().max(96) }),
  response: VendorProfile,
})

export const ManagedVendor = z.object({
  id: z.string(),
  handle: z.string(),
  name: I18nText,
  tagline: I18nText,
  description: I18nText,
  legal_name: z.string(),
  kind: VendorKind,
  tier: VendorTier,
  status: VendorStatus,
  status_reason: z.string().nullable(),
  cr_no: z.string().nullable(),
  vat_no: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  city: z.string().nullable(),
  verticals: z.array(z.string()),
  picture: Picture.nullable(),
  product_count: z.int(),
  rating_average: z.number().nullable(),
  rating_count: z.int(),
  /** Transitions the caller may do now; each is `POST …/{id}/<action>`. */
  actions: z.array(z.string()),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedVendor = z.infer<typeof ManagedVendor>

export const VendorInput = z.object({
  handle: Handle,
  name: I18nText,
  tagline: I18nText.default({}),
  description: I18nText.default({}),
  legal_name: z.string().trim().min(2).max(200),
  kind: VendorKind.default('company'),
  tier: VendorTier.default('basic'),
  /** Ten digits; unique among live vendors. */
  cr_no: z
    .string()
    .regex(/^\d{10}$/)
    .nullable()
    .default(null),
  vat_no: z
    .string()
    .regex(/^3\d{13}3$/)
    .nullable()
    .default(null),
  email: z.email().nullable().default(null),
  phone: z
    .string()
    .regex(/^\+\d{8,15}$/)
    .nullable()
    .default(null),
  city: z.string().max(80).nullable().default(null),
  verticals: z.array(z.string()).default(['catalogue']),
  /** First owner: signs in at the vendor dashboard. */
  owner: z.object({ email: z.email(), name: z.string().trim().min(1).max(120), password: z.string().min(10).max(200) }).optional(),
})
export type VendorInput = z.infer<typeof VendorInput>

const profileFields = {
  name: I18nText,
  tagline: I18nText,
  description: I18nText,
  email: z.email().nullable(),
  phone: z
    .string()
    .regex(/^\+\d{8,15}$/)
    .nullable(),
  city: z.string().max(80).nullable(),
  picture_file_id: z.string().nullable(),
}
export const VendorProfilePatch = z.object(profileFields).partial()
export type VendorProfilePatch = z.infer<typeof VendorProfilePatch>

export const VendorPatch = z
  .object({
    ...profileFields,
    handle: Handle,
    legal_name: z.string().trim().min(2).max(200),
    kind: VendorKind,
    tier: VendorTier,
    cr_no: z
      .string()
      .regex(/^\d{10}$/)
      .nullable(),
    vat_no: z
      .string()
      .regex(/^3\d{13}3$/)
      .nullable(),
    verticals: z.array(z.string()),
  })
  .partial()
export type VendorPatch = z.infer<typeof VendorPatch>

export const adminListVendors = listEndpoint({
  id: 'admin.vendor.list',
  method: 'GET',
  path: '/v1/admin/vendors',
  summary: 'Vendors, newest first',
  access: staff('read', 'vendor'),
  query: z.object({ status: VendorStatus.optional(), tier: VendorTier.optional() }),
  response: ManagedVendor,
})

export const adminCreateVendor = endpoint({
  id: 'admin.vendor.create',
  method: 'POST',
  path: '/v1/admin/vendors',
  summary: 'Records a vendor (as applied) with its first owner',
  access: staff('write', 'vendor'),
  body: VendorInput,
  response: ManagedVendor,
  status: 201,
  errors: ['already_exists'],
})

export const adminGetVendor = endpoint({
  id: 'admin.vendor.get',
  method: 'GET',
  path: '/v1/admin/vendors/{id}',
  summary: 'One vendor',
  access: staff('read', 'vendor'),
  params: ById,
  response: ManagedVendor,
})

export const adminUpdateVendor = endpoint({
  id: 'admin.vendor.update',
  method: 'PATCH',
  path: '/v1/admin/vendors/{id}',
  summary: 'Changes a vendor’s record',
  access: staff('write', 'vendor'),
  params: ById,
  body: VendorPatch,
  response: ManagedVendor,
  errors: ['already_exists'],
})

const Reason = z.object({ reason: z.string().trim().min(3).max(500) })
const vendorVerb = (name: string, summary: string) =>
  endpoint({
    id: `admin.vendor.${name}`,
    method: 'POST',
    path: `/v1/admin/vendors/{id}/${name}`,
    summary,
    access: staff('approve', 'vendor'),
    params: ById,
    body: z.object({ reason: Reason.shape.reason.optional() }).optional(),
    response: ManagedVendor,
    errors: ['invalid_transition', 'reason_required', 'open_obligations'],
  })
export const adminRequestVendorDocuments = vendorVerb('request-documents', 'Asks an applicant for documents')
export const adminReviewVendor = vendorVerb('review', 'Takes an application into review')
export const adminApproveVendor = vendorVerb('approve', 'Approves an application')
export const adminRejectVendor = vendorVerb('reject', 'Rejects an application with a reason')
export const adminActivateVendor = vendorVerb('activate', 'Lets an approved vendor sell')
export const adminRestrictVendor = vendorVerb('restrict', 'No new orders; products leave the shop (reason required)')
export const adminSuspendVendor = vendorVerb('suspend', 'Suspends a vendor: read-only (reason required)')
export const adminReinstateVendor = vendorVerb('reinstate', 'Lets a restricted or suspended vendor sell again')
export const adminTerminateVendor = vendorVerb('terminate', 'Ends a vendor for good once its orders are closed (reason required)')

export const vendorGetProfile = endpoint({
  id: 'vendor.profile.get',
  method: 'GET',
  path: '/v1/vendor/profile',
  summary: 'Own vendor record',
  access: vendor('read', 'vendor'),
  response: ManagedVendor,
})

export const vendorUpdateProfile = endpoint({
  id: 'vendor.profile.update',
  method: 'PATCH',
  path: '/v1/vendor/profile',
  summary: 'Changes the public profile (owners)',
  access: vendor('write', 'vendor'),
  body: VendorProfilePatch,
  response: ManagedVendor,
})

export const vendorPause = endpoint({
  id: 'vendor.profile.pause',
  method: 'POST',
  path: '/v1/vendor/profile/pause',
  summary: 'Goes on vacation: products leave the shop',
  access: vendor('write', 'vendor'),
  response: ManagedVendor,
  errors: ['invalid_transition'],
})

export const vendorResume = endpoint({
  id: 'vendor.profile.resume',
  method: 'POST',
  path: '/v1/vendor/profile/resume',
  summary: 'Comes back from vacation',
  access: vendor('write', 'vendor'),
  response: ManagedVendor,
  errors: ['invalid_transition'],
})
