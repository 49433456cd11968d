import type { ApiError } from '@cityos/contract'
import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerChallenge, getCart, removeCartLine, updateCartLine } from '../core/cart/contract.ts'
import { Authorizations } from '../core/checkout/authorizations.ts'
import { CheckoutSteps } from '../core/checkout/checkout.steps.ts'
import { CheckoutUndo } from '../core/checkout/checkout.undo.ts'
import { PlaceService } from '../core/checkout/place.service.ts'
import { getStoreOrder } from '../core/order/contract.ts'
import { Clock, later, minutes } from '../platform/clock/clock.ts'
import { startTestPlane, type TestPlane } from './plane.ts'
import { addProduct, addVendor, balance, buy, card, codeOf, database, inBalance, service, shopperWith, stockOf, until } from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane?.stop())

describe('a cart becomes an order', () => {
  it('one order, a sub-order and a payment per vendor, really captured and booked (weakness 13)', async () => {
    const [one, two] = [await addVendor(plane), await addVendor(plane)]
    const [first, second] = [await addProduct(plane, one, 5), await addProduct(plane, two, 5, 9_99)]
    const shopper = await shopperWith(plane, [
      { product: first, quantity: 2 },
      { product: second, quantity: 1 },
    ])
    // 230.00 ships free (from 200.00), 9.99 pays 15.00
    const { order, token } = await buy(shopper, 23_000 + 999 + 1500, card())
    expect(order).toMatchObject({ status: 'confirmed', payment_status: 'paid', total: { amount: 25_499 } })
    expect(order.sub_orders.map((part) => [part.status, part.total.amount])).toEqual([
      ['confirmed', 23_000],
      ['confirmed', 2499],
    ])
    expect(order.payments.map((payment) => [payment.status, payment.captured.amount])).toEqual([
      ['captured', 23_000],
      ['captured', 2499],
    ])
    expect(await stockOf(plane, first)).toEqual({ on_hand: 5, reserved: 2 })
    expect(await balance(plane)).toEqual(inBalance)
    const seen = await plane.client()(getStoreOrder, { params: { no: order.number }, query: { token } })
    expect(seen.id).toBe(order.id)
  })

  it('an order is nobody else’s: without its token it does not exist (weakness 8)', async () => {
    const shopper = await shopperWith(plane, [{ product: await addProduct(plane, await addVendor(plane), 5), quantity: 1 }])
    const { order } = await buy(shopper, 13_000, card())
    expect(await codeOf(plane.client()(getStoreOrder, { params: { no: order.number } }))).toBe('not_found')
    expect(await codeOf(plane.client()(getStoreOrder, { params: { no: order.number }, query: { token: 'guess' } }))).toBe('not_found')
  })

  it('orders are split per vendor for real (weakness 17)', async () => {
    const vendors = [await addVendor(plane), await addVendor(plane), await addVendor(plane)]
    const products = await Promise.all(vendors.map((vendor) => addProduct(plane, vendor, 3, 20_000)))
    const shopper = await shopperWith(
      plane,
      products.map((product) => ({ product, quantity: 1 })),
    )
    const { order } = await buy(shopper, 60_000, { method: 'cash_on_delivery' })
    expect(order.sub_orders.map((part) => part.vendor.id).sort()).toEqual([...vendors].sort())
    expect(order).toMatchObject({ status: 'confirmed', payment_status: 'pending' })
  })
})

describe('double clicks and two tabs', () => {
  it('double click, same key: one order and the same answer', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const key = newId('key')
    const [first, second] = await Promise.allSettled([buy(shopper, 13_000, card(), key), buy(shopper, 13_000, card(), key)])
    const done = [first, second].flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    expect(done.length).toBeGreaterThanOrEqual(1)
    const again = await buy(shopper, 13_000, card(), key)
    expect(again).toEqual(done[0])
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 1 })
  })

  it('complete from two tabs (two keys): one order, the other 409 cart_completing', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const codes = await Promise.all([codeOf(buy(shopper, 13_000, card())), codeOf(buy(shopper, 13_000, card()))])
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(codes.filter((code) => code === 'cart_completing')).toHaveLength(1)
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 1 })
  })

  it('the same key with another body is a conflict', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const key = newId('key')
    await buy(shopper, 13_000, card(), key)
    expect(await codeOf(buy(shopper, 13_001, card(), key))).toBe('idempotency_conflict')
  })
})

