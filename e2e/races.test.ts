import { ApiError, type Client } from '@cityos/contract'
import type { Tenant } from '@cityos/control-plane/contract'
import {
  answerChallenge,
  confirmAdminPayment,
  getAdminOrder,
  getCart,
  listAdminOrders,
  listAdminPayments,
  type ProductCard,
  verifyLedger,
} from '@cityos/data-plane/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { sharedPlatform } from './shared.ts'
import { buy, firstVariant, type OpenCart, openCart, pay, prepareCart, productsOfDifferentVendors } from './shopping.ts'
import { leaveInStock, stockOf } from './stock.ts'
import { adminOf, ensureTenant, hostOf } from './tenants.ts'

// The standard race (docs/spec/algorithms.md): many at once, exactly one wins, the others get the specified refusal,
// and afterwards stock, holds and ledger agree.

const platform = sharedPlatform()
const buyers = 200
let tenant: Tenant
let host: string
let admin: Client

beforeAll(async () => {
  tenant = await ensureTenant(platform, 'races')
  host = hostOf(tenant)
  admin = await adminOf(platform, tenant)
})

interface Outcomes<T> {
  won: T[]
  refused: ApiError[]
}

async function atOnce<T>(attempts: (() => Promise<T>)[]): Promise<Outcomes<T>> {
  const settled = await Promise.allSettled(attempts.map((attempt) => attempt()))
  const refused = settled.filter((each) => each.status === 'rejected').map((each) => each.reason as ApiError)
  const other = refused.find((error) => !(error instanceof ApiError))
  if (other) throw other
  return { won: settled.filter((each) => each.status === 'fulfilled').map((each) => each.value), refused }
}

const codes = (outcomes: Outcomes<unknown>): string[] => [...new Set(outcomes.refused.map((error) => `${error.status} ${error.code}`))]

async function cartsReadyToPay(product: ProductCard, count: number): Promise<OpenCart[]> {
  const carts: OpenCart[] = []
  for (let index = 0; index < count; index += 20) {
    carts.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(20, count - index) }, async (_, offset) => {
          const open = await openCart(platform, host, [firstVariant(product)])
          await prepareCart(open, `buyer${index + offset}@example.test`)
          return open
        }),
      )),
    )
  }
  return carts
}

describe('the last unit of stock', { retry: 0 }, () => {
  test('of 200 parallel buyers exactly one gets it; the others are told that it is gone', async () => {
    const product = (await productsOfDifferentVendors(platform.client(host), 4))[3]!
    const variantId = firstVariant(product)
    const carts = await cartsReadyToPay(product, buyers)
    await leaveInStock(admin, variantId, 1)
    const before = await stockOf(admin, variantId)
    const price = (await carts[0]!.client(getCart, { params: { id: carts[0]!.cart.id } })).totals.total
    const outcomes = await atOnce(carts.map((open) => () => pay(open, 'cash_on_delivery', { expected: price })))
    expect(codes(outcomes)).toEqual(['409 insufficient_stock'])
    expect(outcomes.won).toHaveLength(1)
    expect(outcomes.refused).toHaveLength(buyers - 1)
    const after = await stockOf(admin, variantId)
    expect({ available: after.available, promised: after.reserved - before.reserved + (before.on_hand - after.on_hand) }).toEqual({
      available: 0,
      promised: 1,
    })
    expect(await admin(verifyLedger)).toMatchObject({ balanced: true })
  })

  test('a hold of a payment that was declined is free again at once', async () => {
    const product = (await productsOfDifferentVendors(platform.client(host), 3))[2]!
    const variantId = firstVariant(product)
    const [one, two] = await cartsReadyToPay(product, 2)
    await leaveInStock(admin, variantId, 1)
    await expect(pay(one!, 'sandbox', { token: 'tok_declined' })).rejects.toMatchObject({ code: 'payment_declined' })
    expect((await pay(two!, 'sandbox')).order.number).toBeTruthy()
    expect((await stockOf(admin, variantId)).available).toBe(0)
  })
})

