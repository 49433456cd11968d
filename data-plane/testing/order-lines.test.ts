import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completeCart, createCart, updateCart } from '../core/cart/contract.ts'
import { accounts } from '../core/ledger/accounts.ts'
import { Ledger } from '../core/ledger/ledger.service.ts'
import { AdminOrderService } from '../core/order/admin-order.service.ts'
import { cancelOrder, changePaymentMethod, getStoreOrder, type Order, quoteRefund } from '../core/order/contract.ts'
import { type LineEnd, OrderLines } from '../core/order/order-lines.ts'
import { VendorOrderService } from '../core/order/vendor-order.service.ts'
import { Clock, days, hours, later, minutes } from '../platform/clock/clock.ts'
import { addKioskTables, addShow, kiosk, moveSeat, type Show, seatState, usedOf } from './kiosk.ts'
import { startTestPlane, type TestPlane } from './plane.ts'
import {
  addProduct,
  address,
  addVendor,
  balance,
  card,
  codeOf,
  database,
  refusal,
  service,
  staffContext,
  until,
  vendorContext,
} from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'kiosk'] }, [kiosk])
  await addKioskTables(plane)
})
afterAll(() => plane?.stop())

const sar = (amount: number) => ({ amount, currency: 'SAR' })
const system = RequestContext.system('test')
const lines = () => service(plane, OrderLines)
const clock = () => plane.app.get(Clock, { strict: false })
const travel = (milliseconds: number) => clock().travelTo(later(clock().now(), milliseconds))

interface Wanted {
  kind: string
  choice: Record<string, unknown>
  quantity: number
}
const seat = (show: Show, quantity = 1): Wanted => ({ kind: 'show.seat', choice: { show_id: show.id }, quantity })

/** Buys and tells how to reach the order as its buyer. */
async function bought(wanted: Wanted[], payment: { method: 'sandbox' | 'cash_on_delivery' | 'bank_transfer'; token?: string } = card()) {
  const cart = await plane.client()(createCart, { body: { lines: wanted } })
  const call = plane.client({ 'x-cart-token': cart.token })
  await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test', shipping_address: address } })
  const priced = await call(updateCart, { params: { id: cart.id }, body: {} })
  const { order, token } = await call(
    completeCart,
    { params: { id: cart.id }, body: { payment, expected_total: priced.totals.total } },
    { idempotencyKey: newId('key') },
  )
  const read = () => call(getStoreOrder, { params: { no: order.number }, query: { token } })
  return { order, token, call, read, line: order.sub_orders[0]!.lines[0]! }
}

const accept = (id: string) => lines().accept(system, id, (tx) => moveSeat(tx, id, ['booked'], 'accepted'))
const fulfil = (id: string, releaseAt = clock().now()) =>
  lines().fulfil(system, id, { releaseAt }, (tx) => moveSeat(tx, id, ['booked', 'accepted'], 'given'))
const end = (id: string, given: Partial<LineEnd> = {}) =>
  lines().end(system, id, { cause: 'customer', reason: null, ...given }, (tx) => moveSeat(tx, id, ['booked', 'accepted'], 'cancelled'))

const money = (order: Order) => order.payments.map((payment) => [payment.status, payment.captured.amount, payment.refunded.amount])
const statusOf = (order: Order) => order.sub_orders.map((part) => part.status)

async function ledgerOf(vendorId: string): Promise<{ pending: number; available: number }> {
  const codes = [accounts.vendorPending(vendorId), accounts.vendorAvailable(vendorId)]
  const found = await service(plane, Ledger).balances(database(plane).read, codes, 'SAR')
  return { pending: 0 - found.get(codes[0]!)!, available: 0 - found.get(codes[1]!)! }
}

/** 100.00 with 15 % VAT inside and 10 % commission: what is the vendor's. */
const net = 10_000 - 1304 - 1000

