import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import { fold } from '../../../core/catalogue/search/fold.ts'
import { fileUrl } from '../../../core/file/public-picture.ts'
import { StoreService } from '../../../core/store/store.service.ts'
import { Cache } from '../../../platform/cache/cache.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { dayNumber, minuteOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { t } from '../../../platform/i18n/i18n.ts'
import '../i18n/messages.ts'
import type { listServiceCategories, listServices, ProviderKind, ProviderRef, Service, ServiceCard } from '../contract.ts'
import { depositFor, priceFor } from '../rules.ts'
import { BookingViews } from './booking-views.ts'
import { durationsOf, isOnSale, loadOfferings, type OfferingFacts, zoneOfOffering } from './offering-facts.ts'
import { Slots } from './slots.ts'

const lookAhead = 14 * 1440
/** Services looked at when only those free on a day are wanted. */
const mostFiltered = 200
const metresPerDegree = 111_195

interface TeamRow {
  id: string
  name: I18nText
  kind: ProviderKind
  verification: string
  picture: { key: string; width: number; height: number } | null
}

/** Services as shoppers see them. */
@Injectable()
export class Services {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
    private readonly clock: Clock,
    private readonly stores: StoreService,
    private readonly slots: Slots,
    private readonly views: BookingViews,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listServices>['query']): Promise<Output<typeof listServices>> {
    this.stores.requireOpen(ctx, await this.stores.current())
    const found = await this.matching(query)
    const free = query.date ? await this.freeOn(found, query.date) : found
    const page = free.slice(query.offset, query.offset + query.limit)
    const offerings = await loadOfferings(
      this.database.read,
      page.map((row) => row.id),
    )
    const items = await Promise.all(page.map((row) => this.card(ctx, offerings.get(row.id)!, row.distance, query.date)))
    return { items, total: free.length }
  }

  async categories(ctx: RequestContext): Promise<Output<typeof listServiceCategories>> {
    const rows = await this.database.read
      .selectFrom('booking_offering as o')
      .innerJoin('vendor as v', 'v.id', 'o.vendor_id')
      .select((eb) => ['o.category', eb.fn.countAll<number>().as('count')])
      .where('o.status', '=', 'published')
      .where('o.deleted_at', 'is', null)
      .where('v.status', '=', 'active')
      .groupBy('o.category')
      .orderBy('o.category')
      .execute()
    return rows.map((row) => ({
      code: row.category as ServiceCard['category'],
      name: t(ctx.locale, `booking.category.${row.category}`),
      count: Number(row.count),
    }))
  }

  /** @throws DomainError not_found */
  async get(ctx: RequestContext, handle: string): Promise<Service> {
    this.stores.requireOpen(ctx, await this.stores.current())
    const row = await this.database.read
      .selectFrom('booking_offering')
      .select('id')
      .where((eb) => eb.or([eb('handle', '=', handle), eb('id', '=', handle)]))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    const offering = row && (await loadOfferings(this.database.read, [row.id])).get(row.id)
    if (!offering || !isOnSale(offering)) throw new DomainError('not_found')
    return this.detail(ctx, offering)
  }

  private async matching(query: Input<typeof listServices>['query']): Promise<{ id: string; distance: number | null }[]> {
    const statement = new Statement()
    const conditions = ["o.status = 'published'", 'o.deleted_at IS NULL', "v.status = 'active'"]
    if (query.category) conditions.push(`o.category = ${statement.value(query.category)}`)
    if (query.vendor) {
      const vendor = statement.value(query.vendor)
      conditions.push(`(v.id = ${vendor} OR v.handle = ${vendor})`)
    }
    if (query.location_kind) conditions.push(`o.location_kind = ${statement.value(query.location_kind)}`)
    if (query.q) conditions.push(`o.search_text LIKE ${statement.value(`%${likeText(fold(query.q))}%`)}`)
    const distance = query.near ? this.nearBy(statement, conditions, query.near, query.radius_m) : 'NULL::float8'
    const rows = await statement.rows<{ id: string; distance: number | null }>(
      this.database.read,
      `SELECT * FROM (SELECT o.id, o.published_at, ${distance} AS distance FROM booking_offering o JOIN vendor v ON v.id = o.vendor_id WHERE ${conditions.join(' AND ')}) f
      ${query.near ? `WHERE distance <= ${statement.value(query.radius_m)}` : ''} ORDER BY distance NULLS LAST, published_at DESC, id LIMIT 1000`,
    )
    return rows
  }

  /** A box by the index first, then the distance on the sphere. @returns the distance in metres as SQL */
  private nearBy(statement: Statement, conditions: string[], near: string, radius: number): string {
    const [lat = 0, lng = 0] = near.split(',').map(Number)
    if (Math.abs(lat) > 90 || Math.abs(lng) > 180) throw new DomainError('validation_failed', { field: 'near' })
    const north = radius / metresPerDegree
    const east = north / Math.max(0.01, Math.cos((lat * Math.PI) / 180))
    const corner = (x: number, y: number) => `point(${statement.value(x)}::float8, ${statement.value(y)}::float8)`
    conditions.push(`point(o.lng, o.lat) <@ box(${corner(lng - east, lat - north)}, ${corner(lng + east, lat + north)})`)
    const [here, there] = [`${statement.value(lat)}::float8`, `${statement.value(lng)}::float8`]
    return `2 * 6371008.8 * asin(least(1, sqrt(sin(radians(o.lat - ${here}) / 2) ^ 2 + cos(radians(${here})) * cos(radians(o.lat)) * sin(radians(o.lng - ${there}) / 2) ^ 2)))`
  }

  private async freeOn(found: { id: string; distance: number | null }[], date: string) {
    const looked = found.slice(0, mostFiltered)
    const offerings = await loadOfferings(
      this.database.read,
      looked.map((row) => row.id),
    )
    const starts = await Promise.all(looked.map((row) => this.nextStart(offerings.get(row.id)!, date)))
    return looked.filter((_, index) => starts[index] !== null)
  }

  /** First free start, remembered for half a minute: a list may be that much behind, a claim never is. */
  private nextStart(offering: OfferingFacts, date: string | undefined): Promise<string | null> {
    const now = minuteOf(this.clock.now())
    return this.cache.wrap(`booking:next:${offering.id}:${offering.version}:${date ?? ''}:${now}`, 30, async () => {
      const zone = zoneOfOffering(offering)
      const day = date ? dayNumber(date) : 0
      const range = date ? { from: zone.earlier(day * 1440), to: zone.earlier((day + 1) * 1440) } : { from: now, to: now + lookAhead }
      return (await this.slots.first(offering, range))?.toISOString() ?? null
    })
  }

  private async card(
    ctx: RequestContext,
    offering: OfferingFacts,
    distance: number | null,
    date: string | undefined,
  ): Promise<ServiceCard> {
    return {
      ...this.base(ctx, offering),
      distance_m: distance === null ? null : Math.round(distance),
      next_start: await this.nextStart(offering, date),
    }
  }

  private base(ctx: RequestContext, offering: OfferingFacts) {
    const text = (value: I18nText | null) => this.views.text(ctx, value)
    const shortest = durationsOf(offering)[0]!
    return {
      id: offering.id,
      handle: offering.handle,
      path: `booking/${offering.handle}`,
      name: text(offering.name),
      summary: text(offering.summary as I18nText),
      category: offering.category as ServiceCard['category'],
      picture: offering.picture && {
        url: fileUrl(offering.picture.key),
        width: offering.picture.width,
        height: offering.picture.height,
        alt: text(offering.picture.alt),
      },
      vendor: { id: offering.vendor.id, handle: offering.vendor.handle, name: text(offering.vendor.name) },
      city: offering.city,
      location_kind: offering.location_kind as ServiceCard['location_kind'],
      duration_min: shortest,
      price: { amount: priceFor(offering, shortest), currency: offering.currency_code },
      payment_plan: offering.plan,
      requires_confirmation: offering.requires_confirmation,
      seats: offering.seats,
      timezone: offering.timezone,
    }
  }

  private async detail(ctx: RequestContext, offering: OfferingFacts): Promise<Service> {
    const text = (value: I18nText | null) => this.views.text(ctx, value)
    const team = await this.team(ctx, offering)
    const money = (amount: number) => ({ amount, currency: offering.currency_code })
    return {
      ...this.base(ctx, offering),
      description: text(offering.description as I18nText),
      address: offering.location_kind === 'at_vendor' && offering.address ? text(offering.address) : null,
      lat: offering.lat,
      lng: offering.lng,
      travel_radius_m: offering.travel_radius_m,
      durations: durationsOf(offering).map((minutes) => {
        const price = priceFor(offering, minutes)
        const deposit = depositFor(offering.plan, price, offering.deposit_bps)
        return { minutes, price: money(price), deposit: deposit === null ? null : money(deposit) }
      }),
      assignment: offering.assignment as Service['assignment'],
      providers: offering.assignment === 'customer_choice' ? team : [],
      team,
      lead_time_min: offering.lead_time_min,
      horizon_days: offering.horizon_days,
      confirmation_deadline_min: offering.requires_confirmation ? offering.confirmation_deadline_min : null,
      max_active_per_customer: offering.max_active_per_customer,
      questions: offering.intake_form.map((question) => ({
        key: question.key,
        label: text(question.label),
        kind: question.kind,
        required: question.required,
        choices: question.choices.map((choice) => ({ value: choice.value, label: text(choice.label) })),
      })),
      cancellation_tiers: offering.tiers ?? [],
      no_show_fee_bps: offering.no_show_fee_bps,
    }
  }

  /** Who serves, by priority; rooms and equipment that only accompany are not shown. */
  private async team(ctx: RequestContext, offering: OfferingFacts): Promise<ProviderRef[]> {
    const rows = (await this.database.read
      .selectFrom('booking_offering_provider as op')
      .innerJoin('booking_provider as p', 'p.id', 'op.provider_id')
      .select(['p.id', 'p.name', 'p.kind', 'p.verification', 'p.picture'])
      .where('op.offering_id', '=', offering.id)
      .where('p.active', '=', true)
      .where('p.verification', '<>', 'rejected')
      .where('p.deleted_at', 'is', null)
      .orderBy('p.priority', 'desc')
      .orderBy('p.id')
      .limit(50)
      .execute()) as TeamRow[]
    const accompanying = offering.resources.map((resource) => resource.kind)
    return rows
      .filter((row) => !accompanying.includes(row.kind))
      .map((row) => ({
        id: row.id,
        name: this.views.text(ctx, row.name),
        kind: row.kind,
        verified: row.verification === 'verified',
        picture: row.picture && {
          url: fileUrl(row.picture.key),
          width: row.picture.width,
          height: row.picture.height,
          alt: this.views.text(ctx, row.name),
        },
      }))
  }
}

/** Typed text inside a LIKE pattern means itself. */
export function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}