describe('one key, one order', { retry: 0 }, () => {
  test('200 requests with one Idempotency-Key make one order and take one unit', async () => {
    const product = (await productsOfDifferentVendors(platform.client(host), 2))[1]!
    const variantId = firstVariant(product)
    const [open] = await cartsReadyToPay(product, 1)
    const before = await stockOf(admin, variantId)
    const price = (await open!.client(getCart, { params: { id: open!.cart.id } })).totals.total
    const outcomes = await atOnce(
      Array.from({ length: buyers }, () => () => pay(open!, 'cash_on_delivery', { idempotencyKey: 'the-last-use', expected: price })),
    )
    expect(outcomes.won.length).toBeGreaterThan(0)
    expect(new Set(outcomes.won.map((each) => each.order.number)).size).toBe(1)
    expect(codes(outcomes).filter((code) => code !== '409 request_in_progress')).toEqual([])
    const after = await stockOf(admin, variantId)
    expect(before.available - after.available).toBe(1)
    const orders = await admin(listAdminOrders, { query: { q: outcomes.won[0]!.order.number } })
    expect(orders.total).toBe(1)
  })

  test('one cart completed by 50 requests with keys of their own makes one order', async () => {
    const product = (await productsOfDifferentVendors(platform.client(host), 2))[1]!
    const [open] = await cartsReadyToPay(product, 1)
    const price = (await open!.client(getCart, { params: { id: open!.cart.id } })).totals.total
    const outcomes = await atOnce(Array.from({ length: 50 }, () => () => pay(open!, 'cash_on_delivery', { expected: price })))
    expect(new Set(outcomes.won.map((each) => each.order.number)).size).toBe(1)
    expect(outcomes.refused.every((error) => error.status === 409)).toBe(true)
  })
})

describe('one payment confirmed twice', { retry: 0 }, () => {
  test('a bank transfer that 50 clerks confirm at once is booked once', async () => {
    const { order } = await buy(platform, host, { method: 'bank_transfer', email: 'transfer@example.test' })
    const payment = (await admin(listAdminPayments, { query: { order_id: order.id } })).items[0]!
    const outcomes = await atOnce(
      Array.from(
        { length: 50 },
        (_, index) => () => admin(confirmAdminPayment, { params: { id: payment.id }, body: { reference: `TRX-${index}` } }),
      ),
    )
    expect(outcomes.won).toHaveLength(1)
    expect(codes(outcomes)).toEqual(['409 invalid_transition'])
    expect((await admin(getAdminOrder, { params: { id: order.id } })).payments[0]!.captured).toEqual(payment.amount)
    expect(await admin(verifyLedger)).toMatchObject({ balanced: true })
  })

  test('a bank’s page that is answered 50 times pays once', async () => {
    const [product] = await productsOfDifferentVendors(platform.client(host), 1)
    const open = await openCart(platform, host, [firstVariant(product!)])
    await prepareCart(open, 'challenge@example.test')
    const asked = await pay(open, 'sandbox', { token: 'tok_3ds' }).catch((error: ApiError) => error)
    if (!(asked instanceof ApiError)) throw new Error('tok_3ds must ask for confirmation')
    expect(asked).toMatchObject({ status: 402, code: 'payment_action_required' })
    const details = asked.errors[0]!.details as { challenge_id: string; order_number: string }
    const outcomes = await atOnce(
      Array.from(
        { length: 50 },
        () => () => open.client(answerChallenge, { params: { id: details.challenge_id }, body: { approve: true } }),
      ),
    )
    expect(new Set(outcomes.won.map((each) => each.order.number))).toEqual(new Set([details.order_number]))
    expect(codes(outcomes).filter((code) => code !== '409 invalid_transition' && code !== '409 request_in_progress')).toEqual([])
    const [listed] = (await admin(listAdminOrders, { query: { q: details.order_number } })).items
    const order = await admin(getAdminOrder, { params: { id: listed!.id } })
    expect(order.payments.reduce((sum, payment) => sum + payment.authorized.amount, 0)).toBe(order.total.amount)
    expect(await admin(verifyLedger)).toMatchObject({ balanced: true })
  })
})
