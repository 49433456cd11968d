import { endpoint, Grant, listEndpoint, StaffRole, staff } from '@cityos/contract'
import { z } from 'zod'
import { Invitation, IssuedInvitation } from '../tenant/tenant.contract.ts'

/** One grant as it is kept: it can be taken back by its id. */
export const StaffGrant = Grant.omit({ paths: true }).extend({ id: z.string(), created_at: z.iso.datetime() })
export type StaffGrant = z.infer<typeof StaffGrant>

export const StaffUser = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled']),
  /** The grants the caller may see: all of them city-wide, those of their own tenant otherwise. */
  grants: z.array(StaffGrant),
  last_sign_in_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  /** What the caller may do with the account as a whole. */
  actions: z.array(z.enum(['grant', 'disable', 'enable', 'revoke_sessions'])),
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
  query: z.object({
    tenant_id: z.string().optional(),
    role: StaffRole.optional(),
    status: z.enum(['active', 'disabled']).optional(),
    /** A whole address: names and addresses are kept encrypted. */
    email: z.string().max(254).optional(),
  }),
  response: StaffUser,
})

const byId = z.object({ id: z.string() })

export const readStaff = endpoint({
  id: 'staff.read',
  method: 'GET',
  path: '/api/v1/staff/{id}',
  summary: 'One member of staff with the grants the caller may see',
  access: staff('read', 'staff'),
  params: byId,
  response: StaffUser,
})

export const grantRole = endpoint({
  id: 'staff.grant',
  method: 'POST',
  path: '/api/v1/staff/{id}/grants',
  summary: 'Give a role, or with `deny` take away what it would give; nobody gives a role of more weight than their own',
  access: staff('update', 'staff'),
  params: byId,
  body: z.object({
    role: StaffRole,
    /** Id or slug; null: city-wide. */
    tenant_id: z.string().nullable().default(null),
    /** Ids of nodes, for roles that act within nodes only; a repeat adds to them. */
    nodes: z.array(z.string()).max(200).default([]),
    deny: z.boolean().default(false),
  }),
  response: StaffUser,
  status: 201,
  errors: ['validation_failed', 'forbidden', 'last_admin'],
})

export const revokeGrant = endpoint({
  id: 'staff.revoke_grant',
  method: 'DELETE',
  path: '/api/v1/staff/{id}/grants/{grant_id}',
  summary: 'Take a role back; the sessions it opened end within a second',
  access: staff('update', 'staff'),
  params: z.object({ id: z.string(), grant_id: z.string() }),
  response: StaffUser,
  errors: ['forbidden', 'last_admin'],
})

export const disableStaff = endpoint({
  id: 'staff.disable',
  method: 'POST',
  path: '/api/v1/staff/{id}/disable',
  summary: 'Lock an account and end its sessions everywhere',
  access: staff('update', 'staff'),
  params: byId,
  body: z.object({ reason: z.string().trim().max(500).optional() }),
  response: StaffUser,
  errors: ['forbidden', 'last_admin'],
})

export const enableStaff = endpoint({
  id: 'staff.enable',
  method: 'POST',
  path: '/api/v1/staff/{id}/enable',
  summary: 'Unlock an account',
  access: staff('update', 'staff'),
  params: byId,
  response: StaffUser,
  errors: ['forbidden'],
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

export const revokeInvitation = endpoint({
  id: 'staff.invitation.revoke',
  method: 'DELETE',
  path: '/api/v1/staff/invitations/{id}',
  summary: 'Take an invitation back; its address no longer works',
  access: staff('create', 'staff'),
  params: byId,
  response: Invitation,
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
