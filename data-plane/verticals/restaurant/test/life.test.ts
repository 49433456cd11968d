import { type Call, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { later, minutes, seconds } from '../../../platform/clock/clock.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, balance, database, service } from '../../../testing/shop.ts'
import * as api from '../contract.ts'
import { OrderSignals } from '../server/order-signals.ts'
import { FoodOrderTimers } from '../server/timers.ts'
import { Venues } from '../server/venues.ts'
import { addKitchen, contact, home, imbalance, level, noon, pickUp, type TestKitchen, travel } from './city.ts'
import { listen, statusOf } from './stream.ts'

let plane: TestPlane
let vendorId: string
let kitchen: TestKitchen
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  vendorId = await addVendor(plane)
})
beforeEach(async () => {
  travel(plane, noon)
  kitchen = await addKitchen(plane, vendorId)
})
afterAll(() => plane?.stop())

const ctx = RequestContext.system('test')
const sar = (amount: number) => ({ amount, currency: 'SAR' })
const place = (body: Call<typeof api.placeRestaurantOrder>['body']) =>
  plane.client()(api.placeRestaurantOrder, { body }, { idempotencyKey: newId('key') })
const asVendor = () => ({ actor: vendorActor(vendorId), idempotencyKey: newId('key') })
const verbs = {
  accept: api.acceptKitchenOrder,
  reject: api.rejectKitchenOrder,
  prepare: api.prepareKitchenOrder,
  ready: api.readyKitchenOrder,
  dispatch: api.dispatchKitchenOrder,
  deliver: api.deliverKitchenOrder,
  'pick-up': api.pickUpKitchenOrder,
  'fail-delivery': api.failKitchenDelivery,
  cancel: api.cancelKitchenOrder,
} as const
async function act(id: string, verb: keyof typeof verbs, body: Record<string, unknown> = {}) {
  return plane.call(verbs[verb] as typeof api.acceptKitchenOrder, { params: { id }, body }, asVendor())
}
const delivery = (changes: Record<string, unknown> = {}) => ({
  ...pickUp(kitchen),
  service: 'delivery' as const,
  address: home,
  ...changes,
})
const get = (id: string, token: string) => plane.client()(api.getFoodOrder, { params: { id }, query: { token } })
const cancel = (id: string, token: string, refund: number) =>
  plane.client()(
    api.cancelFoodOrder,
    { params: { id }, query: { token }, body: { expected_refund: sar(refund) } },
    { idempotencyKey: newId('key') },
  )
const paid = async (orderId: string) => {
  const row = await database(plane)
    .read.selectFrom('payment')
    .select(['captured_amount', 'refunded_amount'])
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow()
  return row.captured_amount - row.refunded_amount
}
const events = async (id: string) =>
  (await database(plane).read.selectFrom('outbox_event').select('event_type').where('aggregate_id', '=', id).orderBy('id').execute()).map(
    (row) => row.event_type.replace('restaurant.food_order.', ''),
  )
async function code(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    return (error as { code: string }).code
  }
}
async function settled() {
  expect(await imbalance(plane)).toEqual(level)
  const { balanced, orphans, holds } = await balance(plane)
  expect({ balanced, orphans, holds }).toEqual({ balanced: true, orphans: 0, holds: 0 })
}

