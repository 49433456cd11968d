import { DomainError, type Input } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { SettingService } from '../../../core/store/setting.service.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock, days, later } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import type { ManagedEvent, postponeEvent } from '../contract.ts'
import { eventLifecycle } from '../lifecycle.ts'
import { armEvent, refreshEvent, tickEvent } from './event-state.ts'
import { checkTimes, EventWriter } from './event-writer.ts'
import { lockEvent, ManagedEvents, requireOpen } from './managed-events.ts'
import { startRefundBatch } from './refund-batches.service.ts'

type PostponeBody = Input<typeof postponeEvent>['body']

/** Moves events along their lifecycle. */
@Injectable()
export class EventVerbs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: SettingService,
    private readonly read: ManagedEvents,
    private readonly writer: EventWriter,
    private readonly orderLines: OrderLines,
  ) {}

  /** @throws DomainError publish_requirements_missing: details.missing */
  submit(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.move(ctx, id, 'submit', async (tx) => this.requirePublishable(tx, id))
  }

  approve(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.move(ctx, id, 'approve', (tx, now) => armEvent(tx, id, now))
  }

  return(ctx: RequestContext, id: string, reason: string): Promise<ManagedEvent> {
    return this.move(ctx, id, 'return', async () => {}, { reason, changes: { status_reason: reason } })
  }

  startSale(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.move(ctx, id, 'start-sale', (tx, now) => armEvent(tx, id, now), { changes: { status_reason: null } })
  }

  /** Goes on at the new dates; without one in the future there is nothing to go on with. */
  async resume(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.move(ctx, id, 'resume', async (tx, now) => {
      const ahead = await tx
        .selectFrom('event_date')
        .select('id')
        .where('event_id', '=', id)
        .where('status', '=', 'scheduled')
        .where('starts_at', '>', now)
        .limit(1)
        .executeTakeFirst()
      if (!ahead)
        throw new DomainError('invalid_transition', { details: { entity: 'event', transition: 'resume', reason: 'no_date_ahead' } })
      await armEvent(tx, id, now)
    })
  }

  /** Everybody gets everything back, fees included, in batches (docs/spec/event-ticketing.md, Money). */
  cancel(ctx: RequestContext, id: string, reason: string): Promise<ManagedEvent> {
    return this.move(
      ctx,
      id,
      'cancel',
      async (tx, now) => {
        await startRefundBatch(tx, { eventId: id, dateId: null, reason, cause: ctx.actor.kind === 'staff' ? 'admin' : 'vendor', now })
        await tx
          .updateTable('event_date')
          .set({ status: 'cancelled', updated_at: now })
          .where('event_id', '=', id)
          .where('status', '=', 'scheduled')
          .execute()
        await closeWaitingList(tx, sql`event_id = ${id}`, now)
      },
      { reason, changes: { status_reason: reason } },
    )
  }

  /** One date of a series does not take place. The last one left is cancelled with its event. */
  async cancelDate(ctx: RequestContext, dateId: string, reason: string): Promise<ManagedEvent> {
    const found = await this.database.read.selectFrom('event_date').select('event_id').where('id', '=', dateId).executeTakeFirst()
    if (!found) throw new DomainError('not_found')
    const fee = await this.writer.usualFee()
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const event = await lockEvent(tx, ctx, found.event_id)
      requireOpen(event)
      const others = await tx
        .selectFrom('event_date')
        .select('id')
        .where('event_id', '=', event.id)
        .where('status', '=', 'scheduled')
        .where('id', '<>', dateId)
        .limit(1)
        .executeTakeFirst()
      if (!others) throw new DomainError('invalid_transition', { details: { entity: 'event_date', reason: 'last_date' } })
      const moved = await tx
        .updateTable('event_date')
        .set((eb) => ({ status: 'cancelled', updated_at: now, version: eb('version', '+', 1) }))
        .where('id', '=', dateId)
        .where('status', '=', 'scheduled')
        .returning('version')
        .executeTakeFirst()
      if (!moved) throw new DomainError('invalid_transition', { details: { entity: 'event_date', transition: 'cancel' } })
      await startRefundBatch(tx, { eventId: event.id, dateId, reason, cause: 'vendor', now })
      await closeWaitingList(tx, sql`event_date_id = ${dateId}`, now)
      await appendEvent(tx, {
        type: 'event.date.cancelled',
        aggregate: { type: 'event_date', id: dateId, version: moved.version },
        payload: { id: dateId, event_id: event.id },
        ctx,
      })
      await audit(tx, ctx, { action: 'event_date.cancel', resource: { type: 'event_date', id: dateId }, reason })
      await refreshEvent(tx, event.id, fee, now)
      return this.read.get(ctx, event.id, tx)
    })
  }

  /** Tickets stay valid for the new time; for 14 days (setting) whoever cannot come gets everything back. */
  async postpone(ctx: RequestContext, id: string, body: PostponeBody): Promise<ManagedEvent> {
    const [fee, window] = [await this.writer.usualFee(), await this.settings.get('event.postponed_refund_days')]
    const now = this.clock.now()
    for (const date of body.dates) {
      checkTimes(date.starts_at, date.ends_at, date.doors_at)
      if (new Date(date.starts_at) <= now) throw new DomainError('validation_failed', { field: 'dates', details: { rule: 'in_the_past' } })
    }
    return this.move(
      ctx,
      id,
      'postpone',
      async (tx) => {
        for (const date of body.dates) {
          const moved = await tx
            .updateTable('event_date')
            .set((eb) => ({
              starts_at: date.starts_at,
              ends_at: date.ends_at,
              doors_at: date.doors_at,
              reminded_at: null,
              updated_at: now,
              version: eb('version', '+', 1),
            }))
            .where('id', '=', date.event_date_id)
            .where('event_id', '=', id)
            .where('status', '=', 'scheduled')
            .returning('id')
            .executeTakeFirst()
          if (!moved) throw new DomainError('validation_failed', { field: 'dates', details: { event_date_id: date.event_date_id } })
          await this.moveLines(tx, ctx, date.event_date_id, new Date(date.starts_at))
        }
        await refreshEvent(tx, id, fee, now)
        await tickEvent(tx, id, fee, now)
        await armEvent(tx, id, now)
      },
      { reason: body.reason, changes: { status_reason: body.reason, postponed_at: now, refund_until: later(now, days(window)) } },
    )
  }

  /** Stops the sale at once; what is sold stays valid. Not a state: whatever state it is in, it goes on there afterwards. */
  async freeze(ctx: RequestContext, id: string, reason: string | null): Promise<ManagedEvent> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const event = await lockEvent(tx, ctx, id)
      requireOpen(event)
      if ((event.sales_frozen_at !== null) === (reason !== null)) {
        throw new DomainError('invalid_transition', { details: { entity: 'event', transition: reason === null ? 'unfreeze' : 'freeze' } })
      }
      const after = await tx
        .updateTable('event_event')
        .set({ sales_frozen_at: reason === null ? null : now, sales_frozen_reason: reason, updated_at: now, version: event.version + 1 })
        .where('id', '=', id)
        .returning('version')
        .executeTakeFirstOrThrow()
      const action = reason === null ? 'unfreeze' : 'freeze'
      await audit(tx, ctx, { action: `event.${action}`, resource: { type: 'event', id }, ...(reason !== null && { reason }) })
      await appendEvent(tx, {
        type: reason === null ? 'event.event.sales_unfrozen' : 'event.event.sales_frozen',
        aggregate: { type: 'event', id, version: after.version },
        payload: { id },
        ctx,
      })
      return this.read.get(ctx, id, tx)
    })
  }

  private async move(
    ctx: RequestContext,
    id: string,
    name: string,
    work: (tx: Tx, now: Date) => Promise<void>,
    given: { reason?: string; changes?: Record<string, unknown> } = {},
  ): Promise<ManagedEvent> {
    return this.database.transaction(async (tx) => {
      await lockEvent(tx, ctx, id)
      await transition(tx, eventLifecycle, { id, name, ctx, ...given })
      await work(tx, this.clock.now())
      return this.read.get(ctx, id, tx)
    })
  }

  /** Order lines follow their date: cancellation tiers count from it. */
  private async moveLines(tx: Tx, ctx: RequestContext, dateId: string, startsAt: Date): Promise<void> {
    const lines = await tx
      .selectFrom('event_ticket')
      .select('order_line_id')
      .distinct()
      .where('event_date_id', '=', dateId)
      .where('status', 'in', ['valid', 'checked_in', 'blocked'])
      .execute()
    for (const { order_line_id: lineId } of lines) if (lineId) await this.orderLines.move(ctx, lineId, { startsAt }, tx)
  }

  private async requirePublishable(tx: Tx, id: string): Promise<void> {
    const event = await tx.selectFrom('event_event').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const title = event.title as { en?: string; ar?: string }
    const { rows } = await sql<{ types: number; without: number }>`
      SELECT count(*)::int AS types, count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM event_quota_ticket_type qt WHERE qt.ticket_type_id = t.id))::int AS without
      FROM event_ticket_type t WHERE t.event_id = ${id} AND t.deleted_at IS NULL`.execute(tx)
    const missing = [
      ...(title.en && title.ar ? [] : ['title']),
      ...(event.venue_id || event.online_url ? [] : ['venue_id']),
      ...(rows[0]!.types > 0 ? [] : ['ticket_types']),
      ...(rows[0]!.without > 0 ? ['quotas'] : []),
      ...(event.starts_at > this.clock.now() ? [] : ['starts_at']),
    ]
    if (missing.length > 0) throw new DomainError('publish_requirements_missing', { details: { missing } })
  }
}

/** Nobody waits for what does not take place. */
async function closeWaitingList(tx: Tx, which: ReturnType<typeof sql>, now: Date): Promise<void> {
  await sql`UPDATE event_waiting_entry SET status = 'expired', updated_at = ${now}, version = version + 1 WHERE ${which} AND status IN ('waiting', 'offered')`.execute(
    tx,
  )
}
