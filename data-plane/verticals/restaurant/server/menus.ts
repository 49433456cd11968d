import { type Input, type Locale, type Money, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { pictureView } from '../../../core/file/public-picture.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import type { getRestaurantMenu, MenuDish, ModifierGroup, RestaurantMenu } from '../contract.ts'
import { dateOfBusinessDay, earliestReady, isServed } from '../rules.ts'
import { Directory, type StoredMenu } from './directory.ts'
import type { RestaurantFacts } from './facts.ts'
import { Surroundings } from './surroundings.ts'

/** A menu in one language; what depends on the moment is filled in per request. */
interface WordedMenu {
  categories: RestaurantMenu['categories']
  dishes: { view: Omit<MenuDish, 'available' | 'unavailable_reason' | 'left'>; soldOutUntil: number | null; dailyLimit: number | null }[]
  groups: ModifierGroup[]
}

/** Menus with what can be had at a time. */
@Injectable()
export class Menus {
  constructor(
    private readonly directory: Directory,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly surroundings: Surroundings,
  ) {}

  async get(ctx: RequestContext, handle: string, query: Input<typeof getRestaurantMenu>['query']): Promise<RestaurantMenu> {
    const restaurant = await this.directory.find(handle)
    const { locale } = ctx
    const worded = await this.directory.derived(restaurant.id, locale, (menu) => this.word(menu, restaurant, locale))
    const at = query.at ? minuteOf(new Date(query.at)) : earliestReady(restaurant.kitchen, minuteOf(this.clock.now()))
    const { zone } = this.surroundings
    const served = new Set(restaurant.mealtimes.filter((mealtime) => isServed([mealtime], at, zone)).map((mealtime) => mealtime.id))
    const left = await this.left(worded, dateOfBusinessDay(at, zone))
    return {
      restaurant_id: restaurant.id,
      at: momentOf(at).toISOString(),
      timezone: this.surroundings.timezone,
      currency: restaurant.currency,
      categories: worded.categories,
      dishes: worded.dishes.map(({ view, soldOutUntil, dailyLimit }) => {
        const portions = dailyLimit === null ? null : Math.max(0, left.get(view.id) ?? dailyLimit)
        const mealtime = view.mealtime_ids.length === 0 || view.mealtime_ids.some((id) => served.has(id))
        const soldOut = portions === 0 || (soldOutUntil !== null && soldOutUntil > at)
        const reason = soldOut ? 'sold_out' : mealtime ? null : 'mealtime'
        return { ...view, available: reason === null, unavailable_reason: reason, left: portions }
      }),
      groups: worded.groups,
      mealtimes: restaurant.mealtimes.map((mealtime) => ({
        id: mealtime.id,
        name: pickText(mealtime.name, locale, this.surroundings.fallback),
        from: clockText(mealtime.from),
        to: clockText(mealtime.to),
      })),
    }
  }

  /** Portions left of limited dishes on a business day; dishes nobody has ordered yet are not among them. */
  private async left(menu: WordedMenu, businessDate: string): Promise<Map<string, number>> {
    const limited = menu.dishes.filter((dish) => dish.dailyLimit !== null).map((dish) => dish.view.id)
    if (limited.length === 0) return new Map()
    const rows = await this.database.read
      .selectFrom('restaurant_daily_item_counter')
      .select(['item_id', 'sold', 'cap'])
      .where('item_id', 'in', limited)
      .where('business_date', '=', businessDate)
      .execute()
    return new Map(rows.map((row) => [row.item_id, row.cap - row.sold]))
  }

  private word(menu: StoredMenu, restaurant: RestaurantFacts, locale: Locale): WordedMenu {
    const text = (value: Record<string, string | undefined>) => pickText(value, locale, this.surroundings.fallback)
    const money = (amount: number): Money => ({ amount, currency: restaurant.currency })
    return {
      categories: menu.categories.map(({ id, name, description }) => ({ id, name: text(name), description: text(description) })),
      dishes: menu.dishes.map((dish) => ({
        soldOutUntil: dish.soldOutUntil,
        dailyLimit: dish.dailyLimit,
        view: {
          id: dish.id,
          category_id: dish.categoryId,
          name: text(dish.name),
          description: text(dish.description),
          picture: dish.picture && pictureView(dish.picture, locale, this.surroundings.fallback),
          price: money(dish.amount),
          calories_kcal: dish.calories,
          allergens: dish.allergens as MenuDish['allergens'],
          dietary_tags: dish.dietaryTags as MenuDish['dietary_tags'],
          prep_points: dish.points,
          max_per_order: dish.maxPerOrder,
          mealtime_ids: dish.mealtimeIds,
          groups: dish.uses.map((use) => ({ group_id: use.groupId, min_select: use.min, max_select: use.max, free_quantity: use.free })),
        },
      })),
      groups: menu.groups.map((group) => ({
        id: group.id,
        name: text(group.name),
        min_select: group.min,
        max_select: group.max,
        free_quantity: group.free,
        options: group.options.map((option) => ({
          id: option.id,
          name: text(option.name),
          price: money(option.amount),
          is_default: group.defaults.includes(option.id),
          sold_out: option.soldOut,
          nested_group_id: option.nestedGroupId,
        })),
      })),
    }
  }
}

/** Minute of the day → `HH:MM`. */
function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