describe('delivery', () => {
  it('fee and tip are parts of one price; neither bears commission; all the way to the door', async () => {
    const items = [
      { item_id: kitchen.kabsa, option_ids: [kitchen.sizes[1], kitchen.drinks[1], kitchen.sauces[2], kitchen.sauces[0]], quantity: 2 },
    ]
    const { order, food_order_id: id, token } = await place(delivery({ items, tip: sar(700) }))
    // (58 + 15 large + 5 cola + 4 tahini, garlic free) × 2 = 164; delivery 10, tip 7
    expect(order.total.amount).toBe(18_100)
    const line = order.sub_orders[0]!.lines[0]!
    expect(line.parts.reduce((sum, part) => sum + part.amount.amount, 0)).toBe(18_100)
    expect(line.entitlement).toEqual({ type: 'food_order', id })
    const { commission_amount: commission } = await database(plane)
      .read.selectFrom('order_line')
      .select('commission_amount')
      .where('id', '=', line.id)
      .executeTakeFirstOrThrow()
    // 10 % of the food alone
    expect(commission).toBe(1640)
    for (const [verb, status] of [
      ['accept', 'accepted'],
      ['prepare', 'preparing'],
      ['ready', 'ready'],
      ['dispatch', 'out_for_delivery'],
      ['deliver', 'delivered'],
    ] as const)
      expect((await act(id, verb, verb === 'dispatch' ? { courier_id: 'bike-7' } : {})).status).toBe(status)
    const done = await get(id, token)
    expect(done).toMatchObject({
      courier_id: 'bike-7',
      subtotal: sar(16_400),
      delivery: sar(1000),
      tip: sar(700),
      address: { line1: home.line1, lat: home.lat },
    })
    expect(done.history.map((entry) => entry.status)).toEqual(['placed', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'delivered'])
    expect(done.review_allowed_at).not.toBeNull()
    expect(await paid(order.id)).toBe(18_100)
    await settled()
  })

  it('is free above the area’s sum', async () => {
    const items = [{ item_id: kitchen.limited, option_ids: [], quantity: 2 }]
    expect((await place(delivery({ items }))).order.total.amount).toBe(24_000)
  })

  it('of an order for the counter is refused, and the counter’s of one for delivery', async () => {
    const counter = await place(pickUp(kitchen))
    const door = await place(delivery())
    for (const { food_order_id: id } of [counter, door]) for (const verb of ['accept', 'prepare', 'ready'] as const) await act(id, verb)
    expect(await code(act(counter.food_order_id, 'dispatch'))).toBe('invalid_transition')
    expect(await code(act(door.food_order_id, 'pick-up'))).toBe('invalid_transition')
    expect((await act(counter.food_order_id, 'pick-up')).status).toBe('picked_up')
  })

  it.each([
    ['vendor_fault', 0, true],
    ['customer_absent', 6800, false],
  ] as const)('that fails for %s leaves %i with the kitchen', async (reason, kept, strike) => {
    const { order, food_order_id: id } = await place(delivery())
    for (const verb of ['accept', 'prepare', 'ready', 'dispatch'] as const) await act(id, verb)
    expect((await act(id, 'fail-delivery', { reason })).status).toBe('delivery_failed')
    expect(await paid(order.id)).toBe(kept)
    expect((await events(id)).includes('vendor_fault')).toBe(strike)
    await settled()
  })

  it('keeps the address sealed: nowhere in the database can it be read', async () => {
    const { order } = await place(delivery({ address: { ...home, line1: 'Quince Lane 99' } }))
    for (const table of ['cart_line', 'order_line', 'restaurant_food_order', 'order'])
      expect(
        (await sql`SELECT 1 FROM ${sql.table(table)} t WHERE t::text LIKE '%Quince Lane%'`.execute(database(plane).read)).rows,
        table,
      ).toEqual([])
    expect(order.sub_orders).toHaveLength(1)
  })
})

describe('cancelling', () => {
  it('by the customer: free before acceptance, the fee afterwards, then not at all', async () => {
    await sql`UPDATE restaurant SET cancel_fee_bps = 2000 WHERE id = ${kitchen.id}`.execute(database(plane).read)
    const first = await place(pickUp(kitchen))
    expect((await get(first.food_order_id, first.token)).cancellation).toEqual({ refund: sar(0), fee: sar(0) })
    expect((await cancel(first.food_order_id, first.token, 0)).status).toBe('cancelled')
    expect(await paid(first.order.id)).toBe(0)
    const second = await place(pickUp(kitchen))
    await act(second.food_order_id, 'accept')
    expect((await get(second.food_order_id, second.token)).cancellation).toEqual({ refund: sar(4640), fee: sar(1160) })
    expect(await code(cancel(second.food_order_id, second.token, 5800))).toBe('refund_quote_changed')
    expect((await cancel(second.food_order_id, second.token, 4640)).status).toBe('cancelled')
    expect(await paid(second.order.id)).toBe(1160)
    expect(await code(cancel(second.food_order_id, second.token, 0))).toBe('invalid_transition')
    await settled()
  })

  it('by the kitchen after acceptance: everything back and a strike; before it, declining takes nothing', async () => {
    const first = await place(pickUp(kitchen))
    expect(await code(act(first.food_order_id, 'cancel', { reason: 'no gas' }))).toBe('invalid_transition')
    expect((await act(first.food_order_id, 'reject', { reason: 'no gas' })).status).toBe('rejected')
    expect(await events(first.food_order_id)).toEqual(['placed', 'rejected'])
    const second = await place(pickUp(kitchen))
    await act(second.food_order_id, 'accept')
    await act(second.food_order_id, 'prepare')
    expect((await act(second.food_order_id, 'cancel', { reason: 'the pot fell' })).status).toBe('vendor_cancelled')
    expect(await events(second.food_order_id)).toEqual(['placed', 'accepted', 'preparing', 'vendor_cancelled', 'vendor_fault'])
    expect(await paid(second.order.id)).toBe(0)
    const strikes = () => database(plane).read.selectFrom('vendor').select('strikes').where('id', '=', vendorId).executeTakeFirstOrThrow()
    await expect.poll(async () => (await strikes()).strikes, { timeout: 30_000 }).toBeGreaterThan(0)
    await settled()
  })
})

