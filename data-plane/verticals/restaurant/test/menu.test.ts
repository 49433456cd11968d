import { type CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, database } from '../../../testing/shop.ts'
import * as api from '../contract.ts'
import { addKitchen, noon, type TestKitchen, travel } from './city.ts'

let plane: TestPlane
let kitchen: TestKitchen
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  travel(plane, noon)
  kitchen = await addKitchen(plane, await addVendor(plane))
  const db = database(plane).read
  await sql`INSERT INTO restaurant_menu_item (id, restaurant_id, category_id, name, description, price_amount, daily_limit, created_at, updated_at)
    SELECT 'rmi_' || n, ${kitchen.id}, (SELECT category_id FROM restaurant_menu_item WHERE id = ${kitchen.kabsa}), '{"en":"Dish of the house","ar":"طبق الدار"}',
      '{"en":"Slowly cooked with dried lime, cardamom and long rice.","ar":"مطبوخ على مهل بالليمون الأسود والهيل."}', 1000, CASE WHEN n % 10 = 0 THEN 20 END, ${noon}, ${noon}
    FROM generate_series(1, 296) n`.execute(db)
  await sql`INSERT INTO restaurant_menu_item_modifier_group (item_id, group_id, position) SELECT 'rmi_' || n, ${kitchen.sauceGroup}, 0 FROM generate_series(1, 296) n`.execute(
    db,
  )
})
afterAll(() => plane?.stop())

const read = (locale = 'en') => plane.client({ 'accept-language': locale })(api.getRestaurantMenu, { params: { handle: kitchen.id } })

/** How many statements an operation sends. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const executor = database(plane).read.getExecutor()
  const execute = executor.executeQuery.bind(executor)
  let count = 0
  executor.executeQuery = ((query: CompiledQuery) => {
    count += 1
    return execute(query)
  }) as typeof executor.executeQuery
  await work()
  executor.executeQuery = execute
  return count
}

it('a menu of 300 dishes costs one statement once it is known: what is left of limited dishes', async () => {
  const menu = await read()
  expect(menu.dishes).toHaveLength(300)
  expect(await statementsOf(read)).toBe(1)
})

it('a change of the vendor’s is seen at once, in every language', async () => {
  const price = async (locale: string) => (await read(locale)).dishes.find((dish) => dish.id === kitchen.kabsa)!.price.amount
  expect([await price('en'), await price('ar')]).toEqual([5800, 5800])
  const body = { price: { amount: 6100, currency: 'SAR' } }
  await plane.call(api.updateMenuItem, { params: { id: kitchen.kabsa }, body }, { actor: vendorActor(kitchen.vendorId) })
  expect([await price('en'), await price('ar')]).toEqual([6100, 6100])
})
