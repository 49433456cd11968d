import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'
import { Operation } from '../operation/operation.contract.ts'

/** What needs a second person. `support-access` is decided by the tenant, the others by the platform. */
export const ApprovalKind = z.enum(['tenant-close', 'tenant-delete', 'tenant-move', 'support-access'])
export type ApprovalKind = z.infer<typeof ApprovalKind>

export const ApprovalStatus = z.enum(['pending', 'approved', 'rejected', 'expired', 'withdrawn'])
export type ApprovalStatus = z.infer<typeof ApprovalStatus>

export const Approval = z.object({
  id: z.string(),
  kind: ApprovalKind,
  status: ApprovalStatus,
  /** The tenant it is about; null for what concerns the platform as a whole. */
  tenant_id: z.string().nullable(),
  tenant_slug: z.string().nullable(),
  /** What the second person is shown before deciding: ids, addresses and figures by name. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  reason: z.string(),
  /** Name of the member of staff who asked. */
  requested_by: z.string(),
  requested_by_id: z.string(),
  decided_by: z.string().nullable(),
  decided_by_id: z.string().nullable(),
  decision_reason: z.string().nullable(),
  decided_at: z.iso.datetime().nullable(),
  /** After this moment nobody can decide it any more. */
  expires_at: z.iso.datetime(),
  /** What the approval started; null before, and where nothing is started. */
  operation_id: z.string().nullable(),
  created_at: z.iso.datetime(),
  /** What the caller may do with it now (each is `POST …/{id}/<action>`). */
  actions: z.array(z.enum(['approve', 'reject', 'withdraw'])),
  /** What to do when nobody else could decide it, such as inviting a second operator; null otherwise, and in lists. */
  advice: z.string().nullable(),
})
export type Approval = z.infer<typeof Approval>

const byId = z.object({ id: z.string() })

export const listApprovals = listEndpoint({
  id: 'approval.list',
  method: 'GET',
  path: '/api/v1/approvals',
  summary: 'Requests for a second person, newest first',
  access: staff('read', 'approval'),
  query: z.object({ status: ApprovalStatus.optional(), kind: ApprovalKind.optional(), tenant_id: z.string().optional() }),
  response: Approval,
})

export const readApproval = endpoint({
  id: 'approval.read',
  method: 'GET',
  path: '/api/v1/approvals/{id}',
  summary: 'One request with what it would do',
  access: staff('read', 'approval'),
  params: byId,
  response: Approval,
})

export const approveApproval = endpoint({
  id: 'approval.approve',
  method: 'POST',
  path: '/api/v1/approvals/{id}/approve',
  summary: 'Agree, as a second person; starts what was asked for, once',
  access: staff('approve', 'approval'),
  params: byId,
  body: z.object({ reason: z.string().trim().max(500).optional() }),
  response: z.object({ approval: Approval, operation: Operation.nullable() }),
  status: 202,
  errors: ['second_approver_required', 'invalid_transition', 'operation_in_progress'],
})

export const rejectApproval = endpoint({
  id: 'approval.reject',
  method: 'POST',
  path: '/api/v1/approvals/{id}/reject',
  summary: 'Refuse, as a second person, and say why',
  access: staff('approve', 'approval'),
  params: byId,
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  response: Approval,
  errors: ['second_approver_required', 'invalid_transition'],
})

export const withdrawApproval = endpoint({
  id: 'approval.withdraw',
  method: 'POST',
  path: '/api/v1/approvals/{id}/withdraw',
  summary: 'Take back what one has asked for, while it is not decided',
  access: staff('read', 'approval'),
  params: byId,
  response: Approval,
  errors: ['forbidden', 'invalid_transition'],
})
