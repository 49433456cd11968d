import { DomainError, type Input, type Output } from '@cityos/contract'
import { RawAnswer, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Statement } from '../../../core/catalogue/read/statement.ts'
import { CartLines } from '../../../core/checkout/cart-lines.ts'
import { OrderSecrets } from '../../../core/order/order-secrets.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { hashSecret, secretMatches } from '../../../platform/credential/secret.ts'
import { Database } from '../../../platform/db/index.ts'
import type {
  CustomerBooking,
  cancelMyBooking,
  createBooking,
  createBookingHold,
  listMyBookings,
  rescheduleMyBooking,
  SlotChoice,
} from '../contract.ts'
import { BookingActs } from './booking-acts.ts'
import type { BookingRecord } from './booking-moves.ts'
import { type BookingFacts, pageOfBookings, readBookings } from './booking-reader.ts'
import { BookingViews } from './booking-views.ts'
import { Bookings } from './bookings.ts'
import { CalendarFiles } from './calendar-files.ts'
import { Rescheduling } from './rescheduling.ts'

type Slot = SlotChoice & { seats: number }

/** Booking, and what a customer does with own bookings. */
@Injectable()
export class CustomerBookings {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly carts: CartLines,
    private readonly bookings: Bookings,
    private readonly views: BookingViews,
    private readonly acts: BookingActs,
    private readonly rescheduling: Rescheduling,
    private readonly calendars: CalendarFiles,
    private readonly secrets: OrderSecrets,
  ) {}

  async hold(ctx: RequestContext, body: Input<typeof createBookingHold>['body']): Promise<Output<typeof createBookingHold>> {
    const { cart_id: cartId, ...slot } = body
    const held = await this.carts.hold(ctx, { lines: [lineOf(slot)], cart_id: cartId })
    return {
      cart_id: held.cart_id,
      token: held.token ?? ctx.cartToken ?? '',
      line_id: held.line_ids[0]!,
      hold: { expires_at: held.hold!.expires_at },
    }
  }

  /** One-line shorthand of the one checkout: no vertical creates an order. */
  async create(ctx: RequestContext, body: Input<typeof createBooking>['body']): Promise<Output<typeof createBooking>> {
    const { slot, cart_id: cartId, contact, payment, expected_total } = body
    if ((slot === undefined) === (cartId === undefined)) {
      throw new DomainError('invalid_request', { field: 'slot', details: { fields: [{ field: 'slot', code: 'slot_or_cart_id' }] } })
    }
    const bought = cartId
      ? await this.carts.complete(ctx, cartId, { contact, payment, expected_total })
      : await this.carts.buy(ctx, { lines: [lineOf(slot!)], contact: requireContact(contact), payment, expected_total })
    const facts = await this.ofOrderId(bought.order.id)
    if (facts.length === 0) throw new DomainError('validation_failed', { field: 'cart_id', details: { reason: 'no_booking_in_cart' } })
    return { booking: this.views.forCustomer(ctx, facts[0]!), order: bought.order, order_token: bought.token }
  }

  async list(ctx: RequestContext, query: Input<typeof listMyBookings>['query']): Promise<Output<typeof listMyBookings>> {
    if (ctx.actor.kind !== 'customer') throw new DomainError('forbidden')
    const statement = new Statement()
    const conditions = [
      `b.customer_id = ${statement.value(ctx.actor.id)}`,
      `b.status NOT IN ('held', 'rescheduled')`,
      'b.order_id IS NOT NULL',
    ]
    const now = () => `${statement.value(this.clock.now())}::timestamptz`
    const live = `b.status IN ('pending_confirmation', 'confirmed', 'checked_in', 'in_progress')`
    if (query.when === 'upcoming') conditions.push(`b.ends_at > ${now()}`, live)
    if (query.when === 'past') conditions.push(`(b.ends_at <= ${now()} OR NOT ${live})`)
    const order = query.when === 'upcoming' ? 'b.starts_at, b.id' : 'b.starts_at DESC, b.id DESC'
    const { rows, total } = await pageOfBookings(this.database.read, statement, {
      where: conditions.join(' AND '),
      order,
      limit: query.limit,
      offset: query.offset,
    })
    return { items: rows.map((facts) => this.views.row(ctx, facts)), total }
  }

  async get(ctx: RequestContext, id: string, token: string | undefined): Promise<CustomerBooking> {
    return this.views.forCustomer(ctx, await this.bookings.forCustomer(ctx, id, token))
  }

  /** Bookings of an order: its buyer's, or by the order's token. @throws DomainError not_found */
  async ofOrder(ctx: RequestContext, number: string, token: string | undefined): Promise<CustomerBooking[]> {
    const order = await this.database.read.selectFrom('order').select(['id', 'customer_id']).where('number', '=', number).executeTakeFirst()
    const own = order && ctx.actor.kind === 'customer' && order.customer_id === ctx.actor.id
    const opened = order && token && secretMatches(token, hashSecret(this.secrets.orderToken(order.id)))
    if (!order || !(own || opened)) throw new DomainError('not_found')
    return (await this.ofOrderId(order.id)).map((facts) => this.views.forCustomer(ctx, facts))
  }

  async refundQuote(ctx: RequestContext, id: string, token: string | undefined) {
    return this.acts.refundQuote(ctx, recordOf(await this.bookings.forCustomer(ctx, id, token)))
  }

  async cancel(ctx: RequestContext, id: string, token: string | undefined, body: Input<typeof cancelMyBooking>['body']) {
    const facts = await this.bookings.forCustomer(ctx, id, token)
    await this.acts.cancel(ctx, recordOf(facts), { reason: body.reason ?? null, expected: body.expected_refund })
    return this.get(ctx, id, token)
  }

  async reschedule(ctx: RequestContext, id: string, token: string | undefined, body: Input<typeof rescheduleMyBooking>['body']) {
    const facts = await this.bookings.forCustomer(ctx, id, token)
    const to = { startsAt: new Date(body.start), providerId: body.provider_id ?? null, reason: null }
    const next = await this.rescheduling.move(ctx, recordOf(facts), to)
    return this.views.forCustomer(ctx, await this.views.factsOf(this.database.read, next))
  }

  async checkIn(ctx: RequestContext, id: string, token: string | undefined): Promise<CustomerBooking> {
    const facts = await this.bookings.forCustomer(ctx, id, token)
    await this.acts.checkIn(ctx, recordOf(facts))
    return this.get(ctx, id, token)
  }

  async calendarFile(ctx: RequestContext, id: string, token: string | undefined): Promise<RawAnswer> {
    return this.calendars.ofBooking(ctx, await this.bookings.forCustomer(ctx, id, token))
  }

  private async ofOrderId(orderId: string): Promise<BookingFacts[]> {
    const rows = await this.database.read
      .selectFrom('booking')
      .select('id')
      .where('order_id', '=', orderId)
      .where('status', '<>', 'rescheduled')
      .orderBy('starts_at')
      .execute()
    return readBookings(
      this.database.read,
      rows.map((row) => row.id),
    )
  }
}

/** The stored row behind what is shown: verbs work on it. */
export function recordOf(facts: BookingFacts): BookingRecord {
  const {
    offering: _offering,
    vendor: _vendor,
    providers: _providers,
    person: _person,
    successor_id: _successor,
    capacity: _capacity,
    line: _line,
    ...row
  } = facts
  return row
}

function lineOf({ seats, ...choice }: Slot) {
  return { kind: 'booking.slot', choice, quantity: seats }
}

/** @throws DomainError validation_failed without an address to write to */
function requireContact(contact: Input<typeof createBooking>['body']['contact']) {
  if (!contact)
    throw new DomainError('validation_failed', { field: 'contact', details: { fields: [{ field: 'contact.email', code: 'required' }] } })
  return contact
}
