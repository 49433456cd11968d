import { DomainError, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../platform/db/index.ts'
import { SeedSource } from '../../platform/seed/seed-source.ts'
import { seedId } from '../../seed/rows.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../testing/plane.ts'
import { listProducts } from '../catalogue/contract.ts'
import { Purchasables } from '../vertical/purchasable.ts'
import {
  adminAdjustStock,
  adminListStock,
  adminListStockMovements,
  adminUpdateStock,
  vendorAdjustStock,
  vendorListStock,
} from './contract.ts'
import { cancelAllocated, dispatch, release, reserve } from './reservations.ts'

let plane: TestPlane
let database: Database
const now = new Date()
beforeAll(async () => {
  plane = await startTestPlane()
  await plane.app.get(SeedSource).run(RequestContext.system('seed'))
  database = plane.app.get(Database)
})
afterAll(async () => {
  await plane?.stop()
})

const staff = { actor: admin }
const stock = (name: string) => ({ item: seedId('inv', name), level: seedId('lvl', name) })
const row = (level: string) =>
  database.read.selectFrom('inventory_level').select(['on_hand', 'reserved']).where('id', '=', level).executeTakeFirstOrThrow()

async function setOnHand(level: string, counted: number) {
  await plane.call(adminAdjustStock, { params: { id: level }, body: { counted, reason: 'test' } }, staff)
}

/** `reserved` is the sum of live reservations, `on_hand` the sum of movements: for every level of the shop. */
async function expectBooksBalance() {
  const { rows } = await sql<{ id: string }>`
    SELECT l.id FROM inventory_level l WHERE
      l.reserved <> coalesce((SELECT sum(quantity) FROM stock_reservation r WHERE r.inventory_level_id = l.id AND r.status IN ('held', 'allocated')), 0)
      OR l.on_hand <> coalesce((SELECT sum(quantity) FROM stock_movement m WHERE m.inventory_level_id = l.id), 0)`.execute(database.read)
  expect(rows).toEqual([])
}

const hold = (itemId: string, quantity = 1, lineId = newId('cli')) =>
  database.transaction(async (tx) => {
    const shortages = await reserve(tx, [{ lineId, itemId, quantity }], now)
    if (shortages.length > 0) throw new DomainError('insufficient_stock', { details: { available: shortages[0]!.available } })
    return lineId
  })

describe('reservations (A19, docs/spec/algorithms.md)', { retry: 0 }, () => {
  it('200 buyers, one last unit, five rounds with releases in between: exactly one wins each', async () => {
    const { item, level } = stock('refurbished-phone-pro-')
    for (let round = 0; round < 5; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => hold(item)))
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
      expect(won).toHaveLength(1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'insufficient_stock', details: { available: 0 } })
      }
      expect(await row(level)).toEqual({ on_hand: 1, reserved: 1 })
      await database.transaction((tx) => release(tx, [won[0]!.value], now))
      expect(await row(level)).toEqual({ on_hand: 1, reserved: 0 })
    }
    await expectBooksBalance()
  })

  it('two lines of one cart share the stock: 1 + 1 of 1 is refused as a whole', async () => {
    const { item, level } = stock('refurbished-phone-pro-')
    const lines = [
      { lineId: newId('cli'), itemId: item, quantity: 1 },
      { lineId: newId('cli'), itemId: item, quantity: 1 },
    ]
    const shortages = await database.transaction((tx) => reserve(tx, lines, now))
    expect(shortages).toEqual([{ itemId: item, wanted: 2, available: 1 }])
    expect((await row(level)).reserved).toBe(0)
  })

  it('all or nothing over several items', async () => {
    const plenty = stock('ajwa-dates-500g')
    const scarce = stock('refurbished-phone-pro-')
    const before = await row(plenty.level)
    const shortages = await database.transaction((tx) =>
      reserve(
        tx,
        [
          { lineId: newId('cli'), itemId: plenty.item, quantity: 2 },
          { lineId: newId('cli'), itemId: scarce.item, quantity: 5 },
        ],
        now,
      ),
    )
    expect(shortages).toMatchObject([{ itemId: scarce.item, available: 1 }])
    expect(await row(plenty.level)).toEqual(before)
  })

  it('carts that want the same items in opposite order never block each other', async () => {
    const [first, second] = [stock('ajwa-dates-500g').item, stock('sukkari-dates-500g').item]
    await setOnHand(stock('ajwa-dates-500g').level, 100)
    await setOnHand(stock('sukkari-dates-500g').level, 100)
    const buy = (items: string[]) =>
      database.transaction((tx) =>
        reserve(
          tx,
          items.map((itemId) => ({ lineId: newId('cli'), itemId, quantity: 1 })),
          now,
        ),
      )
    const outcomes = await Promise.all(Array.from({ length: 60 }, (_, index) => buy(index % 2 ? [first, second] : [second, first])))
    expect(outcomes.every((shortages) => shortages.length === 0)).toBe(true)
    expect((await row(stock('ajwa-dates-500g').level)).reserved).toBe(60)
    await expectBooksBalance()
  })

  it('safety stock is not for sale', async () => {
    const { item, level } = stock('clay-madfoon-pot-')
    await plane.call(adminUpdateStock, { params: { id: level }, body: { safety: 2 } }, staff)
    await expect(hold(item)).rejects.toMatchObject({ code: 'insufficient_stock', details: { available: 0 } })
    await plane.call(adminUpdateStock, { params: { id: level }, body: { safety: 0 } }, staff)
  })

  it('a release frees once, by exact units', async () => {
    const { item, level } = stock('majlis-speaker-')
    const before = await row(level)
    const line = await hold(item, 3)
    expect((await row(level)).reserved).toBe(before.reserved + 3)
    await Promise.all(Array.from({ length: 5 }, () => database.transaction((tx) => release(tx, [line], now))))
    expect(await row(level)).toEqual(before)
  })

  it('the shop’s filter follows the stock: sold out hides it, a release brings it back, the last two variants at once leave nothing', async () => {
    const inStock = async (q: string) => (await plane.call(listProducts, { query: { q, in_stock: 'true' } })).total
    const { item } = stock('refurbished-phone-pro-')
    expect(await inStock('refurbished phone pro')).toBe(1)
    const line = await hold(item)
    expect(await inStock('refurbished phone pro')).toBe(0)
    await database.transaction((tx) => release(tx, [line], now))
    expect(await inStock('refurbished phone pro')).toBe(1)
    const pair = ['none', 'oak'].map((frame) => stock(`bismillah-print-${frame}`))
    for (const { level } of pair) {
      const { reserved } = await row(level)
      await setOnHand(level, reserved + 1)
    }
    await Promise.all(pair.map((variant) => hold(variant.item)))
    expect(await inStock('thuluth print numbered')).toBe(0)
  })

  it('a video course has no end', async () => {
    const { item } = stock('thuluth-video-course-')
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => hold(item, 50)))
    expect(outcomes).toHaveLength(20)
  })
})

