import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addCartLine,
  completeCart,
  createCart,
  getCart,
  holdCartLine,
  removeCartLine,
  updateCart,
  updateCartLine,
} from '../core/cart/contract.ts'
import { CartLines } from '../core/checkout/cart-lines.ts'
import { Clock, later, minutes } from '../platform/clock/clock.ts'
import { addKioskTables, addShow, kiosk, type Show, usedOf } from './kiosk.ts'
import { startTestPlane, type TestPlane } from './plane.ts'
import { addVendor, balance, card, codeOf, database, refusal, service, until } from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'kiosk'] }, [kiosk])
  await addKioskTables(plane)
})
afterAll(() => plane?.stop())

const sar = (amount: number) => ({ amount, currency: 'SAR' })
const seat = (show: Show, quantity = 1) => ({ kind: 'show.seat', choice: { show_id: show.id }, quantity })

async function shopper(show?: Show, quantity = 1) {
  const cart = await plane.client()(createCart, { body: { lines: show ? [seat(show, quantity)] : [] } })
  const call = plane.client({ 'x-cart-token': cart.token })
  await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test' } })
  return { cart, call, id: cart.id, lineId: cart.lines[0]?.id ?? '' }
}
type Shopper = Awaited<ReturnType<typeof shopper>>

const buy = ({ call, id }: Shopper, total: number, token = 'tok_ok') =>
  call(completeCart, { params: { id }, body: { payment: card(token), expected_total: sar(total) } }, { idempotencyKey: newId('key') })

const clock = () => plane.app.get(Clock, { strict: false })
const travel = (milliseconds: number) => clock().travelTo(later(clock().now(), milliseconds))

describe('holds in the cart', { retry: 0 }, () => {
  it('a line holds from the moment it is put in; removing it frees', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 1 })
    const first = await shopper(show)
    expect(first.cart.lines[0]?.hold?.state).toBe('held')
    expect(await usedOf(plane, show)).toBe(1)
    const second = await shopper()
    expect(await codeOf(second.call(addCartLine, { params: { id: second.id }, body: seat(show) }))).toBe('slot_unavailable')
    await first.call(removeCartLine, { params: { id: first.id, line_id: first.lineId } })
    expect(await usedOf(plane, show)).toBe(0)
    const cart = await second.call(addCartLine, { params: { id: second.id }, body: seat(show) })
    expect(cart.lines[0]?.hold?.state).toBe('held')
  })

  it('another quantity is released and held in one transaction; too many leaves all as it was', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 3 })
    const { call, id, lineId } = await shopper(show, 2)
    await call(updateCartLine, { params: { id, line_id: lineId }, body: { quantity: 3 } })
    expect(await usedOf(plane, show)).toBe(3)
    expect(await codeOf(call(updateCartLine, { params: { id, line_id: lineId }, body: { quantity: 4 } }))).toBe('slot_unavailable')
    const cart = await call(getCart, { params: { id } })
    expect([cart.lines[0]?.quantity, cart.lines[0]?.hold?.state, await usedOf(plane, show)]).toEqual([3, 'held', 3])
  })

  it('runs out by its timer; completing then is 410 hold_expired, holding again and buying works', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 1 })
    const own = await shopper(show)
    travel(minutes(11))
    await until(async () => (await usedOf(plane, show)) === 0)
    const cart = await own.call(getCart, { params: { id: own.id } })
    expect([cart.lines[0]?.hold?.state, cart.lines[0]?.error?.code]).toEqual(['expired', 'hold_expired'])
    expect(await codeOf(buy(own, 10_000))).toBe('hold_expired')
    const again = await own.call(holdCartLine, { params: { id: own.id, line_id: own.lineId } })
    expect([again.lines[0]?.hold?.state, again.lines[0]?.error]).toEqual(['held', null])
    const { order } = await buy(own, 10_000)
    expect(order.sub_orders[0]?.status).toBe('confirmed')
    expect(await usedOf(plane, show)).toBe(1)
  })

  it('a deadline that has passed counts, whether or not its timer has run', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 1 })
    const own = await shopper(show)
    await database(plane)
      .read.updateTable('hold')
      .set({ expires_at: later(clock().now(), -1) })
      .where('cart_line_id', '=', own.lineId)
      .execute()
    expect(await codeOf(buy(own, 10_000))).toBe('hold_expired')
    // and a claim that finds no room frees it inline
    const other = await shopper(show)
    expect(other.cart.lines[0]?.hold?.state).toBe('held')
    expect(await usedOf(plane, show)).toBe(1)
  })

  it('a declined card leaves the seats in the cart for the rest of their time', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 1 })
    const own = await shopper(show)
    expect(await codeOf(buy(own, 10_000, 'tok_declined'))).toBe('payment_declined')
    expect(await usedOf(plane, show)).toBe(1)
    expect((await own.call(getCart, { params: { id: own.id } })).lines[0]?.hold?.state).toBe('held')
    await buy(own, 10_000)
    expect(await usedOf(plane, show)).toBe(1)
  })

  it('a capture that fails after the confirmation ends the hold: it is free, and can be held and bought again', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 1, mode: 'now' })
    const own = await shopper(show)
    expect(await codeOf(buy(own, 10_000, 'tok_capture_fails'))).toBe('payment_declined')
    expect(await usedOf(plane, show)).toBe(0)
    expect((await own.call(getCart, { params: { id: own.id } })).lines[0]?.hold?.state).toBe('expired')
    await own.call(holdCartLine, { params: { id: own.id, line_id: own.lineId } })
    await buy(own, 10_000)
    expect(await usedOf(plane, show)).toBe(1)
  })

  it('what a vertical refuses is its own answer; what is blocked stays in the cart and cannot be bought', async () => {
    const vendor = await addVendor(plane)
    const past = await addShow(plane, vendor, { starts_at: later(clock().now(), -minutes(1)) })
    const own = await shopper()
    expect(await codeOf(own.call(addCartLine, { params: { id: own.id }, body: seat(past) }))).toBe('slot_in_past')
    const blocked = await addShow(plane, vendor, { blocked: true })
    const cart = await own.call(addCartLine, { params: { id: own.id }, body: seat(blocked) })
    expect([cart.lines[0]?.error?.code, cart.totals.total.amount]).toEqual(['minimum_order_not_met', 10_000])
    expect(await codeOf(buy(own, 10_000))).toBe('minimum_order_not_met')
  })

  it('200 at once for the last three seats: three hold them, the others 409, nothing is lost', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 3 })
    const many: Shopper[] = []
    while (many.length < 200) many.push(...(await Promise.all(Array.from({ length: 20 }, () => shopper()))))
    const codes = await Promise.all(many.map(({ call, id }) => codeOf(call(addCartLine, { params: { id }, body: seat(show) }))))
    expect(codes.filter((code) => code === null)).toHaveLength(3)
    expect(codes.filter((code) => code === 'slot_unavailable')).toHaveLength(197)
    expect(await usedOf(plane, show)).toBe(3)
  }, 120_000)

  it('the timer and the purchase at the same instant: one of them decides', async () => {
    for (let round = 0; round < 10; round += 1) {
      const show = await addShow(plane, await addVendor(plane), { capacity: 1 })
      const own = await shopper(show)
      const [, code] = await Promise.all([travel(minutes(10)), codeOf(buy(own, 10_000))])
      await until(async () => (await usedOf(plane, show)) === (code === null ? 1 : 0))
      expect([null, 'hold_expired']).toContain(code)
    }
    expect((await balance(plane)).balanced).toBe(true)
  }, 60_000)
})

