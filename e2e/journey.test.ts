import type { Client } from '@cityos/contract'
import { listTenantOperations, readTenantHealth, readTenantUsage, type Tenant } from '@cityos/control-plane/contract'
import {
  acceptVendorOrder,
  fulfilVendorOrder,
  getAdminDashboard,
  getAdminOrder,
  getMyOrder,
  getProduct,
  getStoreOrder,
  listAdminOrders,
  listAdminPayments,
  listMyOrders,
  listVendorOrders,
  prepareVendorOrder,
  refundOrder,
  search,
  signUp,
  suggestSearch,
  trackOrder,
  verify,
  verifyLedger,
} from '@cityos/data-plane/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { sharedPlatform } from './shared.ts'
import { buy, firstVariant, openCart, pay, prepareCart, productsOfDifferentVendors } from './shopping.ts'
import { adminOf, ensureTenant, hostOf, vendorOf } from './tenants.ts'

const platform = sharedPlatform()
let tenant: Tenant
let host: string
let store: Client

beforeAll(async () => {
  tenant = await ensureTenant(platform, 'journey')
  host = hostOf(tenant)
  store = platform.client(host)
})

describe('from a new tenant to a paid order, by the API', () => {
  test('a tenant that was created is active, has a url, and tells its steps', async () => {
    expect(tenant).toMatchObject({
      status: expect.stringMatching(/^(active|trial)$/),
      slug: 'journey',
      url: platform.origin('journey.localhost'),
    })
    const { call } = await platform.operator()
    const history = await call(listTenantOperations, { params: { id: 'journey' } })
    const creation = history.items.find((each) => each.kind === 'tenant-create')
    expect(creation).toMatchObject({ status: 'succeeded', tenant_id: tenant.id })
    expect(creation!.steps.filter((step) => step.pivot)).toHaveLength(1)
    expect(creation!.steps.every((step) => step.status === 'done')).toBe(true)
  })

  test('the storefront answers on its own host, Arabic from right to left, and an unknown host does not', async () => {
    const arabic = await platform.request(host, '/ar', { headers: { accept: 'text/html' } })
    expect(arabic.status).toBe(200)
    expect(await arabic.text()).toMatch(/<html[^>]*dir="rtl"/)
    const products = await platform.request(host, '/v1/store/products')
    expect(products.status).toBe(200)
    expect(await products.json()).toMatchObject({
      data: expect.any(Array),
      meta: { total: expect.any(Number), request_id: expect.any(String) },
      errors: [],
    })
    expect((await platform.request('nobody-here.localhost', '/')).status).toBe(404)
    const unknown = await platform.request('nobody-here.localhost', '/v1/store/products', { headers: { accept: 'application/json' } })
    expect(await unknown.json()).toMatchObject({ data: null, errors: [{ code: 'unknown_host' }] })
  })

  test('a shopper finds a product by its name, also in Arabic with another spelling, and by suggestion', async () => {
    const [product] = await productsOfDifferentVendors(store, 1)
    const byTitle = await store(search, { query: { q: product!.title } })
    expect(byTitle.items.map((hit) => hit.id)).toContain(product!.id)
    const arabic = await platform.client(host, { 'accept-language': 'ar' })(getProduct, { params: { handle: product!.handle } })
    const folded = arabic.title.replaceAll('أ', 'ا').replaceAll('ة', 'ه').replaceAll('ى', 'ي')
    expect((await store(search, { query: { q: folded } })).items.map((hit) => hit.id)).toContain(product!.id)
    const suggestions = await store(suggestSearch, { query: { q: product!.title.slice(0, 4) } })
    expect(suggestions.length).toBeGreaterThan(0)
    expect(suggestions.length).toBeLessThanOrEqual(8)
  })

  test('one confirmation buys from two vendors; each gets its own part, and the shopper sees the order', async () => {
    const { order, token, products } = await buy(platform, host, { vendors: 2, email: 'two-vendors@example.test' })
    expect(order.sub_orders.map((part) => part.vendor.id).sort()).toEqual(products.map((product) => product.vendor.id).sort())
    expect(order.payments).toHaveLength(2)
    expect(order.total.amount).toBe(order.sub_orders.reduce((sum, part) => sum + part.total.amount, 0))
    const seen = await store(getStoreOrder, { params: { no: order.number }, query: { token } })
    expect(seen.number).toBe(order.number)
    const tracked = await store(trackOrder, { query: { no: order.number, email: 'two-vendors@example.test' } })
    expect(tracked.number).toBe(order.number)
    await expect(store(trackOrder, { query: { no: order.number, email: 'somebody@example.test' } })).rejects.toMatchObject({ status: 404 })
    await expect(store(getStoreOrder, { params: { no: order.number } })).rejects.toMatchObject({ status: expect.toBeOneOf([401, 404]) })
  })

  test('cash on delivery and bank transfer place an order that waits for its money', async () => {
    const cash = await buy(platform, host, { method: 'cash_on_delivery' })
    expect(cash.order.payments[0]).toMatchObject({ method: 'cash_on_delivery', captured: { amount: 0 } })
    const transfer = await buy(platform, host, { method: 'bank_transfer' })
    expect(transfer.order).toMatchObject({ payment_method: 'bank_transfer', payment_deadline: expect.any(String) })
  })

  test('an order of a signed-in customer is in the account, and in nobody else’s', async () => {
    const one = await customer('one@example.test')
    const two = await customer('two@example.test')
    const { order } = await buy(platform, host, { email: 'one@example.test', headers: one.headers })
    expect((await one.client(listMyOrders)).items.map((each) => each.number)).toContain(order.number)
    expect((await one.client(getMyOrder, { params: { no: order.number } })).total).toEqual(order.total)
    await expect(two.client(getMyOrder, { params: { no: order.number } })).rejects.toMatchObject({ status: 404, code: 'not_found' })
    await expect(two.client(getStoreOrder, { params: { no: order.number } })).rejects.toMatchObject({ status: 404 })
  })

  test('the vendor accepts, prepares and fulfils its part; another vendor does not see it', async () => {
    const { order, products } = await buy(platform, host, { vendors: 2, email: 'fulfil@example.test' })
    const [mine, theirs] = await Promise.all(products.map((product) => vendorOf(platform, tenant, product.vendor.handle)))
    const part = order.sub_orders.find((each) => each.vendor.handle === products[0]!.vendor.handle)!
    const params = { id: part.id }
    expect((await mine!.client(listVendorOrders, { query: { limit: 100 } })).items.map((each) => each.id)).toContain(part.id)
    await expect(theirs!.client(acceptVendorOrder, { params })).rejects.toMatchObject({ status: 404 })
    expect((await mine!.client(acceptVendorOrder, { params })).status).toBe('accepted')
    await expect(mine!.client(acceptVendorOrder, { params })).rejects.toMatchObject({ status: 409, code: 'invalid_transition' })
    expect((await mine!.client(prepareVendorOrder, { params })).status).toBe('preparing')
    const fulfilled = await mine!.client(fulfilVendorOrder, { params, body: { carrier: 'SMSA', tracking_number: 'T1' } })
    expect(fulfilled).toMatchObject({ status: 'fulfilled', payments: [{ status: 'captured' }] })
  })

  test('the tenant admin sees the order, gives part of it back, and the ledger balances', async () => {
    const { order, products } = await buy(platform, host, { email: 'refund@example.test' })
    const vendor = await vendorOf(platform, tenant, products[0]!.vendor.handle)
    await vendor.client(acceptVendorOrder, { params: { id: order.sub_orders[0]!.id } })
    await vendor.client(fulfilVendorOrder, { params: { id: order.sub_orders[0]!.id }, body: {} })
    const admin = await adminOf(platform, tenant)
    const listed = await admin(listAdminOrders, { query: { q: order.number } })
    expect(listed.items).toEqual([expect.objectContaining({ number: order.number })])
    const line = order.sub_orders[0]!.lines[0]!
    const half = { amount: Math.floor(line.total.amount / 2), currency: order.currency }
    const refunded = await admin(refundOrder, {
      params: { id: order.id },
      body: { sub_order_id: order.sub_orders[0]!.id, lines: [{ line_id: line.id, amount: half }], reason: 'one of two was scratched' },
    })
    expect(refunded.refunded).toEqual(half)
    const seen = await admin(getAdminOrder, { params: { id: order.id } })
    expect(seen.refunds).toEqual([expect.objectContaining({ amount: half, reason: 'one of two was scratched' })])
    await expect(
      admin(refundOrder, {
        params: { id: order.id },
        body: { sub_order_id: order.sub_orders[0]!.id, lines: [{ line_id: line.id, amount: line.total }], reason: 'more than is left' },
      }),
    ).rejects.toMatchObject({ status: 422, code: 'amount_out_of_range' })
    expect((await admin(listAdminPayments, { query: { order_id: order.id } })).items[0]).toMatchObject({ status: 'partially_refunded' })
    expect(await admin(verifyLedger)).toMatchObject({ balanced: true, unbalanced_transactions: [], wrong_balances: [] })
    expect((await admin(getAdminDashboard)).orders_30d).toBeGreaterThan(0)
  })

  test('the operator sees health, size and activity of the tenant', async () => {
    const { call } = await platform.operator()
    const health = await call(readTenantHealth, { params: { id: tenant.id } })
    expect(health).toMatchObject({ runtime: 'running', connected: true, memory_bytes: expect.any(Number), report: { status: 'ok' } })
    const usage = await call(readTenantUsage, { params: { id: tenant.id } })
    expect(usage.now).toMatchObject({ products: expect.any(Number), database_bytes: expect.any(Number) })
    expect(usage.now!.products).toBeGreaterThan(0)
  })
})