describe('a line led by its vertical', { retry: 0 }, () => {
  it('is captured on acceptance and on fulfilment released; the part follows', async () => {
    const vendor = await addVendor(plane)
    const { read, line, order } = await bought([seat(await addShow(plane, vendor))])
    expect([statusOf(order), money(order), line.entitlement?.type]).toEqual([['confirmed'], [['authorized', 0, 0]], 'test_seat'])
    await accept(line.id)
    const accepted = await read()
    expect([statusOf(accepted), money(accepted), accepted.payment_status]).toEqual([['accepted'], [['captured', 10_000, 0]], 'paid'])
    expect(await refusal(accept(line.id))).toBe('invalid_transition')
    await fulfil(line.id, later(clock().now(), hours(1)))
    expect(statusOf(await read())).toEqual(['fulfilled'])
    expect(await ledgerOf(vendor)).toEqual({ pending: net, available: 0 })
    travel(hours(1))
    await until(async () => statusOf(await read())[0] === 'completed')
    expect(await ledgerOf(vendor)).toEqual({ pending: 0, available: net })
  })

  it('two who accept at once: one wins, money is taken once', async () => {
    const { read, line } = await bought([seat(await addShow(plane, await addVendor(plane)))])
    const codes = await Promise.all(Array.from({ length: 20 }, () => refusal(accept(line.id))))
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(new Set(codes)).toEqual(new Set([null, 'invalid_transition']))
    expect(money(await read())).toEqual([['captured', 10_000, 0]])
    const { rows } = await sql<{
      captured: number
    }>`SELECT sum(captured_amount)::int AS captured FROM sandbox_charge WHERE captured_amount > authorized_amount`.execute(
      database(plane).read,
    )
    expect(rows[0]?.captured).toBeNull()
  })

  it('two lines of one payment are captured one by one; one declined is only let go of', async () => {
    const vendor = await addVendor(plane)
    const { order, read } = await bought([seat(await addShow(plane, vendor)), seat(await addShow(plane, vendor, { amount: 20_000 }))])
    const [first, second] = order.sub_orders[0]!.lines
    expect(order.payments).toHaveLength(1)
    await accept(first!.id)
    expect([statusOf(await read()), money(await read())]).toEqual([['confirmed'], [['partially_captured', 10_000, 0]]])
    expect(await end(second!.id, { cause: 'vendor' })).toEqual(sar(0))
    expect([statusOf(await read()), money(await read())]).toEqual([['accepted'], [['captured', 10_000, 0]]])
    await end(first!.id, { cause: 'vendor' })
    expect([statusOf(await read()), money(await read())]).toEqual([['cancelled'], [['refunded', 10_000, 10_000]]])
    expect(await ledgerOf(vendor)).toEqual({ pending: 0, available: 0 })
  })

  it('a deposit is taken at checkout, the balance from the same card when the service is given', async () => {
    const vendor = await addVendor(plane)
    const { order, read, line } = await bought([seat(await addShow(plane, vendor, { mode: 'deposit', deposit: 3000 }))])
    expect([money(order), line.deposit]).toEqual([[['partially_captured', 3000, 0]], sar(3000)])
    await accept(line.id)
    await fulfil(line.id)
    expect(money(await read())).toEqual([['captured', 10_000, 0]])
    await until(async () => (await ledgerOf(vendor)).available === net)
    expect((await ledgerOf(vendor)).pending).toBe(0)
  })

  it('deferred: nothing before, all of it at fulfilment; a no-show keeps a fee', async () => {
    const vendor = await addVendor(plane)
    const show = await addShow(plane, vendor, { mode: 'deferred' })
    const given = await bought([seat(show)])
    expect(money(given.order)).toEqual([['authorized', 0, 0]])
    await fulfil(given.line.id)
    expect(money(await given.read())).toEqual([['captured', 10_000, 0]])
    const missed = await bought([seat(show)])
    expect(await end(missed.line.id, { cause: 'vendor', keepAmount: 2500, reason: 'no_show' })).toEqual(sar(0))
    expect([statusOf(await missed.read()), money(await missed.read())]).toEqual([['cancelled'], [['captured', 2500, 0]]])
  })

  it('cash is booked when the service is given, a transfer when its money is there', async () => {
    const show = await addShow(plane, await addVendor(plane))
    const { line, read, order } = await bought([seat(show)], { method: 'cash_on_delivery' })
    expect(money(order)).toEqual([['pending', 0, 0]])
    await accept(line.id)
    await fulfil(line.id)
    expect(money(await read())).toEqual([['captured', 10_000, 0]])
  })

  it('a tip bears no VAT and no commission', async () => {
    const vendor = await addVendor(plane)
    const { line, read } = await bought([seat(await addShow(plane, vendor, { tip: 500 }))])
    expect([line.tax.amount, line.parts.map((part) => part.kind)]).toEqual([1304, ['item', 'tip']])
    await accept(line.id)
    expect(await ledgerOf(vendor)).toEqual({ pending: net + 500, available: 0 })
    await end(line.id, { cause: 'vendor' })
    expect([await ledgerOf(vendor), (await read()).refunded]).toEqual([{ pending: 0, available: 0 }, sar(10_500)])
  })
})

