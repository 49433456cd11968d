import { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { CartLines } from '../../core/checkout/cart-lines.ts'
import { FileStore } from '../../core/file/file.store.ts'
import { BINDING, type Binding } from '../../platform/binding/binding.ts'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock, days, hours, later } from '../../platform/clock/clock.ts'
import { Zone } from '../../platform/clock/zone.ts'
import { hashPassword } from '../../platform/credential/password.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { VerticalSeeded } from '../../platform/seed/seeds.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { customerEmail, demoPassword, ownerEmail } from '../../seed/people-rows.ts'
import { type DrawnPicture, seedPictures } from '../../seed/picture-rows.ts'
import { insertMissing, priceIn, seedId } from '../../seed/rows.ts'
import { seedVerticalVendors } from '../../seed/vertical-vendors.ts'
import { manifest } from './manifest.ts'
import { seatsOf } from './rules.ts'
import { events, hall, type SeedEvent, type SeedType, type Text, vendors, venues } from './seed-data.ts'
import { armEvent, refreshEvent } from './server/event-state.ts'
import { EventWriter } from './server/event-writer.ts'
import { insertSeats } from './server/seat-plans.ts'

type Pictures = ReadonlyMap<string, DrawnPicture>
type Row = Record<string, unknown>

const i18n = ([en, fr, ar]: Text) => ({ en, fr, ar })
const eventId = (handle: string) => seedId('evn', handle)
const typeId = (event: string, key: string) => seedId('ett', `${event}-${key}`)
const dateId = (event: string, index: number) => seedId('evd', `${event}-${index}`)

