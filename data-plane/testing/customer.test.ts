import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addCartLine, createCart, getCart, updateCart } from '../core/cart/contract.ts'
import {
  claimOrders,
  createMyAddress,
  deleteMyAddress,
  getMe,
  listMyAddresses,
  listMySessions,
  requestClaim,
  requestReset,
  reset,
  signIn,
  signOut,
  signUp,
  updateMyAddress,
  vendorSignIn,
  verify,
} from '../core/customer/contract.ts'
import { CustomerAdmin } from '../core/customer/customer.admin.ts'
import { getMyOrder, listMyOrders } from '../core/order/contract.ts'
import { Clock, later, minutes } from '../platform/clock/clock.ts'
import { startTestPlane, type TestPlane } from './plane.ts'
import { addProduct, address, addVendor, buy, card, codeOf, database, service, shopperWith, staffContext } from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane?.stop())

let people = 0
function nextEmail(): string {
  people += 1
  return `person${people}@example.test`
}
const password = 'a long enough password'

/** A verified customer. */
async function customer(email = nextEmail()) {
  const call = plane.client()
  const { code } = await call(signUp, { body: { email, password, name: 'Sara' } })
  const session = await call(verify, { body: { email, code: code! } })
  return { email, id: session.customer.id, token: session.token, call: plane.client({ authorization: `Bearer ${session.token}` }) }
}

