import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { adultAge, Personas } from '../../../core/persona/persona.service.ts'
import { Clock, days, later } from '../../../platform/clock/clock.ts'
import { Zone } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { EventDetail, eventAvailability, eventCalendar, eventFacets, listEvents } from '../contract.ts'
import { EventReader, type EventRow, listed } from './event-reader.ts'
import { dateAvailability, offerOf, readTypes, visibleTypes } from './offers.ts'
import type { VoucherRow } from './ticket-pricing.ts'

const longestCalendar = 62
const orders: Record<string, RawBuilder<unknown>> = {
  soonest: sql`e.starts_at, e.id`,
  price: sql`e.price_from_amount NULLS LAST, e.id`,
  '-price': sql`e.price_from_amount DESC NULLS LAST, e.id`,
  newest: sql`e.created_at DESC, e.id`,
}

/** What shoppers read about events. */
@Injectable()
export class StoreEvents {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly reader: EventReader,
    private readonly personas: Personas,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listEvents>['query']): Promise<Output<typeof listEvents>> {
    const conditions = await this.suitable(ctx)
    if (query.city) conditions.push(sql`e.city = ${query.city}`)
    if (query.category) conditions.push(sql`e.category = ${query.category}`)
    if (query.vendor) conditions.push(sql`v.handle = ${query.vendor}`)
    if (query.price_min !== undefined) conditions.push(sql`e.price_to_amount >= ${query.price_min}`)
    if (query.price_max !== undefined) conditions.push(sql`e.price_from_amount <= ${query.price_max}`)
    if (query.free === true) conditions.push(sql`e.price_from_amount = 0`)
    if (query.family === true) conditions.push(sql`e.gender_policy IN ('all', 'families') AND coalesce(e.age_min, 0) <= 12`)
    if (query.q) {
      const like = `%${query.q.replaceAll(/[\\%_]/g, '\\$&')}%`
      conditions.push(sql`(e.title->>'en' ILIKE ${like} OR e.title->>'ar' ILIKE ${like} OR e.title->>'fr' ILIKE ${like})`)
    }
    const from = query.date ?? query.date_from
    const to = query.date ?? query.date_to
    if (from || to) {
      const after = from ? sql`AND d.ends_at > ${this.dayStart(from)}` : sql``
      const before = to ? sql`AND d.starts_at < ${later(this.dayStart(to), days(1))}` : sql``
      conditions.push(sql`EXISTS (SELECT 1 FROM event_date d WHERE d.event_id = e.id AND d.status = 'scheduled' ${after} ${before})`)
    }
    const order = orders[query.order ?? 'soonest']
    if (!order) throw new DomainError('invalid_request', { field: 'order', details: { allowed: Object.keys(orders) } })
    return this.reader.cards(ctx.locale, { where: sql.join(conditions, sql` AND `), order, limit: query.limit, offset: query.offset })
  }

  async facets(): Promise<Output<typeof eventFacets>> {
    const now = this.clock.now()
    const { rows } = await sql<{ category: EventRow['category']; city: string | null; count: number; most: number | null }>`
      SELECT e.category, e.city, count(*)::int AS count, max(e.price_to_amount) AS most FROM event_event e JOIN vendor v ON v.id = e.vendor_id
      WHERE e.deleted_at IS NULL AND e.status IN ${listed} AND e.last_ends_at > ${now} AND v.status = 'active' GROUP BY e.category, e.city`.execute(
      this.database.read,
    )
    const categories = new Map<EventRow['category'], number>()
    const cities = new Map<string, number>()
    for (const row of rows) {
      categories.set(row.category, (categories.get(row.category) ?? 0) + row.count)
      if (row.city) cities.set(row.city, (cities.get(row.city) ?? 0) + row.count)
    }
    const most = Math.max(-1, ...rows.map((row) => row.most ?? -1))
    return {
      categories: [...categories].sort(([, a], [, b]) => b - a).map(([category, count]) => ({ category, count })),
      cities: [...cities].sort(([, a], [, b]) => b - a).map(([city, count]) => ({ city, count })),
      price_max: most < 0 ? null : { amount: most, currency: this.tenant.document.default_currency },
    }
  }

  async calendar(ctx: RequestContext, query: Input<typeof eventCalendar>['query']): Promise<Output<typeof eventCalendar>> {
    const from = this.dayStart(query.from)
    const to = later(this.dayStart(query.to), days(1))
    const span = (to.getTime() - from.getTime()) / days(1)
    if (span < 1 || span > longestCalendar + 1)
      throw new DomainError('validation_failed', { field: 'to', details: { most_days: longestCalendar } })
    const conditions = await this.suitable(ctx)
    if (query.city) conditions.push(sql`e.city = ${query.city}`)
    if (query.category) conditions.push(sql`e.category = ${query.category}`)
    return this.reader.occurrences(ctx.locale, from, to, sql.join(conditions, sql` AND `))
  }

  async dates(key: string) {
    return (await this.reader.dates(await this.reader.row(key), this.clock.now())).shapes
  }

  async availability(
    ctx: RequestContext,
    key: string,
    query: Input<typeof eventAvailability>['query'],
  ): Promise<Output<typeof eventAvailability>> {
    const now = this.clock.now()
    const event = await this.reader.row(key)
    await this.personas.requireSuitable(ctx, event.age_min)
    const date = await this.reader.date(event, query.event_date_id, now)
    const voucher = query.voucher ? await this.voucher(event.id, date.id, query.voucher, now) : undefined
    const rows = visibleTypes(await readTypes(this.database.read, event.id, date.id), voucher)
    const fee = await this.reader.usualFee()
    const offers = rows.map((row) =>
      offerOf(row, {
        event: this.reader.selling(event),
        date: { status: date.status, startsAt: date.starts_at, endsAt: date.ends_at },
        locale: ctx.locale,
        fallback: this.reader.fallback,
        fee,
        now,
        ...(voucher && { voucher }),
      }),
    )
    return {
      event_date_id: date.id,
      availability: dateAvailability(offers),
      ticket_types: offers,
      voucher: voucher
        ? { code: voucher.code, valid_until: voucher.valid_until?.toISOString() ?? null, uses_left: voucher.max_usages - voucher.redeemed }
        : null,
    }
  }

  private async voucher(eventId: string, dateId: string, code: string, now: Date): Promise<VoucherRow> {
    const row = (await this.database.read
      .selectFrom('event_voucher')
      .selectAll()
      .where('event_id', '=', eventId)
      .where('code', '=', code.trim().toUpperCase())
      .executeTakeFirst()) as VoucherRow | undefined
    const fits =
      row && row.status === 'active' && (!row.valid_until || row.valid_until > now) && (!row.event_date_id || row.event_date_id === dateId)
    if (!fits) throw new DomainError('voucher_invalid', { field: 'voucher' })
    if (row.redeemed >= row.max_usages) throw new DomainError('voucher_exhausted', { field: 'voucher' })
    return row
  }

  /** One event, unless it is kept from this visitor. @throws DomainError not_found | persona_restricted */
  async detail(ctx: RequestContext, key: string): Promise<EventDetail> {
    const detail = await this.reader.detail(key, ctx.locale)
    await this.personas.requireSuitable(ctx, detail.age_min)
    return detail
  }

  /** Children are shown nothing for adults. */
  private async suitable(ctx: RequestContext): Promise<RawBuilder<unknown>[]> {
    const { kids_safe } = await this.personas.constraintsOf(ctx)
    return [kids_safe ? sql`coalesce(e.age_min, 0) < ${adultAge}` : sql`true`]
  }

  /** Midnight of a day in the tenant's time zone. */
  private dayStart(day: string): Date {
    const zone = new Zone(this.tenant.document.timezone)
    return new Date(zone.earlier(Date.parse(`${day}T00:00:00Z`) / 60_000) * 60_000)
  }
}
