import { RawAnswer, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import ICAL from 'ical.js'
import { Clock, days, later } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { t } from '../../../platform/i18n/i18n.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import '../i18n/messages.ts'
import { DomainError } from '@cityos/contract'
import { type BookingFacts, readBookings } from './booking-reader.ts'
import { BookingViews } from './booking-views.ts'

const shown = ['pending_confirmation', 'confirmed', 'checked_in', 'in_progress', 'completed']
/** A feed reaches so far back and ahead. */
const past = days(30)
const ahead = days(365)

/** Appointments as iCalendar (RFC 5545), for calendar programs. */
@Injectable()
export class CalendarFiles {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly views: BookingViews,
  ) {}

  ofBooking(ctx: RequestContext, facts: BookingFacts): RawAnswer {
    const calendar = newCalendar()
    const booking = this.views.booking(ctx, facts)
    const event = this.event(
      facts,
      t(ctx.locale, 'booking.calendar.summary', { service: booking.offering.name, vendor: booking.vendor.name }),
    )
    event.description = t(ctx.locale, 'booking.calendar.reference', { reference: facts.reference })
    const place = booking.meeting_url ?? booking.address
    if (place) event.location = place
    calendar.addSubcomponent(event.component)
    return answer(calendar, `${facts.reference}.ics`)
  }

  /** What a provider has to do; names of customers stay out of it. @throws DomainError not_found */
  async feed(ctx: RequestContext, secret: string): Promise<RawAnswer> {
    const provider = await this.database.read
      .selectFrom('booking_provider')
      .select('id')
      .where('feed_secret_index', '=', this.pii.index('token', secret))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!provider) throw new DomainError('not_found')
    const now = this.clock.now()
    const rows = await this.database.read
      .selectFrom('booking_assignment as a')
      .innerJoin('booking as b', (join) =>
        join.on((eb) => eb.or([eb('b.id', '=', eb.ref('a.booking_id')), eb('b.slot_id', '=', eb.ref('a.slot_id'))])),
      )
      .select('b.id')
      .where('a.provider_id', '=', provider.id)
      .where('a.blocked_from', '>', later(now, -past))
      .where('a.blocked_from', '<', later(now, ahead))
      .where('b.status', 'in', shown)
      .orderBy('b.starts_at')
      .limit(2000)
      .execute()
    const calendar = newCalendar()
    const bookings = await readBookings(
      this.database.read,
      rows.map((row) => row.id),
    )
    for (const facts of bookings) {
      const summary = t(ctx.locale, 'booking.calendar.busy', { service: this.views.text(ctx, facts.offering.name) })
      calendar.addSubcomponent(this.event(facts, summary).component)
    }
    return answer(calendar, 'bookings.ics')
  }

  private event(facts: BookingFacts, summary: string): ICAL.Event {
    const event = new ICAL.Event()
    event.uid = `${facts.id}@cityos`
    event.summary = summary
    event.startDate = ICAL.Time.fromJSDate(facts.starts_at, true)
    event.endDate = ICAL.Time.fromJSDate(facts.ends_at, true)
    event.component.addPropertyWithValue('dtstamp', ICAL.Time.fromJSDate(facts.updated_at, true))
    event.component.addPropertyWithValue('sequence', facts.version)
    const live = shown.includes(facts.status)
    event.component.addPropertyWithValue(
      'status',
      live ? (facts.status === 'pending_confirmation' ? 'TENTATIVE' : 'CONFIRMED') : 'CANCELLED',
    )
    return event
  }
}

function newCalendar(): ICAL.Component {
  const calendar = new ICAL.Component(['vcalendar', [], []])
  calendar.addPropertyWithValue('version', '2.0')
  calendar.addPropertyWithValue('prodid', '-//CityOS//Booking//EN')
  calendar.addPropertyWithValue('method', 'PUBLISH')
  return calendar
}

function answer(calendar: ICAL.Component, filename: string): RawAnswer {
  return new RawAnswer(
    200,
    {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': `attachment; filename="${filename}"`,
      'cache-control': 'private, no-store',
    },
    `${calendar.toString()}\r\n`,
  )
}