describe('ending a line', { retry: 0 }, () => {
  const tiers = [
    { hours_before: 48, refund_bps: 10_000 },
    { hours_before: 24, refund_bps: 5000 },
    { hours_before: 0, refund_bps: 0 },
  ]

  it('inside a tier: half comes back, the other half is the vendor’s at once', async () => {
    const vendor = await addVendor(plane)
    const { line, read } = await bought([seat(await addShow(plane, vendor, { tiers, starts_at: later(clock().now(), hours(30)) }))])
    await accept(line.id)
    expect(await lines().quote(system, line.id, { cause: 'customer' })).toEqual({ paid: sar(10_000), refund: sar(5000), reason: 'tier' })
    expect(await refusal(end(line.id, { expected: sar(10_000) }))).toBe('refund_quote_changed')
    expect(await seatState(plane, line.id)).toBe('accepted')
    expect(await end(line.id, { expected: sar(5000) })).toEqual(sar(5000))
    expect(money(await read())).toEqual([['partially_refunded', 10_000, 5000]])
    await until(async () => (await ledgerOf(vendor)).available === net / 2)
    expect((await ledgerOf(vendor)).pending).toBe(0)
  })

  it('units: two of four end, the rest goes on', async () => {
    const vendor = await addVendor(plane)
    const { line, read } = await bought([seat(await addShow(plane, vendor, { mode: 'now' }), 4)])
    expect(await end(line.id, { cause: 'vendor', units: 2 })).toEqual(sar(20_000))
    const order = await read()
    expect([order.sub_orders[0]!.lines[0]!.quantity_open, money(order), statusOf(order)]).toEqual([
      2,
      [['partially_refunded', 40_000, 20_000]],
      ['confirmed'],
    ])
  })

  it('units before acceptance: only what is left is captured, the rest let go of', async () => {
    const vendor = await addVendor(plane)
    const { line, read } = await bought([seat(await addShow(plane, vendor), 3)])
    await lines().end(system, line.id, { cause: 'customer', reason: null, units: 1 }, async () => {})
    await accept(line.id)
    expect(money(await read())).toEqual([['captured', 20_000, 0]])
    await fulfil(line.id)
    await until(async () => (await ledgerOf(vendor)).available > 0)
    expect(await ledgerOf(vendor)).toEqual({ pending: 0, available: 2 * net - 1 })
  })

  it('the generic cancellation calls the vertical’s own, refunds by its tiers and frees the capacity', async () => {
    const vendor = await addVendor(plane)
    const show = await addShow(plane, vendor, { tiers, starts_at: later(clock().now(), hours(30)) })
    const { order, line, call, token, read } = await bought([seat(show)])
    await accept(line.id)
    const access = { params: { no: order.number }, query: { token } }
    const quote = await call(quoteRefund, access)
    expect([quote.refund, quote.parts[0]?.reason]).toEqual([sar(5000), 'tier'])
    await call(cancelOrder, { ...access, body: { expected_refund: quote.refund } }, { idempotencyKey: newId('key') })
    expect([statusOf(await read()), money(await read()), await seatState(plane, line.id), await usedOf(plane, show)]).toEqual([
      ['cancelled'],
      [['partially_refunded', 10_000, 5000]],
      'cancelled',
      0,
    ])
    await until(async () => (await ledgerOf(vendor)).available === net / 2)
  })

  it('a payout advance is made good when the line is refunded after all', async () => {
    const vendor = await addVendor(plane)
    const { line } = await bought([seat(await addShow(plane, vendor, { mode: 'now' }))])
    await lines().release(system, line.id, { bps: 5000 })
    await lines().release(system, line.id, { bps: 5000 })
    expect(await ledgerOf(vendor)).toEqual({ pending: net / 2, available: net / 2 })
    await end(line.id, { cause: 'vendor' })
    await until(async () => (await ledgerOf(vendor)).available === 0)
    expect(await ledgerOf(vendor)).toEqual({ pending: 0, available: 0 })
  })

  it('a refund by staff after the release takes from what is available', async () => {
    const vendor = await addVendor(plane)
    const { line, order } = await bought([seat(await addShow(plane, vendor, { mode: 'now' }))])
    await fulfil(line.id)
    await until(async () => (await ledgerOf(vendor)).available === net)
    const body = { sub_order_id: order.sub_orders[0]!.id, lines: [{ line_id: line.id, amount: sar(5000) }], reason: 'goodwill' }
    await service(plane, AdminOrderService).refund(staffContext(), order.id, body)
    expect(await ledgerOf(vendor)).toEqual({ pending: 0, available: net / 2 })
  })

  it('end and accept at once: one wins, the money is where the seat says', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { line, read } = await bought([seat(await addShow(plane, await addVendor(plane)))])
      await Promise.all([refusal(accept(line.id)), refusal(end(line.id, { cause: 'vendor' }))])
      const order = await read()
      const [status, captured, refunded] = money(order)[0]!
      if (statusOf(order)[0] === 'accepted') expect([status, captured, refunded]).toEqual(['captured', 10_000, 0])
      else expect([['voided', 0, 0].join(), ['refunded', 10_000, 10_000].join()]).toContain([status, captured, refunded].join())
    }
  })
})

