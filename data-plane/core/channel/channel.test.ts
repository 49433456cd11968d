import { ApiError, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SeedSource } from '../../platform/seed/seed-source.ts'
import { admin, startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { address, card, database } from '../../testing/shop.ts'
import { addCartLine, completeCart, createCart, updateCart } from '../cart/contract.ts'
import { compareProducts, getProduct, listProducts, productFacets, search, suggestSearch } from '../catalogue/contract.ts'
import { adminCreatePublishableKey } from '../store/contract.ts'
import { changeChannel, createChannel, linkChannelProducts, listChannelProducts, listChannels, removeChannel } from './contract.ts'

let plane: TestPlane
let shown: { id: string; handle: string; title: string }
let other: { id: string; handle: string; title: string }
let kioskId: string
let kiosk: ReturnType<TestPlane['client']>
let key: string
const as = { actor: admin }

beforeAll(async () => {
  plane = await startTestPlane()
  await plane.app.get(SeedSource).run(RequestContext.system('seed'))
  const { items } = await plane.client()(listProducts, { query: { limit: 2, in_stock: 'true' } })
  shown = items[0]!
  other = items[1]!
  const made = await plane.call(
    createChannel,
    { body: { code: 'gate-kiosk', name: { en: 'Gate kiosk' }, kind: 'kiosk', listing: 'linked' } },
    as,
  )
  kioskId = made.id
  await plane.call(linkChannelProducts, { params: { id: kioskId }, body: { link: [shown.id] } }, as)
  const issued = await plane.call(adminCreatePublishableKey, { body: { name: 'Kiosk', origins: [], channel_id: kioskId } }, as)
  expect(issued.channel_id).toBe(kioskId)
  key = issued.key
  kiosk = plane.client({ 'x-publishable-key': key })
})
afterAll(() => plane?.stop())

async function refused(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof ApiError ? error.errors[0] : error
}

/** A cart with one unit of a product, ready to be paid for. */
async function ready(call: TestPlane['client'], headers: Record<string, string>, productId: string) {
  const { rows } = await sql<{
    id: string
  }>`SELECT id FROM variant WHERE product_id = ${productId} AND archived_at IS NULL ORDER BY position LIMIT 1`.execute(database(plane).read)
  const cart = await call(headers)(createCart, { body: {} })
  const own = call({ ...headers, 'x-cart-token': cart.token })
  await own(addCartLine, { params: { id: cart.id }, body: { kind: 'catalogue.product', choice: { variant_id: rows[0]!.id }, quantity: 1 } })
  const { totals } = await own(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test', shipping_address: address } })
  const body = { payment: card(), expected_total: totals.total }
  return () => own(completeCart, { params: { id: cart.id }, body }, { idempotencyKey: newId('key') })
}

describe('a channel that shows linked products', () => {
  it('lists, finds, compares and counts those only; the web shop all of them', async () => {
    expect((await kiosk(listProducts)).items.map((product) => product.id)).toEqual([shown.id])
    expect((await plane.client()(listProducts)).total).toBeGreaterThan(40)
    expect((await kiosk(search, { query: { q: other.title, kind: 'product' } })).total).toBe(0)
    expect((await kiosk(suggestSearch, { query: { q: other.title } })).filter((hit) => hit.kind === 'product')).toEqual([])
    expect((await kiosk(compareProducts, { query: { ids: `${shown.id},${other.id}` } })).products.map((product) => product.id)).toEqual([
      shown.id,
    ])
    expect((await kiosk(productFacets)).categories.reduce((sum, category) => sum + category.count, 0)).toBeLessThan(5)
  })

  it('a product that is not in it is not there', async () => {
    expect((await kiosk(getProduct, { params: { handle: shown.handle } })).id).toBe(shown.id)
    expect(await refused(kiosk(getProduct, { params: { handle: other.handle } }))).toMatchObject({ code: 'not_found' })
    expect((await plane.client()(getProduct, { params: { handle: other.handle } })).id).toBe(other.id)
  })

  it('sells what it shows, and says so on the order; the rest is refused', async () => {
    const buy = await ready(plane.client, { 'x-publishable-key': key }, shown.id)
    const { order } = await buy()
    const { rows } = await sql<{ channel: string }>`SELECT channel FROM "order" WHERE number = ${order.number}`.execute(
      database(plane).read,
    )
    expect(rows[0]!.channel).toBe('gate-kiosk')
    const hidden = await ready(plane.client, { 'x-publishable-key': key }, other.id)
    expect(await refused(hidden())).toMatchObject({ code: 'not_found', details: { channel: 'gate-kiosk' } })
  })

  it('links and takes back, many at once; a product there is not is refused', async () => {
    const body = { link: [other.id, shown.id], unlink: [] }
    expect(await plane.call(linkChannelProducts, { params: { id: kioskId }, body }, as)).toMatchObject({ products: 2, keys: 1 })
    expect((await kiosk(listProducts)).total).toBe(2)
    await plane.call(linkChannelProducts, { params: { id: kioskId }, body: { unlink: [other.id] } }, as)
    expect((await plane.call(listChannelProducts, { params: { id: kioskId } }, as)).items.map((row) => row.product_id)).toEqual([shown.id])
    expect(await refused(plane.call(linkChannelProducts, { params: { id: kioskId }, body: { link: ['prd_none'] } }, as))).toMatchObject({
      code: 'validation_failed',
    })
  })
})

it('a paused channel takes no new orders; others go on', async () => {
  const buy = await ready(plane.client, { 'x-publishable-key': key }, shown.id)
  await plane.call(changeChannel, { params: { id: kioskId }, body: { status: 'paused' } }, as)
  expect(await refused(buy())).toMatchObject({ code: 'sales_closed', details: { reason: 'channel_paused', channel: 'gate-kiosk' } })
  await plane.call(changeChannel, { params: { id: kioskId }, body: { status: 'active' } }, as)
  expect((await buy()).order.number).toMatch(/^\d+$/)
})

it('a wrong key is no channel at all, and a channel with keys stays', async () => {
  expect(await refused(plane.client({ 'x-publishable-key': 'pk_wrong' })(listProducts))).toMatchObject({ code: 'invalid_publishable_key' })
  expect(await refused(plane.call(removeChannel, { params: { id: kioskId } }, as))).toMatchObject({ code: 'validation_failed' })
  expect((await plane.call(listChannels, { query: { kind: 'web' } }, as)).items.map((channel) => channel.code)).toEqual(['web'])
})
