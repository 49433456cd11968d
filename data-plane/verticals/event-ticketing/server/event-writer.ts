import { DomainError, type I18nText, type Input, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { publicPicture } from '../../../core/file/public-picture.ts'
import { SettingService } from '../../../core/store/setting.service.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../../platform/db/index.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type { createEvent, EventPatch, ManagedEvent } from '../contract.ts'
import { refreshEvent } from './event-state.ts'
import { lockEvent, ManagedEvents, requireOpen } from './managed-events.ts'
import { timerKinds } from './ticket-rows.ts'

type EventInput = Input<typeof createEvent>['body']

/** Organisers write events. */
@Injectable()
export class EventWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly settings: SettingService,
    private readonly read: ManagedEvents,
  ) {}

  /** Drafts an event with its first date and a check-in list for everybody. */
  async create(ctx: RequestContext, body: EventInput): Promise<ManagedEvent> {
    if (ctx.actor.kind !== 'vendor') throw new DomainError('forbidden')
    const vendorId = ctx.actor.vendorId
    const now = this.clock.now()
    const id = newId('evn')
    const { starts_at: startsAt, ends_at: endsAt, doors_at: doorsAt, ...fields } = body
    checkTimes(startsAt, endsAt, doorsAt)
    return this.guarded(() =>
      this.database.transaction(async (tx) => {
        const place = await this.placeOf(tx, vendorId, fields.venue_id)
        await tx
          .insertInto('event_event')
          .values({
            id,
            vendor_id: vendorId,
            timezone: body.timezone ?? this.tenant.document.timezone,
            currency_code: this.tenant.document.default_currency,
            starts_at: startsAt,
            ends_at: endsAt,
            doors_at: doorsAt,
            last_ends_at: endsAt,
            ...this.columns(fields),
            ...place,
            ...(await this.pictureOf(tx, vendorId, fields.picture_file_id, fields.title)),
            created_at: now,
            updated_at: now,
          } as never)
          .execute()
        await tx
          .insertInto('event_date')
          .values({
            id: newId('evd'),
            event_id: id,
            starts_at: startsAt,
            ends_at: endsAt,
            doors_at: doorsAt,
            created_at: now,
            updated_at: now,
          })
          .execute()
        await tx
          .insertInto('event_checkin_list')
          .values({ id: newId('ecl'), event_id: id, name: 'All', ticket_type_ids: [], created_at: now, updated_at: now })
          .execute()
        await audit(tx, ctx, { action: 'event.create', resource: { type: 'event', id } })
        return this.read.get(ctx, id, tx)
      }),
    )
  }

  async update(ctx: RequestContext, id: string, body: EventPatch): Promise<ManagedEvent> {
    const now = this.clock.now()
    const fee = await this.usualFee()
    return this.guarded(() =>
      this.database.transaction(async (tx) => {
        const row = await lockEvent(tx, ctx, id)
        requireOpen(row)
        if (body.version !== undefined && body.version !== row.version)
          throw new DomainError('stale_version', { details: { version: row.version } })
        const { version: _version, ...fields } = body
        const changes = {
          ...this.columns(fields),
          ...(fields.timezone !== undefined && { timezone: fields.timezone }),
          ...(fields.venue_id !== undefined && (await this.placeOf(tx, row.vendor_id, fields.venue_id))),
          ...(fields.picture_file_id !== undefined &&
            (await this.pictureOf(tx, row.vendor_id, fields.picture_file_id, fields.title ?? (row.title as I18nText)))),
        }
        await tx
          .updateTable('event_event')
          .set({ ...(changes as object), updated_at: now, version: row.version + 1 })
          .where('id', '=', id)
          .execute()
        await audit(tx, ctx, {
          action: 'event.update',
          resource: { type: 'event', id },
          before: pick(row, Object.keys(changes)),
          after: changes,
        })
        await refreshEvent(tx, id, fee, now)
        await schedule(tx, { kind: timerKinds.state, ref: id, dueAt: now })
        return this.read.get(ctx, id, tx)
      }),
    )
  }

  /** @throws DomainError invalid_transition for anything but a draft */
  async remove(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await lockEvent(tx, ctx, id)
      if (row.status !== 'draft')
        throw new DomainError('invalid_transition', { details: { entity: 'event', transition: 'delete', status: row.status } })
      await tx
        .updateTable('event_event')
        .set({ deleted_at: this.clock.now(), version: row.version + 1 })
        .where('id', '=', id)
        .execute()
      await audit(tx, ctx, { action: 'event.delete', resource: { type: 'event', id } })
    })
  }

  async usualFee(): Promise<{ amount: number; bps: number }> {
    const settings = await this.settings.all()
    return { amount: settings['event.service_fee_amount'], bps: settings['event.service_fee_bps'] }
  }

  private columns(fields: Partial<Omit<EventInput, 'starts_at' | 'ends_at' | 'doors_at'>>): Record<string, unknown> {
    const columns: Record<string, unknown> = {}
    const plain = [
      'handle',
      'category',
      'online_url',
      'presale_start',
      'presale_end',
      'is_series',
      'age_min',
      'gender_policy',
      'max_tickets_per_order',
      'resale_allowed',
      'show_remaining',
      'waiting_list_enabled',
      'licence_no',
    ] as const
    for (const name of plain) if (fields[name] !== undefined) columns[name] = fields[name]
    for (const name of ['title', 'description', 'refund_tiers'] as const)
      if (fields[name] !== undefined) columns[name] = jsonb(fields[name])
    if (fields.service_fee !== undefined) {
      const currency = this.tenant.document.default_currency
      if (fields.service_fee && fields.service_fee.amount.currency !== currency)
        throw new DomainError('currency_mismatch', { field: 'service_fee' })
      columns['fee_amount'] = fields.service_fee?.amount.amount ?? null
      columns['fee_bps'] = fields.service_fee?.bps ?? null
    }
    if (fields.presale_start && fields.presale_end && fields.presale_end <= fields.presale_start)
      throw new DomainError('validation_failed', { field: 'presale_end' })
    return columns
  }

  private async placeOf(
    tx: Tx,
    vendorId: string,
    venueId: string | null | undefined,
  ): Promise<{ venue_id: string | null; city: string | null }> {
    if (!venueId) return { venue_id: null, city: null }
    const venue = await tx
      .selectFrom('event_venue')
      .select('city')
      .where('id', '=', venueId)
      .where('vendor_id', '=', vendorId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!venue) throw new DomainError('validation_failed', { field: 'venue_id' })
    return { venue_id: venueId, city: venue.city }
  }

  private async pictureOf(tx: Tx, vendorId: string, fileId: string | null | undefined, title: I18nText) {
    const picture = await publicPicture(tx, fileId ?? null, title, (owner) => owner === vendorId)
    return { picture_file_id: fileId || null, picture: picture && jsonb(picture) }
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (violates(error, '23505', 'event_event_handle')) throw new DomainError('already_exists', { field: 'handle' })
      throw error
    }
  }
}

/** @throws DomainError validation_failed */
export function checkTimes(startsAt: string, endsAt: string, doorsAt: string | null): void {
  if (endsAt <= startsAt) throw new DomainError('validation_failed', { field: 'ends_at' })
  if (doorsAt !== null && doorsAt > startsAt) throw new DomainError('validation_failed', { field: 'doors_at' })
}

function pick(row: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))
}
