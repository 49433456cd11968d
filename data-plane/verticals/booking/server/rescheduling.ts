import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { lockIfFree } from '../../../engines/capacity/exclusive.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { type BookingRecord, moveBooking } from './booking-moves.ts'
import { bookingEvent, insertBooking, scheduleBooking } from './booking-rows.ts'
import { providers } from './capacity.ts'
import { claimTime } from './claim.ts'
import { loadOffering } from './offering-facts.ts'
import { whenText } from './slot-quote.ts'
import { requireTime } from './times.ts'

export interface NewTime {
  startsAt: Date
  providerId: string | null
  reason: string | null
}

/** Other times and other providers for what is booked. */
@Injectable()
export class Rescheduling {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lines: OrderLines,
  ) {}

  /**
   * Frees the old time and takes the new one in one transaction: when the new one is gone, nothing has changed.
   * @returns the id of the booking that took the old one's place
   * @throws DomainError invalid_transition | slot_unavailable | slot_in_past | lead_time_not_met | validation_failed
   */
  async move(ctx: RequestContext, booking: BookingRecord, to: NewTime): Promise<string> {
    const byVendor = ctx.actor.kind === 'vendor'
    const durationMin = Math.round((booking.ends_at.getTime() - booking.starts_at.getTime()) / 60_000)
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const offering = await loadOffering(tx, booking.offering_id)
      if (to.providerId && !byVendor && offering.assignment !== 'customer_choice') {
        throw new DomainError('validation_failed', {
          field: 'provider_id',
          details: { fields: [{ field: 'provider_id', code: 'not_to_choose' }] },
        })
      }
      // the order line before the booking, as everything does that moves both
      if (booking.order_line_id)
        await tx.selectFrom('order_line').select('id').where('id', '=', booking.order_line_id).forUpdate().execute()
      if (!byVendor) requireTime(offering, to.startsAt, durationMin, now)
      else if (to.startsAt <= now) throw new DomainError('slot_in_past', { field: 'start' })
      const old = await moveBooking(tx, {
        id: booking.id,
        name: 'reschedule',
        ctx,
        now,
        reason: to.reason,
        payload: { to: to.startsAt.toISOString(), vendor_id: booking.vendor_id, customer_id: booking.customer_id },
      })
      const wanted = { offering, startsAt: to.startsAt, durationMin, seats: old.seats, providerId: to.providerId, now, anyTime: byVendor }
      const taken = await claimTime(tx, wanted)
      const row = await insertBooking(tx, {
        ...wanted,
        taken,
        customerId: old.customer_id,
        status: 'confirmed',
        source: old.source as 'checkout' | 'vendor',
        more: {
          reschedule_of_id: old.id,
          series_id: old.series_id,
          details: old.details,
          contact: old.contact,
          // sold is sold: price and terms go along
          price_amount: old.price_amount,
          deposit_amount: old.deposit_amount,
          at_place_amount: old.at_place_amount,
          payment_plan: old.payment_plan,
          cancellation_tiers: JSON.stringify(old.cancellation_tiers),
          no_show_fee_bps: old.no_show_fee_bps,
          meeting_url: old.meeting_url,
          order_id: old.order_id,
          order_line_id: old.order_line_id,
          order_number: old.order_number,
        },
      })
      if (row.order_line_id) {
        const subtitle = whenText(row.starts_at, durationMin, row.timezone)
        await this.lines.move(ctx, row.order_line_id, { startsAt: row.starts_at, subtitle, entitlementId: row.id }, tx)
      }
      await scheduleBooking(tx, row, now)
      return row.id
    })
  }

  /**
   * Same time, another provider; of a group date all its bookings follow.
   * @throws DomainError invalid_transition | slot_unavailable | validation_failed when the service has no such provider
   */
  async reassign(ctx: RequestContext, booking: BookingRecord, given: { from: string | null; to: string }): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const row = await tx.selectFrom('booking').selectAll().where('id', '=', booking.id).forUpdate().executeTakeFirstOrThrow()
      if (!['pending_confirmation', 'confirmed', 'checked_in'].includes(row.status)) {
        throw new DomainError('invalid_transition', { details: { entity: 'booking', transition: 'reassign', status: row.status } })
      }
      const from = await this.replaced(tx, row, given)
      if (from === given.to) return
      if (!(await lockIfFree(tx, providers, [given.to], { from: row.blocked_from, to: row.blocked_to }))) {
        throw new DomainError('slot_unavailable', { field: 'to_provider_id', details: { resources: [] } })
      }
      const providerIds = row.provider_ids.map((id) => (id === from ? given.to : id))
      await this.assignInstead(tx, row, from, given.to, providerIds, now)
      await bookingEvent(tx, ctx, { ...row, version: row.version + 1 }, 'booking.booking.reassigned', { from, to: given.to })
    })
  }

  private async replaced(tx: Tx, row: BookingRecord, given: { from: string | null; to: string }): Promise<string> {
    const offered = await tx
      .selectFrom('booking_offering_provider as op')
      .innerJoin('booking_provider as p', 'p.id', 'op.provider_id')
      .select(['p.id', 'p.kind'])
      .where('op.offering_id', '=', row.offering_id)
      .where('p.deleted_at', 'is', null)
      .execute()
    const kindOf = new Map(offered.map((provider) => [provider.id, provider.kind]))
    const from = given.from ?? row.provider_ids.find((id) => kindOf.get(id) === kindOf.get(given.to)) ?? row.provider_ids[0]!
    const fits = kindOf.has(given.to) && row.provider_ids.includes(from) && (given.to === from || !row.provider_ids.includes(given.to))
    if (!fits)
      throw new DomainError('validation_failed', {
        field: 'to_provider_id',
        details: { fields: [{ field: 'to_provider_id', code: 'not_of_this_service' }] },
      })
    return from
  }

  private async assignInstead(tx: Tx, row: BookingRecord, from: string, to: string, providerIds: string[], now: Date): Promise<void> {
    await tx
      .updateTable('booking_assignment')
      .set({ provider_id: to })
      .where('provider_id', '=', from)
      .where(row.slot_id ? 'slot_id' : 'booking_id', '=', row.slot_id ?? row.id)
      .execute()
    await tx
      .updateTable('booking')
      .set((eb) => ({ provider_ids: providerIds, version: eb('version', '+', 1), updated_at: now }))
      .where(row.slot_id ? 'slot_id' : 'id', '=', row.slot_id ?? row.id)
      .execute()
    if (!row.slot_id) return
    await tx
      .updateTable('booking_slot')
      .set((eb) => ({ provider_ids: providerIds, lead_provider_id: providerIds[0]!, version: eb('version', '+', 1), updated_at: now }))
      .where('id', '=', row.slot_id)
      .execute()
  }
}
