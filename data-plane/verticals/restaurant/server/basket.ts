import type { ErrorCode, I18nText } from '@cityos/contract'
import { taxRate } from '../../../core/catalogue/tax-class.ts'
import type { QuotePart } from '../../../core/vertical/purchasable.ts'
import { minuteOf, momentOf, type Zone } from '../../../platform/clock/zone.ts'
import type { DishChoice, MealAddress } from '../contract.ts'
import { areaAt, asapSlots, type ChosenOption, deliveryFee, earliestReady, isServed, priceDish, slotProblem } from '../rules.ts'
import type { AreaFacts, RestaurantFacts } from './facts.ts'
import type { DishFacts, GroupFacts } from './menu-facts.ts'

/** A basket as it is stored, its address opened. */
export interface OpenBasket {
  restaurantId: string
  service: string
  slotStart: Date | null
  address: MealAddress | null
  tipAmount: number
  items: readonly DishChoice[]
}

export interface Problem {
  code: ErrorCode
  details: Record<string, unknown>
}

export interface PricedDish {
  choice: DishChoice
  /** null when it is no longer on the menu. */
  dish: DishFacts | null
  unitAmount: number
  options: ChosenOption[]
  problem: Problem | null
}

/** What a basket costs and what stands in its way, from facts alone. Amounts are minor units of the restaurant's currency. */
export interface AssessedBasket {
  dishes: PricedDish[]
  subtotalAmount: number
  deliveryAmount: number
  tipAmount: number
  totalAmount: number
  /** Prep points and portions of all dishes. */
  points: number
  units: number
  area: AreaFacts | null
  /** What is missing to the area's minimum order. */
  missingAmount: number
  /** Cannot be put in a cart like this: unknown dish, wrong options. */
  fault: Problem | null
  /** May stay in the cart, cannot be bought: no address, closed, below the minimum. */
  blocked: Problem | null
  parts: QuotePart[]
}

export interface MenuFacts {
  dishes: ReadonlyMap<string, DishFacts>
  groups: ReadonlyMap<string, GroupFacts>
}

export interface AssessContext {
  now: Date
  zone: Zone
  standardBps: number
}

/** Prices a basket and checks every rule that needs no counter (docs/spec/restaurant.md, invariants 4 and 7). */
export function assess(basket: OpenBasket, restaurant: RestaurantFacts, menu: MenuFacts, context: AssessContext): AssessedBasket {
  const readyAt = basket.slotStart ? minuteOf(basket.slotStart) : earliestReady(restaurant.kitchen, minuteOf(context.now))
  const dishes = basket.items.map((choice) => priced(choice, restaurant, menu, readyAt, context))
  const subtotalAmount = dishes.reduce((sum, line) => sum + line.unitAmount * line.choice.quantity, 0)
  const area = basket.service === 'delivery' && basket.address ? areaAt(restaurant.areas, restaurant, basket.address) : null
  const deliveryAmount = area ? deliveryFee(area, subtotalAmount) : 0
  const missingAmount = area ? Math.max(0, area.minOrderAmount - subtotalAmount) : 0
  const points = dishes.reduce((sum, line) => sum + (line.dish?.points ?? 0) * line.choice.quantity, 0)
  const fault = dishes.find((line) => line.problem && !mayStay.has(line.problem.code))?.problem ?? null
  const assessed = {
    dishes,
    subtotalAmount,
    deliveryAmount,
    tipAmount: basket.tipAmount,
    totalAmount: subtotalAmount + deliveryAmount + basket.tipAmount,
    points,
    units: basket.items.reduce((sum, item) => sum + item.quantity, 0),
    area,
    missingAmount,
    fault: fault ?? tooMany(basket, menu),
  }
  return { ...assessed, blocked: blockOf(basket, restaurant, assessed, context), parts: partsOf(assessed, restaurant, context) }
}

/** Problems of a dish that time may cure. */
const mayStay = new Set<ErrorCode>(['item_not_available_at_time', 'insufficient_stock'])

const removed = (choice: DishChoice): Problem => ({
  code: 'insufficient_stock',
  details: { item_id: choice.item_id, available: 0, reason: 'removed' },
})

function priced(choice: DishChoice, restaurant: RestaurantFacts, menu: MenuFacts, readyAt: number, { zone }: AssessContext): PricedDish {
  const dish = menu.dishes.get(choice.item_id)
  if (!dish || dish.restaurantId !== restaurant.id) return { choice, dish: null, unitAmount: 0, options: [], problem: removed(choice) }
  const answer = priceDish(dish, menu.groups, choice.option_ids)
  if (!answer.ok) return { choice, dish, unitAmount: dish.amount, options: [], problem: { code: answer.code, details: answer.details } }
  return { choice, dish, unitAmount: answer.unitAmount, options: answer.options, problem: unavailable(dish, restaurant, readyAt, zone) }
}

