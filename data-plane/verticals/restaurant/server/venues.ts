import { DomainError, type I18nText, type Input, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { ofVendorOrHouse, publicPicture } from '../../../core/file/public-picture.ts'
import { vendorOf } from '../../../core/order/vendor-order.service.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx, violates } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { cancel, schedule } from '../../../platform/timer/timers.ts'
import type { ManagedRestaurant, pauseVendorRestaurant, RestaurantInput, RestaurantPatch } from '../contract.ts'
import { restaurantLifecycle } from '../lifecycle.ts'
import { Directory } from './directory.ts'
import { readPage } from './paged.ts'
import { Surroundings } from './surroundings.ts'
import { type VenueRow, venueColumns, venueJoins, venueView } from './venue.views.ts'

export const unpauseTimer = 'restaurant.unpause'

/** Restaurants for those who run them: a vendor's own, or all of them for the city. */
@Injectable()
export class Venues {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly directory: Directory,
    private readonly surroundings: Surroundings,
  ) {}

  /** @param where further conditions on `r` */
  async list(
    ctx: RequestContext,
    page: { limit: number; offset: number; q?: string | undefined },
    where: readonly RawBuilder<unknown>[] = [],
  ): Promise<Page<ManagedRestaurant>> {
    const typed = page.q?.trim().toLowerCase() || null
    const conditions = [
      sql`r.deleted_at IS NULL`,
      ...(ctx.actor.kind === 'vendor' ? [sql`r.vendor_id = ${vendorOf(ctx)}`] : []),
      ...(typed ? [sql`position(${typed}::text in lower(r.name::text || ' ' || r.handle)) > 0`] : []),
      ...where,
    ]
    const { rows, total } = await readPage<VenueRow>(this.database.read, {
      columns: venueColumns,
      from: sql`restaurant r`,
      joins: venueJoins,
      where: conditions,
      order: sql`r.created_at, r.id`,
      limit: page.limit,
      offset: page.offset,
    })
    return { total, items: rows.map((row) => this.view(ctx, row)) }
  }

  async get(ctx: RequestContext, id: string, tx: Tx = this.database.read): Promise<ManagedRestaurant> {
    return this.view(ctx, await this.row(tx, ctx, id))
  }

  /** @throws DomainError already_exists (handle), currency_mismatch, validation_failed */
  async create(ctx: RequestContext, input: RestaurantInput): Promise<ManagedRestaurant> {
    const now = this.clock.now()
    const id = newId('rest')
    const made = await this.write(async (tx) => {
      const values = {
        id,
        vendor_id: vendorOf(ctx),
        currency_code: this.surroundings.currency,
        created_at: now,
        updated_at: now,
        ...(await this.columns(tx, vendorOf(ctx), input, input.name)),
      }
      const columns = Object.keys(values).map((column) => sql.ref(column))
      await sql`INSERT INTO restaurant (${sql.join(columns)}) VALUES (${sql.join(Object.values(values))})`.execute(tx)
      await appendEvent(tx, {
        type: 'restaurant.restaurant.created',
        aggregate: { type: 'restaurant', id, version: 0 },
        payload: { id },
        ctx,
      })
      await audit(tx, ctx, { action: 'restaurant.create', resource: { type: 'restaurant', id }, after: { handle: input.handle } })
      return this.get(ctx, id, tx)
    })
    await this.directory.changed()
    return made
  }

  /** @throws DomainError already_exists (handle), stale_version, currency_mismatch, validation_failed */
  async update(ctx: RequestContext, id: string, { version, ...patch }: RestaurantPatch): Promise<ManagedRestaurant> {
    const now = this.clock.now()
    const changed = await this.write(async (tx) => {
      const before = await this.lock(tx, ctx, id)
      if (version !== undefined && version !== before.version)
        throw new DomainError('stale_version', { details: { version: before.version } })
      const changes = { ...(await this.columns(tx, before.vendor_id, patch, patch.name ?? (before.name as I18nText))), updated_at: now }
      const assignments = Object.entries(changes).map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
      await sql`UPDATE restaurant SET ${sql.join(assignments)}, version = version + 1 WHERE id = ${id}`.execute(tx)
      if (patch.max_orders_per_slot || patch.max_prep_points_per_slot) await this.recap(tx, id, now)
      await appendEvent(tx, {
        type: 'restaurant.restaurant.changed',
        aggregate: { type: 'restaurant', id, version: before.version + 1 },
        payload: { id, fields: Object.keys(patch) },
        ctx,
      })
      await audit(tx, ctx, { action: 'restaurant.update', resource: { type: 'restaurant', id }, after: patch })
      return this.get(ctx, id, tx)
    })
    await this.directory.changed()
    return changed
  }

  /** @throws DomainError publish_requirements_missing: details.missing */
  async submit(ctx: RequestContext, id: string): Promise<ManagedRestaurant> {
    await this.database.transaction(async (tx) => {
      const row = await this.lock(tx, ctx, id)
      const missing = await this.missing(tx, row)
      if (missing.length > 0) throw new DomainError('publish_requirements_missing', { details: { missing } })
      await transition(tx, restaurantLifecycle, { id, name: 'submit', ctx, changes: { status_reason: null } })
    })
    return this.get(ctx, id)
  }

  /** Stops taking orders, or takes them with longer promises, until a moment or until opened by hand. */
  async pause(ctx: RequestContext, id: string, body: Input<typeof pauseVendorRestaurant>['body']): Promise<ManagedRestaurant> {
    const now = this.clock.now()
    const until = body.until === null ? null : new Date(body.until)
    if (until && until <= now) throw new DomainError('validation_failed', { field: 'until', details: { reason: 'past' } })
    const stopped = body.extra_minutes === 0
    await this.setPause(ctx, id, stopped ? 'paused' : 'slowed', {
      is_paused: stopped,
      rush_extra_minutes: body.extra_minutes,
      paused_until: until,
    })
    return this.get(ctx, id)
  }

  async unpause(ctx: RequestContext, id: string): Promise<ManagedRestaurant> {
    await this.setPause(ctx, id, 'unpaused', { is_paused: false, rush_extra_minutes: 0, paused_until: null })
    return this.get(ctx, id)
  }

  /** Whatever the timer: a pause that was made longer meanwhile stays. */
  async unpauseDue(ctx: RequestContext, id: string): Promise<void> {
    const row = await this.database.read.selectFrom('restaurant').select(['paused_until']).where('id', '=', id).executeTakeFirst()
    if (!row?.paused_until || row.paused_until > this.clock.now()) return
    await this.setPause(ctx, id, 'unpaused', { is_paused: false, rush_extra_minutes: 0, paused_until: null })
  }

  view(ctx: RequestContext, row: VenueRow): ManagedRestaurant {
    return venueView(ctx, row, this.surroundings.fallback, this.surroundings.timezone)
  }

  /** @throws DomainError not_found for another vendor's restaurant */
  async lock(tx: Tx, ctx: RequestContext, id: string): Promise<VenueRow> {
    await sql`SELECT 1 FROM restaurant WHERE id = ${id} FOR NO KEY UPDATE`.execute(tx)
    return this.row(tx, ctx, id)
  }

  private async setPause(
    ctx: RequestContext,
    id: string,
    what: 'paused' | 'slowed' | 'unpaused',
    changes: { is_paused: boolean; rush_extra_minutes: number; paused_until: Date | null },
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await this.lock(tx, ctx, id)
      await tx
        .updateTable('restaurant')
        .set({ ...changes, version: row.version + 1, updated_at: this.clock.now() })
        .where('id', '=', id)
        .execute()
      if (changes.paused_until) await schedule(tx, { kind: unpauseTimer, ref: id, dueAt: changes.paused_until })
      else await cancel(tx, unpauseTimer, id)
      await appendEvent(tx, {
        type: `restaurant.restaurant.${what}`,
        aggregate: { type: 'restaurant', id, version: row.version + 1 },
        payload: { id, until: changes.paused_until?.toISOString() ?? null, extra_minutes: changes.rush_extra_minutes },
        ctx,
      })
      if (ctx.actor.kind === 'vendor')
        await audit(tx, ctx, { action: `restaurant.${what}`, resource: { type: 'restaurant', id }, after: changes })
    })
    await this.directory.changed()
  }

  private async row(tx: Tx, ctx: RequestContext, id: string): Promise<VenueRow> {
    const own = ctx.actor.kind === 'vendor' ? sql`AND r.vendor_id = ${vendorOf(ctx)}` : sql``
    const { rows } = await sql<VenueRow>`SELECT ${venueColumns} FROM restaurant r ${venueJoins}
      WHERE r.id = ${id} AND r.deleted_at IS NULL ${own}`.execute(tx)
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0]
  }

  /** What a restaurant needs before the city looks at it. */
  private async missing(tx: Tx, row: VenueRow): Promise<string[]> {
    const name = row.name as I18nText
    const { rows } = await sql<{ hours: number; dishes: number; areas: number }>`SELECT
      (SELECT count(*)::int FROM restaurant_opening_hours WHERE restaurant_id = ${row.id}) AS hours,
      (SELECT count(*)::int FROM restaurant_menu_item WHERE restaurant_id = ${row.id} AND active AND deleted_at IS NULL) AS dishes,
      (SELECT count(*)::int FROM restaurant_delivery_area WHERE restaurant_id = ${row.id}) AS areas`.execute(tx)
    const { hours, dishes, areas } = rows[0]!
    return [
      ...(name.en && name.ar ? [] : ['name']),
      ...(row.commercial_reg_no ? [] : ['commercial_reg_no']),
      ...(row.municipal_licence_no ? [] : ['municipal_licence_no']),
      ...(hours > 0 ? [] : ['opening_hours']),
      ...(dishes > 0 ? [] : ['menu_items']),
      ...(row.services.includes('delivery') && areas === 0 ? ['delivery_areas'] : []),
    ]
  }

  /** New caps hold for slots that somebody has claimed in already; what is taken stays taken. */
  private async recap(tx: Tx, id: string, now: Date): Promise<void> {
    await sql`UPDATE restaurant_kitchen_slot s SET orders_cap = (r.max_orders_per_slot->>s.service)::int, points_cap = r.max_prep_points_per_slot, updated_at = ${now}
      FROM restaurant r WHERE r.id = ${id} AND s.restaurant_id = r.id AND s.ends_at > ${now}`.execute(tx)
  }

  private async columns(tx: Tx, vendorId: string, input: Partial<RestaurantInput>, name: I18nText): Promise<Record<string, unknown>> {
    const {
      name: text,
      tagline,
      description,
      cuisines,
      location,
      picture_file_id: fileId,
      max_orders_per_slot: caps,
      reservation_deposit: deposit,
      reservation_cancellation_tiers: tiers,
      ...plain
    } = input
    if (deposit && deposit.currency !== this.surroundings.currency)
      throw new DomainError('currency_mismatch', { field: 'reservation_deposit' })
    if (deposit && deposit.amount < 0)
      throw new DomainError('validation_failed', { field: 'reservation_deposit', details: { reason: 'negative' } })
    const picture = fileId === undefined ? null : await publicPicture(tx, fileId, name, ofVendorOrHouse(vendorId))
    const given: Record<string, unknown> = {
      ...plain,
      ...(text && { name: jsonb(text) }),
      ...(tagline && { tagline: jsonb(tagline) }),
      ...(description && { description: jsonb(description) }),
      ...(cuisines && { cuisine_codes: cuisines }),
      ...(location && { lat: location.lat, lng: location.lng }),
      ...(fileId !== undefined && { picture_file_id: fileId, picture: picture && jsonb(picture) }),
      ...(caps && { max_orders_per_slot: jsonb(caps) }),
      ...(deposit && { reservation_deposit_amount: deposit.amount }),
      ...(tiers && { reservation_cancellation_tiers: jsonb(tiers) }),
    }
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  }

  private async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.database.transaction(work)
    } catch (error) {
      throw violates(error, '23505', 'restaurant_handle_key') ? new DomainError('already_exists', { field: 'handle', cause: error }) : error
    }
  }
}
