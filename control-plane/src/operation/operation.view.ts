import type { operation, operation_event, operation_step } from '../../generated/client.ts'
import { definitionOf } from '../operations/definitions.ts'
import type { BlockedBy, Operation, OperationEvent, OperationStatus, OperationStep, StepStatus } from './operation.contract.ts'

export type OperationWithSteps = operation & { steps: operation_step[]; tenant: { slug: string } }

export const withSteps = { steps: { orderBy: { position: 'asc' as const } }, tenant: { select: { slug: true } } }

/** What the outside sees of an operation. */
export function viewOperation(row: OperationWithSteps, now: Date, requestedBy: string = row.requested_by): Operation {
  const status = row.status as OperationStatus
  const pivot = row.steps.find((step) => step.pivot)
  return {
    id: row.id,
    kind: row.kind as Operation['kind'],
    tenant_id: row.tenant_id,
    tenant_slug: row.tenant.slug,
    status,
    steps: row.steps.map(viewStep),
    pivot: pivot?.name ?? '',
    past_pivot: row.past_pivot,
    progress: { done: row.steps.filter((step) => step.status === 'done' || step.status === 'skipped').length, total: row.steps.length },
    blocked_by: blockedBy(row, now),
    failure: row.failure && !isActive(status) ? (row.failure as Operation['failure']) : null,
    forced_steps: row.forced_steps,
    cancel_requested: row.cancel_requested,
    actions: actionsOf(row),
    requested_by: requestedBy,
    requested_by_id: row.requested_by,
    deadline_at: row.deadline_at.toISOString(),
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  }
}

export function viewEvent(event: operation_event, operation: Operation): OperationEvent {
  return {
    sequence: Number(event.sequence),
    at: event.at.toISOString(),
    kind: event.kind as OperationEvent['kind'],
    step: event.step,
    status: event.status,
    message: event.message,
    operation,
  }
}

export function isActive(status: string): boolean {
  return ['queued', 'running', 'waiting', 'undoing'].includes(status)
}

/** What may be asked of an operation now. */
export function actionsOf(row: OperationWithSteps): Operation['actions'] {
  const actions: Operation['actions'] = []
  if (['queued', 'running', 'waiting'].includes(row.status) && !row.past_pivot && !row.cancel_requested) actions.push('cancel')
  if (row.status === 'waiting' || (row.status === 'undoing' && row.wait_until)) actions.push('resume')
  if (row.status === 'waiting' && forceable(row)) actions.push('force')
  if (row.status === 'failed' || row.status === 'cancelled') actions.push('retry')
  return actions
}

/** The waiting step, if it is a check that may be skipped. */
export function forceable(row: OperationWithSteps): string | null {
  const current = currentStep(row)
  if (!current) return null
  return definitionOf(row.kind).steps.find((step) => step.name === current.name)?.check ? current.name : null
}

function currentStep(row: OperationWithSteps): operation_step | undefined {
  if (row.status === 'undoing') return row.steps.findLast((step) => step.status !== 'pending' && step.status !== 'undone')
  return row.steps.find((step) => step.status !== 'done' && step.status !== 'skipped')
}

/** Said while it waits for another attempt, and once its deadline has passed. */
function blockedBy(row: OperationWithSteps, now: Date): BlockedBy | null {
  const late = row.deadline_at < now
  if (!isActive(row.status) || (row.status !== 'waiting' && !row.wait_until && !late)) return null
  const step = currentStep(row)
  if (!step) return null
  const owner = definitionOf(row.kind).steps.find((candidate) => candidate.name === step.name)?.owner ?? 'platform operator'
  const reason = step.message ?? 'it has not answered yet'
  return { step: step.name, what: late ? `${reason} (past the deadline of ${row.deadline_at.toISOString()})` : reason, owner }
}

function viewStep(step: operation_step): OperationStep {
  return {
    position: step.position,
    name: step.name,
    status: step.status as StepStatus,
    pivot: step.pivot,
    attempts: step.attempts,
    started_at: step.started_at?.toISOString() ?? null,
    finished_at: step.finished_at?.toISOString() ?? null,
    duration_ms: step.started_at && step.finished_at ? step.finished_at.getTime() - step.started_at.getTime() : null,
    message: step.message,
  }
}