describe('sign-up and sign-in', () => {
  it('nothing exists until the code comes back; then the address is verified', async () => {
    const email = nextEmail()
    const call = plane.client()
    const sent = await call(signUp, { body: { email, password, name: 'Sara' } })
    expect(await codeOf(call(signIn, { body: { email, password } }))).toBe('unauthenticated')
    const session = await call(verify, { body: { email, code: sent.code! } })
    expect(session.customer).toMatchObject({ email, email_verified: true, name: 'Sara' })
    expect(await codeOf(call(verify, { body: { email, code: sent.code! } }))).toBe('validation_failed')
    expect((await call(signIn, { body: { email, password } })).customer.id).toBe(session.customer.id)
  })

  it('the same answer for known and unknown addresses', async () => {
    const { email } = await customer()
    const call = plane.client()
    const shape = (answer: object) => Object.keys(answer).sort()
    const known = await call(signUp, { body: { email, password, name: 'X' } })
    const unknown = await call(signUp, { body: { email: nextEmail(), password, name: 'X' } })
    expect(shape(known)).toEqual(shape(unknown))
    expect(shape(await call(requestReset, { body: { email } }))).toEqual(shape(await call(requestReset, { body: { email: nextEmail() } })))
    expect(await codeOf(call(signIn, { body: { email, password: 'wrong' } }))).toBe('unauthenticated')
    expect(await codeOf(call(signIn, { body: { email: nextEmail(), password: 'wrong' } }))).toBe('unauthenticated')
  })

  it('signing up with another person’s address never sets their password', async () => {
    const { email, id } = await customer()
    const call = plane.client()
    const { code } = await call(signUp, { body: { email, password: 'the attacker knows this', name: 'Mallory' } })
    const session = await call(verify, { body: { email, code: code! } })
    expect(session.customer).toMatchObject({ id, name: 'Sara' })
    expect(await codeOf(call(signIn, { body: { email, password: 'the attacker knows this' } }))).toBe('unauthenticated')
    expect(await codeOf(call(signIn, { body: { email, password } }))).toBeNull()
  })

  it('wrong code ×5 → 423 code_locked, then also for the right one; 50 guesses at once spend five tries', async () => {
    const email = nextEmail()
    const call = plane.client()
    const { code } = await call(signUp, { body: { email, password, name: 'X' } })
    const wrong = code === '000000' ? '000001' : '000000'
    const codes: (string | null)[] = []
    for (let i = 0; i < 5; i += 1) codes.push(await codeOf(call(verify, { body: { email, code: wrong } })))
    expect(codes).toEqual(['validation_failed', 'validation_failed', 'validation_failed', 'validation_failed', 'code_locked'])
    expect(await codeOf(call(verify, { body: { email, code: code! } }))).toBe('code_locked')
    const row = await database(plane)
      .read.selectFrom('verification_code')
      .select('tries')
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(row.tries).toBe(5)
  })

  it('a code lives ten minutes → 410 token_expired', async () => {
    const clock = plane.app.get(Clock, { strict: false })
    const email = nextEmail()
    const { code } = await plane.client()(signUp, { body: { email, password, name: 'X' } })
    try {
      clock.travelTo(later(clock.now(), minutes(11)))
      expect(await codeOf(plane.client()(verify, { body: { email, code: code! } }))).toBe('token_expired')
    } finally {
      clock.travelTo(null)
    }
  })

  it('6th session ends the 1st; sign-out and reset end sessions', async () => {
    const first = await customer()
    for (let i = 0; i < 5; i += 1) await plane.client()(signIn, { body: { email: first.email, password } })
    expect(await codeOf(first.call(getMe))).toBe('unauthenticated')
    const { token } = await plane.client()(signIn, { body: { email: first.email, password } })
    const own = plane.client({ authorization: `Bearer ${token}` })
    expect((await own(listMySessions)).total).toBe(5)
    const { code } = await plane.client()(requestReset, { body: { email: first.email } })
    await plane.client()(reset, { body: { email: first.email, code: code!, password: 'another password' } })
    expect(await codeOf(own(getMe))).toBe('unauthenticated')
    const last = await plane.client()(signIn, { body: { email: first.email, password: 'another password' } })
    const call = plane.client({ authorization: `Bearer ${last.token}` })
    await call(signOut)
    expect(await codeOf(call(getMe))).toBe('unauthenticated')
  })

  it('ten tries in five minutes per account, then 429 (weakness 1)', async () => {
    const email = nextEmail()
    const codes: (string | null)[] = []
    for (let i = 0; i < 11; i += 1) codes.push(await codeOf(plane.client()(signIn, { body: { email, password: 'x' } })))
    expect(codes.slice(0, 10).every((code) => code === 'unauthenticated')).toBe(true)
    expect(codes[10]).toBe('rate_limited')
  })

  it('a locked account is out at once', async () => {
    const { id, email, call } = await customer()
    const locked = await service(plane, CustomerAdmin).lock(staffContext(), id, 'chargebacks')
    expect(locked).toMatchObject({ status: 'locked', actions: ['unlock'] })
    expect(await codeOf(call(getMe))).toBe('unauthenticated')
    expect(await codeOf(plane.client()(signIn, { body: { email, password } }))).toBe('unauthenticated')
  })

  it('a customer’s session opens no vendor door, and vendor sign-in knows vendor staff only', async () => {
    const { email } = await customer()
    expect(await codeOf(plane.client()(vendorSignIn, { body: { email, password } }))).toBe('unauthenticated')
  })
})

describe('personal data', () => {
  it('is encrypted from the first row on, and found by its hash', async () => {
    const { email } = await customer()
    const { rows } = await sql<{
      text: string
    }>`SELECT (SELECT string_agg(c::text, ' ') FROM customer c) || ' ' || (SELECT string_agg(v::text, ' ') FROM verification_code v) AS text`.execute(
      database(plane).read,
    )
    expect(rows[0]?.text).not.toContain(email)
    expect(rows[0]?.text).not.toContain('Sara')
    const found = await service(plane, CustomerAdmin).list(staffContext(), { limit: 5, offset: 0, q: email.toUpperCase() })
    expect(found).toMatchObject({ total: 1, items: [{ email, name: 'Sara' }] })
  })

  it('the address book: at most 20, one default, nobody else’s', async () => {
    const own = await customer()
    const other = await customer()
    const first = await own.call(createMyAddress, { body: address })
    expect(first).toMatchObject({ is_default_shipping: true, outside_city: false, line1: 'Olaya Street 12' })
    const second = await own.call(createMyAddress, { body: { ...address, country: 'AE', is_default_shipping: true } })
    expect(second).toMatchObject({ is_default_shipping: true, outside_city: true })
    const all = await own.call(listMyAddresses)
    expect(all.items.map((item) => item.is_default_shipping)).toEqual([true, false])
    expect(await codeOf(other.call(updateMyAddress, { params: { id: first.id }, body: { city: 'Jeddah' } }))).toBe('not_found')
    expect(await codeOf(other.call(deleteMyAddress, { params: { id: first.id } }))).toBe('not_found')
    const made = await Promise.all(Array.from({ length: 25 }, () => codeOf(own.call(createMyAddress, { body: address }))))
    expect(made.filter((code) => code === null)).toHaveLength(18)
    expect(new Set(made.filter((code) => code !== null))).toEqual(new Set(['quota_exceeded']))
  })
})

