import { DomainError, newId } from '@cityos/contract'
import { type Actor, actorId, type RequestContext } from '@cityos/http'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { audit } from '../audit/audit.ts'
import { insertOf, jsonb, scopeOf, sendAlong, type Tx } from '../db/index.ts'
import { appendEvent } from '../outbox/append-event.ts'

export type ActorKind = Actor['kind']

/** Tables whose rows have a lifecycle. */
export type LifecycleTable = { [T in keyof DB]: DB[T] extends { id: unknown; status: unknown; version: unknown } ? T : never }[keyof DB]

export interface Transition<Row> {
  /** A verb, also the name of the console's button: `accept`. */
  name: string
  from: readonly string[]
  to: string
  /** Kinds of actor that may ask for it. */
  by: readonly ActorKind[]
  /** Pure check of the row; throws DomainError when the rule forbids it. */
  guard?: (row: Row, given: { ctx: RequestContext; payload: Record<string, unknown> }) => void
  /** Type of the event it leaves in the outbox: `order.sub_order.accepted`. */
  event: string
}

export interface Lifecycle<T extends LifecycleTable = LifecycleTable> {
  entity: string
  table: T
  states: readonly string[]
  transitions: readonly Transition<Selectable<DB[T]>>[]
}

/**
 * Declares the states of an entity and who may move it from where to where.
 * @throws at load time when the table contradicts itself
 */
export function defineLifecycle<T extends LifecycleTable>(lifecycle: Lifecycle<T>): Lifecycle<T> {
  const known = new Set(lifecycle.states)
  const seen = new Set<string>()
  for (const transition of lifecycle.transitions) {
    for (const state of [...transition.from, transition.to]) {
      if (!known.has(state)) throw new Error(`${lifecycle.entity}.${transition.name}: unknown state ${state}`)
    }
    for (const from of transition.from) {
      const key = `${transition.name} from ${from}`
      if (seen.has(key)) throw new Error(`${lifecycle.entity}: ${key} is declared twice`)
      seen.add(key)
    }
    if (transition.by.length === 0) throw new Error(`${lifecycle.entity}.${transition.name}: nobody may do it`)
  }
  return lifecycle
}

export interface TransitionCall {
  id: string
  /** Name of the transition. */
  name: string
  ctx: RequestContext
  /** Further columns to set in the same statement. */
  changes?: Record<string, unknown>
  /** Goes into history and event; no personal data. */
  payload?: Record<string, unknown>
  reason?: string
  /** The row as this transaction has just read it; spares reading it again. That it has not changed since is checked all the same. */
  row?: { id: string; status: string; version: number }
  /** Refuse unless the row still has this version (409 stale_version). */
  expectedVersion?: number
}

/**
 * Moves one row along its lifecycle: table lookup → pure guard → compare-and-set (K4, 00-conventions) → history →
 * outbox → audit, all in the given transaction.
 * @returns the row after the change
 * @throws DomainError not_found | invalid_transition {status, name} | forbidden | stale_version | what the guard throws
 */
export async function transition<T extends LifecycleTable>(
  tx: Tx,
  lifecycle: Lifecycle<T>,
  call: TransitionCall,
): Promise<Selectable<DB[T]>> {
  type Row = Selectable<DB[T]> & { id: string; status: string; version: number }
  const table = sql.table(lifecycle.table)
  const before = (call.row as Row | undefined) ?? (await sql<Row>`select * from ${table} where id = ${call.id}`.execute(tx)).rows[0]
  if (!before) throw new DomainError('not_found')
  if (call.expectedVersion !== undefined && before.version !== call.expectedVersion)
    throw new DomainError('stale_version', { details: { version: before.version } })
  const step = lifecycle.transitions.find((entry) => entry.name === call.name && entry.from.includes(before.status))
  const refused = new DomainError('invalid_transition', {
    details: { entity: lifecycle.entity, transition: call.name, status: before.status },
  })
  if (!step) throw refused
  if (!step.by.includes(call.ctx.actor.kind)) throw new DomainError('forbidden')
  const payload = call.payload ?? {}
  step.guard?.(before, { ctx: call.ctx, payload })

  const now = scopeOf(tx).clock.now()
  const assignments = Object.entries({ ...call.changes, status: step.to, updated_at: now }).map(
    ([column, value]) => sql`${sql.ref(column)} = ${value}`,
  )
  const changed = await sql<Row>`update ${table} set ${sql.join(assignments)}, version = version + 1
    where id = ${call.id} and status = ${before.status} and version = ${before.version} returning *`.execute(tx)
  const after = changed.rows[0]
  if (!after) throw refused

  await recordHistory(tx, lifecycle.entity, call, before.status, step.to, now)
  await appendEvent(tx, {
    type: step.event,
    aggregate: { type: lifecycle.entity, id: call.id, version: after.version },
    payload: { ...payload, id: call.id, from: before.status, to: step.to },
    ctx: call.ctx,
  })
  const { kind } = call.ctx.actor
  if (kind === 'staff' || kind === 'vendor') {
    await audit(tx, call.ctx, {
      action: `${lifecycle.entity}.${call.name}`,
      resource: { type: lifecycle.entity, id: call.id },
      before: { status: before.status },
      after: { status: step.to },
      reason: call.reason,
    })
  }
  return after
}

/**
 * The transitions this actor may ask for now: the console draws exactly these as buttons.
 * @param payload what guards are told, e.g. the moment that decides
 */
export function actionsFor<T extends LifecycleTable>(
  lifecycle: Lifecycle<T>,
  row: Selectable<DB[T]>,
  ctx: RequestContext,
  payload: Record<string, unknown> = {},
): string[] {
  const { status } = row as unknown as { status: string }
  return lifecycle.transitions
    .filter((entry) => entry.from.includes(status) && entry.by.includes(ctx.actor.kind) && passes(entry, row, ctx, payload))
    .map((entry) => entry.name)
}

function passes<Row>(entry: Transition<Row>, row: Row, ctx: RequestContext, payload: Record<string, unknown>): boolean {
  try {
    entry.guard?.(row, { ctx, payload })
    return true
  } catch (error) {
    if (error instanceof DomainError) return false
    throw error
  }
}

async function recordHistory(tx: Tx, entity: string, call: TransitionCall, from: string, to: string, at: Date): Promise<void> {
  sendAlong(
    tx,
    insertOf('transition_history', [
      {
        id: newId('trh'),
        entity,
        entity_id: call.id,
        name: call.name,
        from_status: from,
        to_status: to,
        actor_kind: call.ctx.actor.kind,
        actor_id: actorId(call.ctx.actor),
        reason: call.reason ?? null,
        payload: jsonb(call.payload ?? {}),
        request_id: call.ctx.requestId,
        at,
      },
    ]),
  )
}
