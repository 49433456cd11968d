import { DomainError } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { z } from 'zod'
import { SettingService } from '../../../core/store/setting.service.ts'
import { tierRefund } from '../../../core/vertical/cancellation.ts'
import {
  type ActContext,
  type EntitlementRef,
  type Hold,
  type HoldContext,
  type LineToCancel,
  type LineToConfirm,
  type LineToHold,
  type LineToQuote,
  type Purchasable,
  type QuoteAnswer,
  type QuoteContext,
  type RefundDecision,
  type ReleaseCause,
} from '../../../core/vertical/purchasable.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { SlotChoice } from '../contract.ts'
import { confirmBy, distance, earlierOf, unmarkedUntil, wrongAnswers } from '../rules.ts'
import { type BookingRecord, moveBooking } from './booking-moves.ts'
import { insertBooking, scheduleBooking } from './booking-rows.ts'
import { claimTime } from './claim.ts'
import { isOnSale, loadOfferings, type OfferingFacts } from './offering-facts.ts'
import { PrivateDetails } from './private-details.ts'
import { reduceSeats } from './seats.ts'
import { quoteOf } from './slot-quote.ts'
import { timerKinds } from './timer-kinds.ts'
import { requireTime, timeProblem } from './times.ts'

/** A choice as it is kept with carts and orders: what concerns persons is sealed. */
export interface KeptChoice {
  offering_id: string
  start: string
  duration_min: number
  provider_id?: string | undefined
  sealed?: string | undefined
}

/** A time of a service in the one checkout (design §5): held for ten minutes from the cart on. */
@Injectable()
export class SlotPurchasable implements Purchasable<KeptChoice> {
  readonly kind = 'booking.slot'
  readonly cartHoldMinutes = 10
  readonly fulfilment = 'own'
  readonly choice: z.ZodType<KeptChoice>

  constructor(
    private readonly settings: SettingService,
    private readonly details: PrivateDetails,
  ) {
    this.choice = SlotChoice.extend({ sealed: z.string().max(60_000).optional() }).transform(
      ({ attendees, answers, address, sealed, start, ...open }): KeptChoice => ({
        ...open,
        start: new Date(start).toISOString(),
        sealed: sealed ?? this.details.seal({ attendees, answers, address: address ?? null }) ?? undefined,
      }),
    ) as unknown as z.ZodType<KeptChoice>
  }

  choiceKey({ offering_id: offering, start, duration_min: duration, provider_id: provider, sealed }: KeptChoice): string {
    return [offering, start, duration, provider ?? '', sealed ?? ''].join('|')
  }

