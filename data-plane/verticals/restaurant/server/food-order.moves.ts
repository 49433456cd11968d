import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { CancelCause, EntitlementRef, LineToConfirm } from '../../../core/vertical/purchasable.ts'
import type { DB } from '../../../generated/db.ts'
import { Clock, later, minutes, seconds } from '../../../platform/clock/clock.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { appendEvent } from '../../../platform/outbox/outbox.ts'
import { cancel, schedule } from '../../../platform/timer/timers.ts'
import { foodOrderLifecycle } from '../lifecycle.ts'
import { Kitchen } from './kitchen.ts'
import { OrderSignals } from './order-signals.ts'

export type FoodOrderRow = Selectable<DB['restaurant_food_order']>

export const acceptTimer = 'restaurant.accept_timeout'
export const autoAcceptTimer = 'restaurant.auto_accept'
export const lateTimer = 'restaurant.late_alert'

/** After the promise: then somebody is told. */
export const lateAfter = minutes(10)

interface Context {
  now: Date
  ctx: RequestContext
}

export interface Move {
  name: string
  changes?: Record<string, unknown>
  payload?: Record<string, unknown>
  reason?: string | null
}

/**
 * What happens to a food order's own row, in the transaction of whoever moves money: state (K4), room in the kitchen,
 * timers, and those who watch. Whether it may happen is the lifecycle table's affair.
 */
@Injectable()
export class FoodOrderMoves {
  constructor(
    private readonly clock: Clock,
    private readonly kitchen: Kitchen,
    private readonly signals: OrderSignals,
  ) {}

  /** held → placed for paid lines. The promise moves when payment took its time (invariant 5). */
  async place(tx: Tx, lines: readonly LineToConfirm[], { now, ctx }: Context): Promise<EntitlementRef[]> {
    const refs: EntitlementRef[] = []
    for (const line of lines) {
      const held = await tx
        .selectFrom('restaurant_food_order')
        .selectAll()
        .where('cart_line_id', '=', line.lineId)
        .where('status', '=', 'held')
        .executeTakeFirst()
      if (!held) throw new DomainError('hold_expired', { details: { line_id: line.lineId } })
      const promised = notBefore(held, later(now, minutes(held.prep_minutes)))
      const acceptBy = held.auto_accept ? null : later(now, seconds(held.accept_timeout_s))
      await this.move(
        tx,
        held.id,
        { now, ctx },
        {
          name: 'place',
          changes: {
            ...promised,
            order_id: line.orderId,
            order_number: line.orderNumber,
            order_line_id: line.orderLineId,
            sub_order_id: line.subOrderId,
            customer_id: line.customerId,
            call_number: `K${line.orderNumber.slice(-3)}`,
            placed_at: now,
            accept_by: acceptBy,
          },
          payload: {
            order_id: line.orderId,
            restaurant_id: held.restaurant_id,
            service: held.service,
            accept_by: acceptBy?.toISOString() ?? null,
          },
        },
      )
      await schedule(
        tx,
        acceptBy ? { kind: acceptTimer, ref: held.id, dueAt: acceptBy } : { kind: autoAcceptTimer, ref: held.id, dueAt: now },
      )
      await schedule(tx, {
        kind: lateTimer,
        ref: held.id,
        dueAt: later(promised.promised_delivery_at ?? promised.promised_ready_at, lateAfter),
      })
      refs.push({ orderLineId: line.orderLineId, type: 'food_order', id: held.id })
    }
    return refs
  }

  /** Claims that were never paid for: their room is free again, once. */
  async release(tx: Tx, cartLineIds: readonly string[], now: Date): Promise<void> {
    const rows = await tx
      .selectFrom('restaurant_food_order')
      .select('id')
      .where('cart_line_id', 'in', [...cartLineIds])
      .where('status', '=', 'held')
      .orderBy('id')
      .forUpdate()
      .execute()
    const ids = rows.map((row) => row.id)
    if (ids.length === 0) return
    await this.kitchen.free(tx, ids, now)
    await tx.deleteFrom('restaurant_food_order').where('id', 'in', ids).execute()
  }

