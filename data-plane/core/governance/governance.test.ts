import { ApiError, type ErrorBody, newId, type TenantPolicy } from '@cityos/contract'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Clock } from '../../platform/clock/clock.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { admin, startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { addProduct, address, addVendor, card, codeOf, database, service, type TestProduct } from '../../testing/shop.ts'
import { addCartLine, completeCart, createCart, listPaymentMethods, updateCart } from '../cart/contract.ts'
import { listStoreVerticals } from '../vertical/contract.ts'
import { getAdminGovernance, getStoreGovernance } from './contract.ts'

let plane: TestPlane
let product: TestProduct

beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'], residency_zone: 'GCC' })
  product = await addProduct(plane, await addVendor(plane), 100, 20_000)
})
afterAll(() => plane?.stop())
afterEach(() => govern(null))

/** What the control plane's stream does when a policy comes into force. */
function govern(policy: Omit<TenantPolicy, 'version' | 'exemptions'> | null, exemptions: TenantPolicy['exemptions'] = []): number {
  const tenant = service(plane, TenantContext)
  const version = tenant.document.version + 1
  const desired = ['catalogue', 'restaurant']
  tenant.replace({ ...tenant.document, verticals: desired, version, policy: policy && { ...policy, version, exemptions } })
  return version
}

async function buy(method: 'sandbox' | 'cash_on_delivery' = 'sandbox') {
  const cart = await plane.client()(createCart, { body: {} })
  const call = plane.client({ 'x-cart-token': cart.token })
  const line = { kind: 'catalogue.product', choice: { variant_id: product.variantId }, quantity: 1 }
  await call(addCartLine, { params: { id: cart.id }, body: line })
  const ready = await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test', shipping_address: address } })
  const methods = await call(listPaymentMethods, { params: { id: cart.id } })
  const payment = method === 'sandbox' ? card() : { method }
  const bought = () =>
    call(completeCart, { params: { id: cart.id }, body: { payment, expected_total: ready.totals.total } }, { idempotencyKey: newId('key') })
  return { bought, methods: methods.map((one) => one.method) }
}
/** The refusal of a call, whole. */
async function refusal(call: Promise<unknown>): Promise<ErrorBody & { status: number }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { ...error.errors[0]!, status: error.status }
  }
  throw new Error('it was not refused')
}
const denied = async (method?: 'cash_on_delivery') => refusal((await buy(method)).bought())

describe('a policy of the city', () => {
  it('is enforced at checkout, with the rule and the version it was decided by', async () => {
    const version = govern({ max_order_amount: { SAR: 19_999 } })
    const error = await denied()
    expect(error).toMatchObject({
      status: 403,
      code: 'policy_denied',
      details: { rule: 'max_order_amount', max_amount: 19_999, policy_version: version },
    })
    govern({ max_order_amount: { SAR: 100_000 } })
    expect((await (await buy()).bought()).order.number).toMatch(/^\d+$/)
  })

  it('a denied vertical is off whatever is desired, and what is left of it in a cart is not sold', async () => {
    const { bought } = await buy()
    govern({ verticals_allowed: ['restaurant'] })
    expect((await plane.client()(listStoreVerticals)).map((one) => one.name)).toEqual(['restaurant'])
    expect(await refusal(bought())).toMatchObject({ code: 'policy_denied', details: { rule: 'verticals_allowed', vertical: 'catalogue' } })
    govern({ verticals_denied: ['restaurant'] })
    expect((await plane.client()(listStoreVerticals)).map((one) => one.name)).toEqual(['catalogue'])
  })

  it('cash beyond the cap is neither offered nor taken', async () => {
    govern({ max_cash_on_delivery_amount: { SAR: 15_000 } })
    expect((await buy()).methods).not.toContain('cash_on_delivery')
    expect(await denied('cash_on_delivery')).toMatchObject({ code: 'policy_denied', details: { rule: 'max_cash_on_delivery_amount' } })
    govern({ cash_on_delivery: false })
    expect(await denied('cash_on_delivery')).toMatchObject({ details: { rule: 'cash_on_delivery' } })
    govern(null)
    expect((await buy()).methods).toContain('cash_on_delivery')
  })

  it('nothing is sold out of hours; what was put in the cart stays', async () => {
    govern({ trading_hours: [] })
    expect(await denied()).toMatchObject({ code: 'policy_denied', details: { rule: 'trading_hours', timezone: 'Asia/Riyadh' } })
    expect((await plane.client()(getStoreGovernance)).open_now).toBe(false)
  })

  it('guests, and ages nobody verified, are kept out where the city says so', async () => {
    govern({ guest_checkout: false })
    expect(await denied()).toMatchObject({ details: { rule: 'guest_checkout' } })
    govern({ age_limit: 18 })
    expect(await denied()).toMatchObject({ details: { rule: 'age_limit', age: 18 } })
  })

  it('what lies in a category with an age, or a denied one, is not sold, also in a category below it', async () => {
    const [top, below] = [newId('cat'), newId('cat')]
    await sql`INSERT INTO category (id, handle, path, depth, name) VALUES (${top}, 'tobacco', ${top}::ltree, 1, '{"en":"Tobacco"}'),
      (${below}, 'shisha', ${`${top}.${below}`}::ltree, 2, '{"en":"Shisha"}')`.execute(database(plane).read)
    await sql`UPDATE product SET category_id = ${below} WHERE id = (SELECT product_id FROM variant WHERE id = ${product.variantId})`.execute(
      database(plane).read,
    )
    govern({ age_restricted_categories: { tobacco: 18 } })
    expect(await denied()).toMatchObject({ details: { rule: 'age_restricted_categories', category: 'tobacco', age: 18 } })
    govern({ categories_denied: ['tobacco'] })
    expect(await denied()).toMatchObject({ details: { rule: 'categories_denied', category: 'tobacco' } })
  })
})

describe('an exemption', () => {
  it('holds until its end by this tenant’s clock, then the rule is back', async () => {
    const until = new Date(service(plane, Clock).now().getTime() + 1_500)
    govern({ max_order_amount: { SAR: 1 } }, [{ rule: 'max_order_amount', value: null, until: until.toISOString() }])
    const { bought } = await buy()
    expect((await bought()).order.number).toMatch(/^\d+$/)
    const next = await buy()
    while (service(plane, Clock).now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await codeOf(next.bought())).toBe('policy_denied')
  })
})

it('shoppers see the public part, the tenant’s staff all of it', async () => {
  const version = govern({ max_order_amount: { SAR: 5 }, residency: ['GCC'], required_disclosures: ['returns'] })
  const shown = await plane.client()(getStoreGovernance)
  expect(shown).toMatchObject({ version, open_now: true, rules: { max_order_amount: { SAR: 5 }, required_disclosures: ['returns'] } })
  expect(shown.rules).not.toHaveProperty('residency')
  expect(await plane.call(getAdminGovernance, {}, { actor: admin })).toMatchObject({ rules: { residency: ['GCC'] }, exemptions: [] })
})
