import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { vendorOf } from '../../../core/order/vendor-order.service.ts'
import { Clock, later, minutes, seconds } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { acceptTimer, FoodOrderMoves, type FoodOrderRow } from './food-order.moves.ts'
import { releaseAfter } from './food-order.views.ts'

/** How long a customer may give another payment method when the first one failed at acceptance. */
const anotherMethod = minutes(10)

export type FailReason = 'customer_absent' | 'address_not_found' | 'vendor_fault'

/** What a kitchen does with an order, money included. */
@Injectable()
export class KitchenDesk {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lines: OrderLines,
    private readonly moves: FoodOrderMoves,
  ) {}

  /** Takes the money, then the order. @throws DomainError invalid_transition from the deadline on, payment_declined */
  async accept(ctx: RequestContext, id: string, readyInMinutes?: number): Promise<void> {
    const row = await this.own(ctx, id)
    this.refuseLate(row)
    await this.take(ctx, row, readyInMinutes)
  }

  /** For restaurants that accept by themselves; an order that is no longer placed is left alone. */
  async autoAccept(ctx: RequestContext, id: string): Promise<void> {
    const row = await this.row(id)
    if (row?.status === 'placed') await this.take(ctx, row, undefined)
  }

  async reject(ctx: RequestContext, id: string, reason: string): Promise<void> {
    const row = await this.own(ctx, id)
    this.require(row, ['placed'], 'reject')
    await this.end(ctx, row, reason)
  }

  /** After acceptance: everything goes back, and a strike. */
  async cancel(ctx: RequestContext, id: string, reason: string): Promise<void> {
    const row = await this.own(ctx, id)
    this.require(row, ['accepted', 'preparing'], 'cancel')
    await this.end(ctx, row, reason)
  }

  /** Steps that move no money. */
  async step(
    ctx: RequestContext,
    id: string,
    name: 'prepare' | 'ready' | 'dispatch',
    changes: Record<string, unknown> = {},
  ): Promise<void> {
    await this.own(ctx, id)
    const now = this.clock.now()
    const column = { prepare: 'preparing_at', ready: 'ready_at', dispatch: 'out_at' }[name]
    await this.database.transaction((tx) => this.moves.move(tx, id, { now, ctx }, { name, changes: { ...changes, [column]: now } }))
  }

  /** Handed over: the vendor's money comes free a day later. */
  async handOver(ctx: RequestContext, id: string, name: 'deliver' | 'pick-up'): Promise<void> {
    const row = await this.own(ctx, id)
    this.require(row, name === 'deliver' ? ['out_for_delivery'] : ['ready'], name)
    const now = this.clock.now()
    await this.lines.fulfil(ctx, row.order_line_id!, { releaseAt: releaseAfter(now) }, (tx) => this.handedOver(tx, ctx, id, name, now))
  }

  /** The kitchen's own fault gives everything back; a customer who is not there has had the meal. */
  async failDelivery(ctx: RequestContext, id: string, reason: FailReason): Promise<void> {
    const row = await this.own(ctx, id)
    this.require(row, ['out_for_delivery'], 'fail-delivery')
    const now = this.clock.now()
    const apply = async (tx: Tx) => {
      const after = await this.moves.move(
        tx,
        id,
        { now, ctx },
        {
          name: 'fail-delivery',
          changes: { ended_at: now, reason },
          payload: { reason },
          reason,
        },
      )
      await this.moves.stopTimers(tx, id)
      if (reason === 'vendor_fault') await this.moves.strike(tx, after, ctx)
    }
    if (reason === 'vendor_fault') await this.lines.end(ctx, row.order_line_id!, { cause: 'vendor', reason }, apply)
    else await this.lines.fulfil(ctx, row.order_line_id!, { releaseAt: releaseAfter(now) }, apply)
  }

  private async take(ctx: RequestContext, row: FoodOrderRow, readyInMinutes: number | undefined): Promise<void> {
    try {
      await this.lines.accept(ctx, row.order_line_id!, async (tx) => {
        await this.moves.accept(tx, row.id, { ctx }, readyInMinutes)
      })
    } catch (error) {
      if (error instanceof DomainError && error.code === 'payment_declined') await this.waitForMoney(row)
      throw error
    }
  }

  /** The kitchen has answered, the money has not come: it has its time again once the customer had theirs. */
  private async waitForMoney(row: FoodOrderRow): Promise<void> {
    const until = later(this.clock.now(), anotherMethod + seconds(row.accept_timeout_s))
    await this.database.transaction(async (tx) => {
      const changed = await tx
        .updateTable('restaurant_food_order')
        .set({ accept_by: until, updated_at: this.clock.now() })
        .where('id', '=', row.id)
        .where('status', '=', 'placed')
        .executeTakeFirst()
      if (changed.numUpdatedRows === 1n) await schedule(tx, { kind: acceptTimer, ref: row.id, dueAt: until })
    })
  }

  private async end(ctx: RequestContext, row: FoodOrderRow, reason: string): Promise<void> {
    await this.lines.end(ctx, row.order_line_id!, { cause: 'vendor', reason }, (tx) =>
      this.moves.end(tx, row.id, 'vendor', { now: this.clock.now(), ctx, reason }),
    )
  }

  private async handedOver(tx: Tx, ctx: RequestContext, id: string, name: string, now: Date): Promise<void> {
    await this.moves.move(tx, id, { now, ctx }, { name, changes: { handed_over_at: now } })
    await this.moves.stopTimers(tx, id)
  }

  /** Before money is asked for; the transition asks again. */
  private require(row: FoodOrderRow, states: readonly string[], transition: string): void {
    if (!states.includes(row.status))
      throw new DomainError('invalid_transition', { details: { entity: 'food_order', transition, status: row.status } })
  }

  private refuseLate(row: FoodOrderRow): void {
    this.require(row, ['placed'], 'accept')
    if (row.accept_by !== null && this.clock.now() >= row.accept_by)
      throw new DomainError('invalid_transition', {
        details: { entity: 'food_order', transition: 'accept', status: row.status, accept_by: row.accept_by.toISOString() },
      })
  }

  /** @throws DomainError not_found for another vendor's order */
  private async own(ctx: RequestContext, id: string): Promise<FoodOrderRow> {
    const row = await this.row(id)
    if (!row || row.vendor_id !== vendorOf(ctx) || row.placed_at === null) throw new DomainError('not_found')
    return row
  }

  private row(id: string): Promise<FoodOrderRow | undefined> {
    return this.database.read.selectFrom('restaurant_food_order').selectAll().where('id', '=', id).executeTakeFirst()
  }
}
