import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const AuditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  /** Id of a member of staff, `system:<name>`, or `anonymous`. */
  actor: z.string(),
  /** Name of that member of staff; null for others. */
  actor_name: z.string().nullable(),
  action: z.string(),
  tenant_id: z.string().nullable(),
  resource: z.object({ type: z.string(), id: z.string() }),
  reason: z.string().nullable(),
  changes: z.record(z.string(), z.unknown()),
  ip: z.string().nullable(),
  request_id: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

export const listAudit = listEndpoint({
  id: 'audit.list',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Who changed what, newest first',
  access: staff('read', 'audit'),
  query: z.object({ tenant_id: z.string().optional(), actor: z.string().optional(), action: z.string().optional() }),
  response: AuditEntry,
})

export const verifyAudit = endpoint({
  id: 'audit.verify',
  method: 'GET',
  path: '/api/v1/audit/verify',
  summary: 'Walk the hash chain of the audit trail',
  access: staff('read', 'audit'),
  response: z.object({ entries: z.int(), verified: z.boolean(), first_broken: z.string().nullable() }),
})
