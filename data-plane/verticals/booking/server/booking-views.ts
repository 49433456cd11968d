import { type I18nText, type Money, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { fileUrl } from '../../../core/file/public-picture.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { Booking, BookingContact, BookingRow, CustomerBooking, ManagedBooking, ManagedBookingRow, VisitAddress } from '../contract.ts'
import { bookingLifecycle } from '../lifecycle.ts'
import type { BookingRecord } from './booking-moves.ts'
import { type BookingFacts, readBookings } from './booking-reader.ts'
import { PrivateDetails } from './private-details.ts'

/** Moves that nobody asks for by name: checkout and timers make them. */
const unasked = new Set(['book', 'request', 'expire'])
/** May get another provider. */
const assignable = ['pending_confirmation', 'confirmed', 'checked_in']

/** Bookings in the words of the person who asks. */
@Injectable()
export class BookingViews {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly pii: Pii,
    private readonly details: PrivateDetails,
  ) {}

  text(ctx: RequestContext, text: I18nText | null): string {
    return pickText(text, ctx.locale, this.tenant.document.default_locale)
  }

  /** Signature that opens a booking without an account; derived under the tenant's key, stored nowhere. */
  token(bookingId: string): string {
    return this.pii.index('token', `booking:${bookingId}`)
  }

  actions(ctx: RequestContext, facts: BookingFacts): string[] {
    const at = this.clock.now().toISOString()
    const names = actionsFor(bookingLifecycle, facts as unknown as BookingRecord, ctx, { at }).filter((name) => !unasked.has(name))
    return ctx.actor.kind === 'vendor' && assignable.includes(facts.status) ? [...names, 'reassign'] : [...names]
  }

  row(ctx: RequestContext, facts: BookingFacts): BookingRow {
    const { offering } = facts
    return {
      id: facts.id,
      reference: facts.reference,
      status: facts.status as BookingRow['status'],
      offering: { id: facts.offering_id, handle: offering.handle, name: this.text(ctx, offering.name) },
      vendor: { id: facts.vendor_id, handle: facts.vendor.handle, name: this.text(ctx, facts.vendor.name) },
      start: facts.starts_at.toISOString(),
      end: facts.ends_at.toISOString(),
      timezone: facts.timezone,
      providers: facts.providers.map((provider) => ({ ...provider, name: this.text(ctx, provider.name) })),
      seats: facts.seats,
      price: { amount: facts.price_amount, currency: facts.currency_code },
      location_kind: offering.location_kind,
      order_id: facts.order_id,
      order_number: facts.order_number,
      confirm_by: facts.status === 'pending_confirmation' ? (facts.confirm_by?.toISOString() ?? null) : null,
      created_at: facts.created_at.toISOString(),
      actions: this.actions(ctx, facts),
    }
  }

  booking(ctx: RequestContext, facts: BookingFacts): Booking {
    const { offering } = facts
    const { attendees, answers, address } = this.details.open(facts.details)
    const money = (amount: number | null): Money | null => (amount ? { amount, currency: facts.currency_code } : null)
    const confirmed = !['held', 'pending_confirmation', 'declined', 'expired', 'cancelled'].includes(facts.status)
    return {
      ...this.row(ctx, facts),
      picture: offering.picture && {
        url: fileUrl(offering.picture.key),
        width: offering.picture.width,
        height: offering.picture.height,
        alt: this.text(ctx, offering.picture.alt),
      },
      path: `booking/${offering.handle}`,
      deposit: money(facts.deposit_amount),
      due_at_place: money(facts.at_place_amount),
      attendees,
      answers: offering.intake_form.flatMap(({ key, label, choices }) => {
        const given = answers[key]
        if (given === undefined || given === '') return []
        const choice = choices.find((entry) => entry.value === given)
        return [{ key, label: this.text(ctx, label), answer: choice ? this.text(ctx, choice.label) : given }]
      }),
      address: address ? addressText(address) : offering.address && this.text(ctx, offering.address),
      lat: address ? address.lat : offering.lat,
      lng: address ? address.lng : offering.lng,
      meeting_url: confirmed ? facts.meeting_url : null,
      cancellation_tiers: facts.cancellation_tiers ?? [],
      cancel_reason: facts.cancel_reason,
      no_show_party: facts.no_show_party as Booking['no_show_party'],
      reschedule_of_id: facts.reschedule_of_id,
      rescheduled_to_id: facts.successor_id,
      order_line_id: facts.order_line_id,
      completed_at: facts.completed_at?.toISOString() ?? null,
      review_allowed_at: facts.status === 'completed' && facts.completed_at ? facts.completed_at.toISOString() : null,
    }
  }

  forCustomer(ctx: RequestContext, facts: BookingFacts): CustomerBooking {
    return { ...this.booking(ctx, facts), token: this.token(facts.id) }
  }

  managedRow(ctx: RequestContext, facts: BookingFacts): ManagedBookingRow {
    return { ...this.row(ctx, facts), contact_name: this.contact(facts).name, source: facts.source as ManagedBookingRow['source'] }
  }

  async managed(ctx: RequestContext, facts: BookingFacts, db: Tx = this.database.read): Promise<ManagedBooking> {
    const history = await db
      .selectFrom('transition_history')
      .select(['at', 'name', 'from_status', 'to_status', 'actor_kind', 'reason'])
      .where('entity', '=', 'booking')
      .where('entity_id', '=', facts.id)
      .orderBy('at')
      .orderBy('id')
      .execute()
    const money = (amount: number) => ({ amount, currency: facts.currency_code })
    return {
      ...this.booking(ctx, facts),
      customer_id: facts.customer_id,
      contact: this.contact(facts),
      source: facts.source as ManagedBooking['source'],
      paid: facts.line && money(facts.line.paid),
      refunded: facts.line && money(facts.line.refunded),
      history: history.map((entry) => ({
        at: entry.at.toISOString(),
        name: entry.name,
        from: entry.from_status,
        to: entry.to_status,
        by: entry.actor_kind,
        reason: entry.reason,
      })),
    }
  }

  /** Who comes; nothing before there is an order (00-conventions, Personal data). */
  contact(facts: BookingFacts): BookingContact {
    if (facts.contact) return this.details.openContact(facts.contact)
    if (!facts.order_id) return { name: null, email: null, phone: null }
    const { order_name: orderName, order_email: email, order_phone: phone, customer_name: customerName } = facts.person
    const name = this.pii.decryptOptional(orderName) ?? this.pii.decryptOptional(customerName)
    return {
      name: name ?? this.details.open(facts.details).attendees[0]?.name ?? null,
      email: this.pii.decryptOptional(email),
      phone: this.pii.decryptOptional(phone),
    }
  }

  /** Reads one again, inside a transaction or after it. */
  async factsOf(db: Tx, id: string): Promise<BookingFacts> {
    return (await readBookings(db, [id]))[0]!
  }
}

export function addressText(address: VisitAddress): string {
  return [address.line1, address.line2, address.district, address.city, address.postal_code].filter(Boolean).join(', ')
}