/** The named examples of docs/spec/event-ticketing.md; a second run finds everything and changes nothing. */
@Injectable()
export class EventSeed {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly cache: Cache,
    private readonly pii: Pii,
    private readonly files: FileStore,
    private readonly writer: EventWriter,
    private readonly cartLines: CartLines,
    @Inject(BINDING) private readonly binding: Binding,
  ) {}

  async run(): Promise<VerticalSeeded> {
    const password = demoPassword(this.pii)
    const signIns = ['kafd-events', ...vendors.map((vendor) => vendor.handle)].map((handle) => ({
      role: 'vendor owner',
      of: handle,
      email: ownerEmail(handle),
      password,
    }))
    const last = eventId(events.at(-1)!.handle)
    const done = await this.database.read.selectFrom('event_event').select('id').where('id', '=', last).executeTakeFirst()
    // prices in a currency nobody gave a rate for would be made up
    if (done || priceIn(this.tenant.document.default_currency, 1) === null) return { added: 0, signIns }
    const now = this.clock.now()
    const hash = await hashPassword(password)
    const fee = await this.writer.usualFee()
    const added = await this.database.transaction(async (tx) => {
      const pictures = await seedPictures(tx, this.files, this.binding.release_dir, wantedPictures(), now)
      const people = await seedVerticalVendors(tx, this.pii, {
        vertical: manifest.name,
        vendors,
        pictureOf: (handle) => pictures.get(`vendor-${handle}`)!,
        passwordHash: hash,
        since: later(now, -days(160)),
        now,
      })
      const rows = await this.seedEvents(tx, pictures, now)
      for (const event of events) {
        await refreshEvent(tx, eventId(event.handle), fee, now)
        await armEvent(tx, eventId(event.handle), now)
      }
      return people + rows
    })
    await this.cache.drop('store:')
    await this.cache.drop('catalogue:')
    await this.buyFirstTickets()
    return { added, signIns }
  }

  private async seedEvents(tx: Tx, pictures: Pictures, now: Date): Promise<number> {
    const stamp = { version: 0, created_at: now, updated_at: now }
    const currency = this.tenant.document.default_currency
    const amount = (riyals: number) => (riyals === 0 ? 0 : priceIn(currency, riyals)!)
    let added = await insertMissing(
      tx,
      'event_venue',
      venues.map((venue) => ({
        id: seedId('evv', venue.handle),
        vendor_id: seedId('ven', venue.vendor),
        handle: venue.handle,
        name: i18n(venue.name),
        address: i18n(venue.address),
        accessibility: { en: 'Step-free entrance and lifts', fr: 'Entrée de plain-pied et ascenseurs', ar: 'مدخل بلا درج ومصاعد' },
        city: 'Riyadh',
        lat: venue.lat,
        lng: venue.lng,
        capacity: venue.capacity,
        metadata: {},
        ...stamp,
      })),
    )
    const seats = seatsOf(hall)
    const mapId = seedId('esm', 'boulevard-theatre')
    const categories = hall.categories.map(({ code }) => ({ category: code, seats: seats.filter((seat) => seat.category === code).length }))
    await insertMissing(tx, 'event_seat_map', [
      {
        id: mapId,
        vendor_id: seedId('ven', 'kafd-events'),
        venue_id: seedId('evv', 'boulevard-theatre'),
        name: 'Boulevard Theatre',
        layout: hall,
        seat_count: seats.length,
        categories,
        ...stamp,
      },
    ])
    added += await insertMissing(
      tx,
      'event_event',
      events.map((event) => this.eventRow(event, pictures, mapId, now)),
    )
    await insertMissing(
      tx,
      'event_date',
      events.flatMap((event) =>
        event.days.map((_, index) => ({
          id: dateId(event.handle, index),
          event_id: eventId(event.handle),
          ...this.times(event, index, now),
          status: 'scheduled',
          ...stamp,
        })),
      ),
    )
    for (const event of events.filter((one) => one.seated)) await insertSeats(tx, dateId(event.handle, 0), hall)
    await this.seedSale(tx, amount, stamp)
    return added
  }

  private async seedSale(
    tx: Tx,
    amount: (riyals: number) => number,
    stamp: { version: number; created_at: Date; updated_at: Date },
  ): Promise<void> {
    const each = <T>(of: (event: SeedEvent, type: SeedType, position: number) => T[]): T[] =>
      events.flatMap((event) => event.types.flatMap((type, position) => of(event, type, position)))
    await insertMissing(
      tx,
      'event_ticket_type',
      each((event, type, position) => [
        {
          id: typeId(event.handle, type.key),
          event_id: eventId(event.handle),
          name: i18n(type.name),
          description: type.text ? i18n(type.text) : {},
          kind: type.kind ?? 'admission',
          price_amount: amount(type.riyals),
          seated: type.categories !== undefined,
          min_per_order: 1,
          max_per_order: type.max ?? 10,
          requires_parent: (type.parents ?? []).map((parent) => typeId(event.handle, parent)),
          hide_without_voucher: type.hidden ?? false,
          attendee_fields: [],
          attendee_names: type.names ?? false,
          tax_class: 'standard',
          checkin_allowed_entries: 1,
          position,
          ...stamp,
        },
      ]),
    )
    const { version: _, ...times } = stamp
    await insertMissing(
      tx,
      'event_price_tier',
      each((event, type) =>
        (type.tiers ?? []).map((tier, position) => ({
          id: seedId('etr', `${event.handle}-${type.key}-${position}`),
          ticket_type_id: typeId(event.handle, type.key),
          position,
          price_amount: amount(tier.riyals),
          quantity: tier.quantity,
          used: 0,
          ...times,
        })),
      ),
    )
    await insertMissing(
      tx,
      'event_seat_category_price',
      each((event, type) =>
        Object.entries(type.categories ?? {}).map(([category, riyals]) => ({
          ticket_type_id: typeId(event.handle, type.key),
          category,
          price_amount: amount(riyals),
        })),
      ),
    )
    // each date of a series has quotas of its own
    const quotas = events.flatMap((event) => event.quotas.flatMap((quota) => event.days.map((_, index) => ({ event, quota, index }))))
    const quotaId = ({ event, quota, index }: (typeof quotas)[number]) => seedId('evq', `${event.handle}-${quota.name}-${index}`)
    const blockedOf = ({ event, quota }: (typeof quotas)[number]) =>
      (event.vouchers ?? []).reduce((sum, voucher) => sum + (voucher.blocks && quota.types.includes(voucher.type!) ? voucher.uses : 0), 0)
    await insertMissing(
      tx,
      'event_quota',
      quotas.map((one) => ({
        id: quotaId(one),
        event_id: eventId(one.event.handle),
        event_date_id: one.event.days.length > 1 ? dateId(one.event.handle, one.index) : null,
        name: one.quota.name,
        size: one.quota.size,
        used: blockedOf(one),
        ...stamp,
      })),
    )
    await insertMissing(
      tx,
      'event_quota_ticket_type',
      quotas.flatMap((one) => one.quota.types.map((key) => ({ quota_id: quotaId(one), ticket_type_id: typeId(one.event.handle, key) }))),
    )
    await insertMissing(
      tx,
      'event_voucher',
      events.flatMap((event) =>
        (event.vouchers ?? []).map((voucher) => ({
          id: seedId('vch', `${event.handle}-${voucher.code}`),
          event_id: eventId(event.handle),
          code: voucher.code,
          effect: voucher.effect,
          value: voucher.value,
          max_usages: voucher.uses,
          redeemed: 0,
          blocks_quota: voucher.blocks ?? false,
          ticket_type_id: voucher.type ? typeId(event.handle, voucher.type) : null,
          event_date_id: voucher.blocks ? dateId(event.handle, 0) : null,
          status: 'active',
          comment: '',
          ...stamp,
        })),
      ),
    )
    await insertMissing(
      tx,
      'event_checkin_list',
      events.map((event) => ({
        id: seedId('ecl', event.handle),
        event_id: eventId(event.handle),
        name: 'All',
        ticket_type_ids: [],
        allow_exit: false,
        ...stamp,
      })),
    )
  }

  private eventRow(event: SeedEvent, pictures: Pictures, mapId: string, now: Date): Row {
    const picture = pictures.get(`event-${event.handle}`)!
    const venue = venues.find((one) => one.handle === event.venue)!
    return {
      id: eventId(event.handle),
      vendor_id: seedId('ven', event.vendor),
      handle: event.handle,
      title: i18n(event.title),
      description: i18n(event.text),
      category: event.category,
      venue_id: seedId('evv', venue.handle),
      city: 'Riyadh',
      timezone: this.tenant.document.timezone,
      ...this.times(event, 0, now),
      last_ends_at: this.times(event, event.days.length - 1, now).ends_at,
      status: 'on_sale',
      is_series: event.days.length > 1,
      age_min: event.ageMin ?? null,
      gender_policy: event.gender ?? 'all',
      refund_tiers: event.tiers,
      max_tickets_per_order: 10,
      resale_allowed: true,
      show_remaining: false,
      waiting_list_enabled: true,
      licence_no: 'GEA-2026-0417',
      currency_code: this.tenant.document.default_currency,
      seat_map_id: event.seated ? mapId : null,
      picture_file_id: picture.fileId,
      picture: { key: picture.key, width: picture.width, height: picture.height, alt: picture.alt },
      advanced_bps: 0,
      version: 0,
      metadata: {},
      created_at: later(now, -days(20)),
      updated_at: now,
    }
  }

  /** So many days from today at an hour of the tenant's wall clock. */
  private times(event: SeedEvent, index: number, now: Date) {
    const zone = new Zone(this.tenant.document.timezone)
    const today = zone.day(Math.floor(now.getTime() / 60_000))
    const minute = zone.earlier((today + event.days[index]!) * 1440 + event.hour * 60)
    const startsAt = later(new Date(0), minute * 60_000)
    return { starts_at: startsAt, ends_at: later(startsAt, hours(event.hours)), doors_at: later(startsAt, -hours(1)) }
  }

  /** The demo customer has two tickets, through the same checkout as everybody: free ones need no payment. */
  private async buyFirstTickets(): Promise<void> {
    const id = seedId('cus', 'customer-1')
    const customer = await this.database.read.selectFrom('customer').select('id').where('id', '=', id).executeTakeFirst()
    if (!customer) return
    const ctx = new RequestContext({
      actor: { kind: 'customer', id, sessionId: 'seed' },
      surface: 'store',
      locale: this.tenant.document.default_locale,
      idempotencyKey: `seed-${eventId('family-science-day')}`,
    })
    await this.cartLines.buy(ctx, {
      lines: [{ kind: 'event.ticket', choice: { ticket_type_id: typeId('family-science-day', 'entry') }, quantity: 2 }],
      contact: { email: customerEmail(1, this.tenant.document) },
      payment: { method: 'none' },
    })
  }
}

function wantedPictures() {
  return [
    ...vendors.map((vendor) => ({
      name: `vendor-${vendor.handle}`,
      glyph: vendor.glyph,
      hue: vendor.hue,
      owner: seedId('ven', vendor.handle),
      alt: i18n(vendor.name),
    })),
    ...events.map((event) => ({
      name: `event-${event.handle}`,
      glyph: event.glyph,
      hue: event.hue,
      owner: seedId('ven', event.vendor),
      alt: i18n(event.title),
    })),
  ]
}
