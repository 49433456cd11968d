import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { addProduct, addVendor, buy, card, codeOf, database, shopperWith, type TestProduct, until } from '../../testing/shop.ts'
import { getCart, updateCart } from './contract.ts'

let plane: TestPlane
let product: TestProduct
beforeAll(async () => {
  plane = await startTestPlane()
  product = await addProduct(plane, await addVendor(plane), 10)
})
afterAll(() => plane?.stop())

const there = async (id: string) => (await database(plane).read.selectFrom('cart').select('id').where('id', '=', id).execute()).length === 1
const lines = () => [{ product, quantity: 1 }]

describe('a cart that nobody touches', () => {
  it('goes after thirty days with everything in it, by the timer that also wakes a sleeping tenant', async () => {
    const clock = plane.app.get(Clock)
    const daily = () => database(plane).read.selectFrom('timer').select('due_at').where('kind', '=', 'platform.daily').execute()
    const hasRun = async () => (await daily()).every((row) => row.due_at > clock.now())
    const [forgotten, touched, bought] = await Promise.all([1, 2, 3].map(() => shopperWith(plane, lines())))
    await buy(bought!, 13_000, card())
    clock.travelTo(later(clock.now(), days(29)))
    await until(hasRun)
    await touched!.call(updateCart, { params: { id: touched!.cartId }, body: { phone: '+966501234567' } })
    expect(await there(forgotten!.cartId)).toBe(true)
    clock.travelTo(later(clock.now(), days(2)))
    await until(hasRun)
    expect(await daily()).toHaveLength(1)
    expect(await there(forgotten!.cartId)).toBe(false)
    expect(await database(plane).read.selectFrom('cart_line').select('id').where('cart_id', '=', forgotten!.cartId).execute()).toEqual([])
    expect(await codeOf(forgotten!.call(getCart, { params: { id: forgotten!.cartId } }))).toBe('not_found')
    expect([await there(touched!.cartId), await there(bought!.cartId)]).toEqual([true, true])
    clock.travelTo(null)
  })
})
