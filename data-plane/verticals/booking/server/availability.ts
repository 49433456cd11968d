import { DomainError, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { requireWritable } from '../../../core/catalogue/manage/scope.ts'
import { lockResources } from '../../../engines/capacity/exclusive.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { dateOf, dayNumber } from '../../../platform/clock/zone.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import type {
  AvailabilityException,
  AvailabilityRule,
  CalendarBlock,
  vendorCreateBlock,
  vendorCreateException,
  vendorListBlocks,
  vendorListExceptions,
  vendorReplaceRules,
} from '../contract.ts'
import { providers } from './capacity.ts'
import { Providers } from './providers.ts'

/** When providers can be had: weeks, days that differ, blocked times. */
@Injectable()
export class Availability {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly providers: Providers,
  ) {}

  async rules(ctx: RequestContext, providerId: string, db: Tx = this.database.read): Promise<AvailabilityRule[]> {
    await this.providers.own(db, ctx, providerId)
    const rows = await db
      .selectFrom('booking_availability_rule')
      .select(['id', 'weekday', 'start_minute', 'end_minute', 'valid_from', 'valid_to'])
      .where('provider_id', '=', providerId)
      .orderBy('weekday')
      .orderBy('start_minute')
      .execute()
    return rows.map((row) => ({
      id: row.id,
      weekday: row.weekday,
      start: clockText(row.start_minute),
      end: clockText(row.end_minute),
      valid_from: row.valid_from && dateText(row.valid_from),
      valid_to: row.valid_to && dateText(row.valid_to),
    }))
  }

  /** @throws DomainError validation_failed when a window ends before it starts */
  async replaceRules(ctx: RequestContext, providerId: string, body: Input<typeof vendorReplaceRules>['body']): Promise<AvailabilityRule[]> {
    return this.change(ctx, providerId, 'replace-rules', async (tx, now) => {
      const rows = body.rules.map((rule, index) => ({
        id: newId('bar'),
        provider_id: providerId,
        weekday: rule.weekday,
        ...windowOf(rule, `rules.${index}`),
        valid_from: rule.valid_from,
        valid_to: rule.valid_to,
        created_at: now,
        updated_at: now,
      }))
      await tx.deleteFrom('booking_availability_rule').where('provider_id', '=', providerId).execute()
      if (rows.length > 0) await tx.insertInto('booking_availability_rule').values(rows).execute()
      return this.rules(ctx, providerId, tx)
    })
  }

  async exceptions(
    ctx: RequestContext,
    providerId: string,
    query: Input<typeof vendorListExceptions>['query'],
  ): Promise<Output<typeof vendorListExceptions>> {
    await this.providers.own(this.database.read, ctx, providerId)
    let wanted = this.database.read.selectFrom('booking_availability_exception').where('provider_id', '=', providerId)
    if (query.from) wanted = wanted.where('date', '>=', sql<Date>`${query.from}::date`)
    if (query.to) wanted = wanted.where('date', '<=', sql<Date>`${query.to}::date`)
    const [{ count }, rows] = await Promise.all([
      wanted.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
      wanted.selectAll().orderBy('date').orderBy('start_minute').limit(query.limit).offset(query.offset).execute(),
    ])
    return { total: Number(count), items: rows.map(exceptionView) }
  }

  async createException(
    ctx: RequestContext,
    providerId: string,
    body: Input<typeof vendorCreateException>['body'],
  ): Promise<AvailabilityException> {
    if ((body.start === null) !== (body.end === null) || (body.kind === 'open' && body.start === null)) {
      throw new DomainError('validation_failed', { field: 'start', details: { fields: [{ field: 'start', code: 'required' }] } })
    }
    return this.change(ctx, providerId, 'create-exception', async (tx, now) => {
      const window = body.start === null ? { start_minute: 0, end_minute: 1440 } : windowOf({ start: body.start, end: body.end! }, '')
      const row = await tx
        .insertInto('booking_availability_exception')
        .values({
          id: newId('bae'),
          provider_id: providerId,
          date: body.date,
          kind: body.kind,
          ...window,
          note: body.note,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return exceptionView(row)
    })
  }

  async removeException(ctx: RequestContext, providerId: string, id: string): Promise<{ id: string }> {
    return this.change(ctx, providerId, 'remove-exception', async (tx) => {
      const removed = await tx
        .deleteFrom('booking_availability_exception')
        .where('id', '=', id)
        .where('provider_id', '=', providerId)
        .returning('id')
        .executeTakeFirst()
      if (!removed) throw new DomainError('not_found')
      return removed
    })
  }

  async blocks(
    ctx: RequestContext,
    providerId: string,
    query: Input<typeof vendorListBlocks>['query'],
  ): Promise<Output<typeof vendorListBlocks>> {
    await this.providers.own(this.database.read, ctx, providerId)
    let wanted = this.database.read.selectFrom('booking_calendar_block').where('provider_id', '=', providerId)
    if (query.from) wanted = wanted.where('ends_at', '>', new Date(query.from))
    if (query.to) wanted = wanted.where('starts_at', '<', new Date(query.to))
    const [{ count }, rows] = await Promise.all([
      wanted.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
      wanted.selectAll().orderBy('starts_at').orderBy('id').limit(query.limit).offset(query.offset).execute(),
    ])
    return { total: Number(count), items: rows.map(blockView) }
  }

  /** Comes after claims under way (K3 on the provider); what is booked already stays and is named. */
  async createBlock(
    ctx: RequestContext,
    providerId: string,
    body: Input<typeof vendorCreateBlock>['body'],
  ): Promise<Output<typeof vendorCreateBlock>> {
    const [startsAt, endsAt] = [new Date(body.start), new Date(body.end)]
    if (startsAt >= endsAt)
      throw new DomainError('validation_failed', { field: 'end', details: { fields: [{ field: 'end', code: 'before_start' }] } })
    return this.change(ctx, providerId, 'create-block', async (tx, now) => {
      await lockResources(tx, providers, [providerId])
      const values = { starts_at: startsAt, ends_at: endsAt, note: body.note, updated_at: now }
      const row = await tx
        .insertInto('booking_calendar_block')
        .values({
          id: newId('bcb'),
          provider_id: providerId,
          source: body.external_uid ? 'external' : 'manual',
          external_uid: body.external_uid ?? null,
          created_at: now,
          ...values,
        })
        .onConflict((conflict) => conflict.columns(['provider_id', 'external_uid']).doUpdateSet(values))
        .returningAll()
        .executeTakeFirstOrThrow()
      return { ...blockView(row), conflicts: await this.conflicts(tx, providerId, startsAt, endsAt) }
    })
  }

  async removeBlock(ctx: RequestContext, providerId: string, id: string): Promise<{ id: string }> {
    return this.change(ctx, providerId, 'remove-block', async (tx) => {
      const removed = await tx
        .deleteFrom('booking_calendar_block')
        .where('id', '=', id)
        .where('provider_id', '=', providerId)
        .returning('id')
        .executeTakeFirst()
      if (!removed) throw new DomainError('not_found')
      return removed
    })
  }

  private async conflicts(tx: Tx, providerId: string, from: Date, to: Date) {
    const { rows } = await sql<{ id: string; reference: string; starts_at: Date }>`
      SELECT b.id, b.reference, b.starts_at FROM booking_assignment a JOIN booking b ON b.id = a.booking_id OR b.slot_id = a.slot_id
      WHERE a.provider_id = ${providerId} AND a.status IN ('held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress')
        AND tstzrange(a.blocked_from, a.blocked_to) && tstzrange(${from}, ${to})
        AND b.status IN ('pending_confirmation', 'confirmed', 'checked_in', 'in_progress') ORDER BY b.starts_at LIMIT 50`.execute(tx)
    return rows.map((row) => ({ booking_id: row.id, reference: row.reference, start: row.starts_at.toISOString() }))
  }

  private change<T>(ctx: RequestContext, providerId: string, action: string, work: (tx: Tx, now: Date) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      await this.providers.own(tx, ctx, providerId)
      const result = await work(tx, this.clock.now())
      await audit(tx, ctx, { action: `booking_provider.${action}`, resource: { type: 'booking_provider', id: providerId } })
      return result
    })
  }
}

