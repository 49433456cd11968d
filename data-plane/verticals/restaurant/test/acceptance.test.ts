import { type ApiError, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { later, minutes, seconds } from '../../../platform/clock/clock.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, balance, codeOf, database, service } from '../../../testing/shop.ts'
import {
  acceptKitchenOrder,
  cancelFoodOrder,
  getFoodOrder,
  getKitchenOrder,
  pickUpKitchenOrder,
  placeRestaurantOrder,
  prepareKitchenOrder,
  readyKitchenOrder,
} from '../contract.ts'
import { FoodOrderTimers } from '../server/timers.ts'
import { addKitchen, faraway, home, imbalance, level, noon, pickUp, type TestKitchen, travel } from './city.ts'

let plane: TestPlane
let vendorId: string
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  vendorId = await addVendor(plane)
})
beforeEach(() => travel(plane, noon))
afterAll(() => plane?.stop())

const place = (body: ReturnType<typeof pickUp>, key = newId('key')) =>
  plane.client()(placeRestaurantOrder, { body }, { idempotencyKey: key })
const asVendor = (kitchen: TestKitchen) => ({ actor: vendorActor(kitchen.vendorId), idempotencyKey: newId('key') })

async function refusal(call: Promise<unknown>): Promise<{ code: string; details: Record<string, unknown> }> {
  try {
    await call
  } catch (error) {
    const { code, errors } = error as ApiError
    return { code, details: errors[0]?.details ?? {} }
  }
  throw new Error('it was not refused')
}

const paymentOf = (orderId: string) =>
  database(plane)
    .read.selectFrom('payment')
    .select(['status', 'captured_amount', 'refunded_amount', 'voided_at'])
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow()

describe('docs/spec/restaurant.md, acceptance', () => {
  it('① slot cap 2, three parallel checkouts: two 201, one 409 slot_unavailable with three next slots', async () => {
    const kitchen = await addKitchen(plane, vendorId, { caps: { delivery: 2, pickup: 2, dine_in: 2 } })
    const slot_start = '2026-11-24T10:00:00.000Z'
    const answers = await Promise.allSettled([1, 2, 3].map(() => place(pickUp(kitchen, { slot_start }))))
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(2)
    const refused = answers.find((answer) => answer.status === 'rejected')!.reason as ApiError
    expect(refused.code).toBe('slot_unavailable')
    expect((refused.errors[0]!.details!['next_slots'] as { starts_at: string }[]).map((next) => next.starts_at)).toEqual([
      '2026-11-24T10:15:00.000Z',
      '2026-11-24T10:30:00.000Z',
      '2026-11-24T10:45:00.000Z',
    ])
    expect(await imbalance(plane)).toEqual(level)
  })

  it('② an empty required group is 422 modifier_selection_invalid', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const items = [{ item_id: kitchen.kabsa, option_ids: [], quantity: 1 }]
    expect(await refusal(place(pickUp(kitchen, { items })))).toMatchObject({
      code: 'modifier_selection_invalid',
      details: { group_id: kitchen.sizeGroup, min: 1, max: 1, got: 0 },
    })
  })

  it('③ an address outside every area is 422 outside_delivery_area', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    expect((await refusal(place(pickUp(kitchen, { service: 'delivery', address: faraway })))).code).toBe('outside_delivery_area')
  })

  it('④ a subtotal of 18.00 with a minimum of 25.00 is 422 minimum_order_not_met, 7.00 missing', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const items = [{ item_id: kitchen.salad, option_ids: [], quantity: 1 }]
    expect(await refusal(place(pickUp(kitchen, { service: 'delivery', address: home, items })))).toMatchObject({
      code: 'minimum_order_not_met',
      details: { missing_amount: 700 },
    })
  })

  it('⑤ a silent kitchen: after 300 s auto_rejected and voided; a late accept is 409 invalid_transition', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const { food_order_id: id, order, token } = await place(pickUp(kitchen))
    expect((await paymentOf(order.id)).status).toBe('authorized')
    travel(plane, later(noon, seconds(301)))
    // at the deadline it is too late, whether the timer has run or not
    expect((await refusal(plane.call(acceptKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen)))).code).toBe('invalid_transition')
    await service(plane, FoodOrderTimers).timeOut(RequestContext.system('test'), id)
    await service(plane, FoodOrderTimers).timeOut(RequestContext.system('test'), id)
    const ended = await plane.client()(getFoodOrder, { params: { id }, query: { token } })
    expect([ended.status, ended.reason]).toEqual(['auto_rejected', 'accept_timeout'])
    expect((await paymentOf(order.id)).captured_amount).toBe(0)
    await expect.poll(async () => (await paymentOf(order.id)).status).toBe('voided')
    expect((await refusal(plane.call(acceptKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen)))).code).toBe('invalid_transition')
    const told = await database(plane).read.selectFrom('outbox_event').select('event_type').where('aggregate_id', '=', id).execute()
    expect(told.map((event) => event.event_type)).toContain('restaurant.food_order.auto_rejected')
    expect(await imbalance(plane)).toEqual(level)
    expect((await balance(plane)).balanced).toBe(true)
  })

  it('⑥ a breakfast dish for 14:00 is 422 item_not_available_at_time', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const items = [{ item_id: kitchen.breakfast, option_ids: [], quantity: 1 }]
    expect((await refusal(place(pickUp(kitchen, { items, slot_start: '2026-11-24T11:00:00.000Z' })))).code).toBe(
      'item_not_available_at_time',
    )
  })

  it('⑦ cancelling while it is being prepared is 409 cancellation_not_allowed', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const { food_order_id: id, token } = await place(pickUp(kitchen))
    await plane.call(acceptKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen))
    await plane.call(prepareKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen))
    const cancel = plane.client()(
      cancelFoodOrder,
      { params: { id }, query: { token }, body: { expected_refund: { amount: 5800, currency: 'SAR' } } },
      { idempotencyKey: newId('key') },
    )
    expect((await refusal(cancel)).code).toBe('cancellation_not_allowed')
  })
})

