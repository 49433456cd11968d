import { type Client, newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completeCart, createCart, updateCart } from '../../../core/cart/contract.ts'
import { cancelOrder } from '../../../core/order/contract.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, balance, card, codeOf, database, inBalance } from '../../../testing/shop.ts'
import {
  createSampleOffer,
  getSamplePlace,
  listSampleOffers,
  listVendorSamplePlaces,
  updateSampleOffer,
  useSamplePlace,
} from '../contract.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'sample-trade'] })
})
afterAll(() => plane?.stop())

const sar = (amount: number) => ({ amount, currency: 'SAR' })
let counter = 0

async function addOffer(places: number) {
  counter += 1
  const vendorId = await addVendor(plane)
  const body = { handle: `offer-${counter}`, title: { en: 'Offer', ar: 'عرض' }, price: sar(4000), places }
  return { vendorId, offer: await plane.call(createSampleOffer, { body }, { actor: vendorActor(vendorId) }) }
}

async function shopper(offerId: string, quantity = 1): Promise<{ call: Client; id: string; total: number }> {
  const lines = [{ kind: 'sample.place', choice: { offer_id: offerId }, quantity }]
  const cart = await plane.client()(createCart, { body: { lines } })
  const call = plane.client({ 'x-cart-token': cart.token })
  const { totals } = await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test' } })
  return { call, id: cart.id, total: totals.total.amount }
}

const buy = ({ call, id, total }: Awaited<ReturnType<typeof shopper>>) =>
  call(completeCart, { params: { id }, body: { payment: card(), expected_total: sar(total) } }, { idempotencyKey: newId('key') })

const usedOf = async (id: string) =>
  (await database(plane).read.selectFrom('sample_offer').select('used').where('id', '=', id).executeTakeFirstOrThrow()).used

describe('sample-trade', { retry: 0 }, () => {
  it('is offered, bought and used; used is used', async () => {
    const { offer, vendorId } = await addOffer(5)
    const [card] = (await plane.client()(listSampleOffers)).items
    expect(card).toMatchObject({ id: offer.id, places_left: 5, price: sar(4000) })
    const customer = await shopper(offer.id, 2)
    const { order, token } = await buy(customer)
    const { id } = order.sub_orders[0]!.lines[0]!.entitlement!
    const read = () => customer.call(getSamplePlace, { params: { id }, query: { token } })
    expect(await read()).toMatchObject({ quantity: 2, status: 'valid', used_at: null })
    expect(await codeOf(customer.call(getSamplePlace, { params: { id } }))).toBe('not_found')
    const use = (actor = vendorActor(vendorId)) => plane.call(useSamplePlace, { params: { id } }, { actor, idempotencyKey: newId('key') })
    expect(await codeOf(use(vendorActor(await addVendor(plane))))).toBe('not_found')
    expect((await use()).status).toBe('used')
    expect(await codeOf(use())).toBe('invalid_transition')
    expect((await plane.call(listVendorSamplePlaces, { query: { status: 'used' } }, { actor: vendorActor(vendorId) })).total).toBe(1)
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('the last place, wanted by 50 at once: one has it, the others 409, nothing is lost', async () => {
    const { offer } = await addOffer(1)
    const shoppers = await Promise.all(Array.from({ length: 50 }, () => shopper(offer.id)))
    const codes = await Promise.all(shoppers.map((customer) => codeOf(buy(customer))))
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(new Set(codes.filter((code) => code !== null))).toEqual(new Set(['insufficient_stock']))
    expect(await usedOf(offer.id)).toBe(1)
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('cancelled before it is used: everything comes back and the place is free', async () => {
    const { offer, vendorId } = await addOffer(1)
    const customer = await shopper(offer.id)
    const { order, token } = await buy(customer)
    const body = { expected_refund: sar(4000) }
    const cancelled = await customer.call(
      cancelOrder,
      { params: { no: order.number }, query: { token }, body },
      { idempotencyKey: newId('key') },
    )
    expect([cancelled.status, cancelled.refunded]).toEqual(['cancelled', sar(4000)])
    expect(await usedOf(offer.id)).toBe(0)
    const smaller = plane.call(updateSampleOffer, { params: { id: offer.id }, body: { places: 0 } }, { actor: vendorActor(vendorId) })
    expect(await codeOf(smaller)).toBe('invalid_request')
    expect(await balance(plane)).toEqual(inBalance)
  })
})
