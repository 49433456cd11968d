import { type ApiError, newId } from '@cityos/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completeCart, createCart, getCart, updateCart } from '../core/cart/contract.ts'
import { accounts } from '../core/ledger/accounts.ts'
import { Ledger } from '../core/ledger/ledger.service.ts'
import { AdminOrderService } from '../core/order/admin-order.service.ts'
import { getStoreOrder } from '../core/order/contract.ts'
import { Clock } from '../platform/clock/clock.ts'
import { cancelMyBooking, listOrderBookings } from '../verticals/booking/contract.ts'
import { addService, anomalies, noAnomaly } from '../verticals/booking/test/salon.ts'
import { listOrderTickets } from '../verticals/event-ticketing/contract.ts'
import { eventOnSale, quotaDrift, type TestEvent, ticketsOf } from '../verticals/event-ticketing/test/fixture.ts'
import { acceptKitchenOrder, rejectKitchenOrder } from '../verticals/restaurant/contract.ts'
import { addKitchen, imbalance, level, noon, type TestKitchen } from '../verticals/restaurant/test/city.ts'
import { startTestPlane, type TestPlane, vendorActor } from './plane.ts'
import {
  addProduct,
  address,
  addVendor,
  balance,
  card,
  codeOf,
  database,
  inBalance,
  service,
  staffContext,
  stockOf,
  type TestProduct,
  until,
} from './shop.ts'

let plane: TestPlane
let product: TestProduct
let kitchen: TestKitchen
let salon: Awaited<ReturnType<typeof addService>>
let concert: TestEvent

beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'booking', 'event-ticketing', 'restaurant'] })
  plane.app.get(Clock, { strict: false }).travelTo(noon)
  product = await addProduct(plane, await addVendor(plane), 10)
  kitchen = await addKitchen(plane, await addVendor(plane))
  for (const name of ['Table 1', 'Table 2', 'Table 3'])
    await sql`INSERT INTO restaurant_dining_table (id, restaurant_id, name, seats_max, created_at, updated_at)
      VALUES (${newId('rdt')}, ${kitchen.id}, ${name}, 4, ${noon}, ${noon})`.execute(database(plane).read)
  // a haircut in 28 hours: half comes back until a day before
  salon = await addService(plane, {
    people: 3,
    tiers: [
      { hours_before: 48, refund_bps: 10_000 },
      { hours_before: 24, refund_bps: 5000 },
      { hours_before: 0, refund_bps: 0 },
    ],
  })
  concert = await eventOnSale(plane, { types: { normal: { amount: 15_000 } }, quotas: { total: { size: 10, types: ['normal'] } } })
})
afterAll(() => plane?.stop())

const sar = (amount: number) => ({ amount, currency: 'SAR' })
/** Tomorrow evening in Riyadh. */
const dinner = '2026-11-25T16:00:00.000Z'
const haircut = '2026-11-25T13:00:00.000Z'

interface Wanted {
  kind: string
  choice: Record<string, unknown>
  quantity: number
}

const wanted = (): Wanted[] => [
  { kind: 'catalogue.product', choice: { variant_id: product.variantId }, quantity: 2 },
  {
    kind: 'restaurant.table',
    choice: { restaurant_id: kitchen.id, start: dinner, party_size: 2, guest: { name: address.name, phone: address.phone } },
    quantity: 1,
  },
  {
    kind: 'restaurant.meal',
    choice: {
      restaurant_id: kitchen.id,
      service: 'dine_in',
      slot_start: dinner,
      items: [{ item_id: kitchen.kabsa, option_ids: [kitchen.sizes[0]], quantity: 2 }],
    },
    quantity: 1,
  },
  { kind: 'booking.slot', choice: { offering_id: salon.offeringId, start: haircut, duration_min: 30 }, quantity: 1 },
  { kind: 'event.ticket', choice: { ticket_type_id: concert.types['normal']!, event_date_id: concert.dateId }, quantity: 2 },
]

async function filled(lines: ReturnType<typeof wanted> = wanted()) {
  const cart = await plane.client()(createCart, { body: { lines } })
  const call = plane.client({ 'x-cart-token': cart.token })
  await call(updateCart, {
    params: { id: cart.id },
    body: { email: 'noura@example.test', phone: address.phone, shipping_address: address },
  })
  const priced = await call(getCart, { params: { id: cart.id } })
  return { call, id: cart.id, priced }
}

