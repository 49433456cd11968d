import { DomainError, type I18nText, type Locale, pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { SettingService } from '../../../core/store/setting.service.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { EventCard, EventDateShape, EventDetail, EventOccurrence, TicketAvailability } from '../contract.ts'
import { availabilityOf, bestAvailability, freeUnits, saleState } from '../rules.ts'
import { type OfferingEvent, offerOf, readTypes, visibleTypes } from './offers.ts'
import { totalOf } from './total.ts'

/** States a list of the shop shows; the detail page also opens what is over or cancelled. */
export const listed = sql`('approved', 'on_sale', 'sold_out', 'closed', 'postponed')`
const opened = ['approved', 'on_sale', 'sold_out', 'closed', 'postponed', 'finished', 'cancelled']

/** Of one type of one date, as the statement writes it. */
interface TypeStand {
  available_from: string | null
  available_to: string | null
  quotas: { size: number | null; used: number }[] | null
  waiting: boolean
}

export interface EventRow extends OfferingEvent {
  id: string
  handle: string
  title: I18nText
  category: EventCard['category']
  vendor_id: string
  vendor_handle: string
  vendor_name: I18nText
  vendor_status: string
  venue: {
    id: string
    name: I18nText
    address: I18nText
    city: string
    lat: number | null
    lng: number | null
    accessibility: I18nText
  } | null
  online_url: string | null
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  starts_at: Date
  ends_at: Date
  doors_at: Date | null
  timezone: string
  is_series: boolean
  gender_policy: EventCard['gender_policy']
  age_min: number | null
  price_from_amount: number | null
  price_to_amount: number | null
  date_count: number
  date_status: string
  types: TypeStand[] | null
}

const columns = sql`e.id, e.handle, e.title, e.category, e.status, e.online_url, e.picture, e.starts_at, e.ends_at, e.doors_at, e.timezone, e.is_series,
  e.gender_policy, e.age_min, e.price_from_amount, e.price_to_amount, e.currency_code, e.fee_amount, e.fee_bps, e.presale_start, e.presale_end,
  e.sales_frozen_at, e.show_remaining, e.waiting_list_enabled, v.id AS vendor_id, v.handle AS vendor_handle, v.name AS vendor_name, v.status AS vendor_status,
  CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'name', p.name, 'address', p.address, 'city', p.city, 'lat', p.lat, 'lng', p.lng, 'accessibility', p.accessibility) END AS venue`

/** What the admissions of date `nd` of event `e` have left: `st.types`. */
const typesJoin = sql`
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('available_from', t.available_from, 'available_to', t.available_to,
      'quotas', (SELECT json_agg(json_build_object('size', q.size, 'used', q.used)) FROM event_quota_ticket_type qt JOIN event_quota q ON q.id = qt.quota_id
        WHERE qt.ticket_type_id = t.id AND (q.event_date_id IS NULL OR q.event_date_id = nd.id)),
      'waiting', EXISTS (SELECT 1 FROM event_waiting_entry w WHERE w.ticket_type_id = t.id AND w.event_date_id = nd.id AND w.status = 'waiting'))) AS types
    FROM event_ticket_type t WHERE t.event_id = e.id AND t.deleted_at IS NULL AND t.kind <> 'add_on' AND NOT t.hide_without_voucher
  ) st ON true`

/** Next date with the stand of each admission, and how many dates are left. */
const standJoin = (now: Date) => sql`
  LEFT JOIN LATERAL (SELECT d.id, d.status FROM event_date d WHERE d.event_id = e.id AND d.starts_at = e.starts_at LIMIT 1) nd ON true
  LEFT JOIN LATERAL (SELECT count(*)::int AS count FROM event_date d WHERE d.event_id = e.id AND d.status = 'scheduled' AND d.ends_at > ${now}) dc ON true
  ${typesJoin}`

/** Reads events as the shop shows them. */
@Injectable()
export class EventReader {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly settings: SettingService,
  ) {}

  get fallback(): Locale {
    return this.tenant.document.default_locale
  }

  async usualFee(): Promise<{ amount: number; bps: number }> {
    const settings = await this.settings.all()
    return { amount: settings['event.service_fee_amount'], bps: settings['event.service_fee_bps'] }
  }

  /** A page of cards: two statements, whatever their number. */
  async cards(
    locale: Locale,
    page: { where: RawBuilder<unknown>; order: RawBuilder<unknown>; limit: number; offset: number },
  ): Promise<{ items: EventCard[]; total: number }> {
    const now = this.clock.now()
    const found = sql`FROM event_event e JOIN vendor v ON v.id = e.vendor_id
        WHERE e.deleted_at IS NULL AND e.status IN ${listed} AND e.last_ends_at > ${now} AND v.status = 'active' AND ${page.where}`
    const reading = sql<EventRow>`
      WITH page AS (
        SELECT e.* ${found}
        ORDER BY ${page.order} LIMIT ${page.limit} OFFSET ${page.offset}
      )
      SELECT ${columns}, nd.status AS date_status, dc.count AS date_count, st.types
      FROM page e JOIN vendor v ON v.id = e.vendor_id LEFT JOIN event_venue p ON p.id = e.venue_id ${standJoin(now)}
      ORDER BY ${page.order}`.execute(this.database.read)
    const [{ rows }, total] = await Promise.all([reading, totalOf(this.database.read, found)])
    return { items: rows.map((row) => this.card(row, locale, now)), total }
  }

  card(row: EventRow, locale: Locale, now: Date): EventCard {
    const text = (value: I18nText) => pickText(value, locale, this.fallback)
    const money = (amount: number | null) => (amount === null ? null : { amount, currency: row.currency_code })
    return {
      id: row.id,
      handle: row.handle,
      title: text(row.title),
      category: row.category,
      vendor: { id: row.vendor_id, handle: row.vendor_handle, name: text(row.vendor_name) },
      venue: row.venue && { name: text(row.venue.name), city: row.venue.city },
      online: row.online_url !== null,
      picture: row.picture && {
        url: `/v1/files/${row.picture.key}`,
        width: row.picture.width,
        height: row.picture.height,
        alt: text(row.picture.alt),
      },
      starts_at: row.starts_at.toISOString(),
      ends_at: row.ends_at.toISOString(),
      timezone: row.timezone,
      is_series: row.is_series,
      date_count: row.date_count,
      gender_policy: row.gender_policy,
      age_min: row.age_min,
      price_from: money(row.price_from_amount),
      price_to: money(row.price_to_amount),
      status: row.status as EventCard['status'],
      availability: this.standOf(row, now),
    }
  }

  /** @throws DomainError not_found also for what is not public yet */
  async row(key: string): Promise<EventRow & EventExtras> {
    const now = this.clock.now()
    const { rows } = await sql<EventRow & EventExtras>`
      SELECT ${columns}, nd.status AS date_status, dc.count AS date_count, st.types, e.description, e.licence_no, e.max_tickets_per_order, e.resale_allowed,
        e.refund_tiers, e.refund_until, e.status_reason, e.seat_map_id
      FROM event_event e JOIN vendor v ON v.id = e.vendor_id LEFT JOIN event_venue p ON p.id = e.venue_id ${standJoin(now)}
      WHERE (e.handle = ${key} OR e.id = ${key}) AND e.deleted_at IS NULL AND e.status = ANY (${opened}::text[])`.execute(
      this.database.read,
    )
    const row = rows[0]
    if (!row) throw new DomainError('not_found')
    return row
  }

  async detail(key: string, locale: Locale): Promise<EventDetail> {
    const now = this.clock.now()
    const row = await this.row(key)
    const text = (value: I18nText) => pickText(value, locale, this.fallback)
    const dates = await this.dates(row, now)
    const date = dates.rows.find((one) => one.starts_at.getTime() === row.starts_at.getTime()) ?? dates.rows[0]
    const offers = date ? await this.offers(row, date, locale, now) : []
    return {
      ...this.card(row, locale, now),
      description: text(row.description),
      doors_at: row.doors_at?.toISOString() ?? null,
      presale_start: row.presale_start?.toISOString() ?? null,
      presale_end: row.presale_end?.toISOString() ?? null,
      online_hint: row.online_url === null ? null : new URL(row.online_url).host,
      licence_no: row.licence_no,
      location: row.venue && {
        id: row.venue.id,
        name: text(row.venue.name),
        address: text(row.venue.address),
        city: row.venue.city,
        lat: row.venue.lat,
        lng: row.venue.lng,
        accessibility: text(row.venue.accessibility),
      },
      max_tickets_per_order: row.max_tickets_per_order,
      resale_allowed: row.resale_allowed,
      refund_tiers: row.refund_tiers,
      refund_until: row.refund_until && row.refund_until > now ? row.refund_until.toISOString() : null,
      status_reason: ['postponed', 'cancelled'].includes(row.status) ? row.status_reason : null,
      seated: row.seat_map_id !== null,
      dates: dates.shapes,
      ticket_types: offers,
    }
  }

  /** Types on sale on one date. */
  async offers(event: EventRow, date: DateRow, locale: Locale, now: Date, db: Tx = this.database.read) {
    const rows = visibleTypes(await readTypes(db, event.id, date.id))
    const context = {
      event: this.selling(event),
      date: { status: date.status, startsAt: date.starts_at, endsAt: date.ends_at },
      locale,
      fallback: this.fallback,
      fee: await this.usualFee(),
      now,
    }
    return rows.map((row) => offerOf(row, context))
  }

  /** Dates of an event, each with the best its admissions have. At most 200. */
  async dates(event: EventRow, now: Date): Promise<{ rows: DateRow[]; shapes: EventDateShape[] }> {
    const { rows } = await sql<DateRow & { types: TypeStand[] | null }>`
      SELECT d.id, d.starts_at, d.ends_at, d.doors_at, d.status, st.types
      FROM (SELECT * FROM event_date WHERE event_id = ${event.id} ORDER BY starts_at LIMIT 200) d
      LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('available_from', t.available_from, 'available_to', t.available_to,
          'quotas', (SELECT json_agg(json_build_object('size', q.size, 'used', q.used)) FROM event_quota_ticket_type qt JOIN event_quota q ON q.id = qt.quota_id
            WHERE qt.ticket_type_id = t.id AND (q.event_date_id IS NULL OR q.event_date_id = d.id)),
          'waiting', EXISTS (SELECT 1 FROM event_waiting_entry w WHERE w.ticket_type_id = t.id AND w.event_date_id = d.id AND w.status = 'waiting'))) AS types
        FROM event_ticket_type t WHERE t.event_id = ${event.id} AND t.deleted_at IS NULL AND t.kind <> 'add_on' AND NOT t.hide_without_voucher
      ) st ON true
      ORDER BY d.starts_at`.execute(this.database.read)
    const shown = rows.length > 1 ? rows.filter((row) => row.ends_at > now) : rows
    return {
      rows: shown,
      shapes: shown.map((row) => ({
        id: row.id,
        starts_at: row.starts_at.toISOString(),
        ends_at: row.ends_at.toISOString(),
        doors_at: row.doors_at?.toISOString() ?? null,
        status: row.status as EventDateShape['status'],
        availability: this.stand(event, { status: row.status, startsAt: row.starts_at, endsAt: row.ends_at }, row.types, now),
      })),
    }
  }

  /** Dates of listed events within a span, each with what its admissions have: one statement. At most 500. */
  async occurrences(locale: Locale, from: Date, to: Date, where: RawBuilder<unknown>): Promise<EventOccurrence[]> {
    const now = this.clock.now()
    const { rows } = await sql<EventRow & { date_id: string }>`
      SELECT ${columns}, d.id AS date_id, d.starts_at, d.ends_at, d.status AS date_status, 1 AS date_count, st.types
      FROM event_date nd JOIN event_event e ON e.id = nd.event_id JOIN vendor v ON v.id = e.vendor_id LEFT JOIN event_venue p ON p.id = e.venue_id
      JOIN event_date d ON d.id = nd.id ${typesJoin}
      WHERE nd.starts_at >= ${from} AND nd.starts_at < ${to} AND nd.status = 'scheduled' AND e.deleted_at IS NULL AND e.status IN ${listed}
        AND v.status = 'active' AND ${where}
      ORDER BY nd.starts_at, nd.id LIMIT 500`.execute(this.database.read)
    return rows.map((row) => {
      const card = this.card(row, locale, now)
      return {
        event_id: row.id,
        event_date_id: row.date_id,
        handle: card.handle,
        title: card.title,
        category: card.category,
        starts_at: card.starts_at,
        ends_at: card.ends_at,
        venue: card.venue?.name ?? null,
        availability: card.availability,
      }
    })
  }

  /** The date one asks about: named, else the next one. @throws DomainError not_found */
  async date(event: EventRow, dateId: string | undefined, now: Date): Promise<DateRow> {
    const { rows } = await this.dates(event, now)
    const found = dateId
      ? rows.find((row) => row.id === dateId)
      : (rows.find((row) => row.starts_at.getTime() === event.starts_at.getTime()) ?? rows[0])
    if (!found) throw new DomainError('not_found', { field: 'event_date_id' })
    return found
  }

  /** The event as its sale sees it: a vendor that may not sell is a frozen sale. */
  selling(event: EventRow): EventRow {
    return event.vendor_status === 'active' ? event : { ...event, sales_frozen_at: event.sales_frozen_at ?? event.starts_at }
  }

  private standOf(row: EventRow, now: Date): TicketAvailability {
    return this.stand(row, { status: row.date_status, startsAt: row.starts_at, endsAt: row.ends_at }, row.types, now)
  }

  private stand(
    event: EventRow,
    date: { status: string; startsAt: Date; endsAt: Date },
    types: TypeStand[] | null,
    now: Date,
  ): TicketAvailability {
    const { status, presale_start: presaleStart, presale_end: presaleEnd } = event
    const frozen = this.selling(event).sales_frozen_at !== null
    const asDate = (value: string | null) => (value === null ? null : new Date(value))
    return bestAvailability(
      (types ?? []).map((type) => {
        const limits = { availableFrom: asDate(type.available_from), availableTo: asDate(type.available_to) }
        const sale = saleState({ status, presaleStart, presaleEnd, frozen, date, type: limits }, now)
        return availabilityOf(sale, freeUnits(type.quotas ?? []), type.waiting, event.waiting_list_enabled)
      }),
    )
  }
}

export interface DateRow {
  id: string
  starts_at: Date
  ends_at: Date
  doors_at: Date | null
  status: string
}

export interface EventExtras {
  description: I18nText
  licence_no: string | null
  max_tickets_per_order: number
  resale_allowed: boolean
  refund_tiers: { hours_before: number; refund_bps: number }[]
  refund_until: Date | null
  status_reason: string | null
  seat_map_id: string | null
}
