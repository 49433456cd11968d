import { DomainError, type Input, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import type { ManagedBooking, vendorCreateBooking } from '../contract.ts'
import { priceFor } from '../rules.ts'
import { bookingEvent, insertBooking, scheduleBooking } from './booking-rows.ts'
import { BookingViews } from './booking-views.ts'
import { claimTime } from './claim.ts'
import { durationsOf, loadOffering, type OfferingFacts, zoneOfOffering } from './offering-facts.ts'
import { PrivateDetails } from './private-details.ts'

type Body = Input<typeof vendorCreateBooking>['body']

/** Bookings written in by the vendor: no order, paid at the place. */
@Injectable()
export class ManualBookings {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly details: PrivateDetails,
    private readonly views: BookingViews,
  ) {}

  /**
   * One, or the same time every week; all of them or none.
   * @throws DomainError slot_unavailable | slot_in_past | duration_not_offered | validation_failed
   */
  async create(ctx: RequestContext, body: Body): Promise<ManagedBooking> {
    const id = await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const offering = await this.requireOffering(ctx, body)
      const seriesId = body.weeks > 1 ? newId('bsr') : null
      const ids: string[] = []
      for (const startsAt of this.starts(offering, body)) {
        if (startsAt <= now) throw new DomainError('slot_in_past', { field: 'start' })
        const wanted = {
          offering,
          startsAt,
          durationMin: body.duration_min,
          seats: body.seats,
          providerId: body.provider_id ?? null,
          now,
          anyTime: true,
        }
        const taken = await claimTime(tx, wanted)
        const price = body.price?.amount ?? priceFor(offering, body.duration_min) * body.seats
        const row = await insertBooking(tx, {
          ...wanted,
          taken,
          customerId: null,
          status: 'confirmed',
          source: 'vendor',
          more: {
            series_id: seriesId,
            contact: this.details.sealContact(body.contact),
            details: this.details.seal({ attendees: body.attendees, address: body.address ?? null }),
            price_amount: price,
            deposit_amount: null,
            at_place_amount: price,
            payment_plan: price > 0 ? 'at_place' : 'free',
          },
        })
        await scheduleBooking(tx, row, now)
        await bookingEvent(tx, ctx, row, 'booking.booking.written_in', { series_id: seriesId, start: startsAt.toISOString() })
        ids.push(row.id)
      }
      await audit(tx, ctx, {
        action: 'booking.create',
        resource: { type: 'booking', id: ids[0]! },
        after: { bookings: ids.length, offering_id: offering.id },
      })
      return ids[0]!
    })
    return this.views.managed(ctx, await this.views.factsOf(this.database.read, id))
  }

  private async requireOffering(ctx: RequestContext, body: Body): Promise<OfferingFacts> {
    const offering = await loadOffering(this.database.read, body.offering_id)
    if (ctx.actor.kind !== 'vendor' || offering.vendor_id !== ctx.actor.vendorId) throw new DomainError('not_found')
    const durations = durationsOf(offering)
    if (!durations.includes(body.duration_min))
      throw new DomainError('duration_not_offered', { field: 'duration_min', details: { durations } })
    if (body.price && body.price.currency !== offering.currency_code) throw new DomainError('currency_mismatch', { field: 'price' })
    if (body.seats > offering.seats) throw new DomainError('validation_failed', { field: 'seats', details: { seats: offering.seats } })
    return offering
  }

  /** The same time of the service's clock, also across a change of it. */
  private starts(offering: OfferingFacts, body: Body): Date[] {
    const zone = zoneOfOffering(offering)
    const first = new Date(body.start)
    const wall = zone.wall(minuteOf(first))
    return Array.from({ length: body.weeks }, (_, week) => (week === 0 ? first : momentOf(zone.earlier(wall + week * 7 * 1440))))
  }
}