const complete = ({ call, id, priced }: Awaited<ReturnType<typeof filled>>, token = 'tok_ok') =>
  call(
    completeCart,
    { params: { id }, body: { payment: card(token), expected_total: priced.totals.total } },
    { idempotencyKey: newId('key') },
  )

/** What the whole house says about its money, holds, tickets, slots and stock. */
async function agreement() {
  const { rows } = await sql<{ totals: number; payments: number; provider: number; active: number; kept: number }>`SELECT
    (SELECT count(*)::int FROM "order" o WHERE o.total_amount <> (SELECT sum(amount) FROM payment p WHERE p.order_id = o.id)) AS totals,
    (SELECT count(*)::int FROM payment p JOIN sandbox_charge c ON c.id = p.provider_ref
      WHERE p.captured_amount - p.refunded_amount <> c.captured_amount - c.refunded_amount) AS provider,
    (SELECT count(*)::int FROM "order" o WHERE o.refunded_amount <> (SELECT sum(refunded_amount) FROM payment p WHERE p.order_id = o.id)) AS payments,
    (SELECT count(*)::int FROM hold WHERE status = 'active') AS active,
    (SELECT coalesce(sum(captured_amount - refunded_amount), 0)::int FROM payment WHERE provider = 'sandbox') AS kept`.execute(
    database(plane).read,
  )
  const books = await service(plane, Ledger).balances(database(plane).read, [accounts.pspClearing], 'SAR')
  const { kept, ...wrong } = rows[0]!
  return {
    ...wrong,
    clearing: books.get(accounts.pspClearing)! - kept,
    ...(await balance(plane)),
    drift: await quotaDrift(plane),
    ...(await anomalies(plane)),
    kitchen: await imbalance(plane),
  }
}

const agreed = { totals: 0, payments: 0, provider: 0, active: 0, clearing: 0, ...inBalance, drift: 0, ...noAnomaly, kitchen: level }

