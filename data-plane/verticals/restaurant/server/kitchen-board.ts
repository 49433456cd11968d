import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { vendorOf } from '../../../core/order/vendor-order.service.ts'
import { Clock, later } from '../../../platform/clock/clock.ts'
import { dateOf, dayNumber, minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type {
  KitchenOrder,
  KitchenOrderDetail,
  listKitchenOrders,
  listKitchenSlots,
  MealAddress,
  printKitchenTicket,
  watchKitchenOrders,
} from '../contract.ts'
import { businessDay, slotsOfDay } from '../rules.ts'
import { loadRestaurants } from './facts.ts'
import { lateAfter } from './food-order.moves.ts'
import { FoodOrderViews, type FoodOrderWhole, wholeColumns, wholeJoins, wholeTables } from './food-order.views.ts'
import { Kitchen } from './kitchen.ts'
import { OrderSignals } from './order-signals.ts'
import { readPage } from './paged.ts'
import { Surroundings } from './surroundings.ts'
import { kitchenTicket } from './ticket.ts'

interface BoardRow extends FoodOrderWhole {
  buyer_name: string | null
  buyer_email: string | null
  buyer_phone: string | null
}

const openStates = ['placed', 'accepted', 'preparing', 'ready', 'out_for_delivery']

/** One vendor's kitchen board: what is to be done, by promised time. */
@Injectable()
export class KitchenBoard {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly views: FoodOrderViews,
    private readonly kitchen: Kitchen,
    private readonly signals: OrderSignals,
    private readonly surroundings: Surroundings,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listKitchenOrders>['query']): Promise<Output<typeof listKitchenOrders>> {
    const open = query.open ?? query.status === undefined
    const where = [
      sql`f.vendor_id = ${vendorOf(ctx)}`,
      open ? sql`f.status IN ('placed', 'accepted', 'preparing', 'ready', 'out_for_delivery')` : sql`f.status <> 'held'`,
      ...(query.status ? [sql`f.status = ${query.status}`] : []),
      ...(query.restaurant_id ? [sql`f.restaurant_id = ${query.restaurant_id}`] : []),
      ...(query.service ? [sql`f.service = ${query.service}`] : []),
      ...(query.from ? [sql`f.placed_at >= ${new Date(query.from)}`] : []),
      ...(query.to ? [sql`f.placed_at < ${new Date(query.to)}`] : []),
      ...(query.q ? [sql`f.order_number LIKE ${`${query.q.replace(/[%_\\]/g, '\\$&')}%`}`] : []),
    ]
    const order = open ? sql`f.promised_ready_at, f.id` : sql`f.placed_at DESC, f.id`
    const { rows, total } = await readPage<BoardRow>(this.database.read, {
      columns: sql`${wholeColumns}, ${buyerColumns}`,
      from: sql`restaurant_food_order f`,
      joins: sql`${wholeJoins} JOIN "order" o ON o.id = f.order_id`,
      where,
      order,
      limit: query.limit,
      offset: query.offset,
    })
    const dishes = await this.views.dishes(this.database.read, ctx, rows)
    const now = this.clock.now()
    return { total, items: rows.map((row) => this.card(ctx, row, dishes.get(row.id) ?? [], now)) }
  }

  async get(ctx: RequestContext, id: string): Promise<KitchenOrderDetail> {
    const row = await this.own(ctx, id)
    const [dishes, history, refunded] = await Promise.all([
      this.views.dishes(this.database.read, ctx, [row]),
      this.views.history(row),
      this.views.refunded(row),
    ])
    return {
      ...this.card(ctx, row, dishes.get(row.id) ?? [], this.clock.now()),
      ...this.views.amounts(row, refunded),
      address: row.accepted_at === null ? null : this.views.address(row),
      reason: row.reason,
      history,
    }
  }

  async print(ctx: RequestContext, id: string): Promise<Output<typeof printKitchenTicket>> {
    const detail = await this.get(ctx, id)
    return { call_number: detail.call_number, lines: kitchenTicket(detail, ctx.locale) }
  }

  /** Which of this vendor's orders changed, from now on. */
  watch(ctx: RequestContext): AsyncIterable<Output<typeof watchKitchenOrders>> {
    const vendorId = vendorOf(ctx)
    return this.signals.follow(
      (signal) => signal.vendorId === vendorId,
      async (signal) => {
        const newest = this.database.read
          .selectFrom('restaurant_food_order')
          .select(['id', 'status', 'version'])
          .where('vendor_id', '=', vendorId)
          .where('status', '<>', 'held')
        const row = signal
          ? await newest.where('id', '=', signal.id).executeTakeFirst()
          : await newest.orderBy('placed_at', 'desc').orderBy('id').limit(1).executeTakeFirst()
        return row ? { id: row.id, status: row.status as KitchenOrder['status'], seq: row.version } : null
      },
    )
  }

  /** How full the kitchen is on a business day. */
  async slots(
    ctx: RequestContext,
    restaurantId: string,
    query: Input<typeof listKitchenSlots>['query'],
  ): Promise<Output<typeof listKitchenSlots>> {
    const now = this.clock.now()
    const restaurant = (await loadRestaurants(this.database.read, [restaurantId], this.surroundings.today(now))).get(restaurantId)
    if (!restaurant || restaurant.vendor.id !== vendorOf(ctx)) throw new DomainError('not_found')
    const { zone } = this.surroundings
    const day = query.date ? dayNumber(query.date) : businessDay(minuteOf(now), zone)
    const services = query.service ? [query.service] : (restaurant.services as ('delivery' | 'pickup' | 'dine_in')[])
    const slots: Output<typeof listKitchenSlots>['slots'] = []
    for (const service of services) {
      const spans = slotsOfDay(restaurant.kitchen, service, day, zone)
      const used =
        spans.length > 0
          ? await this.kitchen.used(this.database.read, restaurantId, service, spans[0]!.from, spans.at(-1)!.from)
          : new Map()
      for (const span of spans) {
        const row = used.get(span.from)
        slots.push({
          service,
          starts_at: momentOf(span.from).toISOString(),
          ends_at: momentOf(span.to).toISOString(),
          orders_used: row?.orders_used ?? 0,
          orders_cap: row?.orders_cap ?? restaurant.maxOrders[service] ?? 0,
          points_used: row?.points_used ?? 0,
          points_cap: row?.points_cap ?? restaurant.maxPoints,
        })
      }
    }
    return { date: dateOf(day), timezone: this.surroundings.timezone, slots }
  }

  /** @throws DomainError not_found for another vendor's order */
  private async own(ctx: RequestContext, id: string): Promise<BoardRow> {
    const { rows } = await sql<BoardRow>`SELECT ${wholeColumns}, ${buyerColumns} FROM ${wholeTables} JOIN "order" o ON o.id = f.order_id
      WHERE f.id = ${id} AND f.vendor_id = ${vendorOf(ctx)} AND f.status <> 'held'`.execute(this.database.read)
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0]
  }

  private card(ctx: RequestContext, row: BoardRow, dishes: KitchenOrder['dishes'], now: Date): KitchenOrder {
    const due = later(row.promised_delivery_at ?? row.promised_ready_at, lateAfter)
    return {
      ...this.views.summary(ctx, row, now),
      accept_by: row.accept_by?.toISOString() ?? null,
      late: openStates.includes(row.status) && now >= due,
      buyer: this.buyer(row),
      dishes,
      kitchen_note: row.kitchen_note,
      utensils: row.utensils,
      points: row.points,
      slot: this.views.slot(row),
      courier_id: row.courier_id,
    }
  }

  /** Masked until the kitchen has accepted (00-conventions, Personal data). */
  private buyer(row: BoardRow): KitchenOrder['buyer'] {
    const address: MealAddress | null = this.views.address(row)
    const name = this.pii.decryptOptional(row.buyer_name) ?? address?.name ?? null
    const phone = this.pii.decryptOptional(row.buyer_phone) ?? address?.phone ?? null
    if (row.accepted_at !== null) return { name, phone, email: this.pii.decryptOptional(row.buyer_email), masked: false }
    return {
      name: name && `${[...name][0] ?? ''}••••`,
      phone: phone && `${phone.slice(0, 4)}••••${phone.slice(-2)}`,
      email: null,
      masked: true,
    }
  }
}

const buyerColumns = sql`o.name AS buyer_name, o.email AS buyer_email, o.phone AS buyer_phone`