const minuteOfDay = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** `09:00`–`17:30` → minutes of the day. @throws DomainError validation_failed */
function windowOf({ start, end }: { start: string; end: string }, field: string): { start_minute: number; end_minute: number } {
  const [from, to] = [minuteOfDay(start), minuteOfDay(end)]
  const name = field ? `${field}.end` : 'end'
  if (from >= to) throw new DomainError('validation_failed', { field: name, details: { fields: [{ field: name, code: 'before_start' }] } })
  return { start_minute: from, end_minute: to }
}

const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** Postgres' `date` comes as midnight of the process's own zone, or as text. */
function dateText(value: Date | string): string {
  if (typeof value === 'string') return dateOf(dayNumber(value.slice(0, 10)))
  return `${value.getFullYear()}-${String(value.getMonth() + 1).padStart(2, '0')}-${String(value.getDate()).padStart(2, '0')}`
}

function exceptionView(row: {
  id: string
  date: Date
  kind: string
  start_minute: number
  end_minute: number
  note: string | null
}): AvailabilityException {
  const whole = row.start_minute === 0 && row.end_minute === 1440
  return {
    id: row.id,
    date: dateText(row.date),
    kind: row.kind as AvailabilityException['kind'],
    start: whole ? null : clockText(row.start_minute),
    end: whole ? null : clockText(row.end_minute),
    note: row.note,
  }
}

function blockView(row: {
  id: string
  provider_id: string
  starts_at: Date
  ends_at: Date
  source: string
  external_uid: string | null
  note: string | null
}): CalendarBlock {
  return {
    id: row.id,
    provider_id: row.provider_id,
    start: row.starts_at.toISOString(),
    end: row.ends_at.toISOString(),
    source: row.source as CalendarBlock['source'],
    external_uid: row.external_uid,
    note: row.note,
  }
}