function unavailable(dish: DishFacts, restaurant: RestaurantFacts, readyAt: number, zone: Zone): Problem | null {
  const mealtimes = restaurant.mealtimes.filter((mealtime) => dish.mealtimeIds.includes(mealtime.id))
  if (!isServed(mealtimes, readyAt, zone))
    return { code: 'item_not_available_at_time', details: { item_id: dish.id, at: momentOf(readyAt).toISOString() } }
  if (dish.soldOutUntil !== null && dish.soldOutUntil > readyAt)
    return {
      code: 'insufficient_stock',
      details: { item_id: dish.id, available: 0, sold_out_until: momentOf(dish.soldOutUntil).toISOString() },
    }
  return null
}

/** At most so many of a dish in one order, over all its lines (tastyigniter/TastyIgniter#775). */
function tooMany(basket: OpenBasket, menu: MenuFacts): Problem | null {
  for (const id of new Set(basket.items.map((item) => item.item_id))) {
    const most = menu.dishes.get(id)?.maxPerOrder
    const wanted = basket.items.filter((item) => item.item_id === id).reduce((sum, item) => sum + item.quantity, 0)
    if (most != null && wanted > most)
      return { code: 'validation_failed', details: { field: 'quantity', reason: 'max_per_order', item_id: id, max: most, got: wanted } }
  }
  return null
}

function blockOf(
  basket: OpenBasket,
  restaurant: RestaurantFacts,
  assessed: Omit<AssessedBasket, 'blocked' | 'parts'>,
  { now, zone }: AssessContext,
): Problem | null {
  if (!restaurant.services.includes(basket.service))
    return { code: 'validation_failed', details: { field: 'service', reason: 'not_offered', services: restaurant.services } }
  const dish = assessed.dishes.find((line) => line.problem)?.problem
  if (dish) return dish
  if (assessed.points > restaurant.maxPoints)
    return {
      code: 'validation_failed',
      details: { field: 'items', reason: 'too_much', points: assessed.points, max: restaurant.maxPoints },
    }
  if (basket.service === 'delivery') {
    if (!basket.address) return { code: 'address_invalid', details: { field: 'address', reason: 'required' } }
    if (!assessed.area) return { code: 'outside_delivery_area', details: { restaurant_id: restaurant.id } }
    if (assessed.missingAmount > 0)
      return {
        code: 'minimum_order_not_met',
        details: { missing_amount: assessed.missingAmount, minimum_amount: assessed.area.minOrderAmount, currency: restaurant.currency },
      }
  }
  return timeProblem(basket, restaurant, minuteOf(now), zone)
}

/** Hours, lead time, pause: a slot that cannot be had at all, whatever room it has. */
function timeProblem(basket: OpenBasket, restaurant: RestaurantFacts, now: number, zone: Zone): Problem | null {
  if (basket.slotStart === null) {
    if (asapSlots(restaurant.kitchen, basket.service, now, zone).length > 0) return null
    return { code: 'slot_unavailable', details: { reason: 'closed', restaurant_id: restaurant.id } }
  }
  const reason = slotProblem(restaurant.kitchen, basket.service, minuteOf(basket.slotStart), now, zone)
  return (
    reason && { code: 'slot_unavailable', details: { reason, restaurant_id: restaurant.id, slot_start: basket.slotStart.toISOString() } }
  )
}

const deliveryTitle: I18nText = { en: 'Delivery', fr: 'Livraison', ar: 'التوصيل' }
const tipTitle: I18nText = { en: 'Tip', fr: 'Pourboire', ar: 'إكرامية' }

/** Σ amount = total. Tip and delivery bear no commission; the tip bears no VAT. */
function partsOf(
  assessed: Pick<AssessedBasket, 'dishes' | 'deliveryAmount' | 'tipAmount'>,
  restaurant: RestaurantFacts,
  { standardBps }: AssessContext,
): QuotePart[] {
  const registered = restaurant.vendor.vatRegistered
  const food = assessed.dishes.flatMap(({ dish, choice, options }): QuotePart[] => {
    if (!dish) return []
    const taxBps = taxRate(dish.taxClass, standardBps, registered)
    const of = (kind: 'item' | 'option', title: I18nText, amount: number): QuotePart => ({
      kind,
      title,
      quantity: choice.quantity,
      amount: amount * choice.quantity,
      taxBps,
      commissionable: true,
    })
    return [of('item', dish.name, dish.amount), ...options.map((option) => of('option', option.name, option.amount))]
  })
  const extra = (kind: 'delivery' | 'tip', title: I18nText, amount: number, taxBps: number): QuotePart[] =>
    amount > 0 ? [{ kind, title, quantity: 1, amount, taxBps, commissionable: false }] : []
  return [
    ...food,
    ...extra('delivery', deliveryTitle, assessed.deliveryAmount, taxRate('standard', standardBps, registered)),
    ...extra('tip', tipTitle, assessed.tipAmount, 0),
  ]
}
