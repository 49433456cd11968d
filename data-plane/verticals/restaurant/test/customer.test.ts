import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addCartLine, completeCart, createCart, getCart, listPaymentMethods, updateCart } from '../../../core/cart/contract.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { TimerScheduler } from '../../../platform/timer/timer-scheduler.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, codeOf, database, service } from '../../../testing/shop.ts'
import * as api from '../contract.ts'
import { addKitchen, contact, noon, pickUp, type TestKitchen, travel } from './city.ts'

let plane: TestPlane
let kitchen: TestKitchen
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  travel(plane, noon)
  kitchen = await addKitchen(plane, await addVendor(plane))
})
afterAll(() => plane?.stop())

async function customer() {
  const id = newId('cus')
  const email = `${id}@example.test`
  const pii = service(plane, Pii)
  await sql`INSERT INTO customer (id, email, email_index, locale, status, created_at, updated_at)
    VALUES (${id}, ${pii.encrypt(email)}, ${pii.index('email', email)}, 'en', 'verified', ${noon}, ${noon})`.execute(database(plane).read)
  return { actor: { kind: 'customer', id, sessionId: 'ses_test' } as const, idempotencyKey: newId('key') }
}
const key = <T extends object>(as: T) => ({ ...as, idempotencyKey: newId('key') })

it('own meals: listed, followed, ordered again; another customer’s do not exist', async () => {
  const [noura, huda] = [await customer(), await customer()]
  const { food_order_id: id } = await plane.call(api.placeRestaurantOrder, { body: pickUp(kitchen) }, key(noura))
  expect((await plane.call(api.listMyFoodOrders, { query: { open: 'true' } }, noura)).items.map((order) => order.id)).toEqual([id])
  expect((await plane.call(api.listMyFoodOrders, {}, huda)).total).toBe(0)
  expect(await plane.call(api.getMyFoodOrder, { params: { id } }, huda).catch((error: { code: string }) => error.code)).toBe('not_found')
  expect((await plane.call(api.getMyFoodOrder, { params: { id } }, noura)).actions).toEqual(['cancel'])
  await plane.call(api.updateMenuItem, { params: { id: kitchen.salad }, body: { active: false } }, { actor: vendorActor(kitchen.vendorId) })
  const again = await plane.call(api.reorderMeal, { params: { id }, body: {} }, key(noura))
  expect(again).toMatchObject({ restaurant: { id: kitchen.id }, skipped: [] })
  const { baskets } = await plane.call(api.getRestaurantCart, { params: { id: again.cart_id } }, noura)
  expect(baskets[0]!.lines).toMatchObject([{ item_id: kitchen.kabsa, quantity: 1 }])
  const twice = await plane.call(api.reorderMeal, { params: { id }, body: {} }, key(noura))
  expect(twice.cart_id).toBe(again.cart_id)
  expect((await plane.call(api.getRestaurantCart, { params: { id: again.cart_id } }, noura)).baskets[0]!.lines[0]!.quantity).toBe(2)
})

it('a basket put in by the ordinary cart is completed by it, and its refusal stays on the line until then', async () => {
  const cart = await plane.client()(createCart, { body: {} })
  const shopper = plane.client({ 'x-cart-token': cart.token })
  const choice = { restaurant_id: kitchen.id, service: 'pickup', slot_start: '2026-11-24T21:00:00.000Z', items: pickUp(kitchen).items }
  const filled = await shopper(addCartLine, { params: { id: cart.id }, body: { kind: 'restaurant.meal', choice } })
  expect(filled.lines[0]!.error?.code).toBe('slot_unavailable')
  await shopper(updateCart, { params: { id: cart.id }, body: { email: contact.email } })
  const complete = async (payment: { method: 'sandbox' | 'bank_transfer'; token?: string } = { method: 'sandbox', token: 'tok_ok' }) => {
    const { totals } = await shopper(getCart, { params: { id: cart.id } })
    const body = { payment, expected_total: totals.total }
    return shopper(completeCart, { params: { id: cart.id }, body }, { idempotencyKey: newId('key') })
  }
  expect(await codeOf(complete())).toBe('slot_unavailable')
  await shopper(api.updateBasket, { params: { id: cart.id, restaurant_id: kitchen.id }, body: { slot_start: null } })
  // a meal cannot wait days for a transfer
  const methods = await shopper(listPaymentMethods, { params: { id: cart.id } })
  expect(methods.map(({ method }) => method).sort()).toEqual(['cash_on_delivery', 'sandbox'])
  expect(await codeOf(complete({ method: 'bank_transfer' }))).toBe('validation_failed')
  const { order } = await complete()
  expect(order.sub_orders[0]!.lines[0]!.entitlement?.type).toBe('food_order')
})

it('the deadline of an unanswered order is what a sleeping tenant is woken for', async () => {
  const { food_order_id: id } = await plane.client()(api.placeRestaurantOrder, { body: pickUp(kitchen) }, { idempotencyKey: newId('key') })
  const row = await database(plane)
    .read.selectFrom('restaurant_food_order')
    .select('accept_by')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const timer = await database(plane)
    .read.selectFrom('timer')
    .select(['due_at', 'status'])
    .where('kind', '=', 'restaurant.accept_timeout')
    .where('ref', '=', id)
    .executeTakeFirstOrThrow()
  expect(timer).toEqual({ due_at: row.accept_by, status: 'pending' })
  const next = await service(plane, TimerScheduler).nextDueAt()
  expect(next!.getTime()).toBeLessThanOrEqual(row.accept_by!.getTime())
})

it('switched off: nothing new is shown or sold, what was sold is cooked, handed over and seen to its end', async () => {
  const tenant = service(plane, TenantContext)
  const only = (verticals: string[]) => tenant.replace({ ...tenant.document, verticals, version: tenant.document.version + 1 })
  const { food_order_id: id, token } = await plane.client()(
    api.placeRestaurantOrder,
    { body: pickUp(kitchen) },
    { idempotencyKey: newId('key') },
  )
  const asVendor = () => ({ actor: vendorActor(kitchen.vendorId), idempotencyKey: newId('key') })
  only(['catalogue'])
  try {
    expect(await codeOf(plane.client()(api.listRestaurants, {}))).toBe('not_found')
    expect(await codeOf(plane.client()(api.getRestaurantMenu, { params: { handle: kitchen.id } }))).toBe('not_found')
    expect(await codeOf(plane.client()(api.placeRestaurantOrder, { body: pickUp(kitchen) }, { idempotencyKey: newId('key') }))).toBe(
      'not_found',
    )
    expect((await plane.call(api.listKitchenOrders, {}, asVendor())).items.map((order) => order.id)).toContain(id)
    await plane.call(api.acceptKitchenOrder, { params: { id }, body: {} }, asVendor())
    await plane.call(api.prepareKitchenOrder, { params: { id }, body: {} }, asVendor())
    await plane.call(api.readyKitchenOrder, { params: { id }, body: {} }, asVendor())
    await plane.call(api.pickUpKitchenOrder, { params: { id }, body: {} }, asVendor())
    expect((await plane.client()(api.getFoodOrder, { params: { id }, query: { token } })).status).toBe('picked_up')
  } finally {
    only(['catalogue', 'restaurant'])
  }
  expect(await codeOf(plane.client()(api.listRestaurants, {}))).toBeNull()
})