describe('a charge that fails', { retry: 0 }, () => {
  it('402, nothing has changed; another card within ten minutes and the vendor’s next try captures it', async () => {
    const show = await addShow(plane, await addVendor(plane))
    const { order, line, call, token, read } = await bought([seat(show)], card('tok_capture_fails'))
    expect(await refusal(accept(line.id))).toBe('payment_declined')
    const waiting = await read()
    expect([statusOf(waiting), await seatState(plane, line.id)]).toEqual([['confirmed'], 'booked'])
    expect(waiting.sub_orders[0]!.lines[0]!.payment_due_at).not.toBeNull()
    const change = (card: string) =>
      call(
        changePaymentMethod,
        { params: { no: order.number }, query: { token }, body: { payment: { method: 'sandbox', token: card } } },
        { idempotencyKey: newId('key') },
      )
    expect(await codeOf(change('tok_declined'))).toBe('payment_declined')
    const renewed = await change('tok_ok')
    expect(renewed.sub_orders[0]!.lines[0]!.payment_due_at).toBeNull()
    expect(renewed.payments.reduce((sum, payment) => sum + payment.amount.amount, 0)).toBe(10_000)
    expect(await codeOf(change('tok_ok'))).toBe('invalid_transition')
    await accept(line.id)
    expect((await read()).payment_status).toBe('paid')
    travel(minutes(11))
    await end(line.id, { cause: 'vendor' })
    expect((await read()).refunded).toEqual(sar(10_000))
  })

  it('the balance of a deposit by another card: the refund finds both', async () => {
    const { line, read, order, call, token } = await bought([
      seat(await addShow(plane, await addVendor(plane), { mode: 'deposit', deposit: 3000 })),
    ])
    // the card of the deposit is blocked afterwards
    await sql`UPDATE sandbox_charge SET token = 'tok_capture_fails' WHERE id = (SELECT provider_ref FROM payment WHERE order_id = ${order.id})`.execute(
      database(plane).read,
    )
    expect(await refusal(fulfil(line.id))).toBe('payment_declined')
    const body = { payment: { method: 'sandbox' as const, token: 'tok_ok' } }
    await call(changePaymentMethod, { params: { no: order.number }, query: { token }, body }, { idempotencyKey: newId('key') })
    await fulfil(line.id)
    expect(money(await read())).toEqual([
      ['captured', 3000, 0],
      ['captured', 7000, 0],
    ])
    const everything = { sub_order_id: order.sub_orders[0]!.id, reason: 'goodwill' }
    await service(plane, AdminOrderService).refund(staffContext(), order.id, everything)
    expect(money(await read())).toEqual([
      ['refunded', 3000, 3000],
      ['refunded', 7000, 7000],
    ])
  })

  it('nobody gives another: after ten minutes the line is cancelled and its capacity free', async () => {
    const show = await addShow(plane, await addVendor(plane))
    const { line, read, call, order, token } = await bought([seat(show)], card('tok_capture_fails'))
    expect(await refusal(accept(line.id))).toBe('payment_declined')
    travel(minutes(10))
    await until(async () => (await usedOf(plane, show)) === 0)
    expect([statusOf(await read()), await seatState(plane, line.id), money(await read())]).toEqual([
      ['cancelled'],
      'cancelled',
      [['voided', 0, 0]],
    ])
    const body = { payment: { method: 'sandbox' as const, token: 'tok_ok' } }
    const late = call(changePaymentMethod, { params: { no: order.number }, query: { token }, body }, { idempotencyKey: newId('key') })
    expect(await codeOf(late)).toBe('invalid_transition')
  })
})