describe('carts and orders across the sign-in', () => {
  it('sign-in merges the guest’s lines into the own cart, up to what there is', async () => {
    const product = await addProduct(plane, await addVendor(plane), 5)
    const other = await addProduct(plane, await addVendor(plane), 5)
    const { email, call } = await customer()
    const line = (variantId: string, quantity: number) => ({ kind: 'catalogue.product', choice: { variant_id: variantId }, quantity })
    const own = await call(createCart, { body: { lines: [line(product.variantId, 3)] } })
    const guest = await shopperWith(plane, [
      { product, quantity: 4 },
      { product: other, quantity: 1 },
    ])
    const signedIn = await guest.call(signIn, { body: { email, password } })
    const merged = await plane.client({ authorization: `Bearer ${signedIn.token}` })(getCart, { params: { id: own.id } })
    expect(merged.lines.map((item) => item.quantity)).toEqual([5, 1])
    expect(await codeOf(guest.call(getCart, { params: { id: guest.cartId } }))).toBeNull()
    expect(await codeOf(guest.call(updateCart, { params: { id: guest.cartId }, body: { email: 'x@example.test' } }))).toBe(
      'invalid_transition',
    )
    expect(await codeOf(guest.call(getCart, { params: { id: own.id } }))).toBe('not_found')
  })

  it('one open cart per customer, also from two tabs at once (K5)', async () => {
    const { call } = await customer()
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => call(createCart, { body: {} })))
    const ids = new Set(made.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : [])))
    expect(ids.size).toBe(1)
    expect(made.every((answer) => answer.status === 'fulfilled')).toBe(true)
  })

  it('guest orders are shown only after proof of the address (sylius#6883)', async () => {
    const email = nextEmail()
    const product = await addProduct(plane, await addVendor(plane), 5)
    const guest = await shopperWith(plane, [{ product, quantity: 1 }])
    await guest.call(updateCart, { params: { id: guest.cartId }, body: { email } })
    const { order } = await buy(guest, 13_000, card())
    const { call } = await customer(email)
    expect((await call(listMyOrders)).total).toBe(0)
    expect(await codeOf(call(getMyOrder, { params: { no: order.number } }))).toBe('not_found')
    const { code } = await call(requestClaim)
    expect(await codeOf(call(claimOrders, { body: { code: code === '111111' ? '222222' : '111111' } }))).toBe('validation_failed')
    expect(await call(claimOrders, { body: { code: code! } })).toEqual({ claimed: 1 })
    expect((await call(listMyOrders)).items.map((item) => item.number)).toEqual([order.number])
    const stranger = await customer()
    expect(await codeOf(stranger.call(getMyOrder, { params: { no: order.number } }))).toBe('not_found')
  })

  it('a signed-in customer buys without typing the e-mail, and finds the order in the account', async () => {
    const { call, email } = await customer()
    const product = await addProduct(plane, await addVendor(plane), 5)
    const cart = await call(createCart, { body: {} })
    await call(addCartLine, {
      params: { id: cart.id },
      body: { kind: 'catalogue.product', choice: { variant_id: product.variantId }, quantity: 1 },
    })
    await call(updateCart, { params: { id: cart.id }, body: { shipping_address: address } })
    const { order } = await buy({ call, cartId: cart.id, token: cart.token }, 13_000, card())
    expect(order.email).toBe(email)
    expect((await call(getMyOrder, { params: { no: order.number } })).id).toBe(order.id)
  })
})
