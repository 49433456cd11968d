import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { CancelCause, EntitlementRef, LineToConfirm } from '../../../core/vertical/purchasable.ts'
import type { DB } from '../../../generated/db.ts'
import { Clock, hours, later } from '../../../platform/clock/clock.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { cancel, schedule } from '../../../platform/timer/timers.ts'
import { tableReservationLifecycle } from '../lifecycle.ts'
import { Tables } from './tables.ts'

export type ReservationRow = Selectable<DB['restaurant_table_reservation']>

export const autoConfirmTimer = 'restaurant.table_auto_confirm'
export const reminderTimer = 'restaurant.table_reminder'
export const noShowTimer = 'restaurant.table_no_show'

/** A reminder comes so long before the start. */
export const reminderBefore = hours(3)

interface Context {
  now: Date
  ctx: RequestContext
}

/** What happens to a reservation's own row, in the transaction of whoever moves money: state (K4), tables, timers. */
@Injectable()
export class ReservationMoves {
  constructor(
    private readonly clock: Clock,
    private readonly tables: Tables,
  ) {}

  /** held → requested for confirmed lines. */
  async request(tx: Tx, lines: readonly LineToConfirm[], { now, ctx }: Context): Promise<EntitlementRef[]> {
    const refs: EntitlementRef[] = []
    for (const line of lines) {
      const held = await tx
        .selectFrom('restaurant_table_reservation')
        .selectAll()
        .where('cart_line_id', '=', line.lineId)
        .where('status', '=', 'held')
        .executeTakeFirst()
      if (!held) throw new DomainError('hold_expired', { details: { line_id: line.lineId } })
      await transition(tx, tableReservationLifecycle, {
        id: held.id,
        name: 'request',
        ctx,
        changes: {
          order_id: line.orderId,
          order_number: line.orderNumber,
          order_line_id: line.orderLineId,
          sub_order_id: line.subOrderId,
          customer_id: line.customerId,
          placed_at: now,
        },
        payload: { order_id: line.orderId, restaurant_id: held.restaurant_id, starts_at: held.starts_at.toISOString() },
      })
      if (held.auto_confirm) await schedule(tx, { kind: autoConfirmTimer, ref: held.id, dueAt: now })
      refs.push({ orderLineId: line.orderLineId, type: 'table_reservation', id: held.id })
    }
    return refs
  }

  /** Claims that were never paid for. */
  async release(tx: Tx, cartLineIds: readonly string[]): Promise<void> {
    await tx
      .deleteFrom('restaurant_table_reservation')
      .where('cart_line_id', 'in', [...cartLineIds])
      .where('status', '=', 'held')
      .execute()
  }

  /** requested → confirmed; from now on it may be reminded of, and missed. */
  async confirm(tx: Tx, id: string, ctx: RequestContext): Promise<void> {
    const now = this.clock.now()
    const row = await this.move(tx, id, ctx, 'confirm', { confirmed_at: now })
    await cancel(tx, autoConfirmTimer, id)
    const remindAt = later(row.starts_at, -reminderBefore)
    if (remindAt > now) await schedule(tx, { kind: reminderTimer, ref: id, dueAt: remindAt })
    await schedule(tx, { kind: noShowTimer, ref: id, dueAt: row.seat_by })
  }

  /** confirmed → seated, until the moment it counts as missed, whether the sweep has run or not. */
  async seat(tx: Tx, id: string, ctx: RequestContext): Promise<void> {
    const now = this.clock.now()
    const row = await this.read(tx, id)
    if (row.status === 'confirmed' && now >= row.seat_by)
      throw new DomainError('invalid_transition', {
        details: { entity: 'table_reservation', transition: 'seat', status: row.status, seat_by: row.seat_by.toISOString() },
      })
    await this.move(tx, id, ctx, 'seat', { seated_at: now })
    await this.stopTimers(tx, id)
  }

  async complete(tx: Tx, id: string, ctx: RequestContext): Promise<void> {
    await this.move(tx, id, ctx, 'complete', { completed_at: this.clock.now() })
    await this.tables.free(tx, [id])
  }

  /** confirmed → no_show, from `seat_by` on. @throws DomainError invalid_transition before it */
  async miss(tx: Tx, id: string, ctx: RequestContext): Promise<void> {
    const now = this.clock.now()
    const row = await this.read(tx, id)
    if (now < row.seat_by) throw new DomainError('invalid_transition', { details: { transition: 'no-show', status: row.status } })
    await this.move(tx, id, ctx, 'no-show', { ended_at: now })
    await this.tables.free(tx, [id])
  }

  async cancel(tx: Tx, id: string, cause: CancelCause, { now, ctx, reason }: Context & { reason: string | null }): Promise<void> {
    const row = await this.read(tx, id)
    if (cause === 'customer' && row.status === 'seated')
      throw new DomainError('cancellation_not_allowed', { details: { status: row.status } })
    const after = await this.move(tx, id, ctx, 'cancel', { ended_at: now, reason }, reason)
    await this.tables.free(tx, [id])
    await this.stopTimers(tx, id)
    if (cause !== 'vendor' || row.status !== 'confirmed') return
    await appendEvent(tx, {
      type: 'restaurant.table_reservation.vendor_fault',
      aggregate: { type: 'table_reservation', id, version: after.version },
      payload: { id, vendor_id: row.vendor_id, restaurant_id: row.restaurant_id },
      ctx,
    })
  }

  private move(
    tx: Tx,
    id: string,
    ctx: RequestContext,
    name: string,
    changes: Record<string, unknown>,
    reason: string | null = null,
  ): Promise<ReservationRow> {
    return transition(tx, tableReservationLifecycle, { id, name, ctx, changes, ...(reason ? { reason } : {}) })
  }

  private async stopTimers(tx: Tx, id: string): Promise<void> {
    for (const kind of [autoConfirmTimer, reminderTimer, noShowTimer]) await cancel(tx, kind, id)
  }

  private async read(tx: Tx, id: string): Promise<ReservationRow> {
    const row = await tx.selectFrom('restaurant_table_reservation').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }
}
