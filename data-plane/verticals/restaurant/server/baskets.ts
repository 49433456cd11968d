import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { CartStore } from '../../../core/cart/cart.store.ts'
import { LineChanges } from '../../../core/cart/line-changes.ts'
import { CartLines } from '../../../core/checkout/cart-lines.ts'
import { Database } from '../../../platform/db/index.ts'
import {
  type addBasketLine,
  type DishChoice,
  MealChoice,
  type openRestaurantCart,
  type placeRestaurantOrder,
  type RestaurantCart,
  type reorderMeal,
  type updateBasket,
  type updateBasketLine,
} from '../contract.ts'
import { priceDish, sameDish } from '../rules.ts'
import { BasketViews, keyOf } from './basket.views.ts'
import { Directory } from './directory.ts'
import { FoodOrders } from './food-orders.ts'

const kind = 'restaurant.meal'

/** Baskets: one cart line per restaurant, whose choice is changed dish by dish under the cart's lock. */
@Injectable()
export class Baskets {
  constructor(
    private readonly database: Database,
    private readonly store: CartStore,
    private readonly changes: LineChanges,
    private readonly cartLines: CartLines,
    private readonly directory: Directory,
    private readonly views: BasketViews,
    private readonly foodOrders: FoodOrders,
  ) {}

  /** Into the caller's own open cart, or a new one. */
  async open(ctx: RequestContext, body: Input<typeof openRestaurantCart>['body']): Promise<Output<typeof openRestaurantCart>> {
    await this.requireDish(body.restaurant_id, body.item_id)
    const own = await this.cartLines.ownCart(ctx)
    if (own) {
      const owner = this.ownerOf(ctx, own)
      await this.put(owner, own, body)
      return { ...(await this.views.cart(owner, own)), token: null }
    }
    const opened = await this.cartLines.hold(ctx, { lines: [{ kind, choice: begun(body), quantity: 1 }] })
    const owner = opened.token ? ctx.with({ cartToken: opened.token }) : ctx
    return { ...(await this.views.cart(owner, opened.cart_id)), token: opened.token }
  }

  get(ctx: RequestContext, cartId: string): Promise<RestaurantCart> {
    return this.views.cart(ctx, cartId)
  }

  async add(ctx: RequestContext, cartId: string, body: Input<typeof addBasketLine>['body']): Promise<RestaurantCart> {
    await this.requireDish(body.restaurant_id, body.item_id)
    await this.put(ctx, cartId, body)
    return this.views.cart(ctx, cartId)
  }

  /** Another number or other options of a dish; 0 takes it out, and the last dish its basket. */
  async updateLine(
    ctx: RequestContext,
    cartId: string,
    key: string,
    body: Input<typeof updateBasketLine>['body'],
  ): Promise<RestaurantCart> {
    const { restaurantId, lineId, isLast } = await this.locate(ctx, cartId, key)
    if (body.quantity === 0 && isLast) {
      await this.cartLines.remove(ctx, cartId, lineId)
      return this.views.cart(ctx, cartId)
    }
    await this.revise(ctx, cartId, restaurantId, (choice) => {
      const index = choice.items.findIndex((item) => keyOf(item) === key)
      const before = choice.items[index]
      if (!before) throw new DomainError('not_found', { field: 'key' })
      const rest = choice.items.filter((_, other) => other !== index)
      const after = { ...before, quantity: body.quantity ?? before.quantity, option_ids: body.option_ids ?? before.option_ids }
      if (after.quantity > 0) return { ...choice, items: merged([...rest.slice(0, index), after, ...rest.slice(index)]) }
      if (rest.length === 0) throw new DomainError('cart_completing', { details: { reason: 'changed_meanwhile' } })
      return { ...choice, items: rest }
    })
    return this.views.cart(ctx, cartId)
  }

  async update(
    ctx: RequestContext,
    cartId: string,
    restaurantId: string,
    { tip, ...settings }: Input<typeof updateBasket>['body'],
  ): Promise<RestaurantCart> {
    const [restaurant] = await this.directory.facts([restaurantId])
    if (!restaurant) throw new DomainError('not_found', { field: 'restaurant_id' })
    if (tip && tip.currency !== restaurant.currency) throw new DomainError('currency_mismatch', { field: 'tip' })
    if (tip && tip.amount < 0) throw new DomainError('validation_failed', { field: 'tip', details: { reason: 'negative' } })
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
    await this.revise(ctx, cartId, restaurantId, (choice) => ({ ...choice, ...given, ...(tip ? { tip_amount: tip.amount } : {}) }))
    return this.views.cart(ctx, cartId)
  }

  async remove(ctx: RequestContext, cartId: string, restaurantId: string): Promise<RestaurantCart> {
    const lines = await this.linesOf(ctx, cartId)
    const line = lines.find(({ choice }) => choice.restaurant_id === restaurantId)
    if (!line) throw new DomainError('not_found', { field: 'restaurant_id' })
    await this.cartLines.remove(ctx, cartId, line.id)
    return this.views.cart(ctx, cartId)
  }

