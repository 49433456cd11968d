import { anyone, endpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import { Allergen, DietaryTag, RestaurantService } from './place.contract.ts'

const vertical = 'restaurant'

/** `nested_group_id`: choosing this option opens another group (one level deep), e.g. a meal its drinks. */
export const ModifierOption = z.object({
  id: z.string(),
  name: z.string(),
  price: Money,
  is_default: z.boolean(),
  sold_out: z.boolean(),
  nested_group_id: z.string().nullable(),
})
export type ModifierOption = z.infer<typeof ModifierOption>

/** A group as a dish uses it; the cheapest `free_quantity` chosen options cost nothing. */
export const ModifierGroup = z.object({
  id: z.string(),
  name: z.string(),
  min_select: z.int(),
  max_select: z.int(),
  free_quantity: z.int(),
  options: z.array(ModifierOption),
})
export type ModifierGroup = z.infer<typeof ModifierGroup>

/** Where a dish differs from the group's own numbers. */
export const GroupUse = z.object({
  group_id: z.string(),
  min_select: z.int(),
  max_select: z.int(),
  free_quantity: z.int(),
})
export type GroupUse = z.infer<typeof GroupUse>

export const MenuDish = z.object({
  id: z.string(),
  category_id: z.string(),
  name: z.string(),
  description: z.string(),
  picture: Picture.nullable(),
  price: Money,
  calories_kcal: z.int().nullable(),
  allergens: z.array(Allergen),
  dietary_tags: z.array(DietaryTag),
  prep_points: z.int(),
  max_per_order: z.int().nullable(),
  /** Orderable at the asked time. */
  available: z.boolean(),
  unavailable_reason: z.enum(['mealtime', 'sold_out']).nullable(),
  /** Portions left on that business day when limited; null = not limited. */
  left: z.int().nullable(),
  mealtime_ids: z.array(z.string()),
  /** In order; options are in `groups` of the menu. */
  groups: z.array(GroupUse),
})
export type MenuDish = z.infer<typeof MenuDish>

export const RestaurantMenu = z.object({
  restaurant_id: z.string(),
  /** The time the availability is for; ISO. */
  at: z.string(),
  timezone: z.string(),
  currency: z.string(),
  categories: z.array(z.object({ id: z.string(), name: z.string(), description: z.string() })),
  dishes: z.array(MenuDish),
  /** Every modifier group that a dish or an option points to, once. */
  groups: z.array(ModifierGroup),
  mealtimes: z.array(z.object({ id: z.string(), name: z.string(), from: z.string(), to: z.string() })),
})
export type RestaurantMenu = z.infer<typeof RestaurantMenu>

export const getRestaurantMenu = endpoint({
  id: 'store.restaurant.menu',
  method: 'GET',
  path: '/v1/store/restaurants/{handle}/menu',
  summary: 'The menu with what can be had at a time (`at`, default: as soon as possible)',
  access: anyone,
  vertical,
  params: z.object({ handle: z.string().max(96) }),
  query: z.object({ service: RestaurantService.optional(), at: z.iso.datetime({ offset: true }).optional() }),
  response: RestaurantMenu,
})
