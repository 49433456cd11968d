import type { ApiError } from '@cityos/contract'
import { readTenant } from '@cityos/control-plane/contract'
import { getStoreOrder, verifyLedger } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { isAlive, Platform } from './platform.ts'
import { buy, firstVariant, type OpenCart, openCart, pay, prepareCart, productsOfDifferentVendors } from './shopping.ts'
import { leaveInStock, stockOf } from './stock.ts'
import { adminOf, ensureTenant } from './tenants.ts'

// Kill -9 of every process, one after the other: what was sold stays sold, what crashed comes back, nothing is left over.

let platform: Platform
const host = 'crash.localhost'

beforeAll(async () => {
  platform = await Platform.start()
  await ensureTenant(platform, 'crash')
})

afterAll(() => platform.end())

const storefrontAnswers = () =>
  eventually(async () => (await platform.request(host, '/v1/store/products')).status === 200, 'the storefront answers')

describe('kill -9', () => {
  test('of a data plane: it comes back by itself and the orders are there', async () => {
    const { order, token } = await buy(platform, host)
    const pid = (await platform.planePid('crash'))!
    await platform.kill(pid)
    await storefrontAnswers()
    expect(await platform.planePid('crash')).not.toBe(pid)
    expect((await platform.client(host)(getStoreOrder, { params: { no: order.number }, query: { token } })).total).toEqual(order.total)
  })

  test('of the gateway: it comes back on the same port', async () => {
    const pid = await platform.pid('gateway')
    await platform.kill(pid)
    await storefrontAnswers()
    expect(await platform.pid('gateway')).not.toBe(pid)
  })

  test('of the control plane: it comes back and the operator’s session goes on', async () => {
    const { call } = await platform.operator()
    const pid = await platform.pid('control-plane')
    await platform.kill(pid)
    expect(await eventually(() => call(readTenant, { params: { id: 'crash' } }), 'the control plane answers')).toMatchObject({
      slug: 'crash',
    })
    expect(await platform.pid('control-plane')).not.toBe(pid)
  })

  test('of Postgres in the middle of checkouts: every order that was confirmed is there, no money is lost', async () => {
    const admin = await adminOf(platform, await ensureTenant(platform, 'crash'))
    const [product] = await productsOfDifferentVendors(platform.client(host), 1)
    const variantId = firstVariant(product!)
    await leaveInStock(admin, variantId, 50)
    const carts = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const open = await openCart(platform, host, [variantId])
        await prepareCart(open, 'postgres@example.test')
        return open
      }),
    )
    const payOnce = (open: OpenCart, index: number) => pay(open, 'sandbox', { idempotencyKey: `postgres-dies-${index}` })
    const postgres = await platform.pid('postgres')
    const first = carts.slice(0, 15).map(payOnce)
    await Promise.any(first)
    // however fast the others were: the last ones are under way when it dies
    const last = carts.slice(15).map((open, index) => payOnce(open, 15 + index))
    const settling = Promise.allSettled([...first, ...last])
    await platform.kill(postgres)
    const settled = await settling
    const refused = settled.filter((each) => each.status === 'rejected').map((each) => each.reason as ApiError)
    expect(refused.length, 'Postgres was killed before the last of them was done').toBeGreaterThan(0)
    for (const error of refused) {
      expect({ status: error.status, code: error.code }).toEqual({ status: 503, code: 'dependency_unavailable' })
      expect(error.errors[0]!.details).toMatchObject({ retry_after: expect.any(Number) })
    }
    await storefrontAnswers()
    for (const each of settled) {
      if (each.status !== 'fulfilled') continue
      const { order, token } = each.value
      expect((await platform.client(host)(getStoreOrder, { params: { no: order.number }, query: { token } })).number).toBe(order.number)
    }
    // the advice of a 503 holds: the same request again buys, and what was bought without an answer is not bought twice
    const bought = await Promise.all(carts.map((open, index) => eventually(() => payOnce(open, index), `cart ${index} is bought`)))
    expect(new Set(bought.map((each) => each.order.number)).size).toBe(carts.length)
    expect((await stockOf(admin, variantId)).available).toBe(50 - carts.length)
    expect(await eventually(() => admin(verifyLedger), 'the ledger can be read')).toMatchObject({ balanced: true })
    const { order } = await buy(platform, host)
    expect(order.number).toBeTruthy()
  })

  test('of the node: data planes go on serving, `up` adopts them', async () => {
    await storefrontAnswers()
    const plane = (await platform.planePid('crash'))!
    const node = (await platform.node()).pid
    await platform.kill(node)
    expect((await platform.request(host, '/v1/store/products')).status).toBe(200)
    await platform.up()
    expect(await platform.planePid('crash')).toBe(plane)
    expect((await platform.node()).pid).not.toBe(node)
    await storefrontAnswers()
  })

  test('of everything at once, then `up`: all is there again', async () => {
    const { order, token } = await buy(platform, host)
    for (const pid of platform.processes()) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await eventually(() => platform.processes().length === 0, 'everything is gone')
    await platform.up()
    await storefrontAnswers()
    expect((await platform.client(host)(getStoreOrder, { params: { no: order.number }, query: { token } })).total).toEqual(order.total)
  })
})
