import { applyRate, DomainError, type I18nText, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { ZodType } from 'zod'
import { taxRate } from '../../../core/catalogue/tax-class.ts'
import { fileUrl } from '../../../core/file/public-picture.ts'
import { SettingService } from '../../../core/store/setting.service.ts'
import {
  type ActContext,
  type EntitlementRef,
  type Hold,
  type HoldContext,
  type LineToCancel,
  type LineToConfirm,
  type LineToHold,
  type LineToQuote,
  type Purchasable,
  type Quote,
  type QuoteAnswer,
  type QuoteContext,
  type RefundDecision,
} from '../../../core/vertical/purchasable.ts'
import { minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { jsonb, type Tx } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { MealChoice } from '../contract.ts'
import { promise } from '../rules.ts'
import { type AssessedBasket, assess, type OpenBasket } from './basket.ts'
import { loadRestaurants, type RestaurantFacts } from './facts.ts'
import { FoodOrderMoves } from './food-order.moves.ts'
import { businessDateOf, Kitchen, type TakenSlot } from './kitchen.ts'
import { type DishFacts, loadDishes, loadGroups } from './menu-facts.ts'
import { seal, unseal } from './sealed.ts'
import { Surroundings } from './surroundings.ts'

export interface AssessedChoice {
  choice: MealChoice
  restaurant: RestaurantFacts | undefined
  basket: AssessedBasket | null
}

/** A basket of one restaurant in the one checkout: one cart line, quantity 1, one food order (kind `restaurant.meal`). */
@Injectable()
export class MealPurchasable implements Purchasable<MealChoice> {
  readonly kind = 'restaurant.meal'
  readonly fulfilment = 'own'
  readonly choice: ZodType<MealChoice>
  /** What was found about a choice, in which transaction and at what moment. */
  readonly #quoted = new WeakMap<MealChoice, { tx: Tx; now: Date; assessed: AssessedChoice }>()

  constructor(
    private readonly settings: SettingService,
    private readonly pii: Pii,
    private readonly surroundings: Surroundings,
    private readonly kitchen: Kitchen,
    private readonly moves: FoodOrderMoves,
  ) {
    this.choice = MealChoice.transform((choice) => ({ ...choice, address: choice.address && seal(this.pii, choice.address) }))
  }

  /** One basket per restaurant and cart. */
  choiceKey({ restaurant_id: restaurantId }: MealChoice): string {
    return restaurantId
  }

  async quote(tx: Tx, lines: readonly LineToQuote<MealChoice>[], context: QuoteContext): Promise<QuoteAnswer[]> {
    const assessed = await this.assessOnce(
      tx,
      lines.map((line) => line.choice),
      context.now,
    )
    const standardBps = await this.settings.get('tax.default_bps')
    return assessed.map(({ choice, restaurant, basket }): QuoteAnswer => {
      if (!restaurant?.sells || !basket) return { ok: false, code: 'unavailable', title: restaurant?.name ?? null }
      if (restaurant.currency !== context.currency) return { ok: false, code: 'currency_not_supported', title: restaurant.name }
      if (basket.fault) return { ok: false, code: basket.fault.code, title: restaurant.name, details: basket.fault.details }
      return { ok: true, quote: quoteOf(choice, restaurant, basket, standardBps) }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<MealChoice>[], { now, customerId }: HoldContext): Promise<Hold[]> {
    const assessed = await this.assessOnce(
      tx,
      lines.map((line) => line.choice),
      now,
    )
    const sorted = lines
      .map((line, index) => ({ line, ...assessed[index]! }))
      .sort((a, b) => (a.line.choice.restaurant_id < b.line.choice.restaurant_id ? -1 : 1))
    const taken: { line: LineToHold<MealChoice>; restaurant: RestaurantFacts; basket: AssessedBasket; slot: TakenSlot }[] = []
    for (const { line, restaurant, basket } of sorted) {
      if (!restaurant?.sells || !basket) throw new DomainError('not_found', { field: 'restaurant_id' })
      const problem = basket.fault ?? basket.blocked
      if (problem) throw new DomainError(problem.code, { details: problem.details })
      const slotStart = line.choice.slot_start === null ? null : new Date(line.choice.slot_start)
      const claim = { restaurant, service: line.choice.service, slotStart, points: basket.points, now, zone: this.surroundings.zone }
      taken.push({ line, restaurant, basket, slot: await this.kitchen.take(tx, claim) })
    }
    for (const { restaurant, basket, slot } of taken)
      await this.kitchen.takePortions(tx, restaurant.id, portionsOf(basket, this.dateOf(slot)), now)
    for (const { line, restaurant, basket, slot } of taken) await this.write(tx, line, restaurant, basket, slot, customerId, now)
    return lines.map(({ lineId, quantity, choice }) => ({ lineId, quantity, resourceId: choice.restaurant_id }))
  }

  confirm(tx: Tx, lines: readonly LineToConfirm<MealChoice>[], context: ActContext): Promise<EntitlementRef[]> {
    return this.moves.place(tx, lines, context)
  }

  async release(tx: Tx, holds: readonly Hold[], _cause: string, { now }: ActContext): Promise<void> {
    await this.moves.release(
      tx,
      holds.map((hold) => hold.lineId),
      now,
    )
  }

  /** Free until accepted; then the restaurant's fee stays, as snapshotted on the line; others' cancellations give all back. */
  refundDecision(line: LineToCancel): RefundDecision {
    if (line.cause !== 'customer') return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: 'vendor_cancelled' }
    if (line.acceptedAt === null) return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: 'not_fulfilled' }
    const bps = line.cancellationTiers?.[0]?.refund_bps ?? 10_000
    return {
      orderLineId: line.orderLineId,
      refundAmount: applyRate(line.paidAmount, bps),
      reason: bps === 10_000 ? 'not_fulfilled' : 'cancellation_tier',
    }
  }

  async cancel(tx: Tx, lines: readonly LineToCancel[], context: ActContext & { reason: string | null }): Promise<void> {
    for (const line of lines) await this.moves.end(tx, line.entitlement.id, line.cause, context)
  }

  /** Checkout quotes and holds the same lines in one transaction: what was read for the quote is not read again. */
  private async assessOnce(tx: Tx, choices: readonly MealChoice[], now: Date): Promise<AssessedChoice[]> {
    const known = choices.map((choice) => this.#quoted.get(choice))
    if (known.every((entry) => entry?.tx === tx && entry.now.getTime() === now.getTime())) return known.map((entry) => entry!.assessed)
    const assessed = await this.assess(tx, choices, now)
    for (const [index, choice] of choices.entries()) this.#quoted.set(choice, { tx, now, assessed: assessed[index]! })
    return assessed
  }

  /** Facts of all lines in three statements, whatever their number. */
  async assess(tx: Tx, choices: readonly MealChoice[], now: Date): Promise<AssessedChoice[]> {
    const ids = [...new Set(choices.map((choice) => choice.restaurant_id))]
    const itemIds = [...new Set(choices.flatMap((choice) => choice.items.map((item) => item.item_id)))]
    const restaurants = await loadRestaurants(tx, ids, this.surroundings.today(now))
    const dishes = new Map<string, DishFacts>((await loadDishes(tx, ids, itemIds)).map((dish) => [dish.id, dish]))
    const groups = [...dishes.values()].some((dish) => dish.uses.length > 0) ? await loadGroups(tx, ids) : new Map()
    const context = { now, zone: this.surroundings.zone, standardBps: await this.settings.get('tax.default_bps') }
    return choices.map((choice) => {
      const restaurant = restaurants.get(choice.restaurant_id)
      return { choice, restaurant, basket: restaurant ? assess(this.open(choice), restaurant, { dishes, groups }, context) : null }
    })
  }

  /** The stored choice with its address opened. */
  open(choice: MealChoice): OpenBasket {
    return {
      restaurantId: choice.restaurant_id,
      service: choice.service,
      slotStart: choice.slot_start === null ? null : new Date(choice.slot_start),
      address: choice.address && unseal(this.pii, choice.address),
      tipAmount: choice.tip_amount,
      items: choice.items,
    }
  }

  private dateOf(slot: TakenSlot): string {
    return businessDateOf(slot, this.surroundings.zone)
  }

  private async write(
    tx: Tx,
    { lineId, choice }: LineToHold<MealChoice>,
    restaurant: RestaurantFacts,
    basket: AssessedBasket,
    slot: TakenSlot,
    customerId: string | null,
    now: Date,
  ): Promise<void> {
    const id = newId('fod')
    const { ready, delivery } = promise(restaurant.kitchen, slot, {
      now: minuteOf(now),
      service: choice.service,
      deliveryMinutes: restaurant.deliveryMinutes,
    })
    await tx
      .insertInto('restaurant_food_order')
      .values({
        id,
        restaurant_id: restaurant.id,
        vendor_id: restaurant.vendor.id,
        customer_id: customerId,
        cart_line_id: lineId,
        service: choice.service,
        kitchen_slot_id: slot.id,
        asap: choice.slot_start === null,
        promised_ready_at: momentOf(ready),
        promised_delivery_at: delivery === null ? null : momentOf(delivery),
        address: choice.service === 'delivery' && choice.address ? seal(this.pii, choice.address).sealed : null,
        accept_timeout_s: restaurant.acceptTimeoutSeconds,
        auto_accept: restaurant.autoAccept,
        cancel_fee_bps: restaurant.cancelFeeBps,
        prep_minutes: restaurant.kitchen.prepMinutes,
        points: basket.points,
        units: basket.units,
        subtotal_amount: basket.subtotalAmount,
        delivery_amount: basket.deliveryAmount,
        tip_amount: basket.tipAmount,
        total_amount: basket.totalAmount,
        currency_code: restaurant.currency,
        utensils: choice.utensils,
        kitchen_note: choice.note,
        created_at: now,
        updated_at: now,
      })
      .execute()
    const counted = this.dateOf(slot)
    await tx
      .insertInto('restaurant_food_order_item')
      .values(
        basket.dishes.map(({ choice: dishChoice, dish, options, unitAmount }, position) => ({
          id: newId('foi'),
          food_order_id: id,
          position,
          item_id: dishChoice.item_id,
          option_ids: dishChoice.option_ids,
          name: jsonb(dish!.name),
          options: jsonb(options),
          quantity: dishChoice.quantity,
          unit_amount: unitAmount,
          total_amount: unitAmount * dishChoice.quantity,
          prep_points: dish!.points,
          counted_on: dish!.dailyLimit === null ? null : counted,
        })),
      )
      .execute()
  }
}

function portionsOf(basket: AssessedBasket, businessDate: string) {
  const limited = Map.groupBy(
    basket.dishes.filter((line) => line.dish?.dailyLimit != null),
    (line) => line.dish!,
  )
  return [...limited].map(([dish, lines]) => ({
    itemId: dish.id,
    businessDate,
    quantity: lines.reduce((sum, line) => sum + line.choice.quantity, 0),
    limit: dish.dailyLimit!,
  }))
}

/** `2 × Kabsa, 1 × Salad`, in every language there is. */
function dishesText(basket: AssessedBasket): I18nText {
  const text = (language: 'en' | 'fr' | 'ar') =>
    basket.dishes
      .map(({ dish, choice }) => `${choice.quantity} × ${dish?.name[language] || dish?.name.en || dish?.name.ar || ''}`)
      .join(language === 'ar' ? '، ' : ', ')
  return { en: text('en'), fr: text('fr'), ar: text('ar') }
}

function quoteOf(choice: MealChoice, restaurant: RestaurantFacts, basket: AssessedBasket, standardBps: number): Quote {
  const { blocked } = basket
  return {
    vertical: 'restaurant',
    vendor: restaurant.vendor,
    title: restaurant.name,
    subtitle: dishesText(basket),
    sku: null,
    picture: restaurant.picture && { ...restaurant.picture, url: fileUrl(restaurant.picture.key) },
    path: `restaurant/${restaurant.handle}`,
    currency: restaurant.currency,
    unitAmount: basket.totalAmount,
    compareAtAmount: null,
    taxClass: 'standard',
    taxBps: taxRate('standard', standardBps, restaurant.vendor.vatRegistered),
    captureMode: 'on_accept',
    delivery: 'none',
    weightGrams: 0,
    quantity: { min: 1, max: 1, step: 1, available: null },
    resourceId: restaurant.id,
    reference: { type: 'restaurant', id: restaurant.id },
    withdrawalExemptReason: 'perishable',
    cancellationTiers: [{ hours_before: 0, refund_bps: 10_000 - restaurant.cancelFeeBps }],
    startsAt: choice.slot_start === null ? null : new Date(choice.slot_start),
    categoryIds: [],
    parts: basket.parts,
    depositAmount: null,
    cashAccepted: true,
    transferAccepted: false,
    ...(blocked ? { blocked: { code: blocked.code, details: blocked.details } } : {}),
  }
}
