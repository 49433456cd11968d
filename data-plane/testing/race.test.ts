import { newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addCartLine } from '../core/cart/contract.ts'
import { Holds } from '../core/vertical/holds.ts'
import { Clock, later, minutes } from '../platform/clock/clock.ts'
import { startTestPlane, type TestPlane } from './plane.ts'
import { addProduct, addVendor, balance, buy, card, codeOf, database, inBalance, service, shopperWith, stockOf } from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane?.stop())

/** In batches, so that setting up is not the test. */
async function inBatches<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: Math.min(20, count - made.length) }, make))))
  return made
}

function tally(codes: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code ?? 'won'] = (counts[code ?? 'won'] ?? 0) + 1
  return counts
}

describe('A19: claims on the last unit', { retry: 0 }, () => {
  it('200 buyers for the last unit: exactly one wins, 199 get 409 insufficient_stock, books and stock balance', async () => {
    const product = await addProduct(plane, await addVendor(plane), 1)
    const shoppers = await inBatches(200, () => shopperWith(plane, [{ product, quantity: 1 }]))
    const codes = await Promise.all(shoppers.map((shopper) => codeOf(buy(shopper, 13_000, card()))))
    expect(tally(codes)).toEqual({ won: 1, insufficient_stock: 199 })
    expect(await stockOf(plane, product)).toEqual({ on_hand: 1, reserved: 1 })
    expect(await balance(plane)).toEqual(inBalance)
  }, 120_000)

  it('20 rounds of ten buyers for the last unit, which an overdue hold occupies in every other round: exactly one wins', async () => {
    const clock = plane.app.get(Clock, { strict: false })
    const vendor = await addVendor(plane)
    for (let round = 0; round < 20; round += 1) {
      const product = await addProduct(plane, vendor, 1)
      const [early, ...rest] = await inBatches(11, () => shopperWith(plane, [{ product, quantity: 1 }]))
      if (round % 2 === 0) {
        // somebody holds the unit at a challenge and never answers; the hold is overdue when the others come
        expect(await codeOf(buy(early!, 13_000, card('tok_3ds')))).toBe('payment_action_required')
        await database(plane)
          .read.updateTable('hold')
          .set({ expires_at: later(clock.now(), -minutes(1)) })
          .where('status', '=', 'active')
          .execute()
      }
      const codes = await Promise.all(rest.map((shopper) => codeOf(buy(shopper, 13_000, card()))))
      expect(tally(codes)).toEqual({ won: 1, insufficient_stock: 9 })
      expect(await stockOf(plane, product)).toEqual({ on_hand: 1, reserved: 1 })
    }
    const { balanced, overselling } = await balance(plane)
    expect({ balanced, overselling }).toEqual({ balanced: true, overselling: 0 })
  }, 120_000)

  it('two lines of one cart that share stock: of 200 buyers exactly as many are served as the stock has pairs (medusa#16502)', async () => {
    const vendor = await addVendor(plane)
    const plain = await addProduct(plane, vendor, 11)
    const wrapped = await addProduct(plane, vendor, plain)
    const lines = [plain, wrapped].map((product) => ({ product, quantity: 1 }))
    const shoppers = await inBatches(200, () => shopperWith(plane, lines))
    const codes = await Promise.all(shoppers.map((shopper) => codeOf(buy(shopper, 23_000, card()))))
    expect(tally(codes)).toEqual({ won: 5, insufficient_stock: 195 })
    // one unit is left: no pair any more, but one for who wants only one
    expect(await stockOf(plane, plain)).toEqual({ on_hand: 11, reserved: 10 })
    const single = await shopperWith(plane, [{ product: wrapped, quantity: 1 }])
    expect(await codeOf(buy(single, 13_000, card()))).toBe(null)
    expect(await stockOf(plane, plain)).toEqual({ on_hand: 11, reserved: 11 })
    expect(await balance(plane)).toEqual(inBalance)
  }, 120_000)

  it('a line is refused when what the cart has of the same stock leaves too little for it', async () => {
    const vendor = await addVendor(plane)
    const plain = await addProduct(plane, vendor, 3)
    const wrapped = await addProduct(plane, vendor, plain)
    const shopper = await shopperWith(plane, [{ product: plain, quantity: 2 }])
    expect(
      await codeOf(
        shopper.call(addCartLine, {
          params: { id: shopper.cartId },
          body: { kind: 'catalogue.product', choice: { variant_id: wrapped.variantId }, quantity: 2 },
        }),
      ),
    ).toBe('insufficient_stock')
    expect(await codeOf(buy(shopper, 23_000, card()))).toBe(null)
    expect(await stockOf(plane, plain)).toEqual({ on_hand: 3, reserved: 2 })
  })

  it('the last use of an idempotency key: 50 requests with one key, one order, all other answers the same or in progress', async () => {
    const product = await addProduct(plane, await addVendor(plane), 10)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const key = newId('key')
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => buy(shopper, 13_000, card(), key)))
    const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.order.id] : []))
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []))
    expect(new Set(won).size).toBe(1)
    expect(new Set([...codes, 'request_in_progress'])).toEqual(new Set(['request_in_progress']))
    expect(await stockOf(plane, product)).toEqual({ on_hand: 10, reserved: 1 })
  })

  it('an overdue hold is freed once, whoever frees it', async () => {
    const product = await addProduct(plane, await addVendor(plane), 2)
    const shopper = await shopperWith(plane, [{ product, quantity: 2 }])
    expect(await codeOf(buy(shopper, 23_000, card('tok_3ds')))).toBe('payment_action_required')
    const now = plane.app.get(Clock, { strict: false }).now()
    const after = later(now, minutes(16))
    const freed = await Promise.all(
      Array.from({ length: 20 }, () => service(plane, Holds).expireOverdue('catalogue.product', [product.itemId], after)),
    )
    expect(freed.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(await stockOf(plane, product)).toEqual({ on_hand: 2, reserved: 0 })
  })

  it('100 buyers of one product with 100 units: all win, sales do not queue behind one row', async () => {
    const product = await addProduct(plane, await addVendor(plane), 100)
    const shoppers = await inBatches(100, () => shopperWith(plane, [{ product, quantity: 1 }]))
    const codes = await Promise.all(shoppers.map((shopper) => codeOf(buy(shopper, 13_000, card()))))
    expect(tally(codes)).toEqual({ won: 100 })
    expect(await stockOf(plane, product)).toEqual({ on_hand: 100, reserved: 100 })
    const { balanced, overselling, orphans } = await balance(plane)
    expect({ balanced, overselling, orphans }).toEqual({ balanced: true, overselling: 0, orphans: 0 })
  }, 120_000)
})