it('order → accept → prepare → ready → pick up: captured at acceptance, the vendor’s money free a day later', async () => {
  const kitchen = await addKitchen(plane, vendorId)
  const { food_order_id: id, order, token } = await place(pickUp(kitchen, { tip: { amount: 500, currency: 'SAR' } }))
  expect(order.total.amount).toBe(6300)
  const placed = await plane.client()(getFoodOrder, { params: { id: order.sub_orders[0]!.lines[0]!.id }, query: { token } })
  expect(placed).toMatchObject({ id, status: 'placed', asap: true })
  expect(Math.round((Date.parse(placed.accept_by!) - noon.getTime()) / 60_000)).toBe(5)
  expect(Date.parse(placed.promised_ready_at)).toBeGreaterThanOrEqual(later(noon, minutes(20)).getTime())
  const masked = await plane.call(getKitchenOrder, { params: { id } }, asVendor(kitchen))
  expect([masked.buyer.masked, masked.actions]).toEqual([true, ['accept', 'reject']])
  const accepted = await plane.call(acceptKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen))
  expect([accepted.status, accepted.buyer.masked, accepted.buyer.name]).toEqual(['accepted', false, 'Noura Al-Harbi'])
  expect(await paymentOf(order.id)).toMatchObject({ status: 'captured', captured_amount: 6300 })
  await plane.call(prepareKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen))
  await plane.call(readyKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen))
  expect(await codeOf(plane.client()(getFoodOrder, { params: { id } }))).toBe('not_found')
  const done = await plane.call(pickUpKitchenOrder, { params: { id }, body: {} }, asVendor(kitchen))
  expect(done.status).toBe('picked_up')
  const line = await database(plane)
    .read.selectFrom('order_line')
    .select(['release_at', 'commission_amount'])
    .where('order_id', '=', order.id)
    .executeTakeFirstOrThrow()
  expect(Math.round((line.release_at!.getTime() - noon.getTime()) / 3_600_000)).toBe(24)
  expect((await balance(plane)).balanced).toBe(true)
})
