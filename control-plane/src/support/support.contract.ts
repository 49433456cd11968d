import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'
import { Approval } from '../approval/approval.contract.ts'

export const SupportStatus = z.enum(['requested', 'active', 'rejected', 'expired', 'ended'])
export type SupportStatus = z.infer<typeof SupportStatus>

export const SupportAccess = z.object({
  id: z.string(),
  tenant_id: z.string(),
  tenant_slug: z.string(),
  /** Who is let in. */
  staff_id: z.string(),
  staff_name: z.string(),
  reason: z.string(),
  hours: z.int(),
  read_only: z.boolean(),
  status: SupportStatus,
  approval_id: z.string().nullable(),
  requested_at: z.iso.datetime(),
  /** The administrator of the tenant who let them in, and in whose name they act. */
  decided_by: z.string().nullable(),
  starts_at: z.iso.datetime().nullable(),
  ends_at: z.iso.datetime().nullable(),
  ended_by: z.string().nullable(),
  ended_at: z.iso.datetime().nullable(),
  /** The tenant's console; signing in there begins a session of this access while it is active. */
  console_url: z.string(),
  /** What the caller may do with it now (`POST …/{id}/<action>`). */
  actions: z.array(z.enum(['end'])),
})
export type SupportAccess = z.infer<typeof SupportAccess>

export const requestSupportAccess = endpoint({
  id: 'support_access.request',
  method: 'POST',
  path: '/api/v1/tenants/{id}/support-access',
  summary: 'Ask a tenant to be let into its console for some hours; an administrator of the tenant decides',
  access: staff('create', 'support_access'),
  params: z.object({ id: z.string() }),
  body: z.object({
    /** Shown to the tenant. */
    reason: z.string().trim().min(10).max(500),
    hours: z.int().min(3).max(168).default(24),
    /** False asks to change things as well. */
    read_only: z.boolean().default(true),
  }),
  response: z.object({ support_access: SupportAccess, approval: Approval }),
  status: 201,
  errors: ['already_exists', 'validation_failed'],
})

export const listSupportAccess = listEndpoint({
  id: 'support_access.list',
  method: 'GET',
  path: '/api/v1/support-access',
  summary: 'Support access asked for, running and past, newest first',
  access: staff('read', 'support_access'),
  query: z.object({ tenant_id: z.string().max(60).optional(), staff_id: z.string().max(60).optional(), status: SupportStatus.optional() }),
  response: SupportAccess,
})

export const readSupportAccess = endpoint({
  id: 'support_access.read',
  method: 'GET',
  path: '/api/v1/support-access/{id}',
  summary: 'One support access',
  access: staff('read', 'support_access'),
  params: z.object({ id: z.string() }),
  response: SupportAccess,
})

export const endSupportAccess = endpoint({
  id: 'support_access.end',
  method: 'POST',
  path: '/api/v1/support-access/{id}/end',
  summary: 'End a support access, by either side; its sessions are over within a second',
  access: staff('close', 'support_access'),
  params: z.object({ id: z.string() }),
  body: z.object({ reason: z.string().trim().max(500).optional() }),
  response: SupportAccess,
  errors: ['invalid_transition'],
})
