import { DomainError, type Input, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { audit } from '../audit/audit.ts'
import { AuditChain } from '../audit/audit-chain.ts'
import { auditEntries, auditView } from '../audit/audit-search.ts'
import { Clock } from '../clock/clock.ts'
import { Database } from '../db/database.ts'
import { schedule } from '../timer/schedule.ts'
import type { AuditEntry, DeadLetter, listAudit, listDeliveries, listTimers, ScheduledTimer } from './contract.ts'

interface DeliveryRow extends Selectable<DB['event_delivery']> {
  event_type: string
  occurred_at: Date
}

/** What staff sees and mends of the machinery: audit trail, failed deliveries, timers. */
@Injectable()
export class OperationsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly chain: AuditChain,
  ) {}

  async listAudit(query: Input<typeof listAudit>['query']): Promise<Page<AuditEntry>> {
    const rows = auditEntries(this.database.read, query)
    const [items, { total }] = await Promise.all([
      rows.selectAll().orderBy('at', 'desc').orderBy('seq', 'desc').limit(query.limit).offset(query.offset).execute(),
      rows.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ])
    return { total, items: items.map(auditView) }
  }

  async verifyChain() {
    const { entries, verified, broken } = await this.chain.verify()
    return { entries, verified, broken: broken && { position: broken.position, entry_id: broken.entryId, reason: broken.reason } }
  }

  async listDeliveries(query: Input<typeof listDeliveries>['query']): Promise<Page<DeadLetter>> {
    let rows = this.database.read
      .selectFrom('event_delivery')
      .innerJoin('outbox_event', 'outbox_event.id', 'event_delivery.event_id')
      .where('event_delivery.status', 'in', query.status ? [query.status] : ['pending', 'dead'])
    if (query.consumer) rows = rows.where('event_delivery.consumer', '=', query.consumer)
    const [items, { total }] = await Promise.all([
      rows
        .selectAll('event_delivery')
        .select(['outbox_event.event_type', 'outbox_event.occurred_at'])
        .orderBy('event_delivery.created_at', 'desc')
        .orderBy('event_delivery.event_id')
        .limit(query.limit)
        .offset(query.offset)
        .execute(),
      rows.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ])
    return { total, items: items.map(deliveryView) }
  }

  /** @throws DomainError not_found | invalid_transition when it was delivered meanwhile */
  async requeueDelivery(ctx: RequestContext, id: string): Promise<DeadLetter> {
    const [eventId = '', consumer = ''] = id.split('~')
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const { rows } = await sql<DeliveryRow>`
        update event_delivery d set status = 'pending', attempts = 1, next_attempt_at = ${now}, updated_at = ${now}
        from outbox_event e where e.id = d.event_id and d.event_id = ${eventId} and d.consumer = ${consumer} and d.status <> 'delivered'
        returning d.*, e.event_type, e.occurred_at`.execute(tx)
      const row = rows[0]
      if (!row) throw await this.#missingDelivery(eventId, consumer)
      await schedule(tx, { kind: 'platform.outbox.retry', ref: 'all', dueAt: now })
      await audit(tx, ctx, { action: 'outbox.requeue', resource: { type: 'event_delivery', id } })
      return deliveryView(row)
    })
  }

  async listTimers(query: Input<typeof listTimers>['query']): Promise<Page<ScheduledTimer>> {
    let rows = this.database.read.selectFrom('timer').where('status', 'in', query.status ? [query.status] : ['pending', 'dead'])
    if (query.kind) rows = rows.where('kind', '=', query.kind)
    const [items, { total }] = await Promise.all([
      rows.selectAll().orderBy('due_at').orderBy('id').limit(query.limit).offset(query.offset).execute(),
      rows.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    ])
    return { total, items: items.map(timerView) }
  }

  /** @throws DomainError not_found | invalid_transition when it is not dead */
  async requeueTimer(ctx: RequestContext, id: string): Promise<ScheduledTimer> {
    return this.database.transaction(async (tx) => {
      const timer = await tx.selectFrom('timer').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      if (!timer) throw new DomainError('not_found')
      if (timer.status !== 'dead') throw new DomainError('invalid_transition', { details: { status: timer.status } })
      const dueAt = this.clock.now()
      await schedule(tx, {
        kind: timer.kind,
        ref: timer.ref,
        dueAt,
        payload: timer.payload as Record<string, unknown>,
        everySeconds: timer.every_seconds ?? undefined,
      })
      await audit(tx, ctx, { action: 'timer.requeue', resource: { type: 'timer', id } })
      return timerView({ ...timer, due_at: dueAt, status: 'pending', attempts: 0, last_error: null })
    })
  }

  async #missingDelivery(eventId: string, consumer: string): Promise<DomainError> {
    const there = await this.database.read
      .selectFrom('event_delivery')
      .select('status')
      .where('event_id', '=', eventId)
      .where('consumer', '=', consumer)
      .executeTakeFirst()
    return there ? new DomainError('invalid_transition', { details: { status: there.status } }) : new DomainError('not_found')
  }
}

function deliveryView(row: DeliveryRow): DeadLetter {
  return {
    id: `${row.event_id}~${row.consumer}`,
    event_id: row.event_id,
    event_type: row.event_type,
    consumer: row.consumer,
    aggregate_type: row.aggregate_type,
    aggregate_id: row.aggregate_id,
    status: row.status as DeadLetter['status'],
    attempts: row.attempts,
    next_attempt_at: row.status === 'dead' ? null : row.next_attempt_at.toISOString(),
    last_error: row.last_error,
    occurred_at: row.occurred_at.toISOString(),
  }
}

function timerView(row: Selectable<DB['timer']>): ScheduledTimer {
  return {
    id: row.id,
    kind: row.kind,
    ref: row.ref,
    due_at: row.due_at.toISOString(),
    every_seconds: row.every_seconds,
    status: row.status as ScheduledTimer['status'],
    attempts: row.attempts,
    last_error: row.last_error,
  }
}
