import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const AuditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.object({
    kind: z.string(),
    id: z.string().nullable(),
    role: z.string().nullable(),
    ip: z.string(),
    /** In whose name, when a person of the platform acts under support access. */
    on_behalf_of: z.string().nullable(),
  }),
  action: z.string(),
  resource_type: z.string(),
  resource_id: z.string(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  reason: z.string().nullable(),
  request_id: z.string(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

const auditSearch = z.object({
  action: z.string().max(80).optional(),
  resource_type: z.string().max(60).optional(),
  resource_id: z.string().max(60).optional(),
  actor_id: z.string().max(60).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
})
export type AuditSearch = z.infer<typeof auditSearch>

export const listAudit = listEndpoint({
  id: 'admin.audit.list',
  method: 'GET',
  path: '/v1/admin/audit',
  summary: 'Who did what, newest first',
  access: staff('read', 'audit'),
  query: auditSearch,
  response: AuditEntry,
})

export const exportAudit = endpoint({
  id: 'admin.audit.export',
  method: 'GET',
  path: '/v1/admin/audit/export',
  summary: 'The entries a search finds as a file, newest first; the export is an entry itself',
  access: staff('export', 'audit'),
  query: auditSearch.extend({ format: z.enum(['csv', 'jsonl']).default('csv') }),
  response: z.string(),
  errors: ['dependency_unavailable'],
})

export const verifyAuditChain = endpoint({
  id: 'admin.audit.verify',
  method: 'POST',
  path: '/v1/admin/audit/verify',
  summary: 'Walks the hash chain and says where it breaks, if it does',
  access: staff('verify', 'audit'),
  response: z.object({
    entries: z.int(),
    verified: z.boolean(),
    broken: z.object({ position: z.int(), entry_id: z.string(), reason: z.string() }).nullable(),
  }),
})

export const DeadLetter = z.object({
  /** `<event id>~<consumer>`. */
  id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  consumer: z.string(),
  aggregate_type: z.string(),
  aggregate_id: z.string(),
  status: z.enum(['pending', 'dead']),
  attempts: z.int(),
  next_attempt_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  occurred_at: z.iso.datetime(),
})
export type DeadLetter = z.infer<typeof DeadLetter>

export const listDeliveries = listEndpoint({
  id: 'admin.outbox.list',
  method: 'GET',
  path: '/v1/admin/outbox',
  summary: 'Event deliveries that failed: waiting for another try, or dead',
  access: staff('read', 'outbox'),
  query: z.object({ status: z.enum(['pending', 'dead']).optional(), consumer: z.string().max(80).optional() }),
  response: DeadLetter,
})

export const requeueDelivery = endpoint({
  id: 'admin.outbox.requeue',
  method: 'POST',
  path: '/v1/admin/outbox/{id}/requeue',
  summary: 'Tries a failed delivery again, now',
  access: staff('requeue', 'outbox'),
  params: z.object({ id: z.string().regex(/^evt_\w+~[\w.-]+$/) }),
  response: DeadLetter,
  errors: ['invalid_transition'],
})

export const ScheduledTimer = z.object({
  id: z.string(),
  kind: z.string(),
  ref: z.string(),
  due_at: z.iso.datetime(),
  every_seconds: z.int().nullable(),
  status: z.enum(['pending', 'dead']),
  attempts: z.int(),
  last_error: z.string().nullable(),
})
export type ScheduledTimer = z.infer<typeof ScheduledTimer>

export const listTimers = listEndpoint({
  id: 'admin.timer.list',
  method: 'GET',
  path: '/v1/admin/timers',
  summary: 'Every future effect, the earliest first',
  access: staff('read', 'timer'),
  query: z.object({ kind: z.string().max(80).optional(), status: z.enum(['pending', 'dead']).optional() }),
  response: ScheduledTimer,
})

export const requeueTimer = endpoint({
  id: 'admin.timer.requeue',
  method: 'POST',
  path: '/v1/admin/timers/{id}/requeue',
  summary: 'Tries a dead timer again, now',
  access: staff('requeue', 'timer'),
  params: z.object({ id: z.string().max(60) }),
  response: ScheduledTimer,
  errors: ['invalid_transition'],
})
