import { DomainError, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { sql } from 'kysely'
import { requireWritable } from '../../../core/catalogue/manage/scope.ts'
import { lockResources } from '../../../engines/capacity/exclusive.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock, days, later } from '../../../platform/clock/clock.ts'
import { Database, type Tx, violates } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { cancel, schedule, TimerHandlers } from '../../../platform/timer/timers.ts'
import type { CalendarImport } from '../contract.ts'
import { type BusyTime, busyTimes } from './calendar-events.ts'
import { providers } from './capacity.ts'
import { OutsideCalendars } from './outside-calendars.ts'
import { Providers } from './providers.ts'
import { timerKinds } from './timer-kinds.ts'

const everySeconds = 15 * 60
/** What is taken that far ahead is read; nothing can be booked later. */
const ahead = days(365)

/** Calendars elsewhere: their events block a provider, read every 15 minutes. The timer rests while the vertical is off. */
@Injectable()
export class CalendarImports implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly handlers: TimerHandlers,
    private readonly providers: Providers,
    private readonly outside: OutsideCalendars,
  ) {}

  onModuleInit(): void {
    this.handlers.on(
      timerKinds.calendarImport,
      async (ctx, timer) => {
        const row = await this.database.read
          .selectFrom('booking_calendar_import')
          .select('id')
          .where('id', '=', timer.ref)
          .executeTakeFirst()
        if (row) await this.read(ctx, row.id).catch((error: unknown) => this.tolerate(error))
      },
      { vertical: 'booking' },
    )
  }

  async list(ctx: RequestContext, providerId: string): Promise<CalendarImport[]> {
    await this.providers.own(this.database.read, ctx, providerId)
    const rows = await this.database.read
      .selectFrom('booking_calendar_import')
      .select('id')
      .where('provider_id', '=', providerId)
      .orderBy('created_at')
      .execute()
    return Promise.all(rows.map((row) => this.one(this.database.read, row.id)))
  }

  /** @throws DomainError url_not_allowed | already_exists */
  async create(ctx: RequestContext, providerId: string, address: string): Promise<CalendarImport> {
    const url = await this.outside.requireAllowed(address)
    try {
      return await this.database.transaction(async (tx) => {
        await requireWritable(tx, ctx)
        await this.providers.own(tx, ctx, providerId)
        const now = this.clock.now()
        const id = newId('bci')
        await tx
          .insertInto('booking_calendar_import')
          .values({
            id,
            provider_id: providerId,
            url: this.pii.encrypt(url.toString()),
            url_index: this.pii.index('token', url.toString()),
            host: url.hostname,
            created_at: now,
            updated_at: now,
          })
          .execute()
        await schedule(tx, { kind: timerKinds.calendarImport, ref: id, dueAt: now, everySeconds })
        await audit(tx, ctx, {
          action: 'calendar_import.create',
          resource: { type: 'booking_provider', id: providerId },
          after: { host: url.hostname },
        })
        return this.one(tx, id)
      })
    } catch (error) {
      if (violates(error, '23505')) throw new DomainError('already_exists', { field: 'url' })
      throw error
    }
  }

  async run(ctx: RequestContext, providerId: string, id: string): Promise<CalendarImport> {
    await this.requireOwn(ctx, providerId, id)
    await this.read(ctx, id)
    return this.one(this.database.read, id)
  }

  async remove(ctx: RequestContext, providerId: string, id: string): Promise<{ id: string }> {
    await this.requireOwn(ctx, providerId, id)
    await this.database.transaction(async (tx) => {
      await requireWritable(tx, ctx)
      await cancel(tx, timerKinds.calendarImport, id)
      await tx.deleteFrom('booking_calendar_import').where('id', '=', id).execute()
      await audit(tx, ctx, { action: 'calendar_import.remove', resource: { type: 'booking_provider', id: providerId } })
    })
    return { id }
  }

  /** Reads one calendar and makes its blocks what it says: upsert by uid, what is gone goes. */
  private async read(_ctx: RequestContext, id: string): Promise<void> {
    const row = await this.database.read.selectFrom('booking_calendar_import').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    const now = this.clock.now()
    let times: BusyTime[]
    try {
      const text = await this.outside.fetch(this.pii.decrypt(row.url))
      times = this.parse(text, now)
    } catch (error) {
      const reason = error instanceof DomainError ? String(error.details?.['reason'] ?? error.code) : 'unknown'
      await this.database.read
        .updateTable('booking_calendar_import')
        .set({ last_error: reason, updated_at: now })
        .where('id', '=', id)
        .execute()
      throw error
    }
    await this.database.transaction(async (tx) => {
      await lockResources(tx, providers, [row.provider_id])
      await this.store(tx, row, times, now)
      await tx
        .updateTable('booking_calendar_import')
        .set({ last_imported_at: now, last_error: null, updated_at: now })
        .where('id', '=', id)
        .execute()
    })
  }

  private parse(text: string, now: Date): BusyTime[] {
    try {
      return busyTimes(text, now, later(now, ahead))
    } catch (error) {
      throw new DomainError('dependency_unavailable', { details: { reason: 'not_a_calendar' }, cause: error })
    }
  }

  private async store(
    tx: Tx,
    { id, provider_id: providerId }: { id: string; provider_id: string },
    times: readonly BusyTime[],
    now: Date,
  ): Promise<void> {
    const rows = times.map((time) => ({
      id: newId('bcb'),
      uid: `${id}:${time.uid}`,
      starts_at: time.startsAt.toISOString(),
      ends_at: time.endsAt.toISOString(),
    }))
    await sql`INSERT INTO booking_calendar_block (id, provider_id, import_id, starts_at, ends_at, source, external_uid, created_at, updated_at)
      SELECT id, ${providerId}, ${id}, starts_at, ends_at, 'ical', uid, ${now}, ${now}
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given (id text, uid text, starts_at timestamptz, ends_at timestamptz)
      ON CONFLICT (provider_id, external_uid) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, updated_at = excluded.updated_at`.execute(
      tx,
    )
    await sql`DELETE FROM booking_calendar_block WHERE import_id = ${id} AND ends_at > ${now}
      AND external_uid <> ALL (${rows.map((row) => row.uid)}::text[])`.execute(tx)
  }

  /** The calendar of somebody else is away: its row says so, the next run tries again. */
  private tolerate(error: unknown): void {
    if (!(error instanceof DomainError)) throw error
  }

  private async requireOwn(ctx: RequestContext, providerId: string, id: string): Promise<void> {
    await this.providers.own(this.database.read, ctx, providerId)
    const row = await this.database.read
      .selectFrom('booking_calendar_import')
      .select('id')
      .where('id', '=', id)
      .where('provider_id', '=', providerId)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found')
  }

  private async one(db: Tx, id: string): Promise<CalendarImport> {
    const row = await db
      .selectFrom('booking_calendar_import as i')
      .select(['i.id', 'i.provider_id', 'i.host', 'i.last_imported_at', 'i.last_error'])
      .select((eb) =>
        eb
          .selectFrom('booking_calendar_block as b')
          .select(eb.fn.countAll<number>().as('count'))
          .whereRef('b.import_id', '=', 'i.id')
          .as('block_count'),
      )
      .where('i.id', '=', id)
      .executeTakeFirstOrThrow()
    return {
      id: row.id,
      provider_id: row.provider_id,
      host: row.host,
      last_imported_at: row.last_imported_at?.toISOString() ?? null,
      last_error: row.last_error,
      block_count: Number(row.block_count),
    }
  }
}
