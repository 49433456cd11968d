import { DomainError, type Input } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, later, minutes } from '../../../platform/clock/clock.ts'
import { dateOf, dayNumber, type EpochMinute, momentOf, zoneOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import type { listSlots, Slot, SlotDays } from '../contract.ts'
import { priceFor } from '../rules.ts'
import { crewOf, durationsOf, isOnSale, loadOfferings, type OfferingFacts, shapeOf, zoneOfOffering } from './offering-facts.ts'
import { type Candidate, loadSchedule } from './schedule.ts'
import { findStarts, freeProviders, fullDays, type SearchRange } from './search.ts'
import { earliestStart, horizonEnd } from './times.ts'

/** Ids of providers that a slot names at most, where the customer picks. */
const namedProviders = 12
const mostDays = 31

interface OpenDate {
  start: EpochMinute
  lead: string
  left: number
}

/** Free times of a service. */
@Injectable()
export class Slots {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError not_found | duration_not_offered | range_too_large | validation_failed */
  async search(_ctx: RequestContext, offeringId: string, query: Input<typeof listSlots>['query']): Promise<SlotDays> {
    const offering = (await loadOfferings(this.database.read, [offeringId])).get(offeringId)
    if (!offering || !isOnSale(offering)) throw new DomainError('not_found')
    const durationMin = query.duration ?? offering.duration_min
    if (!durationsOf(offering).includes(durationMin)) {
      throw new DomainError('duration_not_offered', { field: 'duration', details: { durations: durationsOf(offering) } })
    }
    const [fromDay, toDay] = [dayNumber(query.from), dayNumber(query.to)]
    if (toDay < fromDay) throw new DomainError('validation_failed', { field: 'to' })
    if (toDay - fromDay >= mostDays) throw new DomainError('range_too_large', { field: 'to', details: { most_days: mostDays } })
    const zone = query.tz ? zoneOf(query.tz) : zoneOfOffering(offering)
    const range = { from: zone.earlier(fromDay * 1440), to: zone.earlier((toDay + 1) * 1440) }
    const found = await this.find(offering, durationMin, range, query.provider_id ?? null)
    const days: SlotDays['days'] = []
    for (let day = fromDay; day <= toDay; day += 1) days.push({ date: dateOf(day), slots: [] })
    for (const slot of found) {
      const start = momentOf(slot.start)
      days[zone.day(slot.start) - fromDay]!.slots.push({
        start: start.toISOString(),
        end: later(start, minutes(durationMin)).toISOString(),
        provider_ids: slot.providerIds,
        seats_left: slot.seatsLeft,
      })
    }
    return {
      timezone: zone.name,
      service_timezone: offering.timezone,
      duration_min: durationMin,
      price: { amount: priceFor(offering, durationMin), currency: offering.currency_code },
      days,
    }
  }

  /** The first free start in a range; null when there is none. */
  async first(offering: OfferingFacts, range: { from: EpochMinute; to: EpochMinute }): Promise<Date | null> {
    const [slot] = await this.find(offering, offering.duration_min, range, null)
    return slot ? momentOf(slot.start) : null
  }

  private async find(
    offering: OfferingFacts,
    durationMin: number,
    range: { from: EpochMinute; to: EpochMinute },
    providerId: string | null,
  ): Promise<{ start: EpochMinute; providerIds: Slot['provider_ids']; seatsLeft: number }[]> {
    const now = this.clock.now()
    const limits: SearchRange = {
      earliest: Math.max(range.from, earliestStart(offering, now)),
      latest: Math.min(range.to, horizonEnd(offering, now)),
    }
    if (limits.latest <= limits.earliest) return []
    const [everybody, dates, full] = await Promise.all([
      loadSchedule(this.database.read, offering.id, limits.earliest, limits.latest),
      offering.seats > 1 ? this.openDates(offering, durationMin, limits) : [],
      this.fullDays(offering, limits),
    ])
    const team = providerId ? this.narrowed(everybody, offering, providerId) : everybody
    const crew = crewOf(offering)
    const shape = shapeOf(offering, durationMin)
    const zone = zoneOfOffering(offering)
    const seats = new Map<EpochMinute, number>()
    for (const { start } of findStarts(team, crew, shape, limits)) seats.set(start, offering.seats)
    for (const { start, left, lead } of dates) {
      if (left > 0 && (!providerId || lead === providerId)) seats.set(start, Math.max(seats.get(start) ?? 0, left))
    }
    const named = offering.assignment === 'customer_choice' ? freeProviders(team, crew, shape, limits, namedProviders) : null
    const open = new Set(dates.map((date) => date.start))
    return [...seats]
      .filter(([start]) => full.size === 0 || open.has(start) || !full.has(zone.day(start)))
      .sort(([a], [b]) => a - b)
      .map(([start, seatsLeft]) => ({ start, seatsLeft, providerIds: named?.get(start) ?? [] }))
  }

  private narrowed(team: Candidate[], offering: OfferingFacts, providerId: string): Candidate[] {
    const accompanying = offering.resources.map((resource) => resource.kind)
    return team.filter((candidate) => candidate.id === providerId || accompanying.includes(candidate.kind))
  }

  private async openDates(offering: OfferingFacts, durationMin: number, { earliest, latest }: SearchRange): Promise<OpenDate[]> {
    const rows = await this.database.read
      .selectFrom('booking_slot')
      .select(['starts_at', 'ends_at', 'lead_provider_id', 'capacity', 'used'])
      .where('offering_id', '=', offering.id)
      .where('starts_at', '>=', momentOf(earliest))
      .where('starts_at', '<', momentOf(latest))
      .where('status', '=', 'open')
      .execute()
    return rows
      .filter((row) => row.ends_at.getTime() - row.starts_at.getTime() === minutes(durationMin))
      .map((row) => ({ start: row.starts_at.getTime() / 60_000, lead: row.lead_provider_id, left: row.capacity - row.used }))
  }

  private async fullDays(offering: OfferingFacts, { earliest, latest }: SearchRange): Promise<Set<number>> {
    if (offering.max_per_day === null) return new Set()
    const { rows } = await sql<{ day: number; count: number }>`
      SELECT (starts_at AT TIME ZONE ${offering.timezone})::date - date '1970-01-01' AS day, count(DISTINCT coalesce(slot_id, id))::int AS count FROM booking
      WHERE offering_id = ${offering.id} AND starts_at >= ${momentOf(earliest - 1440)} AND starts_at < ${momentOf(latest + 1440)}
        AND status NOT IN ('declined', 'cancelled', 'expired', 'rescheduled') GROUP BY 1`.execute(this.database.read)
    return fullDays(new Map(rows.map((row) => [row.day, row.count])), offering.max_per_day)
  }
}
