import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { later, minutes, seconds } from '../../../platform/clock/clock.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, balance, codeOf, database, service } from '../../../testing/shop.ts'
import {
  acceptKitchenOrder,
  addBasketLine,
  getRestaurantCart,
  openRestaurantCart,
  placeRestaurantOrder,
  reserveTable,
} from '../contract.ts'
import { FoodOrderTimers } from '../server/timers.ts'
import { addKitchen, addTables, contact, imbalance, level, noon, pickUp, travel } from './city.ts'

let plane: TestPlane
let vendorId: string
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  vendorId = await addVendor(plane)
})
beforeEach(() => travel(plane, noon))
afterAll(() => plane?.stop())

const slot_start = '2026-11-24T10:00:00.000Z'
const call = () => plane.client({ 'x-forwarded-for': '203.0.113.1' })
const place = (body: ReturnType<typeof pickUp>) => plane.client()(placeRestaurantOrder, { body }, { idempotencyKey: newId('key') })

function tally(codes: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code ?? 'won'] = (counts[code ?? 'won'] ?? 0) + 1
  return counts
}

const ledgerAgrees = async () => {
  const { balanced, orphans } = await balance(plane)
  expect({ balanced, orphans }).toEqual({ balanced: true, orphans: 0 })
}

describe('A19: claims on the kitchen', { retry: 0 }, () => {
  it('200 buyers, room for three prep points more than five orders: exactly five win, the others get 409 with next slots', async () => {
    // five kabsa of three points each; the sixteenth point is no use to anybody
    const kitchen = await addKitchen(plane, vendorId, { points: 16 })
    const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(place(pickUp(kitchen, { slot_start })))))
    expect(tally(codes)).toEqual({ won: 5, slot_unavailable: 195 })
    const slot = await database(plane)
      .read.selectFrom('restaurant_kitchen_slot')
      .selectAll()
      .where('restaurant_id', '=', kitchen.id)
      .executeTakeFirstOrThrow()
    expect([slot.orders_used, slot.points_used]).toEqual([5, 15])
    expect(await imbalance(plane)).toEqual(level)
    await ledgerAgrees()
  }, 180_000)

  it('20 rounds of ten for the last order of a slot, which an overdue hold occupies in every other round: exactly one wins', async () => {
    for (let round = 0; round < 20; round += 1) {
      const kitchen = await addKitchen(plane, vendorId, { caps: { delivery: 1, pickup: 1, dine_in: 1 } })
      if (round % 2 === 0) {
        const asked = place(pickUp(kitchen, { slot_start, payment: { method: 'sandbox', token: 'tok_3ds' } }))
        expect(await codeOf(asked)).toBe('payment_action_required')
        await sql`UPDATE hold SET expires_at = ${later(noon, -minutes(1))} WHERE status = 'active'`.execute(database(plane).read)
      }
      const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(place(pickUp(kitchen, { slot_start })))))
      expect(tally(codes)).toEqual({ won: 1, slot_unavailable: 9 })
    }
    expect(await imbalance(plane)).toEqual(level)
    await ledgerAgrees()
  }, 180_000)

  it('200 buyers of a dish limited to twelve a day: exactly twelve win, the others get 409 insufficient_stock', async () => {
    const kitchen = await addKitchen(plane, vendorId, { daily: 12 })
    const items = [{ item_id: kitchen.limited, option_ids: [], quantity: 1 }]
    const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(place(pickUp(kitchen, { items, slot_start })))))
    expect(tally(codes)).toEqual({ won: 12, insufficient_stock: 188 })
    expect(await imbalance(plane)).toEqual(level)
    await ledgerAgrees()
  }, 180_000)

  it('as soon as possible overflows into the next slots within the hour, then 409', async () => {
    const kitchen = await addKitchen(plane, vendorId, { caps: { delivery: 2, pickup: 2, dine_in: 2 } })
    const codes = await Promise.all(Array.from({ length: 30 }, () => codeOf(place(pickUp(kitchen)))))
    // ready at 12:20; slots 12:15, 12:30 … 13:15 begin within the hour: five of two orders each
    expect(tally(codes)).toEqual({ won: 10, slot_unavailable: 20 })
    const promised = await database(plane)
      .read.selectFrom('restaurant_food_order')
      .select('promised_ready_at')
      .where('restaurant_id', '=', kitchen.id)
      .execute()
    for (const row of promised) expect(row.promised_ready_at.getTime()).toBeGreaterThanOrEqual(later(noon, minutes(20)).getTime())
    expect(await imbalance(plane)).toEqual(level)
  }, 120_000)
})

