import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import { dateOf, dayNumber, momentOf, zoneOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { CalendarEntry, ProviderKind, vendorGetCalendar } from '../contract.ts'
import { type DayException, openTimes, type WeekRule } from '../rules.ts'
import { type BookingFacts, readBookings } from './booking-reader.ts'
import { BookingViews } from './booking-views.ts'

const mostDays = 31
const mostEntries = 5000

interface ProviderRow {
  id: string
  name: I18nText
  kind: ProviderKind
  timezone: string
  rules: [number, number, number, number | null, number | null][] | null
  exceptions: [number, 'closed' | 'open', number, number][] | null
}

interface BlockRow {
  id: string
  provider_id: string
  starts_at: Date
  ends_at: Date
  note: string | null
}

/** A vendor's day or week: who works when, what is booked, what is blocked. */
@Injectable()
export class VendorCalendar {
  constructor(
    private readonly database: Database,
    private readonly tenant: TenantContext,
    private readonly views: BookingViews,
  ) {}

  /** @throws DomainError range_too_large | validation_failed */
  async read(ctx: RequestContext, query: Input<typeof vendorGetCalendar>['query']): Promise<Output<typeof vendorGetCalendar>> {
    if (ctx.actor.kind !== 'vendor') throw new DomainError('forbidden')
    const [fromDay, toDay] = [dayNumber(query.from), dayNumber(query.to)]
    if (toDay < fromDay) throw new DomainError('validation_failed', { field: 'to' })
    if (toDay - fromDay >= mostDays) throw new DomainError('range_too_large', { field: 'to', details: { most_days: mostDays } })
    const providers = await this.providers(ctx.actor.vendorId, fromDay, toDay, query)
    const zone = zoneOf(query.tz ?? providers[0]?.timezone ?? this.tenant.document.timezone)
    const [from, to] = [momentOf(zone.earlier(fromDay * 1440)), momentOf(zone.earlier((toDay + 1) * 1440))]
    const ids = providers.map((provider) => provider.id)
    const [bookings, blocks] = await Promise.all([
      this.bookings(ctx.actor.vendorId, ids, from, to, query.offering_id),
      this.blocks(ids, from, to),
    ])
    return {
      timezone: zone.name,
      from: from.toISOString(),
      to: to.toISOString(),
      providers: providers.map((provider) => ({
        id: provider.id,
        name: this.views.text(ctx, provider.name),
        kind: provider.kind,
        timezone: provider.timezone,
        open: this.open(provider, fromDay, toDay),
      })),
      entries: [...this.bookingEntries(ctx, bookings), ...blocks.map(blockEntry)],
    }
  }

  private providers(
    vendorId: string,
    fromDay: number,
    toDay: number,
    query: { provider_id?: string | undefined; offering_id?: string | undefined },
  ): Promise<ProviderRow[]> {
    const statement = new Statement()
    const conditions = [`p.vendor_id = ${statement.value(vendorId)}`, 'p.deleted_at IS NULL']
    if (query.provider_id) conditions.push(`p.id = ${statement.value(query.provider_id)}`)
    if (query.offering_id) {
      conditions.push(
        `EXISTS (SELECT 1 FROM booking_offering_provider op WHERE op.provider_id = p.id AND op.offering_id = ${statement.value(query.offering_id)})`,
      )
    }
    const [from, to] = [statement.value(dateOf(fromDay - 1)), statement.value(dateOf(toDay + 1))]
    return statement.rows<ProviderRow>(
      this.database.read,
      `SELECT p.id, p.name, p.kind, p.timezone,
        (SELECT json_agg(json_build_array(r.weekday, r.start_minute, r.end_minute, r.valid_from - date '1970-01-01', r.valid_to - date '1970-01-01'))
          FROM booking_availability_rule r WHERE r.provider_id = p.id) AS rules,
        (SELECT json_agg(json_build_array(x.date - date '1970-01-01', x.kind, x.start_minute, x.end_minute))
          FROM booking_availability_exception x WHERE x.provider_id = p.id AND x.date BETWEEN ${from}::date AND ${to}::date) AS exceptions
      FROM booking_provider p WHERE ${conditions.join(' AND ')} ORDER BY p.created_at, p.id LIMIT 200`,
    )
  }

  private open(provider: ProviderRow, fromDay: number, toDay: number) {
    const rules = (provider.rules ?? []).map(
      ([weekday, startMinute, endMinute, first, last]): WeekRule => ({ weekday, startMinute, endMinute, fromDay: first, toDay: last }),
    )
    const exceptions = (provider.exceptions ?? []).map(
      ([day, kind, startMinute, endMinute]): DayException => ({ day, kind, startMinute, endMinute }),
    )
    const times = openTimes(zoneOf(provider.timezone), rules, exceptions, fromDay, toDay)
    return Array.from({ length: times.length / 2 }, (_, index) => ({
      start: momentOf(times[index * 2]!).toISOString(),
      end: momentOf(times[index * 2 + 1]!).toISOString(),
    }))
  }

  private async bookings(
    vendorId: string,
    providerIds: readonly string[],
    from: Date,
    to: Date,
    offeringId: string | undefined,
  ): Promise<BookingFacts[]> {
    let wanted = this.database.read
      .selectFrom('booking')
      .select(['id', 'provider_ids'])
      .where('vendor_id', '=', vendorId)
      .where('starts_at', '<', to)
      .where('starts_at', '>', new Date(from.getTime() - 86_400_000))
      .where('ends_at', '>', from)
      .where('status', 'in', ['held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress', 'completed', 'no_show'])
    if (offeringId) wanted = wanted.where('offering_id', '=', offeringId)
    const rows = await wanted.orderBy('starts_at').limit(mostEntries).execute()
    const known = new Set(providerIds)
    return readBookings(
      this.database.read,
      rows.filter((row) => row.provider_ids.some((id) => known.has(id))).map((row) => row.id),
    )
  }

  private blocks(providerIds: readonly string[], from: Date, to: Date): Promise<BlockRow[]> {
    return this.database.read
      .selectFrom('booking_calendar_block')
      .select(['id', 'provider_id', 'starts_at', 'ends_at', 'note'])
      .where('provider_id', 'in', ['', ...providerIds])
      .where('starts_at', '<', to)
      .where('ends_at', '>', from)
      .orderBy('starts_at')
      .limit(mostEntries)
      .execute()
  }

  /** One entry per booking; those of one group date together. */
  private bookingEntries(ctx: RequestContext, bookings: readonly BookingFacts[]): CalendarEntry[] {
    const bySlot = Map.groupBy(bookings, (facts) => facts.slot_id ?? facts.id)
    return [...bySlot.values()].map((group) => {
      const first = group[0]!
      const single = first.slot_id === null
      return {
        id: first.slot_id ?? first.id,
        kind: single ? 'booking' : 'group',
        provider_ids: first.provider_ids,
        start: first.starts_at.toISOString(),
        end: first.ends_at.toISOString(),
        blocked_start: first.blocked_from.toISOString(),
        blocked_end: first.blocked_to.toISOString(),
        title: this.views.text(ctx, first.offering.name),
        status: single ? (first.status as CalendarEntry['status']) : null,
        reference: single ? first.reference : null,
        contact_name: single ? this.views.contact(first).name : null,
        seats: group.reduce((sum, facts) => sum + facts.seats, 0),
        capacity: single ? null : first.capacity,
        booking_ids: group.map((facts) => facts.id),
        actions: single ? this.views.actions(ctx, first) : [],
      }
    })
  }
}

function blockEntry(block: BlockRow): CalendarEntry {
  const [start, end] = [block.starts_at.toISOString(), block.ends_at.toISOString()]
  return {
    id: block.id,
    kind: 'block',
    provider_ids: [block.provider_id],
    start,
    end,
    blocked_start: start,
    blocked_end: end,
    title: block.note ?? '',
    status: null,
    reference: null,
    contact_name: null,
    seats: null,
    capacity: null,
    booking_ids: [],
    actions: [],
  }
}
