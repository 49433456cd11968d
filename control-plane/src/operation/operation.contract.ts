import { endpoint, listEndpoint, staff, streamEndpoint } from '@cityos/contract'
import { z } from 'zod'

export const OperationStatus = z.enum(['queued', 'running', 'waiting', 'undoing', 'succeeded', 'failed', 'cancelled'])
export type OperationStatus = z.infer<typeof OperationStatus>

export const OperationKind = z.enum([
  'tenant-create',
  'tenant-change',
  'tenant-rename',
  'tenant-suspend',
  'tenant-resume',
  'tenant-standing',
  'tenant-sleep',
  'tenant-wake',
  'tenant-close',
  'tenant-reopen',
  'tenant-delete',
  'tenant-backup',
  'tenant-restore',
  'tenant-restore-as',
  'tenant-clone',
  'tenant-lift-quarantine',
  'tenant-move',
  'tenant-upgrade',
  'tenant-downgrade',
  'backup-delete',
])
export type OperationKind = z.infer<typeof OperationKind>

export const StepStatus = z.enum(['pending', 'running', 'done', 'failed', 'undoing', 'undone', 'skipped'])
export type StepStatus = z.infer<typeof StepStatus>

export const OperationStep = z.object({
  /** Order of execution, from 1. */
  position: z.int(),
  name: z.string(),
  status: StepStatus,
  /** Once this step is done the operation can only go forward. */
  pivot: z.boolean(),
  attempts: z.int(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  duration_ms: z.int().nullable(),
  /** What the step did, or why its last attempt failed, in plain words. */
  message: z.string().nullable(),
})
export type OperationStep = z.infer<typeof OperationStep>

/** What an operation that does not get on is waiting for, and who can help. */
export const BlockedBy = z.object({ step: z.string(), what: z.string(), owner: z.string() })
export type BlockedBy = z.infer<typeof BlockedBy>

export const Operation = z.object({
  id: z.string(),
  kind: OperationKind,
  tenant_id: z.string(),
  tenant_slug: z.string(),
  status: OperationStatus,
  steps: z.array(OperationStep),
  /** Name of the step after which there is no way back. */
  pivot: z.string(),
  past_pivot: z.boolean(),
  progress: z.object({ done: z.int(), total: z.int() }),
  blocked_by: BlockedBy.nullable(),
  /** Why it failed: the step, the last error, and what can be done now. */
  failure: z.object({ step: z.string(), message: z.string(), way_out: z.string() }).nullable(),
  /** Steps whose named check a member of staff has overridden. */
  forced_steps: z.array(z.string()),
  cancel_requested: z.boolean(),
  /** What may be asked of it now; buttons are derived from this. */
  actions: z.array(z.enum(['cancel', 'resume', 'retry', 'force'])),
  /** Name of the member of staff, or of the part of the platform, that asked for it. */
  requested_by: z.string(),
  requested_by_id: z.string(),
  deadline_at: z.iso.datetime(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
})
export type Operation = z.infer<typeof Operation>

/** One line of an operation's journal; `operation` is its state when the event is sent. SSE `id` is `sequence`. */
export const OperationEvent = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  kind: z.enum(['status', 'step']),
  step: z.string().nullable(),
  status: z.string(),
  message: z.string().nullable(),
  operation: Operation,
})
export type OperationEvent = z.infer<typeof OperationEvent>

const byId = z.object({ id: z.string() })

export const listOperations = listEndpoint({
  id: 'operation.list',
  method: 'GET',
  path: '/api/v1/operations',
  summary: 'Operations, newest first',
  access: staff('read', 'operation'),
  query: z.object({
    status: OperationStatus.optional(),
    kind: OperationKind.optional(),
    tenant_id: z.string().optional(),
    active: z.stringbool().optional(),
  }),
  response: Operation,
})

export const readOperation = endpoint({
  id: 'operation.read',
  method: 'GET',
  path: '/api/v1/operations/{id}',
  summary: 'One operation with its steps',
  access: staff('read', 'operation'),
  params: byId,
  response: Operation,
})

/** Replays from `Last-Event-ID` (or `after`), then goes on live; ends after the operation's last event. */
export const streamOperation = streamEndpoint({
  id: 'operation.events',
  method: 'GET',
  path: '/api/v1/operations/{id}/events',
  summary: 'The journal of an operation as server-sent events',
  access: staff('read', 'operation'),
  params: byId,
  query: z.object({ after: z.coerce.number().int().min(0).optional() }),
  response: OperationEvent,
})

export const cancelOperation = endpoint({
  id: 'operation.cancel',
  method: 'POST',
  path: '/api/v1/operations/{id}/cancel',
  summary: 'Undo what has been done so far; refused once past the pivot',
  access: staff('operate', 'operation'),
  params: byId,
  response: Operation,
  status: 202,
  errors: ['operation_past_pivot', 'invalid_transition'],
})

export const resumeOperation = endpoint({
  id: 'operation.resume',
  method: 'POST',
  path: '/api/v1/operations/{id}/resume',
  summary: 'Stop waiting and try the current step at once',
  access: staff('operate', 'operation'),
  params: byId,
  response: Operation,
  status: 202,
  errors: ['invalid_transition'],
})

export const retryOperation = endpoint({
  id: 'operation.retry',
  method: 'POST',
  path: '/api/v1/operations/{id}/retry',
  summary: 'Start a failed or cancelled operation again with the same parameters; what two people agreed to, only while that is fresh',
  access: staff('operate', 'operation'),
  params: byId,
  response: Operation,
  status: 202,
  errors: ['invalid_transition', 'operation_in_progress', 'approval_required'],
})

export const forceOperation = endpoint({
  id: 'operation.force',
  method: 'POST',
  path: '/api/v1/operations/{id}/force',
  summary: 'Skip the named check of a waiting step; the reason goes into the audit trail',
  access: staff('force', 'operation'),
  params: byId,
  body: z.object({ step: z.string().min(1), reason: z.string().trim().min(3).max(500) }),
  response: Operation,
  status: 202,
  errors: ['invalid_transition', 'validation_failed'],
})
