import { createHash } from 'node:crypto'
import { DomainError, type Money, pickText } from '@cityos/contract'
import { ErrorMessages, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { CartStore } from '../../../core/cart/cart.store.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { type BasketLine, type DishChoice, MealChoice, type RestaurantBasket, type RestaurantCart } from '../contract.ts'
import { asapSlots, promise, type SlotSpan } from '../rules.ts'
import type { AssessedBasket, PricedDish, Problem } from './basket.ts'
import type { RestaurantFacts } from './facts.ts'
import { Kitchen } from './kitchen.ts'
import { MealPurchasable } from './meal.purchasable.ts'
import { unseal } from './sealed.ts'
import { Surroundings } from './surroundings.ts'

/** Names a dish of a basket: the same dish with the same options has the same key. */
export function keyOf(item: DishChoice): string {
  return createHash('sha256')
    .update(JSON.stringify([item.item_id, [...item.option_ids].sort()]))
    .digest('base64url')
    .slice(0, 20)
}

/** Baskets as their shopper sees them: priced now, with what stands in the way. */
@Injectable()
export class BasketViews {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly store: CartStore,
    private readonly meals: MealPurchasable,
    private readonly kitchen: Kitchen,
    private readonly surroundings: Surroundings,
    private readonly messages: ErrorMessages,
    private readonly pii: Pii,
  ) {}

  async cart(ctx: RequestContext, cartId: string): Promise<RestaurantCart> {
    await this.store.get(this.database.read, ctx, cartId)
    const lines = (await this.store.lines(this.database.read, cartId)).filter((line) => line.kind === this.meals.kind)
    const choices = lines.map((line) => MealChoice.parse(line.choice))
    const assessed = await this.meals.assess(this.database.read, choices, this.clock.now())
    const baskets: RestaurantBasket[] = []
    for (const [index, { choice, restaurant, basket }] of assessed.entries())
      if (restaurant && basket) baskets.push(await this.basket(ctx, lines[index]!.id, choice, restaurant, basket))
    return { cart_id: cartId, baskets }
  }

  private async basket(
    ctx: RequestContext,
    lineId: string,
    choice: MealChoice,
    restaurant: RestaurantFacts,
    basket: AssessedBasket,
  ): Promise<RestaurantBasket> {
    const money = (amount: number): Money => ({ amount, currency: restaurant.currency })
    const promised = await this.promised(choice, restaurant, basket)
    const full: Problem | null = promised ? null : { code: 'slot_unavailable', details: { reason: 'full', restaurant_id: restaurant.id } }
    return {
      line_id: lineId,
      restaurant: {
        id: restaurant.id,
        handle: restaurant.handle,
        name: pickText(restaurant.name, ctx.locale, this.surroundings.fallback),
        services: restaurant.services as RestaurantBasket['restaurant']['services'],
        timezone: this.surroundings.timezone,
      },
      service: choice.service,
      slot_start: choice.slot_start,
      promised_ready_at: promised && momentOf(promised.ready).toISOString(),
      promised_delivery_at: promised?.delivery == null ? null : momentOf(promised.delivery).toISOString(),
      address: choice.address && unseal(this.pii, choice.address),
      utensils: choice.utensils,
      note: choice.note,
      lines: basket.dishes.map((line) => this.line(ctx, line, restaurant.currency)),
      points: basket.points,
      subtotal: money(basket.subtotalAmount),
      delivery: money(basket.deliveryAmount),
      tip: money(basket.tipAmount),
      total: money(basket.totalAmount),
      missing: money(basket.missingAmount),
      error: this.problem(ctx, basket.fault ?? basket.blocked ?? full),
    }
  }

  /** When it would be ready: of the chosen slot, or of the first one within the hour; null when there is no room. */
  private async promised(choice: MealChoice, restaurant: RestaurantFacts, basket: AssessedBasket) {
    const now = minuteOf(this.clock.now())
    const start = choice.slot_start === null ? null : minuteOf(new Date(choice.slot_start))
    const slots: SlotSpan[] =
      start === null
        ? asapSlots(restaurant.kitchen, choice.service, now, this.surroundings.zone)
        : [{ from: start, to: start + restaurant.kitchen.slotMinutes }]
    const rooms = await this.kitchen.withRoom(this.database.read, restaurant, choice.service, slots, basket.points)
    const first = rooms.find(({ available }) => available)?.slot
    const given = { now, service: choice.service, deliveryMinutes: restaurant.deliveryMinutes }
    return first ? promise(restaurant.kitchen, first, given) : null
  }

  private line(ctx: RequestContext, { choice, dish, options, unitAmount, problem }: PricedDish, currency: string): BasketLine {
    const text = (value: Parameters<typeof pickText>[0]) => pickText(value, ctx.locale, this.surroundings.fallback)
    return {
      key: keyOf(choice),
      item_id: choice.item_id,
      option_ids: choice.option_ids,
      name: text(dish?.name),
      options: options.map((option) => ({ id: option.id, name: text(option.name), price: { amount: option.amount, currency } })),
      quantity: choice.quantity,
      unit_price: { amount: unitAmount, currency },
      total: { amount: unitAmount * choice.quantity, currency },
      error: this.problem(ctx, problem),
    }
  }

  private problem(ctx: RequestContext, problem: Problem | null): RestaurantBasket['error'] {
    return problem && { ...problem, message: this.messages.message(new DomainError(problem.code), ctx.locale) }
  }
}
