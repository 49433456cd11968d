import { applyRate, DomainError, type Money } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { SettingService } from '../../../core/store/setting.service.ts'
import type { CancelCause } from '../../../core/vertical/purchasable.ts'
import { lockResources } from '../../../engines/capacity/exclusive.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { bookingLifecycle } from '../lifecycle.ts'
import { noShowFee, releaseAt, reviewFrom } from '../rules.ts'
import { type BookingRecord, moveBooking } from './booking-moves.ts'
import { bookingEvent, scheduleBooking } from './booking-rows.ts'
import { providers } from './capacity.ts'
import { timerKinds } from './timer-kinds.ts'

type Sold = Pick<BookingRecord, 'id' | 'status' | 'order_line_id'> & BookingRecord

/** The verbs of a booking: money through the order line, state and time in the same transaction. */
@Injectable()
export class BookingActs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lines: OrderLines,
    private readonly settings: SettingService,
  ) {}

  /**
   * Accepts a request: what was authorised is taken, the provider looked at again under the lock.
   * @throws DomainError invalid_transition | slot_unavailable (blocked meanwhile) | payment_declined
   */
  async confirm(ctx: RequestContext, booking: Sold): Promise<void> {
    this.requireMove(ctx, booking, 'confirm')
    await this.database.transaction((tx) => requireStillFree(tx, booking))
    await this.withLine(
      booking,
      (id, apply) => this.lines.accept(ctx, id, apply),
      async (tx) => {
        const now = this.clock.now()
        await lockStatus(tx, booking.id)
        await requireStillFree(tx, booking)
        const row = await moveBooking(tx, { id: booking.id, name: 'confirm', ctx, now, payload: this.parties(booking) })
        await scheduleBooking(tx, row, now)
      },
    )
  }

  /** Nothing was taken, nothing is. */
  async decline(ctx: RequestContext, booking: Sold, reason: string): Promise<void> {
    this.requireMove(ctx, booking, 'decline')
    await this.end(ctx, booking, { name: 'decline', cause: 'vendor', reason, keepAmount: 0, changes: { cancel_reason: reason } })
  }

  /**
   * The customer within the policy, vendor and staff with everything back.
   * @throws DomainError invalid_transition | refund_quote_changed
   */
  async cancel(ctx: RequestContext, booking: Sold, given: { reason: string | null; expected?: Money }): Promise<void> {
    this.requireMove(ctx, booking, 'cancel')
    await this.end(ctx, booking, {
      name: 'cancel',
      cause: causeOf(ctx),
      reason: given.reason,
      expected: given.expected,
      changes: { cancel_reason: given.reason },
    })
  }

  /** What cancelling now would give back. @throws DomainError invalid_transition */
  async refundQuote(ctx: RequestContext, booking: Sold): Promise<{ paid: Money; refund: Money; reason: string }> {
    this.requireMove(ctx, booking, 'cancel')
    const nothing = { amount: 0, currency: booking.currency_code }
    if (!booking.order_line_id) return { paid: nothing, refund: nothing, reason: 'not_charged' }
    return this.lines.quote(ctx, booking.order_line_id, { cause: causeOf(ctx) })
  }

  /** The customer is there; from then on the service starts by itself. */
  async checkIn(ctx: RequestContext, booking: Sold): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const row = await moveBooking(tx, { id: booking.id, name: 'check-in', ctx, now })
      await schedule(tx, { kind: timerKinds.start, ref: row.id, dueAt: row.starts_at })
    })
  }

  async start(ctx: RequestContext, booking: Sold): Promise<void> {
    await this.database.transaction(async (tx) => {
      await moveBooking(tx, { id: booking.id, name: 'start', ctx, now: this.clock.now() })
    })
  }

  /**
   * The service was given. The vendor's money comes available two days after `completedAt`, which for an unmarked booking is
   * half an hour after its end, however late the timer runs.
   * @throws DomainError invalid_transition | payment_declined when a deposit's balance cannot be charged
   */
  async complete(ctx: RequestContext, booking: Sold, completedAt: Date): Promise<void> {
    if (booking.status !== 'checked_in' || ctx.actor.kind !== 'system') this.requireMove(ctx, booking, 'complete')
    const when = { releaseAt: releaseAt(completedAt) }
    await this.withLine(
      booking,
      (id, apply) => this.lines.fulfil(ctx, id, when, apply),
      async (tx) => {
        const status = await lockStatus(tx, booking.id)
        // A start whose timer was missed is made up for here.
        if (status === 'checked_in') await moveBooking(tx, { id: booking.id, name: 'start', ctx, now: completedAt })
        await moveBooking(tx, {
          id: booking.id,
          name: 'complete',
          ctx,
          now: completedAt,
          changes: { completed_at: completedAt },
          payload: { ...this.parties(booking), completed_at: completedAt.toISOString() },
        })
        await schedule(tx, { kind: timerKinds.review, ref: booking.id, dueAt: reviewFrom(completedAt) })
      },
    )
  }

  /**
   * The customer did not come: the fee is kept, from what was taken or by the same method. The provider did not: everything
   * is given back, and the event says which credit the customer is due (wallets credit it once they exist).
   */
  async noShow(ctx: RequestContext, booking: Sold, party: 'customer' | 'provider'): Promise<void> {
    this.requireMove(ctx, booking, 'no-show')
    const creditBps = await this.settings.get('booking.provider_no_show_credit_bps')
    const credit = party === 'provider' ? applyRate(booking.price_amount, creditBps) : 0
    await this.end(ctx, booking, {
      name: 'no-show',
      cause: party === 'customer' ? 'customer' : 'vendor',
      reason: `no_show_${party}`,
      keepAmount: party === 'provider' ? 0 : (noShowFee(booking) ?? undefined),
      changes: { no_show_party: party },
      payload: { party },
      besides: async (tx) => {
        if (credit === 0 || !booking.order_line_id) return
        const payload = { credit_amount: credit, currency: booking.currency_code, order_line_id: booking.order_line_id }
        await bookingEvent(tx, ctx, booking, 'booking.goodwill_credit.due', payload)
      },
    })
  }

  /** A request nobody answered. @param now the moment that decides */
  async expire(ctx: RequestContext, booking: Sold, now: Date): Promise<void> {
    await this.end(ctx, booking, {
      name: 'expire',
      cause: 'system',
      reason: 'not_answered',
      keepAmount: 0,
      changes: { cancel_reason: 'not_answered' },
      // A claim that needed the time has ended it already: then only the money is left to give back.
      unless: (status) => status === 'expired',
      at: now,
    })
  }

  private async end(ctx: RequestContext, booking: Sold, given: End): Promise<void> {
    const { cause, reason, keepAmount, expected } = given
    const apply = async (tx: Tx) => {
      const status = await lockStatus(tx, booking.id)
      if (given.unless?.(status)) return
      await moveBooking(tx, {
        id: booking.id,
        name: given.name,
        ctx,
        now: given.at ?? this.clock.now(),
        changes: given.changes,
        payload: { ...this.parties(booking), cause, ...given.payload },
        reason,
      })
      await given.besides?.(tx)
    }
    await this.withLine(booking, (id, inside) => this.lines.end(ctx, id, { cause, reason, keepAmount, expected }, inside), apply)
  }

  /** With an order line, money decides first; what a vendor wrote in has none. */
  private async withLine(
    booking: Sold,
    act: (lineId: string, apply: (tx: Tx) => Promise<void>) => Promise<unknown>,
    apply: (tx: Tx) => Promise<void>,
  ) {
    if (booking.order_line_id) await act(booking.order_line_id, apply)
    else await this.database.transaction(apply)
  }

  /** Refused before any money moves; the transition itself decides again, under its lock. */
  private requireMove(ctx: RequestContext, booking: Sold, name: string): void {
    const may = actionsFor(bookingLifecycle, booking, ctx, { at: this.clock.now().toISOString() })
    if (!may.includes(name)) {
      throw new DomainError('invalid_transition', { details: { entity: 'booking', transition: name, status: booking.status } })
    }
  }

  /** Ids an event's readers need; no personal data. */
  private parties({ vendor_id, customer_id, order_id }: Sold) {
    return { vendor_id, customer_id, order_id }
  }
}

