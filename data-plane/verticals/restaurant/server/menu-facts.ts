import type { I18nText } from '@cityos/contract'
import { sql } from 'kysely'
import type { KeptPicture } from '../../../core/file/public-picture.ts'
import type { Tx } from '../../../platform/db/index.ts'
import type { GroupRule } from '../rules.ts'

export interface DishFacts {
  id: string
  restaurantId: string
  categoryId: string
  name: I18nText
  description: I18nText
  picture: KeptPicture | null
  amount: number
  points: number
  calories: number | null
  allergens: string[]
  dietaryTags: string[]
  mealtimeIds: string[]
  maxPerOrder: number | null
  dailyLimit: number | null
  /** Epoch minute. */
  soldOutUntil: number | null
  taxClass: string
  uses: { groupId: string; min: number; max: number; free: number }[]
}

interface DishRow {
  id: string
  restaurant_id: string
  category_id: string
  name: I18nText
  description: I18nText
  picture: KeptPicture | null
  price_amount: number
  prep_points: number
  calories_kcal: number | null
  allergens: string[]
  dietary_tags: string[]
  mealtime_ids: string[]
  max_per_order: number | null
  daily_limit: number | null
  sold_out_until: Date | null
  tax_class: string
  uses: { groupId: string; min: number; max: number; free: number }[]
}

/** Dishes on the menu of some restaurants, in menu order; only some of them when `itemIds` is given. */
export async function loadDishes(tx: Tx, restaurantIds: readonly string[], itemIds?: readonly string[]): Promise<DishFacts[]> {
  if (restaurantIds.length === 0 || itemIds?.length === 0) return []
  const some = itemIds === undefined ? sql`true` : sql`i.id = ANY (${[...itemIds]}::text[])`
  const { rows } = await sql<DishRow>`
    SELECT i.id, i.restaurant_id, i.category_id, i.name, i.description, i.picture, i.price_amount, i.prep_points, i.calories_kcal, i.allergens,
      i.dietary_tags, i.mealtime_ids, i.max_per_order, i.daily_limit, i.sold_out_until, i.tax_class,
      (SELECT coalesce(json_agg(json_build_object('groupId', u.group_id, 'min', coalesce(u.min_select, g.min_select), 'max', coalesce(u.max_select, g.max_select),
          'free', coalesce(u.free_quantity, g.free_quantity)) ORDER BY u.position, u.group_id), '[]')
        FROM restaurant_menu_item_modifier_group u JOIN restaurant_modifier_group g ON g.id = u.group_id WHERE u.item_id = i.id) AS uses
    FROM restaurant_menu_item i
    WHERE i.restaurant_id = ANY (${[...restaurantIds]}::text[]) AND ${some} AND i.active AND i.deleted_at IS NULL
    ORDER BY i.restaurant_id, i.position, i.id`.execute(tx)
  return rows.map((row) => ({
    id: row.id,
    restaurantId: row.restaurant_id,
    categoryId: row.category_id,
    name: row.name,
    description: row.description,
    picture: row.picture,
    amount: row.price_amount,
    points: row.prep_points,
    calories: row.calories_kcal,
    allergens: row.allergens,
    dietaryTags: row.dietary_tags,
    mealtimeIds: row.mealtime_ids,
    maxPerOrder: row.max_per_order,
    dailyLimit: row.daily_limit,
    soldOutUntil: row.sold_out_until && Math.ceil(row.sold_out_until.getTime() / 60_000),
    taxClass: row.tax_class,
    uses: row.uses,
  }))
}

export interface GroupFacts extends GroupRule {
  restaurantId: string
  defaults: string[]
}

/** All modifier groups of some restaurants with their options, by id. */
export async function loadGroups(tx: Tx, restaurantIds: readonly string[]): Promise<Map<string, GroupFacts>> {
  if (restaurantIds.length === 0) return new Map()
  const { rows } = await sql<{
    id: string
    restaurant_id: string
    name: I18nText
    min_select: number
    max_select: number
    free_quantity: number
    options: { id: string; name: I18nText; amount: number; soldOut: boolean; nestedGroupId: string | null; isDefault: boolean }[]
  }>`
    SELECT g.id, g.restaurant_id, g.name, g.min_select, g.max_select, g.free_quantity,
      (SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'amount', o.price_delta_amount, 'soldOut', o.sold_out,
          'nestedGroupId', o.nested_group_id, 'isDefault', o.is_default) ORDER BY o.position, o.id), '[]')
        FROM restaurant_modifier_option o WHERE o.group_id = g.id) AS options
    FROM restaurant_modifier_group g WHERE g.restaurant_id = ANY (${[...restaurantIds]}::text[])`.execute(tx)
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        restaurantId: row.restaurant_id,
        name: row.name,
        min: row.min_select,
        max: row.max_select,
        free: row.free_quantity,
        options: row.options.map(({ isDefault: _default, ...option }) => option),
        defaults: row.options.filter((option) => option.isDefault).map((option) => option.id),
      },
    ]),
  )
}
