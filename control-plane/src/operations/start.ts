import { DomainError, newId } from '@cityos/contract'
import { isUniqueViolation, json, type Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { definitionOf } from './definitions.ts'
import { appendEvent } from './journal.ts'

export interface StartRequest {
  kind: string
  tenantId: string
  parameters: unknown
  requestedBy: string
  correlationId: string
}

/**
 * Queues an operation in the caller's transaction: the partial unique index has the last word on one at a time.
 * @returns its id
 * @throws DomainError operation_in_progress | invalid_transition
 */
export async function startOperation(tx: Tx, sealing: Sealing, request: StartRequest, now: Date): Promise<string> {
  const definition = definitionOf(request.kind)
  const parameters = definition.parameters.parse(request.parameters)
  await requireNoOther(tx, request.tenantId)
  await definition.begin({ tx, tenantId: request.tenantId, parameters, sealing, now })
  const id = newId('op')
  try {
    await tx.operation.create({
      data: {
        id,
        kind: definition.kind,
        tenant_id: request.tenantId,
        parameters: json(parameters),
        status: 'queued',
        deadline_at: new Date(now.getTime() + definition.deadline * 1000),
        requested_by: request.requestedBy,
        correlation_id: request.correlationId,
        created_at: now,
        steps: {
          create: definition.steps.map((step, index) => ({
            position: index + 1,
            name: step.name,
            pivot: step.name === definition.pivot,
            status: 'pending',
          })),
        },
      },
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw inProgress(request.tenantId)
    throw error
  }
  await appendEvent(tx, id, { kind: 'status', step: null, status: 'queued', message: null }, now)
  await Signals.announce(tx, 'work')
  return id
}

/** @throws DomainError operation_in_progress with the id of the other one */
export async function requireNoOther(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR UPDATE`
  const other = await tx.operation.findFirst({
    where: { tenant_id: tenantId, status: { in: ['queued', 'running', 'waiting', 'undoing'] } },
  })
  if (other) throw inProgress(tenantId, { operation_id: other.id, kind: other.kind })
}

function inProgress(tenantId: string, details: Record<string, unknown> = {}): DomainError {
  const which = details['kind'] ? ` (${String(details['kind'])}, ${String(details['operation_id'])})` : ''
  return new DomainError('operation_in_progress', {
    message: `another operation of this tenant is under way${which}: wait for it, or cancel it`,
    details: { tenant_id: tenantId, ...details },
  })
}
