import { endpoint, I18nText, Money, managedNoun, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import { Allergen, DietaryTag, OpeningTime } from './place.contract.ts'

const vertical = 'restaurant'
const common = { vertical, surface: 'vendor', subject: 'restaurant' } as const
const ofRestaurant = z.object({ restaurant_id: z.string().optional() })
const kept = { id: z.string(), version: z.int() }
const Weekday = z.int().min(0).max(6)
const position = z.int().min(0).max(10_000)

const categoryFields = { restaurant_id: z.string(), name: I18nText, description: I18nText.default({}), position: position.default(0) }
export const MenuCategory = z.object({ ...categoryFields, ...kept, dish_count: z.int() })
export type MenuCategory = z.infer<typeof MenuCategory>
export const menuCategory = managedNoun({
  ...common,
  noun: 'menuCategory',
  path: 'menu-categories',
  called: ['a part of the menu', 'parts of the menu, in order'],
  shape: MenuCategory,
  input: z.object(categoryFields),
  filter: ofRestaurant,
})

/** Which groups a dish has; null = as the group says. */
export const GroupOfDish = z.object({
  group_id: z.string(),
  min_select: z.int().min(0).max(20).nullable().default(null),
  max_select: z.int().min(1).max(20).nullable().default(null),
  free_quantity: z.int().min(0).max(20).nullable().default(null),
})
export type GroupOfDish = z.infer<typeof GroupOfDish>

const dishFields = {
  restaurant_id: z.string(),
  category_id: z.string(),
  name: I18nText,
  description: I18nText.default({}),
  price: Money,
  prep_points: z.int().min(0).max(100).default(1),
  calories_kcal: z.int().min(0).max(10_000).nullable().default(null),
  allergens: z.array(Allergen).max(14).default([]),
  dietary_tags: z.array(DietaryTag).max(6).default([]),
  /** Empty = all day. */
  mealtime_ids: z.array(z.string()).max(20).default([]),
  max_per_order: z.int().min(1).max(99).nullable().default(null),
  /** Portions per business day (from 04:00). */
  daily_limit: z.int().min(0).max(100_000).nullable().default(null),
  tax_class: z.string().max(40).default('standard'),
  picture_file_id: z.string().nullable().default(null),
  position: position.default(0),
  /** Off the menu without being removed. */
  active: z.boolean().default(true),
  /** In the order shown. */
  groups: z.array(GroupOfDish).max(20).default([]),
}
export const MenuItem = z.object({
  ...dishFields,
  ...kept,
  picture: Picture.nullable(),
  sold_out_until: z.string().nullable(),
  /** Portions sold on this business day, when limited. */
  sold_today: z.int().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type MenuItem = z.infer<typeof MenuItem>
export const menuItem = managedNoun({
  ...common,
  noun: 'menuItem',
  path: 'menu-items',
  called: ['a dish', 'dishes of this vendor'],
  shape: MenuItem,
  input: z.object(dishFields),
  filter: ofRestaurant.extend({
    category_id: z.string().optional(),
    active: z.stringbool().optional(),
    sold_out: z.stringbool().optional(),
  }),
  errors: ['currency_mismatch', 'publish_requirements_missing'],
})

/** Staff at the pass may do this too, hence `food_order`. */
export const setMenuItemSoldOut = endpoint({
  id: 'vendor.menuItem.soldOut',
  method: 'PATCH',
  path: '/v1/vendor/menu-items/{id}/sold-out',
  summary: 'Sold out until a time, until the next business day (`until` null), or not any more',
  access: vendor('prepare', 'food_order'),
  vertical,
  params: z.object({ id: z.string() }),
  body: z.object({ sold_out: z.boolean(), until: z.iso.datetime({ offset: true }).nullable().default(null) }),
  response: MenuItem,
  errors: ['validation_failed'],
})

const optionFields = {
  name: I18nText,
  price_delta: Money,
  is_default: z.boolean().default(false),
  sold_out: z.boolean().default(false),
  /** A group of the same restaurant whose own options open no further group. */
  nested_group_id: z.string().nullable().default(null),
}
const groupFields = {
  restaurant_id: z.string(),
  name: I18nText,
  min_select: z.int().min(0).max(20).default(0),
  max_select: z.int().min(1).max(20).default(1),
  free_quantity: z.int().min(0).max(20).default(0),
}
/** In the order shown; options with an id are kept, others are new, missing ones go. */
const options = z
  .array(z.object({ id: z.string().optional(), ...optionFields }))
  .min(1)
  .max(60)
export const ManagedModifierGroup = z.object({
  ...groupFields,
  ...kept,
  options: z.array(z.object({ id: z.string(), ...optionFields })),
  /** Dishes that use it. */
  dish_count: z.int(),
})
export type ManagedModifierGroup = z.infer<typeof ManagedModifierGroup>
export const modifierGroup = managedNoun({
  ...common,
  noun: 'modifierGroup',
  path: 'modifier-groups',
  called: ['a group of options', 'groups of options'],
  shape: ManagedModifierGroup,
  input: z.object({ ...groupFields, options }),
  filter: ofRestaurant,
  errors: ['currency_mismatch'],
})

/** `to` ≤ `from` reaches into the next day. */
const mealtimeFields = {
  restaurant_id: z.string(),
  name: I18nText,
  weekdays: z.array(Weekday).min(1).max(7),
  from: OpeningTime,
  to: OpeningTime,
  from_date: z.iso.date().nullable().default(null),
  to_date: z.iso.date().nullable().default(null),
}
export const Mealtime = z.object({ ...mealtimeFields, ...kept })
export type Mealtime = z.infer<typeof Mealtime>
export const mealtime = managedNoun({
  ...common,
  noun: 'mealtime',
  path: 'mealtimes',
  called: ['a mealtime', 'mealtimes: breakfast, lunch, suhoor'],
  shape: Mealtime,
  input: z.object(mealtimeFields),
  filter: ofRestaurant,
})

export const {
  list: listMenuCategories,
  get: getMenuCategory,
  create: createMenuCategory,
  update: updateMenuCategory,
  remove: removeMenuCategory,
} = menuCategory
export const { list: listMenuItems, get: getMenuItem, create: createMenuItem, update: updateMenuItem, remove: removeMenuItem } = menuItem
export const {
  list: listModifierGroups,
  get: getModifierGroup,
  create: createModifierGroup,
  update: updateModifierGroup,
  remove: removeModifierGroup,
} = modifierGroup
export const { list: listMealtimes, get: getMealtime, create: createMealtime, update: updateMealtime, remove: removeMealtime } = mealtime
