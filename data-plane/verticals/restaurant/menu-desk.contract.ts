import { endpoint, I18nText, listEndpoint, Money, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'
import { Allergen, DietaryTag, OpeningTime } from './place.contract.ts'

const vertical = 'restaurant'
const byId = z.object({ id: z.string() })
const ofRestaurant = z.object({ restaurant_id: z.string().optional() })
const read = vendor('read', 'restaurant')
const write = vendor('write', 'restaurant')
const Removed = z.object({ id: z.string() })
const Weekday = z.int().min(0).max(6)
const position = z.int().min(0).max(10_000)

export const MenuCategory = z.object({
  id: z.string(),
  restaurant_id: z.string(),
  name: I18nText,
  description: I18nText,
  position: z.int(),
  dish_count: z.int(),
  version: z.int(),
})
export type MenuCategory = z.infer<typeof MenuCategory>
const categoryFields = { name: I18nText, description: I18nText, position }
export const MenuCategoryInput = z.object({
  ...categoryFields,
  restaurant_id: z.string(),
  description: I18nText.default({}),
  position: position.default(0),
})
export type MenuCategoryInput = z.infer<typeof MenuCategoryInput>
export const MenuCategoryPatch = z.object(categoryFields).partial()
export type MenuCategoryPatch = z.infer<typeof MenuCategoryPatch>

/** Which groups a dish has; null = as the group says. */
export const GroupOfDish = z.object({
  group_id: z.string(),
  min_select: z.int().min(0).max(20).nullable().default(null),
  max_select: z.int().min(1).max(20).nullable().default(null),
  free_quantity: z.int().min(0).max(20).nullable().default(null),
})
export type GroupOfDish = z.infer<typeof GroupOfDish>

const dishFields = {
  category_id: z.string(),
  name: I18nText,
  description: I18nText,
  price: Money,
  prep_points: z.int().min(0).max(100),
  calories_kcal: z.int().min(0).max(10_000).nullable(),
  allergens: z.array(Allergen).max(14),
  dietary_tags: z.array(DietaryTag).max(6),
  /** Empty = all day. */
  mealtime_ids: z.array(z.string()).max(20),
  max_per_order: z.int().min(1).max(99).nullable(),
  /** Portions per business day (from 04:00). */
  daily_limit: z.int().min(0).max(100_000).nullable(),
  tax_class: z.string().max(40),
  picture_file_id: z.string().nullable(),
  position,
  /** Off the menu without being deleted. */
  active: z.boolean(),
  /** In the order shown. */
  groups: z.array(GroupOfDish).max(20),
}
export const MenuItemInput = z.object({
  ...dishFields,
  restaurant_id: z.string(),
  description: I18nText.default({}),
  prep_points: dishFields.prep_points.default(1),
  calories_kcal: dishFields.calories_kcal.default(null),
  allergens: dishFields.allergens.default([]),
  dietary_tags: dishFields.dietary_tags.default([]),
  mealtime_ids: dishFields.mealtime_ids.default([]),
  max_per_order: dishFields.max_per_order.default(null),
  daily_limit: dishFields.daily_limit.default(null),
  tax_class: dishFields.tax_class.default('standard'),
  picture_file_id: dishFields.picture_file_id.default(null),
  position: position.default(0),
  active: z.boolean().default(true),
  groups: dishFields.groups.default([]),
})
export type MenuItemInput = z.infer<typeof MenuItemInput>
export const MenuItemPatch = z.object({ ...dishFields, version: z.int() }).partial()
export type MenuItemPatch = z.infer<typeof MenuItemPatch>

export const MenuItem = z.object({
  ...dishFields,
  id: z.string(),
  restaurant_id: z.string(),
  picture: Picture.nullable(),
  sold_out_until: z.string().nullable(),
  /** Portions sold on this business day, when limited. */
  sold_today: z.int().nullable(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type MenuItem = z.infer<typeof MenuItem>

const optionFields = {
  name: I18nText,
  price_delta: Money,
  is_default: z.boolean().default(false),
  sold_out: z.boolean().default(false),
  /** A group of the same restaurant whose own options open no further group. */
  nested_group_id: z.string().nullable().default(null),
}
const groupFields = {
  name: I18nText,
  min_select: z.int().min(0).max(20),
  max_select: z.int().min(1).max(20),
  free_quantity: z.int().min(0).max(20),
  /** In the order shown; options with an id are kept, others are new, missing ones go. */
  options: z
    .array(z.object({ id: z.string().optional(), ...optionFields }))
    .min(1)
    .max(60),
}
export const ModifierGroupInput = z.object({
  ...groupFields,
  restaurant_id: z.string(),
  min_select: groupFields.min_select.default(0),
  max_select: groupFields.max_select.default(1),
  free_quantity: groupFields.free_quantity.default(0),
})
export type ModifierGroupInput = z.infer<typeof ModifierGroupInput>
export const ModifierGroupPatch = z.object(groupFields).partial()
export type ModifierGroupPatch = z.infer<typeof ModifierGroupPatch>

export const ManagedModifierGroup = z.object({
  id: z.string(),
  restaurant_id: z.string(),
  name: I18nText,
  min_select: z.int(),
  max_select: z.int(),
  free_quantity: z.int(),
  options: z.array(
    z.object({
      id: z.string(),
      name: I18nText,
      price_delta: Money,
      is_default: z.boolean(),
      sold_out: z.boolean(),
      nested_group_id: z.string().nullable(),
    }),
  ),
  /** Dishes that use it. */
  dish_count: z.int(),
  version: z.int(),
})
export type ManagedModifierGroup = z.infer<typeof ManagedModifierGroup>

/** `to` ≤ `from` reaches into the next day. */
const mealtimeFields = {
  name: I18nText,
  weekdays: z.array(Weekday).min(1).max(7),
  from: OpeningTime,
  to: OpeningTime,
  from_date: z.iso.date().nullable(),
  to_date: z.iso.date().nullable(),
}
export const MealtimeInput = z.object({
  ...mealtimeFields,
  restaurant_id: z.string(),
  from_date: mealtimeFields.from_date.default(null),
  to_date: mealtimeFields.to_date.default(null),
})
export type MealtimeInput = z.infer<typeof MealtimeInput>
export const MealtimePatch = z.object(mealtimeFields).partial()
export type MealtimePatch = z.infer<typeof MealtimePatch>
export const Mealtime = z.object({ ...mealtimeFields, id: z.string(), restaurant_id: z.string(), version: z.int() })
export type Mealtime = z.infer<typeof Mealtime>

export const listMenuCategories = listEndpoint({
  id: 'vendor.menuCategory.list',
  method: 'GET',
  path: '/v1/vendor/menu-categories',
  summary: 'Parts of the menu, in order',
  access: read,
  vertical,
  query: ofRestaurant,
  response: MenuCategory,
})
export const getMenuCategory = endpoint({
  id: 'vendor.menuCategory.get',
  method: 'GET',
  path: '/v1/vendor/menu-categories/{id}',
  summary: 'One part of the menu',
  access: read,
  vertical,
  params: byId,
  response: MenuCategory,
})
export const createMenuCategory = endpoint({
  id: 'vendor.menuCategory.create',
  method: 'POST',
  path: '/v1/vendor/menu-categories',
  summary: 'Adds a part to the menu',
  access: write,
  vertical,
  body: MenuCategoryInput,
  response: MenuCategory,
  status: 201,
  errors: ['validation_failed'],
})
export const updateMenuCategory = endpoint({
  id: 'vendor.menuCategory.update',
  method: 'PATCH',
  path: '/v1/vendor/menu-categories/{id}',
  summary: 'Renames or moves a part of the menu',
  access: write,
  vertical,
  params: byId,
  body: MenuCategoryPatch,
  response: MenuCategory,
})
export const removeMenuCategory = endpoint({
  id: 'vendor.menuCategory.remove',
  method: 'DELETE',
  path: '/v1/vendor/menu-categories/{id}',
  summary: 'Removes an empty part of the menu',
  access: write,
  vertical,
  params: byId,
  response: Removed,
  errors: ['validation_failed'],
})

export const listMenuItems = listEndpoint({
  id: 'vendor.menuItem.list',
  method: 'GET',
  path: '/v1/vendor/menu-items',
  summary: 'Dishes of this vendor',
  access: read,
  vertical,
  query: ofRestaurant.extend({
    category_id: z.string().optional(),
    sold_out: z.stringbool().optional(),
    active: z.stringbool().optional(),
  }),
  response: MenuItem,
})
export const getMenuItem = endpoint({
  id: 'vendor.menuItem.get',
  method: 'GET',
  path: '/v1/vendor/menu-items/{id}',
  summary: 'One dish',
  access: read,
  vertical,
  params: byId,
  response: MenuItem,
})
export const createMenuItem = endpoint({
  id: 'vendor.menuItem.create',
  method: 'POST',
  path: '/v1/vendor/menu-items',
  summary: 'Puts a dish on the menu',
  access: write,
  vertical,
  body: MenuItemInput,
  response: MenuItem,
  status: 201,
  errors: ['currency_mismatch', 'publish_requirements_missing', 'validation_failed'],
})
export const updateMenuItem = endpoint({
  id: 'vendor.menuItem.update',
  method: 'PATCH',
  path: '/v1/vendor/menu-items/{id}',
  summary: 'Changes a dish',
  access: write,
  vertical,
  params: byId,
  body: MenuItemPatch,
  response: MenuItem,
  errors: ['currency_mismatch', 'publish_requirements_missing', 'stale_version', 'validation_failed'],
})
export const removeMenuItem = endpoint({
  id: 'vendor.menuItem.remove',
  method: 'DELETE',
  path: '/v1/vendor/menu-items/{id}',
  summary: 'Takes a dish off for good; orders keep their copy',
  access: write,
  vertical,
  params: byId,
  response: Removed,
})
/** Staff at the pass may do this too, hence `food_order`. */
export const setMenuItemSoldOut = endpoint({
  id: 'vendor.menuItem.soldOut',
  method: 'PATCH',
  path: '/v1/vendor/menu-items/{id}/sold-out',
  summary: 'Sold out until a time, until the next business day (`until` null), or not any more',
  access: vendor('prepare', 'food_order'),
  vertical,
  params: byId,
  body: z.object({ sold_out: z.boolean(), until: z.iso.datetime({ offset: true }).nullable().default(null) }),
  response: MenuItem,
  errors: ['validation_failed'],
})

export const listModifierGroups = listEndpoint({
  id: 'vendor.modifierGroup.list',
  method: 'GET',
  path: '/v1/vendor/modifier-groups',
  summary: 'Groups of options',
  access: read,
  vertical,
  query: ofRestaurant,
  response: ManagedModifierGroup,
})
export const getModifierGroup = endpoint({
  id: 'vendor.modifierGroup.get',
  method: 'GET',
  path: '/v1/vendor/modifier-groups/{id}',
  summary: 'One group with its options',
  access: read,
  vertical,
  params: byId,
  response: ManagedModifierGroup,
})
export const createModifierGroup = endpoint({
  id: 'vendor.modifierGroup.create',
  method: 'POST',
  path: '/v1/vendor/modifier-groups',
  summary: 'Adds a group of options',
  access: write,
  vertical,
  body: ModifierGroupInput,
  response: ManagedModifierGroup,
  status: 201,
  errors: ['currency_mismatch', 'validation_failed'],
})
export const updateModifierGroup = endpoint({
  id: 'vendor.modifierGroup.update',
  method: 'PATCH',
  path: '/v1/vendor/modifier-groups/{id}',
  summary: 'Changes a group and its options',
  access: write,
  vertical,
  params: byId,
  body: ModifierGroupPatch,
  response: ManagedModifierGroup,
  errors: ['currency_mismatch', 'validation_failed'],
})
export const removeModifierGroup = endpoint({
  id: 'vendor.modifierGroup.remove',
  method: 'DELETE',
  path: '/v1/vendor/modifier-groups/{id}',
  summary: 'Removes a group that no dish or option uses',
  access: write,
  vertical,
  params: byId,
  response: Removed,
  errors: ['validation_failed'],
})

export const listMealtimes = listEndpoint({
  id: 'vendor.mealtime.list',
  method: 'GET',
  path: '/v1/vendor/mealtimes',
  summary: 'Mealtimes: breakfast, lunch, suhoor',
  access: read,
  vertical,
  query: ofRestaurant,
  response: Mealtime,
})
export const getMealtime = endpoint({
  id: 'vendor.mealtime.get',
  method: 'GET',
  path: '/v1/vendor/mealtimes/{id}',
  summary: 'One mealtime',
  access: read,
  vertical,
  params: byId,
  response: Mealtime,
})
export const createMealtime = endpoint({
  id: 'vendor.mealtime.create',
  method: 'POST',
  path: '/v1/vendor/mealtimes',
  summary: 'Adds a mealtime',
  access: write,
  vertical,
  body: MealtimeInput,
  response: Mealtime,
  status: 201,
  errors: ['validation_failed'],
})
export const updateMealtime = endpoint({
  id: 'vendor.mealtime.update',
  method: 'PATCH',
  path: '/v1/vendor/mealtimes/{id}',
  summary: 'Changes a mealtime',
  access: write,
  vertical,
  params: byId,
  body: MealtimePatch,
  response: Mealtime,
  errors: ['validation_failed'],
})
export const removeMealtime = endpoint({
  id: 'vendor.mealtime.remove',
  method: 'DELETE',
  path: '/v1/vendor/mealtimes/{id}',
  summary: 'Removes a mealtime; its dishes are sold all day if they have no other',
  access: write,
  vertical,
  params: byId,
  response: Removed,
})
