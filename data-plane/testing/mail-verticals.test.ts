import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { completeCart, createCart, getCart, updateCart } from '../core/cart/contract.ts'
import { Clock } from '../platform/clock/clock.ts'
import { listTenantMail, readTenantMail } from '../platform/mail/contract.ts'
import { cancelMyBooking, listOrderBookings } from '../verticals/booking/contract.ts'
import { addService } from '../verticals/booking/test/salon.ts'
import { listOrderTickets } from '../verticals/event-ticketing/contract.ts'
import { eventOnSale, type TestEvent } from '../verticals/event-ticketing/test/fixture.ts'
import { acceptKitchenOrder } from '../verticals/restaurant/contract.ts'
import { addKitchen, noon, type TestKitchen } from '../verticals/restaurant/test/city.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from './plane.ts'
import { addProduct, address, addVendor, card, database, type TestProduct, until } from './shop.ts'

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
  await sql`INSERT INTO restaurant_dining_table (id, restaurant_id, name, seats_max, created_at, updated_at)
    VALUES (${newId('rdt')}, ${kitchen.id}, 'Table 1', 4, ${noon}, ${noon})`.execute(database(plane).read)
  salon = await addService(plane, { people: 3, tiers: [{ hours_before: 0, refund_bps: 10_000 }] })
  concert = await eventOnSale(plane, { types: { normal: { amount: 15_000 } }, quotas: { total: { size: 10, types: ['normal'] } } })
})
afterAll(() => plane?.stop())

/** Tomorrow evening in Riyadh. */
const dinner = '2026-11-25T16:00:00.000Z'
const haircut = '2026-11-25T13:00:00.000Z'
const asAdmin = { actor: admin }

/** Kinds of message that have come to the mailbox so far, each with its HTML. */
async function mailbox(): Promise<Map<string, string>> {
  const { items } = await plane.call(listTenantMail, { query: { status: 'sent', limit: 100 } }, asAdmin)
  const read = await Promise.all(items.map(({ id }) => plane.call(readTenantMail, { params: { id } }, asAdmin)))
  return new Map(read.map((mail) => [mail.kind, mail.html ?? '']))
}

it('a guest hears of the table, the meal, the haircut and the tickets of one order, each with a page that opens without an account', async () => {
  const lines = [
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
  const cart = await plane.client()(createCart, { body: { lines } })
  const call = plane.client({ 'x-cart-token': cart.token })
  const params = { id: cart.id }
  await call(updateCart, { params, body: { email: 'noura@example.test', phone: address.phone, shipping_address: address } })
  const { totals } = await call(getCart, { params })
  const payment = { body: { payment: card(), expected_total: totals.total } }
  const { order, token } = await call(completeCart, { params, ...payment }, { idempotencyKey: newId('key') })

  await until(async () => (await mailbox()).size >= 4)
  const first = await mailbox()
  expect([...first.keys()].sort()).toEqual(['booking_confirmed', 'order_placed', 'table_confirmed', 'tickets_issued'])
  for (const [kind, html] of first) expect(html, kind).toContain(`token=${token}`)
  expect(first.get('booking_confirmed')).toContain('25 November 2026 at 16:00')
  expect(first.get('tickets_issued')).toContain('Your 2 tickets are here')
  expect(first.get('tickets_issued')).toContain(`/en/account/event-ticketing/of-order/${order.number}?`)
  expect(await call(listOrderTickets, { params: { number: order.number }, query: { token } })).toHaveLength(2)

  const meal = order.sub_orders.flatMap((part) => part.lines).find((line) => line.kind === 'restaurant.meal')!
  const kitchenActor = { actor: vendorActor(kitchen.vendorId), idempotencyKey: newId('key') }
  await plane.call(acceptKitchenOrder, { params: { id: meal.entitlement!.id }, body: {} }, kitchenActor)
  const [booking] = await call(listOrderBookings, { params: { number: order.number }, query: { token } })
  const cancel = { params: { id: booking!.id }, query: { token: booking!.token } }
  const expected_refund = { amount: 6000, currency: 'SAR' }
  await call(cancelMyBooking, { ...cancel, body: { expected_refund } }, { idempotencyKey: newId('key') })
  await until(async () => (await mailbox()).size >= 7)
  const later = await mailbox()
  expect([...later.keys()].filter((kind) => !first.has(kind)).sort()).toEqual(['booking_cancelled', 'meal_accepted', 'order_refunded'])
  expect(later.get('meal_accepted')).toContain(`/en/account/restaurant/${meal.entitlement!.id}?token=`)
  expect(later.get('order_refunded')).toContain('60.00')
})