describe('paying', () => {
  test('a declined card answers 402 and leaves no order, no hold and an open cart', async () => {
    const [product] = await productsOfDifferentVendors(store, 1)
    const open = await openCart(platform, host, [firstVariant(product!)])
    await prepareCart(open, 'declined@example.test')
    await expect(pay(open, 'sandbox', { token: 'tok_declined' })).rejects.toMatchObject({ status: 402, code: 'payment_declined' })
    const { order } = await pay(open, 'sandbox', { token: 'tok_ok' })
    expect(order.payment_status).toMatch(/authorized|paid/)
  })

  test('a total that is not what the shopper was shown is refused', async () => {
    const [product] = await productsOfDifferentVendors(store, 1)
    const open = await openCart(platform, host, [firstVariant(product!)])
    const cart = await prepareCart(open, 'total@example.test')
    await expect(pay(open, 'sandbox', { expected: { ...cart.totals.total, amount: cart.totals.total.amount - 1 } })).rejects.toMatchObject({
      status: 409,
      code: 'cart_changed',
    })
  })

  test('the same Idempotency-Key gives the same order; with another body it is refused; without one nothing happens', async () => {
    const [product] = await productsOfDifferentVendors(store, 1)
    const open = await openCart(platform, host, [firstVariant(product!)])
    await prepareCart(open, 'again@example.test')
    const first = await pay(open, 'sandbox', { idempotencyKey: 'journey-key-1' })
    const again = await pay(open, 'sandbox', { idempotencyKey: 'journey-key-1', expected: first.order.total })
    expect(again.order.number).toBe(first.order.number)
    await expect(pay(open, 'cash_on_delivery', { idempotencyKey: 'journey-key-1', expected: first.order.total })).rejects.toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    })
    const bare = await platform.request(host, `/v1/store/carts/${open.cart.id}/complete`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cart-token': open.token },
      body: JSON.stringify({ payment: { method: 'cash_on_delivery' }, expected_total: first.order.total }),
    })
    expect([bare.status, ((await bare.json()) as { errors: { code: string }[] }).errors[0]?.code]).toEqual([
      400,
      'idempotency_key_required',
    ])
  })
})

async function customer(email: string): Promise<{ client: Client; headers: Record<string, string> }> {
  const asked = await store(signUp, { body: { email, password: 'a-long-password-1', name: 'Customer' } })
  const { token } = await store(verify, { body: { email, code: asked.code! } })
  const headers = { authorization: `Bearer ${token}` }
  return { client: platform.client(host, headers), headers }
}