describe('the card', () => {
  it('that fails at acceptance leaves the order placed and gives the customer time for another', async () => {
    const { food_order_id: id, token } = await place(pickUp(kitchen, { payment: { method: 'sandbox', token: 'tok_capture_fails' } }))
    expect(await code(act(id, 'accept'))).toBe('payment_declined')
    const waiting = await get(id, token)
    expect(waiting.status).toBe('placed')
    expect(Date.parse(waiting.accept_by!)).toBeGreaterThanOrEqual(later(noon, minutes(10)).getTime())
  })

  it('may be cash at the door: booked when the meal is handed over', async () => {
    const { order, food_order_id: id } = await place(delivery({ payment: { method: 'cash_on_delivery' } }))
    for (const verb of ['accept', 'prepare', 'ready', 'dispatch'] as const) await act(id, verb)
    expect(await paid(order.id)).toBe(0)
    await act(id, 'deliver')
    expect(await paid(order.id)).toBe(6800)
    await settled()
  })

  it('that is declined at checkout leaves no order and no room taken', async () => {
    expect(await code(place(pickUp(kitchen, { payment: { method: 'sandbox', token: 'tok_declined' } })))).toBe('payment_declined')
    await settled()
  })
})

describe('timers', () => {
  const outcome = async (id: string) =>
    await database(plane)
      .read.selectFrom('restaurant_food_order')
      .select(['status', 'late_alerted_at'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()

  it('early, late and doubled runs of the deadline change no outcome', async () => {
    const timers = service(plane, FoodOrderTimers)
    const { food_order_id: early } = await place(pickUp(kitchen))
    await timers.timeOut(ctx, early)
    expect((await outcome(early)).status).toBe('placed')
    const due = await database(plane)
      .read.selectFrom('timer')
      .select('due_at')
      .where('kind', '=', 'restaurant.accept_timeout')
      .where('ref', '=', early)
      .executeTakeFirstOrThrow()
    expect(Math.abs(due.due_at.getTime() - later(noon, minutes(5)).getTime())).toBeLessThan(5000)
    travel(plane, later(noon, minutes(90)))
    await Promise.all(Array.from({ length: 5 }, () => timers.timeOut(ctx, early)))
    expect((await outcome(early)).status).toBe('auto_rejected')
    expect((await events(early)).filter((type) => type === 'auto_rejected')).toHaveLength(1)
    await settled()
  })

  it('the deadline’s timer runs by itself', async () => {
    const { food_order_id: id } = await place(pickUp(kitchen))
    travel(plane, later(noon, seconds(302)))
    await expect.poll(async () => (await outcome(id)).status, { timeout: 30_000 }).toBe('auto_rejected')
  })

  it('of a kitchen that accepts by itself take the order at once', async () => {
    await sql`UPDATE restaurant SET auto_accept = true WHERE id = ${kitchen.id}`.execute(database(plane).read)
    const { food_order_id: id, order } = await place(pickUp(kitchen))
    await expect.poll(async () => (await outcome(id)).status, { timeout: 30_000 }).toBe('accepted')
    expect(await paid(order.id)).toBe(5800)
  })

  it('a late order is told of once, ten minutes after its promise, and not when it waits at the counter', async () => {
    const timers = service(plane, FoodOrderTimers)
    const [late, waiting] = [await place(pickUp(kitchen)), await place(pickUp(kitchen))]
    for (const { food_order_id: id } of [late, waiting]) await act(id, 'accept')
    for (const verb of ['prepare', 'ready'] as const) await act(waiting.food_order_id, verb)
    await timers.alertLate(ctx, late.food_order_id)
    expect((await outcome(late.food_order_id)).late_alerted_at).toBeNull()
    travel(plane, later(noon, minutes(60)))
    for (const { food_order_id: id } of [late, waiting]) for (let run = 0; run < 3; run += 1) await timers.alertLate(ctx, id)
    expect((await events(late.food_order_id)).filter((type) => type === 'late')).toHaveLength(1)
    expect(await events(waiting.food_order_id)).not.toContain('late')
  })

  it('a pause ends with its moment: orders are taken again before the timer has run', async () => {
    await plane.call(
      api.pauseVendorRestaurant,
      { params: { id: kitchen.id }, body: { until: later(noon, minutes(30)).toISOString() } },
      asVendor(),
    )
    expect(await code(place(pickUp(kitchen)))).toBe('slot_unavailable')
    travel(plane, later(noon, minutes(31)))
    expect(await code(place(pickUp(kitchen)))).toBeNull()
    await service(plane, Venues).unpauseDue(ctx, kitchen.id)
    expect(await plane.call(api.getVendorRestaurant, { params: { id: kitchen.id } }, asVendor())).toMatchObject({
      is_paused: false,
      paused_until: null,
    })
  })

  it('a rush makes every promise longer', async () => {
    await plane.call(api.pauseVendorRestaurant, { params: { id: kitchen.id }, body: { extra_minutes: 40 } }, asVendor())
    const { food_order_id: id, token } = await place(pickUp(kitchen))
    expect(Date.parse((await get(id, token)).promised_ready_at)).toBeGreaterThanOrEqual(later(noon, minutes(60)).getTime())
  })
})

describe('business days', () => {
  it('portions ordered at 02:00 count for the evening before; the day changes at 04:00', async () => {
    const owl = await addKitchen(plane, vendorId, { hours: ['17:00', '16:00'], daily: 2 })
    const items = [{ item_id: owl.limited, option_ids: [], quantity: 1 }]
    const at = (iso: string) => place(pickUp(owl, { items, slot_start: iso }))
    await at('2026-11-24T20:00:00.000Z') // 23:00 on the 24th
    await at('2026-11-24T23:00:00.000Z') // 02:00 on the 25th
    expect(await code(at('2026-11-25T00:30:00.000Z'))).toBe('insufficient_stock') // 03:30
    expect(await code(at('2026-11-25T01:00:00.000Z'))).toBeNull() // 04:00
    const counters = await database(plane)
      .read.selectFrom('restaurant_daily_item_counter')
      .select(['business_date', 'sold'])
      .where('item_id', '=', owl.limited)
      .orderBy('business_date')
      .execute()
    expect(counters).toEqual([
      { business_date: '2026-11-24', sold: 2 },
      { business_date: '2026-11-25', sold: 1 },
    ])
  })
})

describe('what is refused, whatever the cart said', () => {
  it.each([
    ['a service that is not offered', { service: 'dine_in' }, 'validation_failed', ['pickup']],
    ['a slot that does not exist', { slot_start: '2026-11-24T10:07:00.000Z' }, 'slot_unavailable', undefined],
    ['a slot before now + preparation', { slot_start: '2026-11-24T09:15:00.000Z' }, 'slot_unavailable', undefined],
    ['a slot beyond the days ahead', { slot_start: '2026-12-24T10:00:00.000Z' }, 'slot_unavailable', undefined],
    ['a slot outside hours', { slot_start: '2026-11-24T21:00:00.000Z' }, 'slot_unavailable', undefined],
    ['a delivery without address', { service: 'delivery' }, 'address_invalid', undefined],
  ] as const)('%s', async (_what, changes, expected, services) => {
    const here = services ? await addKitchen(plane, vendorId, { services: [...services] }) : kitchen
    expect(await code(place(pickUp(here, changes)))).toBe(expected)
  })

  it('more of a dish than one order may have', async () => {
    await sql`UPDATE restaurant_menu_item SET max_per_order = 2 WHERE id = ${kitchen.salad}`.execute(database(plane).read)
    const items = [{ item_id: kitchen.salad, option_ids: [], quantity: 3 }]
    expect(await code(place(pickUp(kitchen, { items })))).toBe('validation_failed')
  })

  it('a dish that was sold out or taken off after it went into the cart', async () => {
    const opened = await plane.client()(
      api.openRestaurantCart,
      { body: { restaurant_id: kitchen.id, item_id: kitchen.salad, service: 'pickup' } },
      { idempotencyKey: newId('key') },
    )
    const shopper = plane.client({ 'x-cart-token': opened.token! })
    expect(opened.baskets[0]).toMatchObject({ total: sar(1800), error: null })
    await plane.call(api.setMenuItemSoldOut, { params: { id: kitchen.salad }, body: { sold_out: true } }, asVendor())
    const cart = await shopper(api.getRestaurantCart, { params: { id: opened.cart_id } })
    expect(cart.baskets[0]!.error?.code).toBe('insufficient_stock')
    const menu = await plane.client()(api.getRestaurantMenu, { params: { handle: kitchen.id } })
    expect(menu.dishes.find((dish) => dish.id === kitchen.salad)).toMatchObject({ available: false, unavailable_reason: 'sold_out' })
    // the next business day it is back
    const tomorrow = await plane.client()(api.getRestaurantMenu, {
      params: { handle: kitchen.id },
      query: { at: '2026-11-25T09:00:00.000Z' },
    })
    expect(tomorrow.dishes.find((dish) => dish.id === kitchen.salad)).toMatchObject({ available: true })
  })

  it('another currency, another vendor’s order, an unknown restaurant', async () => {
    expect(await code(place(pickUp(kitchen, { tip: { amount: 100, currency: 'USD' } })))).toBe('currency_mismatch')
    expect(await code(place(pickUp(kitchen, { restaurant_id: newId('rest') })))).toBe('not_found')
    const { food_order_id: id } = await place(pickUp(kitchen))
    const stranger = { actor: vendorActor(await addVendor(plane)), idempotencyKey: newId('key') }
    expect(await code(plane.call(api.acceptKitchenOrder, { params: { id }, body: {} }, stranger))).toBe('not_found')
    expect(await code(plane.call(api.getKitchenOrder, { params: { id } }, stranger))).toBe('not_found')
  })
})

describe('baskets', () => {
  it('are built dish by dish, show what is missing, and are bought through the cart', async () => {
    const opened = await plane.client()(
      api.openRestaurantCart,
      { body: { restaurant_id: kitchen.id, item_id: kitchen.salad } },
      { idempotencyKey: newId('key') },
    )
    const shopper = plane.client({ 'x-cart-token': opened.token! })
    const id = opened.cart_id
    expect(opened.baskets[0]!.error?.code).toBe('address_invalid')
    const short = await shopper(api.updateBasket, {
      params: { id, restaurant_id: kitchen.id },
      body: { address: home, tip: sar(200), note: 'no onions' },
    })
    expect(short.baskets[0]).toMatchObject({
      missing: sar(700),
      delivery: sar(1000),
      tip: sar(200),
      error: { code: 'minimum_order_not_met' },
      address: { line1: home.line1 },
    })
    expect(await code(shopper(api.addBasketLine, { params: { id }, body: { restaurant_id: kitchen.id, item_id: kitchen.kabsa } }))).toBe(
      'modifier_selection_invalid',
    )
    const full = await shopper(api.addBasketLine, {
      params: { id },
      body: { restaurant_id: kitchen.id, item_id: kitchen.kabsa, option_ids: [kitchen.sizes[0]] },
    })
    expect(full.baskets[0]).toMatchObject({ subtotal: sar(7600), missing: sar(0), error: null, points: 4 })
    expect(full.baskets[0]!.promised_delivery_at).not.toBeNull()
    const key = full.baskets[0]!.lines[0]!.key
    const less = await shopper(api.updateBasketLine, { params: { id, key }, body: { quantity: 0 } })
    expect(less.baskets[0]!.lines.map((line) => line.item_id)).toEqual([kitchen.kabsa])
    expect((await shopper(api.removeBasket, { params: { id, restaurant_id: kitchen.id } })).baskets).toEqual([])
  })
})

describe('live tracking', () => {
  it('sends the state now, each change, and ends with the order', async () => {
    const { food_order_id: id, token } = await place(pickUp(kitchen))
    const seen: string[] = []
    const ended = listen(plane, `/v1/store/restaurant-orders/${id}/track?token=${token}`, (event) =>
      seen.push((event as { status: string }).status),
    )
    const has = (status: string) => expect.poll(() => seen, { timeout: 30_000 }).toContain(status)
    await has('placed')
    await act(id, 'accept')
    await has('accepted')
    await act(id, 'prepare')
    await has('preparing')
    await act(id, 'ready')
    await has('ready')
    await act(id, 'pick-up')
    await ended
    expect(seen).toEqual(['placed', 'accepted', 'preparing', 'ready', 'picked_up'])
    await expect.poll(() => service(plane, OrderSignals).listening).toBe(0)
  })

  it('of somebody else’s order does not exist', async () => {
    const { food_order_id: id } = await place(pickUp(kitchen))
    const statuses = await Promise.all(
      ['', '?token=wrong'].map((query) => statusOf(plane, `/v1/store/restaurant-orders/${id}/track${query}`)),
    )
    expect(statuses).toEqual([404, 404])
  })
})

it('contact of a buyer without a name is the address’s', async () => {
  const { food_order_id: id } = await place(delivery({ contact: { email: contact.email } }))
  await act(id, 'accept')
  expect((await plane.call(api.getKitchenOrder, { params: { id } }, asVendor())).buyer).toMatchObject({
    name: home.name,
    phone: home.phone,
    masked: false,
  })
})