  /** placed → accepted. The deadline on the row decides, whether its timer has run or not. @throws DomainError invalid_transition */
  async accept(tx: Tx, id: string, { ctx }: Pick<Context, 'ctx'>, readyInMinutes: number | undefined): Promise<FoodOrderRow> {
    const now = this.clock.now()
    const row = await this.read(tx, id)
    if (row.status === 'placed' && row.accept_by !== null && now >= row.accept_by)
      throw new DomainError('invalid_transition', {
        details: { entity: 'food_order', transition: 'accept', status: 'placed', accept_by: row.accept_by.toISOString() },
      })
    const wanted = readyInMinutes === undefined ? row.promised_ready_at : later(now, minutes(Math.max(readyInMinutes, row.prep_minutes)))
    const promised = moved(row, wanted)
    const after = await this.move(
      tx,
      id,
      { now, ctx },
      {
        name: 'accept',
        changes: { ...promised, accepted_at: now, accept_by: null },
        payload: { promised_ready_at: promised.promised_ready_at.toISOString() },
      },
    )
    await cancel(tx, acceptTimer, id)
    await cancel(tx, autoAcceptTimer, id)
    await schedule(tx, { kind: lateTimer, ref: id, dueAt: later(after.promised_delivery_at ?? after.promised_ready_at, lateAfter) })
    return after
  }

  /** placed → auto_rejected, from the deadline on. @throws DomainError invalid_transition before it */
  async autoReject(tx: Tx, id: string, { ctx }: Pick<Context, 'ctx'>): Promise<void> {
    const now = this.clock.now()
    const row = await this.read(tx, id)
    if (row.accept_by === null || now < row.accept_by)
      throw new DomainError('invalid_transition', { details: { entity: 'food_order', transition: 'auto-reject', status: row.status } })
    await this.leave(tx, id, { now, ctx }, { name: 'auto-reject', reason: 'accept_timeout' })
  }

  /**
   * Ends a sold order early, as its cause allows.
   * @throws DomainError cancellation_not_allowed to the customer once cooking began, invalid_transition
   */
  async end(tx: Tx, id: string, cause: CancelCause, { now, ctx, reason }: Context & { reason: string | null }): Promise<void> {
    const row = await this.read(tx, id)
    if (cause === 'customer') requireCancellable(row)
    const vendors = row.status === 'placed' ? 'reject' : 'vendor-cancel'
    const name = cause === 'customer' ? 'cancel' : cause === 'vendor' ? vendors : 'end'
    const after = await this.leave(tx, id, { now, ctx }, { name, reason })
    if (name === 'vendor-cancel') await this.strike(tx, after, ctx)
  }

  /** The kitchen's own fault: a strike for whoever keeps count of them. */
  async strike(tx: Tx, row: FoodOrderRow, ctx: RequestContext): Promise<void> {
    await appendEvent(tx, {
      type: 'restaurant.food_order.vendor_fault',
      aggregate: { type: 'food_order', id: row.id, version: row.version },
      payload: { id: row.id, vendor_id: row.vendor_id, restaurant_id: row.restaurant_id },
      ctx,
    })
  }

  /** Any step of the lifecycle; those who watch are told after the commit. */
  async move(tx: Tx, id: string, { ctx }: Context, { name, changes, payload, reason }: Move): Promise<FoodOrderRow> {
    const after = await transition(tx, foodOrderLifecycle, {
      id,
      name,
      ctx,
      ...(changes ? { changes } : {}),
      ...(payload ? { payload } : {}),
      ...(reason ? { reason } : {}),
    })
    this.signals.tell(tx, after)
    return after
  }

  /** An end without a meal: room in the kitchen is free again, nothing is waited for. */
  private async leave(tx: Tx, id: string, context: Context, move: Move): Promise<FoodOrderRow> {
    const after = await this.move(tx, id, context, {
      ...move,
      changes: { ...move.changes, ended_at: context.now, reason: move.reason ?? null, accept_by: null },
    })
    await this.kitchen.free(tx, [id], context.now)
    await this.stopTimers(tx, id)
    return after
  }

  async stopTimers(tx: Tx, id: string): Promise<void> {
    for (const kind of [acceptTimer, autoAcceptTimer, lateTimer]) await cancel(tx, kind, id)
  }

  private async read(tx: Tx, id: string): Promise<FoodOrderRow> {
    const row = await tx.selectFrom('restaurant_food_order').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }
}

const cooking = new Set(['preparing', 'ready', 'out_for_delivery'])

/** @throws DomainError cancellation_not_allowed once the kitchen has begun */
export function requireCancellable(row: Pick<FoodOrderRow, 'status'>): void {
  if (cooking.has(row.status)) throw new DomainError('cancellation_not_allowed', { details: { status: row.status } })
}

type Promised = Pick<FoodOrderRow, 'promised_ready_at' | 'promised_delivery_at'>

function notBefore(row: Promised, earliest: Date): Promised {
  return moved(row, earliest > row.promised_ready_at ? earliest : row.promised_ready_at)
}

/** Another time at which it is ready; the door follows by as much. */
function moved(row: Promised, ready: Date): Promised {
  const delta = ready.getTime() - row.promised_ready_at.getTime()
  return { promised_ready_at: ready, promised_delivery_at: row.promised_delivery_at && later(row.promised_delivery_at, delta) }
}