describe('acceptance against its deadline', { retry: 0 }, () => {
  it('at the same instant: 20 rounds, one outcome each, money and room agree with it', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const ctx = RequestContext.system('test')
    const outcomes: string[] = []
    for (let round = 0; round < 20; round += 1) {
      travel(plane, noon)
      const { food_order_id: id, order } = await place(pickUp(kitchen))
      // half of the rounds a moment before the deadline, half of them at it
      const row = await database(plane)
        .read.selectFrom('restaurant_food_order')
        .select('accept_by')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      travel(plane, later(row.accept_by!, round % 2 === 0 ? -seconds(2) : 0))
      const timers = service(plane, FoodOrderTimers)
      const [accepted] = await Promise.all([
        codeOfCall(
          plane.call(acceptKitchenOrder, { params: { id }, body: {} }, { actor: vendorActor(vendorId), idempotencyKey: newId('key') }),
        ),
        ...Array.from({ length: 5 }, () => timers.timeOut(ctx, id)),
      ])
      travel(plane, later(row.accept_by!, seconds(1)))
      await timers.timeOut(ctx, id)
      const after = await database(plane)
        .read.selectFrom('restaurant_food_order')
        .select('status')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const payment = await database(plane)
        .read.selectFrom('payment')
        .select(['captured_amount', 'refunded_amount'])
        .where('order_id', '=', order.id)
        .executeTakeFirstOrThrow()
      expect(accepted).toBe(after.status === 'accepted' ? null : 'invalid_transition')
      expect(payment.captured_amount - payment.refunded_amount).toBe(after.status === 'accepted' ? 5800 : 0)
      outcomes.push(after.status)
    }
    expect(outcomes.filter((_, round) => round % 2 === 0)).toEqual(Array.from({ length: 10 }, () => 'accepted'))
    expect(outcomes.filter((_, round) => round % 2 === 1)).toEqual(Array.from({ length: 10 }, () => 'auto_rejected'))
    expect(await imbalance(plane)).toEqual(level)
    await ledgerAgrees()
  }, 180_000)
})

describe('one basket, many hands', { retry: 0 }, () => {
  it('30 dishes put into one basket at the same time are all in it', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    const dish = { restaurant_id: kitchen.id, item_id: kitchen.salad, quantity: 1 }
    const opened = await call()(openRestaurantCart, { body: { ...dish, service: 'pickup' } }, { idempotencyKey: newId('key') })
    const mine = plane.client({ 'x-cart-token': opened.token! })
    await Promise.all(Array.from({ length: 29 }, () => mine(addBasketLine, { params: { id: opened.cart_id }, body: dish })))
    const { baskets } = await mine(getRestaurantCart, { params: { id: opened.cart_id } })
    expect(baskets[0]!.lines).toMatchObject([{ item_id: kitchen.salad, quantity: 30 }])
  }, 60_000)
})

describe('A19: claims on tables', { retry: 0 }, () => {
  const reserve = (restaurantId: string, party: number, start: string) =>
    plane.client()(
      reserveTable,
      { body: { restaurant_id: restaurantId, start, party_size: party, guest: { name: 'Noura', phone: contact.phone }, contact } },
      { idempotencyKey: newId('key') },
    )

  it('200 parties for three tables at one time: exactly three are seated, the others get 409 slot_unavailable', async () => {
    const kitchen = await addKitchen(plane, vendorId)
    await addTables(plane, kitchen, [2, 4, 4])
    const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(reserve(kitchen.id, 2, '2026-11-24T16:00:00.000Z'))))
    expect(tally(codes)).toEqual({ won: 3, slot_unavailable: 197 })
    const taken = await database(plane).read.selectFrom('restaurant_table_occupancy').select('table_id').execute()
    expect(new Set(taken.map((row) => row.table_id)).size).toBe(3)
  }, 180_000)

  it('a joined set is taken whole or not at all: two parties of eight race small ones, nobody shares a table', async () => {
    for (let round = 0; round < 5; round += 1) {
      const kitchen = await addKitchen(plane, vendorId)
      await addTables(plane, kitchen, [4, 4, 4], 'hall')
      const codes = await Promise.all(
        [8, 8, 2, 2, 3, 4, 8, 4, 2, 8].map((party) => codeOf(reserve(kitchen.id, party, '2026-11-24T16:30:00.000Z'))),
      )
      expect(Object.keys(tally(codes)).sort()).toEqual(['slot_unavailable', 'won'])
      const { rows } = await sql<{
        id: string
        party_size: number
        table_ids: string[]
      }>`SELECT id, party_size, table_ids FROM restaurant_table_reservation
        WHERE restaurant_id = ${kitchen.id}`.execute(database(plane).read)
      const all = rows.flatMap((row) => row.table_ids)
      expect(new Set(all).size).toBe(all.length)
      for (const row of rows) expect(row.table_ids).toHaveLength(row.party_size > 4 ? 2 : 1)
      const { rows: occupied } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM restaurant_table_occupancy o
        JOIN restaurant_table_reservation t ON t.id = o.reservation_id WHERE t.restaurant_id = ${kitchen.id}`.execute(database(plane).read)
      expect(occupied[0]!.count).toBe(all.length)
    }
  }, 120_000)
})

/** The code of an in-process call: a DomainError, or null. */
async function codeOfCall(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    return (error as { code: string }).code
  }
}
