import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { Clock } from '../../../platform/clock/clock.ts'
import type { TestPlane } from '../../../testing/plane.ts'
import { database } from '../../../testing/shop.ts'

/** Tuesday 2026-11-24, noon in Riyadh. */
export const noon = new Date('2026-11-24T09:00:00.000Z')

export const home = {
  name: 'Noura Al-Harbi',
  phone: '+966501234567',
  line1: 'Olaya Street 12',
  city: 'Riyadh',
  country: 'SA',
  lat: 24.7,
  lng: 46.68,
}
export const faraway = { ...home, lat: 24.4, lng: 46.3 }
export const contact = { email: 'noura@example.test', phone: '+966501234567', name: 'Noura Al-Harbi' }

export interface TestKitchen {
  id: string
  vendorId: string
  /** Kabsa 58.00 (3 points), with a required group `size` and a group of sauces, first one free. */
  kabsa: string
  /** Salad 18.00, one point. */
  salad: string
  /** Foul 15.00, served 05:00–11:00. */
  breakfast: string
  /** Omakase 120.00, at most `daily` a business day. */
  limited: string
  sizeGroup: string
  sizes: [small: string, large: string]
  sauceGroup: string
  sauces: [garlic: string, hot: string, tahini: string]
  /** Opened by the large size: choose one drink. */
  drinkGroup: string
  drinks: [water: string, cola: string]
}

export interface KitchenChanges {
  caps?: { delivery: number; pickup: number; dine_in: number }
  points?: number
  daily?: number
  columns?: Record<string, unknown>
  hours?: [opens: string, closes: string]
  services?: string[]
}

const everywhere = JSON.stringify({ delivery: 100, pickup: 100, dine_in: 100 })

/** A restaurant that is open every day from 11:00 to 23:00, delivers in a square around `home` and has four dishes. */
export async function addKitchen(plane: TestPlane, vendorId: string, changes: KitchenChanges = {}): Promise<TestKitchen> {
  const db = database(plane).read
  const id = newId('rest')
  const ids = Array.from({ length: 16 }, () => newId('rmi'))
  const [category, kabsa, salad, breakfast, limited, sizeGroup, sauceGroup, drinkGroup, mealtime, ...options] = ids as [string, ...string[]]
  const [small, large, garlic, hot, tahini, water, cola] = options as [string, ...string[]]
  const name = (en: string, ar: string) => JSON.stringify({ en, fr: en, ar })
  const now = noon
  const services = changes.services ?? ['delivery', 'pickup', 'dine_in']
  await sql`INSERT INTO restaurant (id, vendor_id, handle, name, lat, lng, services, prep_minutes, delivery_minutes, max_orders_per_slot, max_prep_points_per_slot,
      currency_code, status, takes_reservations, created_at, updated_at)
    VALUES (${id}, ${vendorId}, ${id.replace('_', '-')}, ${name('Najd Courtyard', 'فناء نجد')}::jsonb, 24.7, 46.68, ${services}, 20, 15,
      ${changes.caps ? JSON.stringify(changes.caps) : everywhere}::jsonb, ${changes.points ?? 1000}, 'SAR', 'active', true, ${now}, ${now})`.execute(
    db,
  )
  for (const [column, value] of Object.entries(changes.columns ?? {}))
    await sql`UPDATE restaurant SET ${sql.ref(column)} = ${value} WHERE id = ${id}`.execute(db)
  const [opens, closes] = changes.hours ?? ['11:00', '23:00']
  for (const service of services)
    for (const weekday of [0, 1, 2, 3, 4, 5, 6])
      await sql`INSERT INTO restaurant_opening_hours (id, restaurant_id, service, weekday, opens_at, closes_at, created_at, updated_at)
        VALUES (${newId('roh')}, ${id}, ${service}, ${weekday}, ${opens}, ${closes}, ${now}, ${now})`.execute(db)
  const square = {
    type: 'Polygon',
    coordinates: [
      [
        [46.6, 24.6],
        [46.8, 24.6],
        [46.8, 24.8],
        [46.6, 24.8],
        [46.6, 24.6],
      ],
    ],
  }
  await sql`INSERT INTO restaurant_delivery_area (id, restaurant_id, name, polygon, min_lat, max_lat, min_lng, max_lng, fee_amount, minimum_order_amount, free_over_amount, created_at, updated_at)
    VALUES (${newId('rda')}, ${id}, ${name('Olaya', 'العليا')}::jsonb, ${JSON.stringify(square)}::jsonb, 24.6, 24.8, 46.6, 46.8, 1000, 2500, 20000, ${now}, ${now})`.execute(
    db,
  )
  await sql`INSERT INTO restaurant_mealtime (id, restaurant_id, name, weekdays, "from", "to", created_at, updated_at)
    VALUES (${mealtime}, ${id}, ${name('Breakfast', 'فطور')}::jsonb, '{0,1,2,3,4,5,6}', '05:00', '11:00', ${now}, ${now})`.execute(db)
  await sql`INSERT INTO restaurant_menu_category (id, restaurant_id, name, created_at, updated_at) VALUES (${category}, ${id}, ${name('Mains', 'الرئيسية')}::jsonb, ${now}, ${now})`.execute(
    db,
  )
  const dish = (dishId: string, title: string, price: number, points: number, mealtimes: string[], limit: number | null) =>
    sql`INSERT INTO restaurant_menu_item (id, restaurant_id, category_id, name, price_amount, prep_points, allergens, dietary_tags, mealtime_ids, daily_limit, created_at, updated_at)
      VALUES (${dishId}, ${id}, ${category}, ${name(title, title)}::jsonb, ${price}, ${points}, '{}', '{}', ${mealtimes}, ${limit}, ${now}, ${now})`.execute(
      db,
    )
  await dish(kabsa!, 'Kabsa', 5800, 3, [], null)
  await dish(salad!, 'Salad', 1800, 1, [], null)
  await dish(breakfast!, 'Foul', 1500, 1, [mealtime!], null)
  await dish(limited!, 'Omakase', 12_000, 2, [], changes.daily ?? 12)
  const group = (groupId: string, title: string, min: number, max: number, free: number) =>
    sql`INSERT INTO restaurant_modifier_group (id, restaurant_id, name, min_select, max_select, free_quantity, created_at, updated_at)
      VALUES (${groupId}, ${id}, ${name(title, title)}::jsonb, ${min}, ${max}, ${free}, ${now}, ${now})`.execute(db)
  await group(sizeGroup!, 'size', 1, 1, 0)
  await group(sauceGroup!, 'sauce', 0, 3, 1)
  await group(drinkGroup!, 'drink', 1, 1, 0)
  const option = (optionId: string, groupId: string, title: string, price: number, position: number, nested: string | null = null) =>
    sql`INSERT INTO restaurant_modifier_option (id, group_id, name, price_delta_amount, nested_group_id, position, created_at, updated_at)
      VALUES (${optionId}, ${groupId}, ${name(title, title)}::jsonb, ${price}, ${nested}, ${position}, ${now}, ${now})`.execute(db)
  await option(small!, sizeGroup!, 'Small', 0, 0)
  await option(large!, sizeGroup!, 'Large', 1500, 1, drinkGroup!)
  await option(garlic!, sauceGroup!, 'Garlic', 200, 0)
  await option(hot!, sauceGroup!, 'Hot', 300, 1)
  await option(tahini!, sauceGroup!, 'Tahini', 400, 2)
  await option(water!, drinkGroup!, 'Water', 0, 0)
  await option(cola!, drinkGroup!, 'Cola', 500, 1)
  for (const [position, groupId] of [sizeGroup!, sauceGroup!].entries())
    await sql`INSERT INTO restaurant_menu_item_modifier_group (item_id, group_id, position) VALUES (${kabsa}, ${groupId}, ${position})`.execute(
      db,
    )
  return {
    id,
    vendorId,
    kabsa: kabsa!,
    salad: salad!,
    breakfast: breakfast!,
    limited: limited!,
    sizeGroup: sizeGroup!,
    sizes: [small!, large!],
    sauceGroup: sauceGroup!,
    sauces: [garlic!, hot!, tahini!],
    drinkGroup: drinkGroup!,
    drinks: [water!, cola!],
  }
}

