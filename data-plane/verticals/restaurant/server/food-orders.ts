import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { customerOf } from '../../../core/customer/profile.service.ts'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import type { cancelFoodOrder, FoodOrder, FoodOrderTrack, listMyFoodOrders } from '../contract.ts'
import { FoodOrderMoves, type FoodOrderRow, requireCancellable } from './food-order.moves.ts'
import { FoodOrderViews, type FoodOrderWhole, wholeColumns, wholeJoins, wholeTables } from './food-order.views.ts'
import { isBuyer } from './order-access.ts'
import { OrderSignals } from './order-signals.ts'
import { readPage } from './paged.ts'

const openStates = ['placed', 'accepted', 'preparing', 'ready', 'out_for_delivery']

/** Meals as their buyer sees, follows and cancels them. */
@Injectable()
export class FoodOrders {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly lines: OrderLines,
    private readonly moves: FoodOrderMoves,
    private readonly views: FoodOrderViews,
    private readonly signals: OrderSignals,
  ) {}

  async listMine(ctx: RequestContext, query: Input<typeof listMyFoodOrders>['query']): Promise<Output<typeof listMyFoodOrders>> {
    const now = this.clock.now()
    const { rows, total } = await readPage<FoodOrderWhole>(this.database.read, {
      columns: wholeColumns,
      from: sql`restaurant_food_order f`,
      joins: wholeJoins,
      where: [
        sql`f.customer_id = ${customerOf(ctx).id}`,
        sql`f.placed_at IS NOT NULL`,
        ...(query.open ? [sql`f.status = ANY (${openStates}::text[])`] : []),
      ],
      order: sql`f.placed_at DESC, f.id DESC`,
      limit: query.limit,
      offset: query.offset,
    })
    return { total, items: rows.map((row) => this.views.summary(ctx, row, now)) }
  }

  async getMine(ctx: RequestContext, id: string): Promise<FoodOrder> {
    return this.views.detail(ctx, await this.own(ctx, id), this.clock.now())
  }

  async get(ctx: RequestContext, id: string, token: string | undefined): Promise<FoodOrder> {
    return this.views.detail(ctx, await this.find(ctx, id, token), this.clock.now())
  }

  /** The state now, then each change; ends when the meal has come to its end. */
  async track(ctx: RequestContext, id: string, token: string | undefined): Promise<AsyncIterable<FoodOrderTrack>> {
    const found = await this.find(ctx, id, token)
    let sent = -1
    return this.signals.follow(
      (signal) => signal.id === found.id,
      async () => {
        const row = await this.row(found.id)
        if (!row || row.version === sent) return null
        sent = row.version
        return this.views.track(row)
      },
      (event) => !openStates.includes(event.status),
    )
  }

  /** @throws DomainError cancellation_not_allowed | refund_quote_changed | invalid_transition | currency_mismatch */
  async cancel(
    ctx: RequestContext,
    id: string,
    token: string | undefined,
    body: Input<typeof cancelFoodOrder>['body'],
  ): Promise<FoodOrder> {
    const row = await this.find(ctx, id, token)
    if (body.expected_refund.currency !== row.currency_code) throw new DomainError('currency_mismatch', { field: 'expected_refund' })
    requireCancellable(row)
    if (!openStates.includes(row.status)) throw new DomainError('invalid_transition', { details: { status: row.status } })
    const reason = body.reason ?? null
    await this.lines.end(ctx, row.order_line_id!, { cause: 'customer', reason, expected: body.expected_refund }, (tx) =>
      this.moves.end(tx, row.id, 'customer', { now: this.clock.now(), ctx, reason }),
    )
    return this.views.detail(ctx, await this.whole(row.id), this.clock.now())
  }

  /** One order with what its views need. @throws DomainError not_found */
  async whole(id: string): Promise<FoodOrderWhole> {
    const { rows } = await sql<FoodOrderWhole>`SELECT ${wholeColumns} FROM ${wholeTables}
      WHERE (f.id = ${id} OR f.order_line_id = ${id}) AND f.placed_at IS NOT NULL`.execute(this.database.read)
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0]
  }

  /** The caller's own: another customer's does not exist. */
  async own(ctx: RequestContext, id: string): Promise<FoodOrderWhole> {
    const row = await this.whole(id)
    if (row.customer_id === null || row.customer_id !== customerOf(ctx).id) throw new DomainError('not_found')
    return row
  }

  /** What was ordered, as it was. */
  async items(id: string): Promise<{ item_id: string; option_ids: string[]; quantity: number; name: I18nText }[]> {
    const rows = await this.database.read
      .selectFrom('restaurant_food_order_item')
      .select(['item_id', 'option_ids', 'quantity', 'name'])
      .where('food_order_id', '=', id)
      .orderBy('position')
      .execute()
    return rows.map((row) => ({ ...row, name: row.name as I18nText }))
  }

  nameOf(ctx: RequestContext, item: { name: I18nText }): string {
    return this.views.text(ctx, item.name)
  }

  /** The signed-in buyer's, or any with its order's token; else it does not exist. */
  private async find(ctx: RequestContext, id: string, token: string | undefined): Promise<FoodOrderWhole> {
    const row = await this.whole(id)
    if (!(await isBuyer(this.database.read, ctx, row, token))) throw new DomainError('not_found')
    return row
  }

  private row(id: string): Promise<FoodOrderRow | undefined> {
    return this.database.read.selectFrom('restaurant_food_order').selectAll().where('id', '=', id).executeTakeFirst()
  }
}
