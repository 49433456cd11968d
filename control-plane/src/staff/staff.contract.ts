import { endpoint, Grant, listEndpoint, StaffRole, staff } from '@cityos/contract'
import { z } from 'zod'
import { Invitation, IssuedInvitation } from '../tenant/tenant.contract.ts'

export const StaffUser = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled']),
  grants: z.array(Grant),
  last_sign_in_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
})
export type StaffUser = z.infer<typeof StaffUser>

export const readMe = endpoint({
  id: 'staff.me',
  method: 'GET',
  path: '/api/v1/staff/me',
  summary: 'The caller and their grants',
  access: staff('read', 'self'),
  response: z.object({ id: z.string(), email: z.string(), name: z.string(), grants: z.array(Grant), session_id: z.string() }),
})

export const listStaff = listEndpoint({
  id: 'staff.list',
  method: 'GET',
  path: '/api/v1/staff',
  summary: 'Staff the caller may see',
  access: staff('read', 'staff'),
  query: z.object({ tenant_id: z.string().optional() }),
  response: StaffUser,
})

export const listInvitations = listEndpoint({
  id: 'staff.invitation.list',
  method: 'GET',
  path: '/api/v1/staff/invitations',
  summary: 'Open invitations',
  access: staff('read', 'staff'),
  response: Invitation,
})

export const inviteStaff = endpoint({
  id: 'staff.invite',
  method: 'POST',
  path: '/api/v1/staff/invitations',
  summary: 'Invite a member of staff; the address works once, for 72 hours',
  access: staff('create', 'staff'),
  body: z.object({
    email: z.email().max(254),
    role: StaffRole,
    /** Null: city-wide. */
    tenant_id: z.string().nullable().default(null),
    nodes: z.array(z.string()).default([]),
  }),
  response: IssuedInvitation,
  status: 201,
  errors: ['validation_failed'],
})

export const revokeStaffSessions = endpoint({
  id: 'staff.revoke_sessions',
  method: 'POST',
  path: '/api/v1/staff/{id}/revoke-sessions',
  summary: 'End every session of a member of staff, on every plane',
  access: staff('update', 'staff'),
  params: z.object({ id: z.string() }),
  response: z.object({ revoked: z.int() }),
})