/** Pick-up of one small kabsa: 58.00, three points. */
export function pickUp(kitchen: TestKitchen, changes: Record<string, unknown> = {}) {
  return {
    restaurant_id: kitchen.id,
    service: 'pickup' as const,
    items: [{ item_id: kitchen.kabsa, option_ids: [kitchen.sizes[0]], quantity: 1 }],
    contact,
    payment: { method: 'sandbox' as const, token: 'tok_ok' },
    ...changes,
  }
}

export function travel(plane: TestPlane, moment: Date): void {
  plane.app.get(Clock, { strict: false }).travelTo(moment)
}

export interface Load {
  orders: number
  points: number
  portions: number
}

/** What slots and counters say is taken, less what the orders that occupy them add up to: zero everywhere, always. */
export async function imbalance(plane: TestPlane): Promise<Load> {
  const { rows } = await sql<Load>`
    WITH occupying AS (SELECT * FROM restaurant_food_order WHERE status NOT IN ('rejected', 'auto_rejected', 'cancelled', 'vendor_cancelled'))
    SELECT
      (SELECT coalesce(sum(orders_used), 0) FROM restaurant_kitchen_slot)::int - (SELECT count(*) FROM occupying)::int AS orders,
      (SELECT coalesce(sum(points_used), 0) FROM restaurant_kitchen_slot)::int - (SELECT coalesce(sum(points), 0) FROM occupying)::int AS points,
      (SELECT coalesce(sum(sold), 0) FROM restaurant_daily_item_counter)::int -
        (SELECT coalesce(sum(i.quantity), 0) FROM restaurant_food_order_item i JOIN occupying o ON o.id = i.food_order_id WHERE i.counted_on IS NOT NULL)::int AS portions`.execute(
    database(plane).read,
  )
  return rows[0]!
}

export const level: Load = { orders: 0, points: 0, portions: 0 }

/** Tables by their seats; of one group when it is named. @returns their ids */
export async function addTables(
  plane: TestPlane,
  kitchen: TestKitchen,
  seats: readonly number[],
  group: string | null = null,
): Promise<string[]> {
  const ids = seats.map(() => newId('rdt'))
  for (const [index, id] of ids.entries())
    await sql`INSERT INTO restaurant_dining_table (id, restaurant_id, name, seats_min, seats_max, join_group, created_at, updated_at)
      VALUES (${id}, ${kitchen.id}, ${`T${index}`}, 1, ${seats[index]}, ${group}, ${noon}, ${noon})`.execute(database(plane).read)
  return ids
}