describe('what was confirmed is what is charged', () => {
  it('price rose → 409 cart_changed with the difference, and the cart stays open', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    await sql`UPDATE variant_price SET amount = 12000 WHERE variant_id = ${product.variantId}`.execute(database(plane).read)
    const refused = (await buy(shopper, 13_000, card()).catch((error: unknown) => error)) as ApiError
    expect(refused.code).toBe('cart_changed')
    expect(refused.errors[0]?.details?.['diff']).toMatchObject({
      expected_total_amount: 13_000,
      total_amount: 13_500,
      lines: [{ was_amount: 11_500, is_amount: 12_000 }],
    })
    expect((await buy(shopper, 13_500, card())).order.total.amount).toBe(13_500)
  })

  it('deleted product → line_error unavailable, and it cannot be bought', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    await sql`UPDATE search_document SET visible = false WHERE ref = (SELECT product_id FROM variant WHERE id = ${product.variantId})`.execute(
      database(plane).read,
    )
    const cart = await shopper.call(getCart, { params: { id: shopper.cartId } })
    expect(cart.lines[0]).toMatchObject({ error: { code: 'unavailable' }, total: { amount: 0 } })
    expect(await codeOf(buy(shopper, 0, card()))).toBe('cart_changed')
  })

  it('quantity 0 takes the line out, −1 is 400, another cart’s line is 404', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 2 }])
    const other = await shopperWith(plane, [{ product, quantity: 1 }])
    const [line] = (await shopper.call(getCart, { params: { id: shopper.cartId } })).lines
    const params = { id: shopper.cartId, line_id: line!.id }
    expect(await codeOf(shopper.call(updateCartLine, { params, body: { quantity: -1 } }))).toBe('invalid_request')
    expect(await codeOf(other.call(removeCartLine, { params: { id: other.cartId, line_id: line!.id } }))).toBe('not_found')
    expect(await codeOf(other.call(getCart, { params: { id: shopper.cartId } }))).toBe('not_found')
    expect((await shopper.call(updateCartLine, { params, body: { quantity: 0 } })).lines).toEqual([])
  })

  it('a missing address, a foreign currency and an unknown method are refused before anything is held', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    await sql`UPDATE cart SET shipping_address = NULL WHERE id = ${shopper.cartId}`.execute(database(plane).read)
    expect(await codeOf(buy(shopper, 13_000, card()))).toBe('address_invalid')
    expect(await codeOf(buy(shopper, 13_000, { method: 'sandbox' }))).toBe('address_invalid')
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 0 })
  })
})

describe('payments that do not come about', () => {
  it('tok_declined: 402, everything is as before, and another card buys the cart', async () => {
    const [one, two] = [await addVendor(plane), await addVendor(plane)]
    const [first, second] = [await addProduct(plane, one, 5, 20_000), await addProduct(plane, two, 5, 20_000)]
    const shopper = await shopperWith(plane, [
      { product: first, quantity: 1 },
      { product: second, quantity: 1 },
    ])
    expect(await codeOf(buy(shopper, 40_000, card('tok_declined')))).toBe('payment_declined')
    expect(await stockOf(plane, first)).toEqual({ on_hand: 5, reserved: 0 })
    expect((await shopper.call(getCart, { params: { id: shopper.cartId } })).status).toBe('open')
    expect(await balance(plane)).toEqual(inBalance)
    expect((await buy(shopper, 40_000, card())).order.payment_status).toBe('paid')
  })

  it.each([
    ['tok_capture_fails', 'capture_failed'],
    ['tok_auth_expired', 'authorization_expired'],
  ])('%s: confirmed first, then taken back as a whole', async (token, reason) => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const refused = (await buy(shopper, 13_000, card(token)).catch((error: unknown) => error)) as ApiError
    expect([refused.status, refused.code, refused.errors[0]?.details?.['reason']]).toEqual([402, 'payment_declined', reason])
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 0 })
    expect((await shopper.call(getCart, { params: { id: shopper.cartId } })).status).toBe('open')
    const { rows } = await sql<{ token: string; captured: number; voided: boolean }>`SELECT token, captured_amount AS captured, voided
      FROM sandbox_charge WHERE token = ${token}`.execute(database(plane).read)
    expect(rows, 'nothing is taken, and nothing stays reserved on the card').toEqual([{ token, captured: 0, voided: true }])
    expect(await balance(plane)).toEqual(inBalance)
    expect((await buy(shopper, 13_000, card())).order.payment_status).toBe('paid')
  })

  it('tok_3ds: 402 payment_action_required, the shopper’s yes goes on with the same order', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const key = newId('key')
    const asked = (await buy(shopper, 13_000, card('tok_3ds'), key).catch((error: unknown) => error)) as ApiError
    expect(asked.code).toBe('payment_action_required')
    const { challenge_id: id } = asked.errors[0]!.details as { challenge_id: string }
    const again = (await buy(shopper, 13_000, card('tok_3ds'), key).catch((error: unknown) => error)) as ApiError
    expect(again.errors[0]?.details?.['challenge_id']).toBe(id)
    expect(await codeOf(plane.client()(answerChallenge, { params: { id }, body: { approve: true } }))).toBe('not_found')
    const { order } = await shopper.call(answerChallenge, { params: { id }, body: { approve: true } })
    expect(order).toMatchObject({ status: 'confirmed', payment_status: 'paid' })
    expect(await codeOf(shopper.call(answerChallenge, { params: { id }, body: { approve: false } }))).toBe('invalid_transition')
    expect((await buy(shopper, 13_000, card('tok_3ds'), key)).order.id).toBe(order.id)
  })

  it('tok_3ds declined by the shopper: 402, stock free, cart open', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const asked = (await buy(shopper, 13_000, card('tok_3ds')).catch((error: unknown) => error)) as ApiError
    const { challenge_id: id } = asked.errors[0]!.details as { challenge_id: string }
    expect(await codeOf(shopper.call(answerChallenge, { params: { id }, body: { approve: false } }))).toBe('payment_declined')
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 0 })
    expect((await shopper.call(getCart, { params: { id: shopper.cartId } })).status).toBe('open')
  })

  it('no answer until payment_deadline: the checkout ends, what was held is free, a late yes is refused', async () => {
    const clock = plane.app.get(Clock, { strict: false })
    const product = await addProduct(plane, await addVendor(plane), 1)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const asked = (await buy(shopper, 13_000, card('tok_3ds')).catch((error: unknown) => error)) as ApiError
    const { challenge_id: id } = asked.errors[0]!.details as { challenge_id: string }
    try {
      clock.travelTo(later(clock.now(), minutes(16)))
      await until(async () => (await stockOf(plane, product)).reserved === 0)
      expect(await codeOf(shopper.call(answerChallenge, { params: { id }, body: { approve: true } }))).not.toBeNull()
      expect(await balance(plane)).toEqual(inBalance)
    } finally {
      clock.travelTo(null)
    }
  })
})