interface End {
  name: string
  cause: CancelCause
  reason: string | null
  keepAmount?: number | undefined
  expected?: Money | undefined
  changes?: Record<string, unknown>
  payload?: Record<string, unknown>
  besides?: (tx: Tx) => Promise<void>
  unless?: (status: string) => boolean
  at?: Date
}

export function causeOf(ctx: RequestContext): CancelCause {
  const { kind } = ctx.actor
  if (kind === 'vendor') return 'vendor'
  if (kind === 'staff') return 'admin'
  return kind === 'system' || kind === 'plane' ? 'system' : 'customer'
}

/** K3 on the booking, before its providers: everything that moves one takes the locks in this order. */
async function lockStatus(tx: Tx, id: string): Promise<string> {
  return (await tx.selectFrom('booking').select('status').where('id', '=', id).forUpdate().executeTakeFirstOrThrow()).status
}

/**
 * A block that came after the request is in its way; other bookings cannot be, the request itself occupies.
 * @throws DomainError slot_unavailable
 */
async function requireStillFree(tx: Tx, booking: BookingRecord): Promise<void> {
  await lockResources(tx, providers, booking.provider_ids)
  const { rows } = await sql`SELECT 1 FROM booking_calendar_block WHERE provider_id = ANY (${booking.provider_ids}::text[])
    AND starts_at < ${booking.blocked_to} AND ends_at > ${booking.blocked_from} LIMIT 1`.execute(tx)
  if (rows.length > 0) throw new DomainError('slot_unavailable', { details: { reason: 'provider_blocked', resources: [] } })
}
