import { currencyExponent, type I18nText, type Money, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { type KeptPicture, pictureView } from '../../../core/file/public-picture.ts'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { days, later } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type { FoodOrder, FoodOrderDish, FoodOrderSummary, FoodOrderTrack, MealAddress } from '../contract.ts'
import { foodOrderLifecycle } from '../lifecycle.ts'
import type { FoodOrderRow } from './food-order.moves.ts'
import { unseal } from './sealed.ts'
import { Surroundings } from './surroundings.ts'

/** A food order with what its cards show of the restaurant and of the slot. */
export interface FoodOrderWhole extends FoodOrderRow {
  restaurant_handle: string
  restaurant_name: I18nText
  restaurant_picture: KeptPicture | null
  restaurant_lat: number
  restaurant_lng: number
  slot_starts_at: Date
  slot_ends_at: Date
}

interface ItemRow {
  id: string
  food_order_id: string
  item_id: string
  option_ids: string[]
  name: I18nText
  options: { id: string; name: I18nText; amount: number }[]
  quantity: number
  unit_amount: number
  total_amount: number
  prep_points: number
}

/** Columns of a card; the tables are `f`, `r`, `s`. */
export const wholeColumns = sql`f.*, r.handle AS restaurant_handle, r.name AS restaurant_name, r.picture AS restaurant_picture,
  r.lat AS restaurant_lat, r.lng AS restaurant_lng, s.starts_at AS slot_starts_at, s.ends_at AS slot_ends_at`
export const wholeJoins = sql`JOIN restaurant r ON r.id = f.restaurant_id JOIN restaurant_kitchen_slot s ON s.id = f.kitchen_slot_id`
export const wholeTables = sql`restaurant_food_order f ${wholeJoins}`

/** Names of the lifecycle that are called otherwise in the API. */
const verbs: Record<string, string> = { 'vendor-cancel': 'cancel', end: 'cancel' }
const unaskable = new Set(['place', 'auto-reject'])

/** Food orders as customer, kitchen and staff see them. */
@Injectable()
export class FoodOrderViews {
  constructor(
    private readonly database: Database,
    private readonly pii: Pii,
    private readonly surroundings: Surroundings,
    private readonly lines: OrderLines,
  ) {}

  text(ctx: RequestContext, text: I18nText): string {
    return pickText(text, ctx.locale, this.surroundings.fallback)
  }

  /** What the caller may ask for now, by the names of the API. */
  actions(ctx: RequestContext, row: FoodOrderRow, now: Date): string[] {
    const late = row.status === 'placed' && row.accept_by !== null && now >= row.accept_by
    return [
      ...new Set(
        actionsFor(foodOrderLifecycle, row, ctx)
          .filter((name) => !unaskable.has(name) && !(late && name === 'accept'))
          .map((name) => verbs[name] ?? name),
      ),
    ]
  }

  summary(ctx: RequestContext, row: FoodOrderWhole, now: Date): FoodOrderSummary {
    return {
      id: row.id,
      call_number: row.call_number,
      order_id: row.order_id!,
      order_line_id: row.order_line_id!,
      order_number: row.order_number!,
      restaurant: {
        id: row.restaurant_id,
        handle: row.restaurant_handle,
        name: this.text(ctx, row.restaurant_name),
        picture: row.restaurant_picture && pictureView(row.restaurant_picture, ctx.locale, this.surroundings.fallback),
        timezone: this.surroundings.timezone,
      },
      service: row.service as FoodOrderSummary['service'],
      status: row.status as FoodOrderSummary['status'],
      asap: row.asap,
      placed_at: row.placed_at!.toISOString(),
      promised_ready_at: row.promised_ready_at.toISOString(),
      promised_delivery_at: row.promised_delivery_at?.toISOString() ?? null,
      count: row.units,
      total: this.money(row, row.total_amount),
      version: row.version,
      actions: this.actions(ctx, row, now),
    }
  }

  async detail(ctx: RequestContext, row: FoodOrderWhole, now: Date): Promise<FoodOrder> {
    const [dishes, history, refunded, cancellation] = await Promise.all([
      this.dishes(this.database.read, ctx, [row]),
      this.history(row),
      this.refunded(row),
      this.cancellation(ctx, row),
    ])
    return {
      ...this.summary(ctx, row, now),
      slot: this.slot(row),
      accept_by: row.accept_by?.toISOString() ?? null,
      dishes: dishes.get(row.id) ?? [],
      ...this.amounts(row, refunded),
      address: this.address(row),
      restaurant_location: { lat: row.restaurant_lat, lng: row.restaurant_lng },
      utensils: row.utensils,
      kitchen_note: row.kitchen_note,
      reason: row.reason,
      courier_id: row.courier_id,
      cancellation,
      history,
      review_allowed_at: row.handed_over_at && row.status !== 'delivery_failed' ? row.handed_over_at.toISOString() : null,
    }
  }

  amounts(row: FoodOrderRow, refundedAmount: number) {
    return {
      subtotal: this.money(row, row.subtotal_amount),
      delivery: this.money(row, row.delivery_amount),
      tip: this.money(row, row.tip_amount),
      refunded: this.money(row, refundedAmount),
    }
  }

  slot(row: FoodOrderWhole): FoodOrder['slot'] {
    return { starts_at: row.slot_starts_at.toISOString(), ends_at: row.slot_ends_at.toISOString() }
  }

  address(row: FoodOrderRow): MealAddress | null {
    return row.address === null ? null : unseal<MealAddress>(this.pii, { sealed: row.address })
  }

  track(row: FoodOrderRow): FoodOrderTrack {
    return {
      seq: row.version,
      id: row.id,
      status: row.status as FoodOrderTrack['status'],
      promised_ready_at: row.promised_ready_at.toISOString(),
      promised_delivery_at: row.promised_delivery_at?.toISOString() ?? null,
      reason: row.reason,
      at: row.updated_at.toISOString(),
    }
  }

  /** Dishes of some orders, by order. */
  async dishes(tx: Tx, ctx: RequestContext, rows: readonly FoodOrderRow[]): Promise<Map<string, FoodOrderDish[]>> {
    if (rows.length === 0) return new Map()
    const items = (await tx
      .selectFrom('restaurant_food_order_item')
      .selectAll()
      .where(
        'food_order_id',
        'in',
        rows.map((row) => row.id),
      )
      .orderBy('food_order_id')
      .orderBy('position')
      .execute()) as unknown as ItemRow[]
    const orders = new Map(rows.map((row) => [row.id, row]))
    const views = items.map((item) => [item.food_order_id, this.dish(ctx, orders.get(item.food_order_id)!, item)] as const)
    return new Map(rows.map((row) => [row.id, views.filter(([id]) => id === row.id).map(([, view]) => view)]))
  }

  private dish(ctx: RequestContext, order: FoodOrderRow, item: ItemRow): FoodOrderDish {
    return {
      id: item.id,
      item_id: item.item_id,
      name: this.text(ctx, item.name),
      options: item.options.map((option) => ({ name: this.text(ctx, option.name), price: this.money(order, option.amount) })),
      quantity: item.quantity,
      unit_price: this.money(order, item.unit_amount),
      total: this.money(order, item.total_amount),
      prep_points: item.prep_points,
    }
  }

  async history(row: FoodOrderRow): Promise<FoodOrder['history']> {
    const rows = await this.database.read
      .selectFrom('transition_history')
      .select(['to_status', 'at'])
      .where('entity', '=', foodOrderLifecycle.entity)
      .where('entity_id', '=', row.id)
      .orderBy('at')
      .orderBy('id')
      .execute()
    return rows.map((entry) => ({ status: entry.to_status, at: entry.at.toISOString() }))
  }

  async refunded(row: FoodOrderRow): Promise<number> {
    const line = await this.database.read
      .selectFrom('order_line')
      .select('refunded_amount')
      .where('id', '=', row.order_line_id)
      .executeTakeFirst()
    return line?.refunded_amount ?? 0
  }

  /** What cancelling now would give back to the customer; null once it cannot be cancelled. */
  private async cancellation(ctx: RequestContext, row: FoodOrderRow): Promise<FoodOrder['cancellation']> {
    if (row.status !== 'placed' && row.status !== 'accepted') return null
    const { paid, refund } = await this.lines.quote(ctx, row.order_line_id!, { cause: 'customer' })
    return { refund, fee: { amount: paid.amount - refund.amount, currency: paid.currency } }
  }

  money(row: Pick<FoodOrderRow, 'currency_code'>, amount: number): Money {
    return { amount, currency: row.currency_code }
  }

  /** Plain figures for the kitchen's printer. */
  plain(row: Pick<FoodOrderRow, 'currency_code'>, amount: number): string {
    return (amount / 10 ** currencyExponent(row.currency_code)).toFixed(currencyExponent(row.currency_code))
  }
}

/** From when on the vendor's money is free: a day after the meal was handed over (docs/spec/restaurant.md, Money). */
export const releaseAfter = (handedOverAt: Date): Date => later(handedOverAt, days(1))