  async quote(tx: Tx, lines: readonly LineToQuote<KeptChoice>[], context: QuoteContext): Promise<QuoteAnswer[]> {
    const offerings = await loadOfferings(tx, [...new Set(lines.map((line) => line.choice.offering_id))])
    const standardBps = await this.settings.get('tax.default_bps')
    return lines.map((line): QuoteAnswer => {
      const offering = offerings.get(line.choice.offering_id)
      if (!offering || (!line.held && !isOnSale(offering))) return { ok: false, code: 'unavailable', title: offering?.name ?? null }
      if (offering.currency_code !== context.currency) return { ok: false, code: 'currency_not_supported', title: offering.name }
      const problem = line.held ? null : this.problem(offering, line, context.now)
      if (problem) return { ok: false, code: problem.code, title: offering.name, details: problem.details }
      return { ok: true, quote: quoteOf(offering, line.choice, standardBps) }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<KeptChoice>[], context: HoldContext): Promise<Hold[]> {
    const offerings = await loadOfferings(tx, [...new Set(lines.map((line) => line.choice.offering_id))])
    const ordered = [...lines].sort((a, b) =>
      `${a.resourceId} ${a.choice.start} ${a.lineId}` < `${b.resourceId} ${b.choice.start} ${b.lineId}` ? -1 : 1,
    )
    for (const line of ordered) {
      const offering = offerings.get(line.choice.offering_id)
      if (!offering || !isOnSale(offering))
        throw new DomainError('slot_unavailable', { details: { resources: [], lines: [{ line_id: line.lineId }] } })
      await this.holdOne(tx, line, offering, context)
    }
    return lines.map(({ lineId, resourceId, quantity }) => ({ lineId, resourceId, quantity }))
  }

  private async holdOne(tx: Tx, line: LineToHold<KeptChoice>, offering: OfferingFacts, { now, customerId }: HoldContext): Promise<void> {
    const startsAt = new Date(line.choice.start)
    requireTime(offering, startsAt, line.choice.duration_min, now)
    if (customerId && offering.max_active_per_customer !== null) await requireBelowLimit(tx, offering, customerId)
    const wanted = {
      offering,
      startsAt,
      durationMin: line.choice.duration_min,
      seats: line.quantity,
      providerId: line.choice.provider_id ?? null,
      now,
    }
    const taken = await claimTime(tx, wanted)
    await insertBooking(tx, {
      ...wanted,
      taken,
      customerId,
      status: 'held',
      source: 'checkout',
      more: { cart_line_id: line.lineId, details: line.choice.sealed ?? null },
    })
  }

  async confirm(tx: Tx, lines: readonly LineToConfirm<KeptChoice>[], { now, ctx }: ActContext): Promise<EntitlementRef[]> {
    const held = await heldOf(tx, lines)
    const offerings = await loadOfferings(tx, [...new Set(lines.map((line) => line.choice.offering_id))])
    const refs: EntitlementRef[] = []
    for (const line of lines) {
      const booking = held.get(line.lineId)
      if (!booking) throw new DomainError('hold_expired')
      const offering = offerings.get(line.choice.offering_id)!
      const asked = line.captureMode === 'on_accept' || offering.requires_confirmation
      const row = await moveBooking(tx, {
        id: booking.id,
        name: asked ? 'request' : 'book',
        ctx,
        now,
        changes: {
          customer_id: line.customerId,
          order_id: line.orderId,
          order_line_id: line.orderLineId,
          order_number: line.orderNumber,
          ...(line.captureMode === 'none' ? {} : { price_amount: line.totalAmount }),
          ...(asked ? { confirm_by: confirmBy(now, offering.confirmation_deadline_min, booking.starts_at) } : {}),
        },
        payload: { vendor_id: booking.vendor_id, customer_id: line.customerId, order_id: line.orderId },
      })
      if (asked) await schedule(tx, { kind: timerKinds.unanswered, ref: row.id, dueAt: row.confirm_by! })
      else await scheduleBooking(tx, row, now)
      refs.push({ orderLineId: line.orderLineId, type: 'booking', id: row.id })
    }
    return refs
  }

  async release(tx: Tx, holds: readonly Hold[], cause: ReleaseCause, { now, ctx }: ActContext): Promise<void> {
    const held = await heldOf(tx, holds)
    for (const { id } of [...held.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const system = RequestContext.system(`booking.${cause}`, { correlationId: ctx.correlationId, requestId: ctx.requestId })
      await moveBooking(tx, { id, name: 'expire', ctx: system, now, changes: { cancel_reason: cause }, payload: { cause } })
    }
  }

  refundDecision(line: LineToCancel, now: Date): RefundDecision {
    const { orderLineId, cause, paidAmount, cancellationTiers, startsAt } = line
    if (cause === 'vendor' || cause === 'admin') return { orderLineId, refundAmount: paidAmount, reason: 'vendor_cancelled' }
    if (cause === 'system') return { orderLineId, refundAmount: paidAmount, reason: 'not_answered' }
    const refundAmount = tierRefund(cancellationTiers, startsAt, paidAmount, now)
    return {
      orderLineId,
      refundAmount,
      reason: refundAmount === paidAmount ? 'within_policy' : refundAmount > 0 ? 'partly_within_policy' : 'outside_policy',
    }
  }

  async cancel(tx: Tx, lines: readonly LineToCancel[], { now, ctx, reason }: ActContext & { reason: string | null }): Promise<void> {
    for (const line of lines) {
      const row = await tx
        .selectFrom('booking')
        .selectAll()
        .where('order_line_id', '=', line.orderLineId)
        .where('status', '<>', 'rescheduled')
        .forUpdate()
        .executeTakeFirst()
      if (!row) throw new DomainError('not_found')
      // The rest of a deposit could not be charged for a service that was given: it stays given.
      if (reason === 'payment_failed' && now >= row.starts_at) await completeUnpaid(tx, row, ctx, now)
      else if (row.slot_id && line.quantity < row.seats) await reduceSeats(tx, ctx, row, line.quantity, now)
      else
        await moveBooking(tx, {
          id: row.id,
          name: 'cancel',
          ctx,
          now,
          changes: { cancel_reason: reason },
          payload: { cause: line.cause },
          reason,
        })
    }
  }

  /** What is wrong with a choice that holds nothing yet, whoever else wants the time. */
  private problem(offering: OfferingFacts, { choice, quantity }: LineToQuote<KeptChoice>, now: Date) {
    const time = timeProblem(offering, new Date(choice.start), choice.duration_min, now)
    if (time) return time
    const { attendees, answers, address } = this.details.open(choice.sealed)
    const fields: { field: string; code: string }[] = [...wrongAnswers(offering.intake_form, answers)]
    if (attendees.length > quantity) fields.push({ field: 'attendees', code: 'too_many' })
    if (choice.provider_id && offering.assignment !== 'customer_choice') fields.push({ field: 'provider_id', code: 'not_to_choose' })
    if (offering.location_kind === 'at_customer' && !address) fields.push({ field: 'address', code: 'required' })
    if (fields.length > 0) return { code: 'validation_failed' as const, details: { fields } }
    if (
      address &&
      offering.location_kind === 'at_customer' &&
      offering.travel_radius_m !== null &&
      offering.lat !== null &&
      offering.lng !== null
    ) {
      const metres = Math.round(distance({ lat: offering.lat, lng: offering.lng }, address))
      if (metres > offering.travel_radius_m)
        return { code: 'outside_service_area' as const, details: { distance_m: metres, travel_radius_m: offering.travel_radius_m } }
    }
    return null
  }
}

async function completeUnpaid(tx: Tx, row: BookingRecord, ctx: RequestContext, now: Date): Promise<void> {
  const system = RequestContext.system('booking.unpaid', { correlationId: ctx.correlationId, requestId: ctx.requestId })
  const completedAt = earlierOf(now, unmarkedUntil(row))
  if (row.status === 'checked_in') await moveBooking(tx, { id: row.id, name: 'start', ctx: system, now: completedAt })
  const changes = { completed_at: completedAt, cancel_reason: 'payment_failed' }
  await moveBooking(tx, { id: row.id, name: 'complete', ctx: system, now: completedAt, changes, payload: { unpaid: true } })
}

async function heldOf(tx: Tx, lines: readonly { lineId: string }[]) {
  const rows = await tx
    .selectFrom('booking')
    .select(['id', 'cart_line_id', 'starts_at', 'vendor_id'])
    .where(
      'cart_line_id',
      'in',
      lines.map((line) => line.lineId),
    )
    .where('status', '=', 'held')
    .execute()
  return new Map(rows.map((row) => [row.cart_line_id!, row]))
}

/**
 * Counts under an advisory lock on the customer, so that two claims of one person come one after another.
 * @throws DomainError active_booking_limit
 */
async function requireBelowLimit(tx: Tx, offering: OfferingFacts, customerId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`booking.customer:${customerId}`}, 0))`.execute(tx)
  const { count } = await tx
    .selectFrom('booking')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('customer_id', '=', customerId)
    .where('offering_id', '=', offering.id)
    .where('status', 'in', ['held', 'pending_confirmation', 'confirmed', 'checked_in', 'in_progress'])
    .executeTakeFirstOrThrow()
  const limit = offering.max_active_per_customer!
  if (Number(count) >= limit) throw new DomainError('active_booking_limit', { details: { limit } })
}
