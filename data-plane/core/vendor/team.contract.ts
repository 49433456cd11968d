import { endpoint, listEndpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'

const ById = z.object({ id: z.string() })

export const VendorRole = z.enum(['owner', 'manager', 'staff', 'finance', 'courier'])
export type VendorRole = z.infer<typeof VendorRole>

export const VendorMember = z.object({
  id: z.string(),
  vendor_id: z.string(),
  email: z.string(),
  name: z.string(),
  role: VendorRole,
  status: z.enum(['active', 'disabled']),
  last_signed_in_at: z.string().nullable(),
  created_at: z.string(),
})
export type VendorMember = z.infer<typeof VendorMember>

export const VendorMemberInput = z.object({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(120),
  role: VendorRole,
  password: z.string().min(10).max(200),
})
export type VendorMemberInput = z.infer<typeof VendorMemberInput>
export const VendorMemberPatch = z
  .object({
    name: z.string().trim().min(1).max(120),
    role: VendorRole,
    status: z.enum(['active', 'disabled']),
    password: z.string().min(10).max(200),
  })
  .partial()
export type VendorMemberPatch = z.infer<typeof VendorMemberPatch>

const ByUser = z.object({ id: z.string(), user_id: z.string() })

export const adminListVendorUsers = listEndpoint({
  id: 'admin.vendor-user.list',
  method: 'GET',
  path: '/v1/admin/vendors/{id}/users',
  summary: 'People who work for a vendor',
  access: staff('read', 'vendor'),
  params: ById,
  response: VendorMember,
})

export const adminCreateVendorUser = endpoint({
  id: 'admin.vendor-user.create',
  method: 'POST',
  path: '/v1/admin/vendors/{id}/users',
  summary: 'Adds a person to a vendor',
  access: staff('write', 'vendor'),
  params: ById,
  body: VendorMemberInput,
  response: VendorMember,
  status: 201,
  errors: ['already_exists'],
})

export const adminUpdateVendorUser = endpoint({
  id: 'admin.vendor-user.update',
  method: 'PATCH',
  path: '/v1/admin/vendors/{id}/users/{user_id}',
  summary: 'Changes role, name, status or password; an owner always remains',
  access: staff('write', 'vendor'),
  params: ByUser,
  body: VendorMemberPatch,
  response: VendorMember,
  errors: ['last_admin'],
})

export const vendorListUsers = listEndpoint({
  id: 'vendor.user.list',
  method: 'GET',
  path: '/v1/vendor/users',
  summary: 'Own team',
  access: vendor('read', 'vendor_user'),
  response: VendorMember,
})

export const vendorCreateUser = endpoint({
  id: 'vendor.user.create',
  method: 'POST',
  path: '/v1/vendor/users',
  summary: 'Adds a person to the team (owners)',
  access: vendor('write', 'vendor_user'),
  body: VendorMemberInput,
  response: VendorMember,
  status: 201,
  errors: ['already_exists'],
})

export const vendorUpdateUser = endpoint({
  id: 'vendor.user.update',
  method: 'PATCH',
  path: '/v1/vendor/users/{id}',
  summary: 'Changes a person of the team; an owner always remains',
  access: vendor('write', 'vendor_user'),
  params: ById,
  body: VendorMemberPatch,
  response: VendorMember,
  errors: ['last_admin'],
})