  /** A basket bought at once (00-conventions, Order bridge). */
  async place(
    ctx: RequestContext,
    { contact, payment, expected_total: expected, tip, ...choice }: Input<typeof placeRestaurantOrder>['body'],
  ): Promise<Output<typeof placeRestaurantOrder>> {
    const [restaurant] = await this.directory.facts([choice.restaurant_id])
    if (!restaurant?.sells) throw new DomainError('not_found', { field: 'restaurant_id' })
    if (tip && tip.currency !== restaurant.currency) throw new DomainError('currency_mismatch', { field: 'tip' })
    const address = choice.address && 'phone' in choice.address ? choice.address : null
    const bought = await this.cartLines.buy(ctx, {
      lines: [{ kind, choice: { ...choice, tip_amount: tip?.amount ?? choice.tip_amount }, quantity: 1 }],
      contact: { email: contact.email, phone: contact.phone ?? address?.phone ?? null, name: contact.name ?? address?.name ?? null },
      payment,
      ...(expected ? { expected_total: expected } : {}),
    })
    const row = await this.database.read
      .selectFrom('restaurant_food_order')
      .select('id')
      .where('order_id', '=', bought.order.id)
      .executeTakeFirstOrThrow()
    return { ...bought, food_order_id: row.id }
  }

  /** The same dishes again, as far as they are still on the menu with these options. */
  async reorder(ctx: RequestContext, id: string, cartId: string | undefined): Promise<Output<typeof reorderMeal>> {
    const order = await this.foodOrders.own(ctx, id)
    const restaurant = await this.directory.find(order.restaurant_id)
    const menu = await this.directory.menu(restaurant.id)
    const groups = new Map(menu.groups.map((group) => [group.id, group]))
    const items = await this.foodOrders.items(order.id)
    const skipped: { name: string; reason: string }[] = []
    const again = items.flatMap((item): DishChoice[] => {
      const dish = menu.dishes.find((candidate) => candidate.id === item.item_id)
      const price = dish && priceDish(dish, groups, item.option_ids)
      if (price?.ok) return [{ item_id: item.item_id, option_ids: item.option_ids, quantity: item.quantity }]
      skipped.push({ name: this.foodOrders.nameOf(ctx, item), reason: price ? price.code : 'removed' })
      return []
    })
    if (again.length === 0) throw new DomainError('insufficient_stock', { details: { skipped } })
    const own = cartId ?? (await this.cartLines.ownCart(ctx))
    const choice = { restaurant_id: restaurant.id, service: order.service, utensils: order.utensils, items: again }
    if (!own) {
      const opened = await this.cartLines.hold(ctx, { lines: [{ kind, choice, quantity: 1 }] })
      return { ...pointTo(opened.cart_id, opened.token, opened.line_ids[0]!, restaurant), skipped }
    }
    const { changed } = await this.changes.revise(ctx, own, { kind, key: restaurant.id }, (before) =>
      before === null ? choice : { ...(before as MealChoice), items: merged([...(before as MealChoice).items, ...again]) },
    )
    return { ...pointTo(own, null, changed[0]!.id, restaurant), skipped }
  }

  /** A cookie's owner, for carts that are found by it. */
  private ownerOf(ctx: RequestContext, cartId: string): RequestContext {
    const cookie = ctx.cookies.get('cart')
    return ctx.cartToken === null && cookie?.startsWith(`${cartId}.`) ? ctx.with({ cartToken: cookie }) : ctx
  }

  private put(ctx: RequestContext, cartId: string, body: Input<typeof addBasketLine>['body']): Promise<unknown> {
    return this.changes.revise(ctx, cartId, { kind, key: body.restaurant_id }, (before) => {
      if (before === null) return begun(body)
      const choice = before as MealChoice
      return { ...choice, items: merged([...choice.items, dishOf(body)]) }
    })
  }

  private revise(ctx: RequestContext, cartId: string, restaurantId: string, make: (choice: MealChoice) => Record<string, unknown>) {
    return this.changes.revise(ctx, cartId, { kind, key: restaurantId }, (before) => {
      if (before === null) throw new DomainError('not_found', { field: 'restaurant_id' })
      return make(before as MealChoice)
    })
  }

  private async linesOf(ctx: RequestContext, cartId: string) {
    await this.store.get(this.database.read, ctx, cartId)
    const lines = await this.store.lines(this.database.read, cartId)
    return lines.filter((line) => line.kind === kind).map((line) => ({ id: line.id, choice: MealChoice.parse(line.choice) }))
  }

  private async locate(ctx: RequestContext, cartId: string, key: string) {
    for (const { id, choice } of await this.linesOf(ctx, cartId))
      if (choice.items.some((item) => keyOf(item) === key))
        return { restaurantId: choice.restaurant_id, lineId: id, isLast: choice.items.length === 1 }
    throw new DomainError('not_found', { field: 'key' })
  }

  /** @throws DomainError not_found for what is not on the menu of a restaurant that sells */
  private async requireDish(restaurantId: string, itemId: string): Promise<void> {
    const restaurant = await this.directory.find(restaurantId)
    const { dishes } = await this.directory.menu(restaurant.id)
    if (!dishes.some((dish) => dish.id === itemId)) throw new DomainError('not_found', { field: 'item_id' })
  }
}

function begun({ restaurant_id: restaurantId, service, ...dish }: Input<typeof addBasketLine>['body']): Record<string, unknown> {
  return { restaurant_id: restaurantId, ...(service ? { service } : {}), items: [dishOf(dish)] }
}

const dishOf = ({ item_id, option_ids, quantity }: DishChoice): DishChoice => ({ item_id, option_ids, quantity })

/** The same dish with the same options is one line. */
function merged(items: readonly DishChoice[]): DishChoice[] {
  const lines: DishChoice[] = []
  for (const item of items) {
    const same = lines.findIndex((line) => sameDish(line, item))
    if (same < 0) lines.push(item)
    else lines[same] = { ...item, quantity: lines[same]!.quantity + item.quantity }
  }
  return lines
}

function pointTo(cartId: string, token: string | null, lineId: string, restaurant: { id: string; handle: string }) {
  return { cart_id: cartId, token, line_id: lineId, restaurant: { id: restaurant.id, handle: restaurant.handle } }
}