describe('shorthands', { retry: 0 }, () => {
  const guest = (key: string | null = newId('key')) => new RequestContext({ surface: 'store', ip: '10.0.0.1', idempotencyKey: key })
  const purchase = (show: Show, quantity = 1) => ({
    lines: [seat(show, quantity)],
    contact: { email: 'sara@example.test', name: 'Sara' },
    payment: card(),
  })

  it('buy: one order per key, also when asked twice at once; needs a key', async () => {
    const show = await addShow(plane, await addVendor(plane), { capacity: 2 })
    const lines = service(plane, CartLines)
    expect(await refusal(lines.buy(guest(null), purchase(show)))).toBe('idempotency_key_required')
    const ctx = guest()
    const first = await lines.buy(ctx, purchase(show))
    const second = await lines.buy(ctx, purchase(show))
    expect(second.order.id).toBe(first.order.id)
    expect(first.order.name).toBe('Sara')
    expect(await usedOf(plane, show)).toBe(1)
    expect(await refusal(lines.buy(guest(), purchase(show, 2)))).toBe('slot_unavailable')
  })

  it('hold: several lines, all or none; opens a cart', async () => {
    const vendor = await addVendor(plane)
    const [free, full] = [await addShow(plane, vendor), await addShow(plane, vendor, { capacity: 0 })]
    const lines = service(plane, CartLines)
    expect(await refusal(lines.hold(guest(), { lines: [seat(free), seat(full)] }))).toBe('slot_unavailable')
    expect(await usedOf(plane, free)).toBe(0)
    const held = await lines.hold(guest(), { lines: [seat(free, 2)] })
    expect([held.line_ids.length, held.hold !== null, held.token?.startsWith(held.cart_id)]).toEqual([1, true, true])
    expect(await usedOf(plane, free)).toBe(2)
    const call = plane.client({ 'x-cart-token': held.token! })
    expect((await call(getCart, { params: { id: held.cart_id } })).count).toBe(2)
  })

  it('free: there is nothing to pay and nothing is asked for', async () => {
    const show = await addShow(plane, await addVendor(plane), { amount: 0 })
    const own = await shopper(show)
    const body = { payment: { method: 'none' as const }, expected_total: sar(0) }
    const { order } = await own.call(completeCart, { params: { id: own.id }, body }, { idempotencyKey: newId('key') })
    expect([order.payment_status, order.sub_orders[0]?.status, order.payments[0]?.status]).toEqual(['paid', 'confirmed', 'captured'])
  })

  it('everything is in balance', async () => {
    const { rows } = await sql<{ wrong: number }>`SELECT count(*)::int AS wrong FROM test_show s WHERE used <>
      (SELECT coalesce(sum(quantity), 0) FROM test_seat t WHERE t.show_id = s.id AND state IN ('held', 'booked', 'accepted', 'given'))`.execute(
      database(plane).read,
    )
    expect(rows[0]?.wrong).toBe(0)
    const { balanced, overselling, orphans } = await balance(plane)
    expect({ balanced, overselling, orphans }).toEqual({ balanced: true, overselling: 0, orphans: 0 })
  })
})
