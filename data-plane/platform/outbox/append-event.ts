import { newId } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { insertOf, jsonb, scopeOf, sendAlong, type Tx } from '../db/index.ts'

export interface NewEvent {
  /** `<vertical>.<entity>.<past_tense>`, e.g. `order.order.placed`. */
  type: string
  /** `version` orders the events of one aggregate: the row's version after the change. */
  aggregate: { type: string; id: string; version: number }
  /** At most 256 KB, no personal data beyond ids. */
  payload: Record<string, unknown>
  ctx: RequestContext
  /** The event that led to this one. */
  causationId?: string
}

const mostBytes = 256 * 1024

/**
 * Writes a domain event in the transaction of its cause; the relay delivers it right after the commit.
 * @throws when called outside Database.transaction, or with a payload of more than 256 KB
 */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<void> {
  const scope = scopeOf(tx)
  const payload = jsonb(event.payload)
  if (payload.length > mostBytes) throw new RangeError(`payload of ${event.type} is larger than 256 KB`)
  const occurredAt = scope.clock.now()
  sendAlong(
    tx,
    insertOf('outbox_event', [
      {
        id: newId('evt'),
        event_type: event.type,
        aggregate_type: event.aggregate.type,
        aggregate_id: event.aggregate.id,
        aggregate_version: event.aggregate.version,
        payload,
        envelope: jsonb({
          specversion: '1.0',
          source: `/tenants/${scope.tenantId}`,
          subject: event.aggregate.id,
          actor: { kind: event.ctx.actor.kind, id: actorId(event.ctx.actor) },
          correlation_id: event.ctx.correlationId,
          causation_id: event.causationId ?? null,
          request_id: event.ctx.requestId,
          occurred_at: occurredAt.toISOString(),
        }),
        occurred_at: occurredAt,
      },
    ]),
  )
  scope.signals.push({ kind: 'event' })
}