describe('one cart of four vendors', { retry: 0 }, () => {
  it('a product, a table with a meal ordered ahead, a haircut and two seats: one confirmation buys all of it', async () => {
    const cart = await filled()
    expect(cart.priced.lines.map((line) => [line.vertical, line.error])).toEqual([
      ['catalogue', null],
      ['restaurant', null],
      ['restaurant', null],
      ['booking', null],
      ['event-ticketing', null],
    ])
    expect(cart.priced.vendors).toHaveLength(4)
    const { order, token } = await complete(cart)
    expect(order.total.amount).toBe(23_000 + 11_600 + 6000 + 30_000 + order.shipping.amount)
    expect(order.sub_orders.map((part) => [part.lines.map((line) => line.kind), part.status])).toEqual([
      [['catalogue.product'], 'confirmed'],
      [['restaurant.table', 'restaurant.meal'], 'confirmed'],
      [['booking.slot'], 'confirmed'],
      [['event.ticket'], 'confirmed'],
    ])
    const read = () => cart.call(getStoreOrder, { params: { no: order.number }, query: { token } })
    const [goods, restaurant, hair, seats] = order.sub_orders

    // the kitchen declines the meal: nothing is taken for it, the table stays
    const meal = restaurant!.lines.find((line) => line.kind === 'restaurant.meal')!
    const kitchenActor = { actor: vendorActor(kitchen.vendorId), idempotencyKey: newId('key') }
    await plane.call(rejectKitchenOrder, { params: { id: meal.entitlement!.id }, body: { reason: 'the oven is broken' } }, kitchenActor)
    // the customer cancels the haircut inside the tier: half comes back
    const access = { query: { token } }
    const [booking] = await cart.call(listOrderBookings, { params: { number: order.number }, ...access })
    const cancel = { params: { id: booking!.id }, query: { token: booking!.token }, body: { expected_refund: sar(3000) } }
    await cart.call(cancelMyBooking, cancel, { idempotencyKey: newId('key') })
    // staff give back a part of the goods
    const refund = { sub_order_id: goods!.id, lines: [{ line_id: goods!.lines[0]!.id, amount: sar(5000) }], reason: 'a stain' }
    await service(plane, AdminOrderService).refund(staffContext(), order.id, refund)

    const after = await read()
    const part = (id: string) => after.sub_orders.find((candidate) => candidate.id === id)!
    expect(part(restaurant!.id).lines.map((line) => [line.kind, line.quantity_open, line.quantity_cancelled])).toEqual([
      ['restaurant.table', 1, 0],
      ['restaurant.meal', 0, 1],
    ])
    expect([part(hair!.id).status, part(hair!.id).refunded]).toEqual(['cancelled', sar(3000)])
    expect([part(goods!.id).status, part(goods!.id).refunded]).toEqual(['confirmed', sar(5000)])
    expect([part(seats!.id).status, part(seats!.id).refunded]).toEqual(['confirmed', sar(0)])
    expect(after.refunded).toEqual(sar(8000))
    expect(after.payments.filter((payment) => payment.capture_mode === 'on_accept').map((payment) => payment.status)).toEqual(['voided'])
    expect(await cart.call(listOrderTickets, { params: { number: order.number }, ...access })).toHaveLength(2)
    expect(await ticketsOf(plane, concert.types['normal']!)).toEqual({ valid: 2 })
    expect(await stockOf(plane, product)).toEqual({ on_hand: 10, reserved: 2 })
    await until(async () => (await agreement()).orphans === 0)
    expect(await agreement()).toEqual(agreed)
  })

  it('accepted meals are captured, part by part', async () => {
    const cart = await filled()
    const { order } = await complete(cart)
    const meal = order.sub_orders.flatMap((part) => part.lines).find((line) => line.kind === 'restaurant.meal')!
    const kitchenActor = { actor: vendorActor(kitchen.vendorId), idempotencyKey: newId('key') }
    await plane.call(acceptKitchenOrder, { params: { id: meal.entitlement!.id }, body: {} }, kitchenActor)
    expect(await agreement()).toEqual(agreed)
  })

  it('a declined card takes nothing of anybody; the cart keeps what it holds', async () => {
    const cart = await filled()
    await expect(complete(cart, 'tok_declined')).rejects.toMatchObject({ code: 'payment_declined' } satisfies Partial<ApiError>)
    const again = await cart.call(getCart, { params: { id: cart.id } })
    expect(again.lines.map((line) => [line.vertical, line.hold?.state ?? null])).toEqual([
      ['catalogue', null],
      ['restaurant', null],
      ['restaurant', null],
      ['booking', 'held'],
      ['event-ticketing', 'held'],
    ])
    expect(await agreement()).toEqual({ ...agreed, active: 2, holds: 2 })
    await complete(cart)
    expect(await agreement()).toEqual(agreed)
  })

  it('thirty at once for twenty meals of the day: twenty have everything, the others nothing, and it all agrees', async () => {
    const busy = await addKitchen(plane, await addVendor(plane), { daily: 20 })
    const barbers = await addService(plane, { people: 30 })
    const show = await eventOnSale(plane, { types: { normal: { amount: 15_000 } }, quotas: { total: { size: 100, types: ['normal'] } } })
    const goods = await addProduct(plane, await addVendor(plane), 100)
    const lines = [
      { kind: 'catalogue.product', choice: { variant_id: goods.variantId }, quantity: 1 },
      {
        kind: 'restaurant.meal',
        choice: {
          restaurant_id: busy.id,
          service: 'dine_in',
          slot_start: dinner,
          items: [{ item_id: busy.limited, option_ids: [], quantity: 1 }],
        },
        quantity: 1,
      },
      { kind: 'booking.slot', choice: { offering_id: barbers.offeringId, start: haircut, duration_min: 30 }, quantity: 1 },
      { kind: 'event.ticket', choice: { ticket_type_id: show.types['normal']!, event_date_id: show.dateId }, quantity: 2 },
    ]
    const carts: Awaited<ReturnType<typeof filled>>[] = []
    while (carts.length < 30) carts.push(...(await Promise.all(Array.from({ length: 10 }, () => filled(lines)))))
    const codes = await Promise.all(carts.map((cart) => codeOf(complete(cart))))
    expect(codes.filter((code) => code === null)).toHaveLength(20)
    expect(new Set(codes.filter((code) => code !== null)).size).toBe(1)
    expect(await ticketsOf(plane, show.types['normal']!)).toEqual({ valid: 40, pending: 20 })
    expect(await stockOf(plane, goods)).toEqual({ on_hand: 100, reserved: 20 })
    // the losers' carts go on holding what is held in a cart
    expect(await agreement()).toEqual({ ...agreed, active: 20, holds: 20 })
  }, 120_000)
})
