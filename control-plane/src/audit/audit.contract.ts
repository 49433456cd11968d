import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const AuditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  /** Id of a member of staff, `system:<name>`, or `anonymous`. */
  actor: z.string(),
  /** Name of that member of staff; null for others. */
  actor_name: z.string().nullable(),
  /** In whose name they acted under support access; null otherwise. */
  on_behalf_of: z.string().nullable(),
  on_behalf_of_name: z.string().nullable(),
  action: z.string(),
  tenant_id: z.string().nullable(),
  resource: z.object({ type: z.string(), id: z.string() }),
  reason: z.string().nullable(),
  changes: z.record(z.string(), z.unknown()),
  ip: z.string().nullable(),
  request_id: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** What the trail can be searched by; `q` looks into action, actor, resource, reason and the recorded changes. */
const search = z.object({
  tenant_id: z.string().max(60).optional(),
  actor: z.string().max(60).optional(),
  action: z.string().max(80).optional(),
  resource_type: z.string().max(60).optional(),
  resource_id: z.string().max(120).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
})
export type AuditSearch = z.infer<typeof search> & { q?: string | undefined }

export const listAudit = listEndpoint({
  id: 'audit.list',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Who changed what, newest first',
  access: staff('read', 'audit'),
  query: search,
  response: AuditEntry,
})

export const exportAudit = endpoint({
  id: 'audit.export',
  method: 'GET',
  path: '/api/v1/audit/export',
  summary: 'The entries a search finds as a file, newest first, with the hashes of the chain; the export is an entry itself',
  access: staff('export', 'audit'),
  query: search.extend({ q: z.string().trim().max(200).optional(), format: z.enum(['csv', 'jsonl']).default('csv') }),
  response: z.string(),
})

export const verifyAudit = endpoint({
  id: 'audit.verify',
  method: 'GET',
  path: '/api/v1/audit/verify',
  summary: 'Walk the hash chain of the audit trail and compare it with its signed daily anchors',
  access: staff('read', 'audit'),
  response: z.object({
    entries: z.int(),
    verified: z.boolean(),
    /** Id of the first entry that does not fit. */
    first_broken: z.string().nullable(),
    broken: z
      .object({
        /** Place in the chain, as the database numbers entries. */
        sequence: z.int(),
        at: z.iso.datetime().nullable(),
        action: z.string().nullable(),
        reason: z.enum(['entry_changed', 'link_changed', 'entry_missing', 'anchor_changed']),
      })
      .nullable(),
    /** Days whose signed end of the chain was compared. */
    anchors: z.int(),
  }),
})