describe('a part that is led by both', { retry: 0 }, () => {
  it('the vendor hands over the goods, the vertical leads its line; completed when both are', async () => {
    const vendor = await addVendor(plane)
    const product = await addProduct(plane, vendor, 5)
    const goods = { kind: 'catalogue.product', choice: { variant_id: product.variantId }, quantity: 1 }
    const { order, read } = await bought([goods, seat(await addShow(plane, vendor))])
    const part = order.sub_orders[0]!
    const own = part.lines.find((line) => line.kind === 'show.seat')!
    expect(part.lines).toHaveLength(2)
    const vendors = service(plane, VendorOrderService)
    await vendors.accept(vendorContext(vendor), part.id)
    await accept(own.id)
    await vendors.fulfil(vendorContext(vendor), part.id, { carrier: 'SMSA', tracking_number: 'T1' })
    expect(statusOf(await read())).toEqual(['partially_fulfilled'])
    await fulfil(own.id)
    expect(statusOf(await read())).toEqual(['fulfilled'])
    travel(days(8))
    await until(async () => statusOf(await read())[0] === 'completed')
    expect((await ledgerOf(vendor)).pending).toBe(0)
  })

  it('what a vertical leads alone has no generic buttons', async () => {
    const vendor = await addVendor(plane)
    const { order } = await bought([seat(await addShow(plane, vendor))])
    const vendors = service(plane, VendorOrderService)
    expect((await vendors.get(vendorContext(vendor), order.sub_orders[0]!.id)).actions).toEqual(['cancel'])
    expect(await refusal(vendors.accept(vendorContext(vendor), order.sub_orders[0]!.id))).toBe('invalid_transition')
  })
})

it('in the end everything is in balance', async () => {
  const { rows } = await sql<{ wrong: number }>`SELECT count(*)::int AS wrong FROM "order" o WHERE o.checkout_failed_at IS NULL AND
    o.total_amount <> (SELECT sum(amount) FROM payment p WHERE p.order_id = o.id)`.execute(database(plane).read)
  expect(rows[0]?.wrong).toBe(0)
  const outside = await sql<{ wrong: number }>`SELECT count(*)::int AS wrong FROM payment p JOIN sandbox_charge c ON c.id = p.provider_ref
    WHERE p.captured_amount - p.refunded_amount <> c.captured_amount - c.refunded_amount`.execute(database(plane).read)
  expect(outside.rows[0]?.wrong).toBe(0)
  expect(await balance(plane)).toEqual({ balanced: true, overselling: 0, holds: 0, orphans: 0 })
})