describe('a process that is killed', () => {
  it('between placing and the workflow: the same key goes on after the restart, with one order (weakness 18)', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const key = newId('key')
    const ctx = new RequestContext({ cartToken: shopper.token, idempotencyKey: key, surface: 'store' })
    const body = { payment: card(), expected_total: { amount: 13_000, currency: 'SAR' } }
    await service(plane, PlaceService).place(ctx, shopper.cartId, body)
    await plane.restart()
    const call = plane.client({ 'x-cart-token': shopper.token })
    const { order } = await buy({ ...shopper, call }, 13_000, card(), key)
    expect(order.payment_status).toBe('paid')
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 1 })
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('nobody comes back: two minutes later the engine finishes it by itself, once, also beside a request', async () => {
    const clock = plane.app.get(Clock, { strict: false })
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const key = newId('key')
    const ctx = new RequestContext({ cartToken: shopper.token, idempotencyKey: key, surface: 'store' })
    const placed = await service(plane, PlaceService).place(ctx, shopper.cartId, {
      payment: card(),
      expected_total: { amount: 13_000, currency: 'SAR' },
    })
    const finished = async () => (await shopper.call(getCart, { params: { id: shopper.cartId } })).status === 'completed'
    try {
      clock.travelTo(later(clock.now(), minutes(3)))
      const beside = buy(shopper, 13_000, card(), key)
      await until(finished)
      expect((await beside).order.id).toBe(placed.order_id)
    } finally {
      clock.travelTo(null)
    }
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 1 })
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('undone by one run while another one captures: one of them decides, and the money is where the order says', async () => {
    for (let round = 0; round < 8; round += 1) {
      const product = await addProduct(plane, await addVendor(plane), 5)
      const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
      const ctx = new RequestContext({ cartToken: shopper.token, idempotencyKey: newId('key'), surface: 'store' })
      const { id, order_id: orderId } = await service(plane, PlaceService).place(ctx, shopper.cartId, {
        payment: card(),
        expected_total: { amount: 13_000, currency: 'SAR' },
      })
      await service(plane, Authorizations).authorize(id, false)
      const steps = service(plane, CheckoutSteps)
      await steps.confirm(id, false)
      await Promise.all([steps.capture(id), service(plane, CheckoutUndo).undo(id, { code: 'payment_declined' })])
      const checkout = await database(plane).read.selectFrom('checkout').select('status').where('id', '=', id).executeTakeFirstOrThrow()
      const won = checkout.status === 'succeeded'
      const { rows } = await sql<{ kept: number }>`SELECT sum(c.captured_amount - c.refunded_amount)::bigint AS kept
        FROM sandbox_charge c JOIN payment p ON p.provider_ref = c.id WHERE p.order_id = ${orderId}`.execute(database(plane).read)
      expect(rows[0]?.kept).toBe(won ? 13_000 : 0)
      expect((await stockOf(plane, product)).reserved).toBe(won ? 1 : 0)
    }
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('every step may run twice: nothing is confirmed, captured or booked a second time', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const shopper = await shopperWith(plane, [{ product, quantity: 1 }])
    const { order } = await buy(shopper, 13_000, card())
    const { id } = await database(plane).read.selectFrom('checkout').select('id').where('order_id', '=', order.id).executeTakeFirstOrThrow()
    const steps = service(plane, CheckoutSteps)
    expect(await steps.confirm(id, false)).toEqual({ outcome: 'confirmed' })
    expect(await steps.capture(id)).toEqual({ outcome: 'confirmed' })
    expect(await stockOf(plane, product)).toEqual({ on_hand: 5, reserved: 1 })
    expect(await balance(plane)).toEqual(inBalance)
  })
})