describe('from hold to parcel', { retry: 0 }, () => {
  it('confirmed units stay reserved, leave in parts, and what is cancelled is for sale again', async () => {
    const { item, level } = stock('match-football-')
    const before = await row(level)
    const purchasable = plane.app.get(Purchasables).get('catalogue.product')!
    const lineId = await hold(item, 5)
    const orderLineId = newId('oln')
    const line = {
      lineId,
      resourceId: item,
      quantity: 5,
      choice: { variant_id: seedId('var', 'match-football-') },
      orderId: 'ord_x',
      orderNumber: '1',
      orderLineId,
      subOrderId: 'sub_x',
      vendorId: 'ven_x',
      customerId: null,
      locale: 'en' as const,
      currency: 'SAR',
      totalAmount: 0,
      captureMode: 'now' as const,
      startsAt: null,
    }
    const [entitlement] = await database.transaction((tx) => purchasable.confirm(tx, [line], { now, ctx: RequestContext.system('test') }))
    expect(entitlement).toMatchObject({ orderLineId, type: 'stock_reservation' })
    // A late release finds nothing held.
    await database.transaction((tx) => release(tx, [lineId], now))
    expect(await row(level)).toEqual({ on_hand: before.on_hand, reserved: before.reserved + 5 })
    await database.transaction((tx) => dispatch(tx, [{ orderLineId, quantity: 2 }], 'test', now))
    expect(await row(level)).toEqual({ on_hand: before.on_hand - 2, reserved: before.reserved + 3 })
    await database.transaction((tx) => cancelAllocated(tx, [{ orderLineId, quantity: 1 }], now))
    expect(await row(level)).toEqual({ on_hand: before.on_hand - 2, reserved: before.reserved + 2 })
    await database.transaction((tx) => dispatch(tx, [{ orderLineId, quantity: 9 }], 'test', now))
    expect(await row(level)).toEqual({ on_hand: before.on_hand - 4, reserved: before.reserved })
    const movements = await plane.call(adminListStockMovements, { params: { id: level } }, staff)
    expect(movements.items.filter((movement) => movement.kind === 'sell').map((movement) => movement.quantity)).toEqual([-2, -2])
    await expectBooksBalance()
  })
})

describe('adjusting', { retry: 0 }, () => {
  it('never below what is reserved', async () => {
    const { item, level } = stock('reef-aquarium-')
    const line = await hold(item, 2)
    const adjust = (body: { delta?: number; counted?: number }) =>
      plane.call(adminAdjustStock, { params: { id: level }, body: { ...body, reason: 'broken in transport' } }, staff)
    await expect(adjust({ delta: -2 })).rejects.toMatchObject({ code: 'below_reserved', status: 409 })
    expect((await adjust({ delta: -1 })).available).toBe(0)
    await database.transaction((tx) => release(tx, [line], now))
  })

  it('a count against an older reading is stale', async () => {
    const { level } = stock('parrot-perch-')
    const [seen] = (await plane.call(adminListStock, { query: { q: 'parrot-perch' } }, staff)).items
    await plane.call(adminAdjustStock, { params: { id: level }, body: { delta: 1, reason: 'found one' } }, staff)
    const counted = plane.call(
      adminAdjustStock,
      { params: { id: level }, body: { counted: 7, version: seen!.version, reason: 'stock taking' } },
      staff,
    )
    await expect(counted).rejects.toMatchObject({ code: 'stale_version', status: 409 })
  })

  it('a vendor sees and moves own stock only', async () => {
    const paws = { actor: vendorActor(seedId('ven', 'paws-hittin')) }
    const own = await plane.call(vendorListStock, { query: { limit: 100 } }, paws)
    expect(new Set(own.items.map((item) => item.vendor_id))).toEqual(new Set([seedId('ven', 'paws-hittin')]))
    const foreign = plane.call(
      vendorAdjustStock,
      { params: { id: stock('ajwa-dates-500g').level }, body: { delta: 1, reason: 'not mine' } },
      paws,
    )
    await expect(foreign).rejects.toMatchObject({ status: 404 })
  })

  it('the movement log cannot be rewritten by this process', async () => {
    await expect(database.read.updateTable('stock_movement').set({ quantity: 0 }).execute()).rejects.toMatchObject({ code: '42501' })
    await expect(database.read.deleteFrom('price_history').execute()).rejects.toMatchObject({ code: '42501' })
  })
})
