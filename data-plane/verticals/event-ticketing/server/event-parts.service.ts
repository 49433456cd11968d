import { DomainError, type Input, type Money, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../../platform/db/index.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type {
  createEventDate,
  createQuota,
  createTicketType,
  ManagedEvent,
  updateEventDate,
  updateQuota,
  updateTicketType,
} from '../contract.ts'
import { armEvent, refreshEvent } from './event-state.ts'
import { checkTimes, EventWriter } from './event-writer.ts'
import { lockEvent, ManagedEvents, requireOpen } from './managed-events.ts'
import { insertSeats, SeatPlans } from './seat-plans.ts'
import { afterRelease, timerKinds } from './ticket-rows.ts'

type TypeFields = Input<typeof updateTicketType>['body']
const live = ['pending', 'valid', 'checked_in', 'blocked']

/** Dates, ticket types and quotas of an event: every change locks the event and answers it whole. */
@Injectable()
export class EventParts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly read: ManagedEvents,
    private readonly writer: EventWriter,
    private readonly plans: SeatPlans,
  ) {}

  addDate(ctx: RequestContext, eventId: string, body: Input<typeof createEventDate>['body']): Promise<ManagedEvent> {
    checkTimes(body.starts_at, body.ends_at, body.doors_at)
    return this.change(ctx, eventId, 'event.date.add', async (tx, event, now) => {
      if (!event.is_series) throw new DomainError('validation_failed', { details: { rule: 'not_a_series' } })
      const id = newId('evd')
      await tx
        .insertInto('event_date')
        .values({
          id,
          event_id: eventId,
          starts_at: body.starts_at,
          ends_at: body.ends_at,
          doors_at: body.doors_at,
          created_at: now,
          updated_at: now,
        })
        .execute()
      if (event.seat_map_id) await insertSeats(tx, id, (await this.plans.plan(event.seat_map_id)).layout)
      if (!['draft', 'submitted'].includes(event.status)) await armEvent(tx, eventId, now)
    })
  }

  async updateDate(ctx: RequestContext, id: string, body: Input<typeof updateEventDate>['body']): Promise<ManagedEvent> {
    return this.change(ctx, await this.eventOf('event_date', id), 'event.date.update', async (tx, event, now) => {
      const date = await tx.selectFrom('event_date').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      const startsAt = body.starts_at ?? date.starts_at.toISOString()
      const endsAt = body.ends_at ?? date.ends_at.toISOString()
      const doorsAt = body.doors_at === undefined ? (date.doors_at?.toISOString() ?? null) : body.doors_at
      checkTimes(startsAt, endsAt, doorsAt)
      const moved = startsAt !== date.starts_at.toISOString() || endsAt !== date.ends_at.toISOString()
      // who has bought was told a time: it moves by postponing
      if (moved && (await this.sold(tx, 'event_date_id', id)))
        throw new DomainError('open_obligations', { details: { reason: 'tickets_sold' } })
      await tx
        .updateTable('event_date')
        .set({ starts_at: startsAt, ends_at: endsAt, doors_at: doorsAt, updated_at: now, version: date.version + 1 })
        .where('id', '=', id)
        .execute()
      if (!['draft', 'submitted'].includes(event.status)) await armEvent(tx, event.id, now)
    })
  }

  async removeDate(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.change(ctx, await this.eventOf('event_date', id), 'event.date.remove', async (tx, event) => {
      const { count } = await tx
        .selectFrom('event_date')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('event_id', '=', event.id)
        .executeTakeFirstOrThrow()
      const used = await tx.selectFrom('event_ticket').select('id').where('event_date_id', '=', id).limit(1).executeTakeFirst()
      if (used || count < 2) throw new DomainError('open_obligations', { details: { reason: used ? 'tickets_sold' : 'last_date' } })
      await tx.deleteFrom('event_seat').where('event_date_id', '=', id).execute()
      await sql`DELETE FROM event_quota_ticket_type WHERE quota_id IN (SELECT id FROM event_quota WHERE event_date_id = ${id})`.execute(tx)
      for (const table of ['event_quota', 'event_checkin_list', 'event_waiting_entry', 'event_voucher'] as const) {
        await tx.deleteFrom(table).where('event_date_id', '=', id).execute()
      }
      await tx.deleteFrom('event_date').where('id', '=', id).execute()
    })
  }

  addType(ctx: RequestContext, eventId: string, body: Input<typeof createTicketType>['body']): Promise<ManagedEvent> {
    return this.change(ctx, eventId, 'event.ticket_type.add', async (tx, event, now) => {
      const id = newId('ett')
      await this.checkType(tx, event, id, body)
      await tx
        .insertInto('event_ticket_type')
        .values({ id, event_id: eventId, ...typeColumns(body), created_at: now, updated_at: now } as never)
        .execute()
      await this.writeTiers(tx, id, body.tiers, now)
      await this.writeCategoryPrices(tx, id, body.category_prices)
    })
  }

  async updateType(ctx: RequestContext, id: string, body: TypeFields): Promise<ManagedEvent> {
    return this.change(ctx, await this.eventOf('event_ticket_type', id), 'event.ticket_type.update', async (tx, event, now) => {
      await this.checkType(tx, event, id, body)
      await tx
        .updateTable('event_ticket_type')
        .set((eb) => ({ ...(typeColumns(body) as object), updated_at: now, version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .execute()
      if (body.tiers) await this.writeTiers(tx, id, body.tiers, now)
      if (body.category_prices) await this.writeCategoryPrices(tx, id, body.category_prices)
    })
  }

  async removeType(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.change(ctx, await this.eventOf('event_ticket_type', id), 'event.ticket_type.remove', async (tx, _event, now) => {
      const used = await tx.selectFrom('event_ticket').select('id').where('ticket_type_id', '=', id).limit(1).executeTakeFirst()
      if (used) throw new DomainError('open_obligations', { details: { reason: 'tickets_sold' } })
      await tx.updateTable('event_ticket_type').set({ deleted_at: now }).where('id', '=', id).execute()
      await tx.deleteFrom('event_quota_ticket_type').where('ticket_type_id', '=', id).execute()
    })
  }

  addQuota(ctx: RequestContext, eventId: string, body: Input<typeof createQuota>['body']): Promise<ManagedEvent> {
    return this.change(ctx, eventId, 'event.quota.add', async (tx, _event, now) => {
      if (body.event_date_id) await this.partOf(tx, 'event_date', body.event_date_id, eventId)
      const id = newId('evq')
      await tx
        .insertInto('event_quota')
        .values({
          id,
          event_id: eventId,
          event_date_id: body.event_date_id,
          name: body.name,
          size: body.size,
          used: 0,
          created_at: now,
          updated_at: now,
        })
        .execute()
      await this.writeQuotaTypes(tx, id, eventId, body.ticket_type_ids)
      await this.recount(tx, id)
    })
  }

  /** A size below what is used is allowed: it sells nothing until enough is given back (invariant 6). */
  async updateQuota(ctx: RequestContext, id: string, body: Input<typeof updateQuota>['body']): Promise<ManagedEvent> {
    return this.change(ctx, await this.eventOf('event_quota', id), 'event.quota.update', async (tx, event, now) => {
      await tx
        .updateTable('event_quota')
        .set((eb) => ({
          ...(body.name !== undefined && { name: body.name }),
          ...(body.size !== undefined && { size: body.size }),
          updated_at: now,
          version: eb('version', '+', 1),
        }))
        .where('id', '=', id)
        .execute()
      if (body.ticket_type_ids) {
        await tx.deleteFrom('event_quota_ticket_type').where('quota_id', '=', id).execute()
        await this.writeQuotaTypes(tx, id, event.id, body.ticket_type_ids)
        await this.recount(tx, id)
      }
      await afterRelease(tx, [event.id], [event.id], now)
    })
  }

  async removeQuota(ctx: RequestContext, id: string): Promise<ManagedEvent> {
    return this.change(ctx, await this.eventOf('event_quota', id), 'event.quota.remove', async (tx) => {
      const gone = await tx.deleteFrom('event_quota').where('id', '=', id).where('used', '=', 0).executeTakeFirst()
      if (gone.numDeletedRows === 0n) throw new DomainError('open_obligations', { details: { reason: 'quota_used' } })
    })
  }

  private change(
    ctx: RequestContext,
    eventId: string,
    action: string,
    work: (tx: Tx, event: Awaited<ReturnType<typeof lockEvent>>, now: Date) => Promise<void>,
  ): Promise<ManagedEvent> {
    return this.writer.usualFee().then((fee) =>
      this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const event = await lockEvent(tx, ctx, eventId)
        requireOpen(event)
        await work(tx, event, now)
        await tx
          .updateTable('event_event')
          .set((eb) => ({ updated_at: now, version: eb('version', '+', 1) }))
          .where('id', '=', eventId)
          .execute()
        await refreshEvent(tx, eventId, fee, now)
        await schedule(tx, { kind: timerKinds.soldOut, ref: eventId, dueAt: now })
        await audit(tx, ctx, { action, resource: { type: 'event', id: eventId } })
        return this.read.get(ctx, eventId, tx)
      }),
    )
  }

  /** The event a part belongs to; whether it is the caller's is checked with its lock. */
  private async eventOf(table: 'event_date' | 'event_ticket_type' | 'event_quota', id: string): Promise<string> {
    const { rows } = await sql<{ event_id: string }>`SELECT event_id FROM ${sql.table(table)} WHERE id = ${id}`.execute(this.database.read)
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0].event_id
  }

  private async partOf(tx: Tx, table: 'event_date' | 'event_ticket_type', id: string, eventId: string): Promise<void> {
    const { rows } = await sql`SELECT 1 FROM ${sql.table(table)} WHERE id = ${id} AND event_id = ${eventId}`.execute(tx)
    if (rows.length === 0) throw new DomainError('validation_failed', { details: { rule: 'not_of_this_event', id } })
  }

  private async sold(tx: Tx, column: 'event_date_id' | 'ticket_type_id', id: string): Promise<boolean> {
    const row = await tx
      .selectFrom('event_ticket')
      .select('id')
      .where(column, '=', id)
      .where('status', 'in', live)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  private async checkType(
    tx: Tx,
    event: { id: string; currency_code: string; seat_map_id: string | null },
    id: string,
    body: TypeFields,
  ): Promise<void> {
    const prices: Money[] = [
      body.price,
      ...(body.tiers ?? []).map((tier) => tier.price),
      ...(body.category_prices ?? []).map((price) => price.price),
    ].filter((price) => price !== undefined)
    for (const price of prices) {
      if (price.currency !== event.currency_code)
        throw new DomainError('currency_mismatch', { field: 'price', details: { currency: event.currency_code } })
      if (price.amount < 0) throw new DomainError('validation_failed', { field: 'price' })
    }
    for (const parent of body.requires_parent ?? []) {
      if (parent === id) throw new DomainError('validation_failed', { field: 'requires_parent' })
      await this.partOf(tx, 'event_ticket_type', parent, event.id)
    }
    if ((body.category_prices ?? []).length > 0) {
      const codes = event.seat_map_id ? (await this.plans.plan(event.seat_map_id)).layout.categories.map((category) => category.code) : []
      const unknown = body.category_prices!.filter((price) => !codes.includes(price.category)).map((price) => price.category)
      if (unknown.length > 0) throw new DomainError('validation_failed', { field: 'category_prices', details: { unknown } })
    }
    if (body.min_per_order !== undefined && body.max_per_order !== undefined && body.min_per_order > body.max_per_order) {
      throw new DomainError('validation_failed', { field: 'max_per_order' })
    }
  }

  /** Early prices by position: one that stays keeps its count, one that goes is retired (tickets still name it). */
  private async writeTiers(tx: Tx, typeId: string, tiers: NonNullable<TypeFields['tiers']>, now: Date): Promise<void> {
    const before = await tx
      .selectFrom('event_price_tier')
      .selectAll()
      .where('ticket_type_id', '=', typeId)
      .where('retired_at', 'is', null)
      .orderBy('position')
      .forUpdate()
      .execute()
    for (const [position, tier] of tiers.entries()) {
      const columns = { price_amount: tier.price.amount, until: tier.until, quantity: tier.quantity, updated_at: now }
      const known = before[position]
      if (known) await tx.updateTable('event_price_tier').set(columns).where('id', '=', known.id).execute()
      else
        await tx
          .insertInto('event_price_tier')
          .values({ id: newId('etr'), ticket_type_id: typeId, position, ...columns, created_at: now })
          .execute()
    }
    const gone = before.slice(tiers.length).map((tier) => tier.id)
    if (gone.length > 0)
      await tx.updateTable('event_price_tier').set({ retired_at: now, updated_at: now }).where('id', 'in', gone).execute()
  }

  private async writeCategoryPrices(tx: Tx, typeId: string, prices: NonNullable<TypeFields['category_prices']>): Promise<void> {
    await tx.deleteFrom('event_seat_category_price').where('ticket_type_id', '=', typeId).execute()
    if (prices.length > 0) {
      await tx
        .insertInto('event_seat_category_price')
        .values(prices.map((price) => ({ ticket_type_id: typeId, category: price.category, price_amount: price.price.amount })))
        .execute()
    }
    if (prices.length > 0) await tx.updateTable('event_ticket_type').set({ seated: true }).where('id', '=', typeId).execute()
  }

  private async writeQuotaTypes(tx: Tx, quotaId: string, eventId: string, typeIds: readonly string[]): Promise<void> {
    for (const id of new Set(typeIds)) await this.partOf(tx, 'event_ticket_type', id, eventId)
    await tx
      .insertInto('event_quota_ticket_type')
      .values([...new Set(typeIds)].map((id) => ({ quota_id: quotaId, ticket_type_id: id })))
      .execute()
  }

  /**
   * A quota over other types counts what those have sold already. Claims on them wait for the rows of the quotas they know;
   * the new count is taken under a lock on the event's tickets' types, so none slips through.
   */
  private async recount(tx: Tx, quotaId: string): Promise<void> {
    await sql`SELECT id FROM event_quota WHERE event_id = (SELECT event_id FROM event_quota WHERE id = ${quotaId}) ORDER BY id FOR UPDATE`.execute(
      tx,
    )
    await sql`
      UPDATE event_quota q SET used = (
        SELECT count(*) FROM event_ticket t JOIN event_quota_ticket_type qt ON qt.ticket_type_id = t.ticket_type_id AND qt.quota_id = q.id
        LEFT JOIN event_voucher v ON v.id = t.voucher_id
        WHERE t.status IN ('pending', 'valid', 'checked_in', 'blocked', 'expired') AND (q.event_date_id IS NULL OR q.event_date_id = t.event_date_id)
      ) + coalesce((
        SELECT sum(v.max_usages - v.redeemed) FROM event_voucher v JOIN event_quota_ticket_type qt ON qt.ticket_type_id = v.ticket_type_id AND qt.quota_id = q.id
        WHERE v.blocks_quota AND v.status = 'active' AND (q.event_date_id IS NULL OR q.event_date_id = v.event_date_id)
      ), 0) WHERE q.id = ${quotaId}`.execute(tx)
  }
}

function typeColumns(body: TypeFields): Record<string, unknown> {
  const columns: Record<string, unknown> = {}
  const plain = [
    'kind',
    'min_per_order',
    'max_per_order',
    'available_from',
    'available_to',
    'requires_parent',
    'hide_without_voucher',
    'attendee_names',
    'tax_class',
    'checkin_allowed_entries',
    'position',
  ] as const
  for (const name of plain) if (body[name] !== undefined) columns[name] = body[name]
  for (const name of ['name', 'description', 'attendee_fields'] as const) if (body[name] !== undefined) columns[name] = jsonb(body[name])
  if (body.price !== undefined) columns['price_amount'] = body.price.amount
  return columns
}
