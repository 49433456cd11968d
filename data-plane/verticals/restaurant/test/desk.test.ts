import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hours, later, minutes } from '../../../platform/clock/clock.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, balance, database, service } from '../../../testing/shop.ts'
import * as api from '../contract.ts'
import { RestaurantAdmin } from '../server/admin.ts'
import { ReservationTimers } from '../server/reservation-timers.ts'
import { addKitchen, addTables, contact, home, imbalance, level, noon, pickUp, type TestKitchen, travel } from './city.ts'

let plane: TestPlane
let vendorId: string
let kitchen: TestKitchen
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  vendorId = await addVendor(plane)
})
beforeEach(async () => {
  travel(plane, noon)
  kitchen = await addKitchen(plane, vendorId)
})
afterAll(() => plane?.stop())

const ctx = RequestContext.system('test')
const sar = (amount: number) => ({ amount, currency: 'SAR' })
const asVendor = () => ({ actor: vendorActor(vendorId), idempotencyKey: newId('key') })
const asAdmin = () => ({ actor: admin, idempotencyKey: newId('key') })
const both = (en: string) => ({ en, ar: en })
async function code(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('tables', () => {
  const evening = '2026-11-24T16:00:00.000Z'
  const reserve = (party: number, start = evening, payment?: { method: 'sandbox'; token: string }) =>
    plane.client()(
      api.reserveTable,
      {
        body: {
          restaurant_id: kitchen.id,
          start,
          party_size: party,
          guest: { name: 'Huda', phone: contact.phone },
          contact,
          ...(payment ? { payment } : {}),
        },
      },
      { idempotencyKey: newId('key') },
    )
  const get = (id: string) => plane.call(api.getVendorReservation, { params: { id } }, asVendor())
  const status = async (id: string) => (await get(id)).status

  it('free ones: a small party is confirmed by itself, reminded once, seated, gone', async () => {
    await addTables(plane, kitchen, [2, 4])
    const { reservation, token } = await reserve(3)
    expect(reservation).toMatchObject({ party_size: 3, guest_name: 'Huda', deposit: sar(0), tables: ['T1'] })
    await expect.poll(() => status(reservation.id), { timeout: 30_000 }).toBe('confirmed')
    const timers = service(plane, ReservationTimers)
    await timers.remind(ctx, reservation.id)
    travel(plane, later(new Date(evening), -hours(2)))
    for (let run = 0; run < 3; run += 1) await timers.remind(ctx, reservation.id)
    const { rows } =
      await sql`SELECT 1 FROM outbox_event WHERE aggregate_id = ${reservation.id} AND event_type = 'restaurant.table_reservation.reminder_due'`.execute(
        database(plane).read,
      )
    expect(rows).toHaveLength(1)
    travel(plane, later(new Date(evening), minutes(5)))
    expect((await plane.call(api.seatVendorReservation, { params: { id: reservation.id }, body: {} }, asVendor())).status).toBe('seated')
    await timers.miss(ctx, reservation.id)
    expect(await status(reservation.id)).toBe('seated')
    expect((await plane.call(api.completeVendorReservation, { params: { id: reservation.id }, body: {} }, asVendor())).status).toBe(
      'completed',
    )
    const again = await plane.client()(api.getTableReservation, { params: { id: reservation.order_line_id }, query: { token } })
    expect(again.review_allowed_at).not.toBeNull()
    expect((await balance(plane)).balanced).toBe(true)
  })

  it('with a deposit: taken when confirmed, given back by the tiers, kept on a no-show', async () => {
    const tiers = JSON.stringify([
      { hours_before: 24, refund_bps: 10_000 },
      { hours_before: 2, refund_bps: 5000 },
      { hours_before: 0, refund_bps: 0 },
    ])
    await sql`UPDATE restaurant SET reservation_deposit_amount = 5000, reservation_cancellation_tiers = ${tiers}::jsonb, auto_confirm_party = 0 WHERE id = ${kitchen.id}`.execute(
      database(plane).read,
    )
    await addTables(plane, kitchen, [2, 2, 2])
    const card = { method: 'sandbox' as const, token: 'tok_ok' }
    const paid = async (orderId: string) => {
      const row = await database(plane)
        .read.selectFrom('payment')
        .select(['captured_amount', 'refunded_amount'])
        .where('order_id', '=', orderId)
        .executeTakeFirstOrThrow()
      return row.captured_amount - row.refunded_amount
    }
    const confirm = (id: string) => plane.call(api.confirmVendorReservation, { params: { id }, body: {} }, asVendor())
    const first = await reserve(2, evening, card)
    expect(first.order.total.amount).toBe(10_000)
    expect(await paid(first.order.id)).toBe(0)
    expect((await confirm(first.reservation.id)).status).toBe('confirmed')
    expect(await paid(first.order.id)).toBe(10_000)
    const cancelling = (refund: number) =>
      plane.client()(
        api.cancelTableReservation,
        { params: { id: first.reservation.id }, query: { token: first.token }, body: { expected_refund: sar(refund) } },
        { idempotencyKey: newId('key') },
      )
    // seven hours before: half
    expect(await code(cancelling(10_000))).toBe('refund_quote_changed')
    expect((await cancelling(5000)).status).toBe('cancelled')
    expect(await paid(first.order.id)).toBe(5000)

    const second = await reserve(2, evening, card)
    await confirm(second.reservation.id)
    const timers = service(plane, ReservationTimers)
    await timers.miss(ctx, second.reservation.id)
    expect(await status(second.reservation.id)).toBe('confirmed')
    travel(plane, later(new Date(evening), minutes(15)))
    expect(await code(plane.call(api.seatVendorReservation, { params: { id: second.reservation.id }, body: {} }, asVendor()))).toBe(
      'invalid_transition',
    )
    await Promise.all(Array.from({ length: 5 }, () => timers.miss(ctx, second.reservation.id)))
    expect(await status(second.reservation.id)).toBe('no_show')
    expect(await paid(second.order.id)).toBe(10_000)

    travel(plane, noon)
    const third = await reserve(2, evening, card)
    await confirm(third.reservation.id)
    await plane.call(api.cancelVendorReservation, { params: { id: third.reservation.id }, body: { reason: 'a wedding' } }, asVendor())
    expect(await paid(third.order.id)).toBe(0)
    const { balanced, orphans } = await balance(plane)
    expect({ balanced, orphans }).toEqual({ balanced: true, orphans: 0 })
  })

  it('are free again when a reservation ends; a taken time names the next ones', async () => {
    await addTables(plane, kitchen, [4])
    const { reservation } = await reserve(4)
    expect(await code(reserve(2))).toBe('slot_unavailable')
    const times = await plane.client()(api.listTableTimes, { params: { handle: kitchen.id }, query: { date: '2026-11-24', party_size: 2 } })
    const at = (iso: string) => times.times.find((time) => time.starts_at === iso)?.available
    expect([at('2026-11-24T14:00:00.000Z'), at('2026-11-24T14:30:00.000Z'), at(evening), at('2026-11-24T18:00:00.000Z')]).toEqual([
      true,
      false,
      false,
      true,
    ])
    await plane.call(api.cancelVendorReservation, { params: { id: reservation.id }, body: { reason: 'closed early' } }, asVendor())
    expect(await code(reserve(2))).toBeNull()
  })

  it.each([
    ['a party that is too large', 9, evening, 'amount_out_of_range'],
    ['a time between the steps', 2, '2026-11-24T16:10:00.000Z', 'slot_unavailable'],
    ['a time outside hours', 2, '2026-11-24T21:00:00.000Z', 'slot_unavailable'],
    ['the past', 2, '2026-11-24T08:00:00.000Z', 'slot_unavailable'],
  ] as const)('%s is refused', async (_what, party, start, expected) => {
    await addTables(plane, kitchen, [10])
    expect(await code(reserve(party, start))).toBe(expected)
  })
})

describe('the vendor’s desk', () => {
  it('opens a restaurant: draft, menu, hours, areas, submitted, checked, approved, sold', async () => {
    const handle = `corner-${newId('x').slice(-8)}`
    const draft = await plane.call(
      api.createVendorRestaurant,
      {
        body: {
          handle,
          name: both('Corner'),
          location: { lat: 24.7, lng: 46.68 },
          address: 'Olaya',
          services: ['pickup', 'delivery'],
          commercial_reg_no: '1010999888',
          municipal_licence_no: 'R-1',
        },
      },
      asVendor(),
    )
    expect([draft.status, draft.actions]).toEqual(['draft', ['submit']])
    expect(
      await code(
        plane.call(
          api.createVendorRestaurant,
          { body: { handle, name: both('Again'), location: { lat: 1, lng: 1 }, address: '' } },
          asVendor(),
        ),
      ),
    ).toBe('already_exists')
    const id = draft.id
    expect(await code(plane.call(api.submitVendorRestaurant, { params: { id } }, asVendor()))).toBe('publish_requirements_missing')
    const week = { service: 'pickup' as const, windows: [{ opens_at: '09:00', closes_at: '01:00' }] }
    await plane.call(
      api.setOpeningHours,
      { params: { id }, body: { days: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, ...week })) } },
      asVendor(),
    )
    const overlapping = {
      weekday: 1,
      service: 'pickup' as const,
      windows: [
        { opens_at: '09:00', closes_at: '14:00' },
        { opens_at: '13:00', closes_at: '18:00' },
      ],
    }
    expect(await code(plane.call(api.setOpeningHours, { params: { id }, body: { days: [overlapping] } }, asVendor()))).toBe(
      'validation_failed',
    )
    const category = await plane.call(api.createMenuCategory, { body: { restaurant_id: id, name: both('All') } }, asVendor())
    const drinks = await plane.call(
      api.createModifierGroup,
      {
        body: {
          restaurant_id: id,
          name: both('Drink'),
          min_select: 1,
          max_select: 1,
          options: [{ name: both('Water'), price_delta: sar(0) }],
        },
      },
      asVendor(),
    )
    const meal = await plane.call(
      api.createModifierGroup,
      {
        body: {
          restaurant_id: id,
          name: both('Meal'),
          options: [{ name: both('With drink'), price_delta: sar(500), nested_group_id: drinks.id }],
        },
      },
      asVendor(),
    )
    const deeper = { options: [{ name: both('No'), price_delta: sar(0), nested_group_id: meal.id }] }
    expect(await code(plane.call(api.updateModifierGroup, { params: { id: drinks.id }, body: deeper }, asVendor()))).toBe(
      'validation_failed',
    )
    const dish = await plane.call(
      api.createMenuItem,
      {
        body: {
          restaurant_id: id,
          category_id: category.id,
          name: both('Toast'),
          price: sar(2000),
          groups: [{ group_id: meal.id }],
          allergens: ['gluten'],
        },
      },
      asVendor(),
    )
    expect(dish).toMatchObject({ price: sar(2000), prep_points: 1, groups: [{ group_id: meal.id, min_select: null }] })
    expect(await code(plane.call(api.removeModifierGroup, { params: { id: meal.id } }, asVendor()))).toBe('validation_failed')
    const ring: [number, number][] = [
      [46.6, 24.6],
      [46.8, 24.6],
      [46.8, 24.8],
      [46.6, 24.6],
    ]
    const area = {
      restaurant_id: id,
      name: both('All'),
      polygon: { type: 'Polygon' as const, coordinates: [ring] },
      fee: sar(500),
      minimum_order: sar(0),
    }
    await plane.call(api.createDeliveryArea, { body: area }, asVendor())
    expect(
      await code(
        plane.call(
          api.createDeliveryArea,
          { body: { ...area, polygon: { ...area.polygon, coordinates: [[...ring.slice(0, 3), [0, 0] as [number, number]]] } } },
          asVendor(),
        ),
      ),
    ).toBe('validation_failed')
    expect((await plane.call(api.submitVendorRestaurant, { params: { id } }, asVendor())).status).toBe('in_review')
    const order = { ...pickUp(kitchen), restaurant_id: id, items: [{ item_id: dish.id, option_ids: [], quantity: 1 }] }
    const buy = () => plane.client()(api.placeRestaurantOrder, { body: order }, { idempotencyKey: newId('key') })
    expect(await code(buy())).toBe('not_found')
    expect(await code(plane.call(api.approveRestaurant, { params: { id } }, asAdmin()))).toBe('vendor_not_licensed')
    expect((await plane.call(api.getAdminRestaurant, { params: { id } }, asAdmin())).actions).toContain('licence-check')
    await plane.call(api.checkRestaurantLicence, { params: { id }, body: { valid_until: '2027-06-30' } }, asAdmin())
    expect((await plane.call(api.approveRestaurant, { params: { id } }, asAdmin())).status).toBe('active')
    expect(await code(buy())).toBeNull()
    expect((await plane.client()(api.getRestaurant, { params: { handle } })).state.open).toBe(true)
  })

  it('another vendor sees and changes nothing of it', async () => {
    const stranger = { actor: vendorActor(await addVendor(plane)), idempotencyKey: newId('key') }
    const attempts = [
      plane.call(api.getVendorRestaurant, { params: { id: kitchen.id } }, stranger),
      plane.call(api.updateVendorRestaurant, { params: { id: kitchen.id }, body: { prep_minutes: 1 } }, stranger),
      plane.call(api.setOpeningHours, { params: { id: kitchen.id }, body: { days: [] } }, stranger),
      plane.call(api.getMenuItem, { params: { id: kitchen.kabsa } }, stranger),
      plane.call(api.updateMenuItem, { params: { id: kitchen.kabsa }, body: { active: false } }, stranger),
      plane.call(api.setMenuItemSoldOut, { params: { id: kitchen.kabsa }, body: { sold_out: true } }, stranger),
      plane.call(api.createMenuCategory, { body: { restaurant_id: kitchen.id, name: both('Mine') } }, stranger),
      plane.call(api.listKitchenSlots, { params: { id: kitchen.id } }, stranger),
    ]
    expect(await Promise.all(attempts.map(code))).toEqual(attempts.map(() => 'not_found'))
    expect((await plane.call(api.listMenuItems, { query: { restaurant_id: kitchen.id } }, stranger)).total).toBe(0)
  })

  it('new caps and limits hold for slots and days that have begun', async () => {
    const slot_start = '2026-11-24T10:00:00.000Z'
    const buy = (items?: unknown) =>
      plane.client()(
        api.placeRestaurantOrder,
        { body: { ...pickUp(kitchen, { slot_start }), ...(items ? { items } : {}) } as never },
        { idempotencyKey: newId('key') },
      )
    await buy()
    await plane.call(
      api.updateVendorRestaurant,
      { params: { id: kitchen.id }, body: { max_orders_per_slot: { delivery: 1, pickup: 1, dine_in: 1 } } },
      asVendor(),
    )
    expect(await code(buy())).toBe('slot_unavailable')
    const overview = await plane.call(api.listKitchenSlots, { params: { id: kitchen.id }, query: { service: 'pickup' } }, asVendor())
    expect(overview.slots.find((slot) => slot.starts_at === slot_start)).toMatchObject({ orders_used: 1, orders_cap: 1, points_used: 3 })
    await plane.call(
      api.updateVendorRestaurant,
      { params: { id: kitchen.id }, body: { max_orders_per_slot: { delivery: 9, pickup: 9, dine_in: 9 } } },
      asVendor(),
    )
    const omakase = [{ item_id: kitchen.limited, option_ids: [], quantity: 1 }]
    await buy(omakase)
    const shown = await plane.call(api.updateMenuItem, { params: { id: kitchen.limited }, body: { daily_limit: 1 } }, asVendor())
    expect(shown.sold_today).toBe(1)
    expect(await code(buy(omakase))).toBe('insufficient_stock')
    const menu = await plane.client()(api.getRestaurantMenu, { params: { handle: kitchen.id } })
    expect(menu.dishes.find((dish) => dish.id === kitchen.limited)).toMatchObject({
      left: 0,
      available: false,
      unavailable_reason: 'sold_out',
    })
    expect(await imbalance(plane)).toEqual(level)
  })

  it('a reserved table cannot be removed; a stale version is refused; the ticket says what to cook', async () => {
    const [table] = await addTables(plane, kitchen, [4])
    await plane.client()(
      api.reserveTable,
      {
        body: {
          restaurant_id: kitchen.id,
          start: '2026-11-24T16:00:00.000Z',
          party_size: 2,
          guest: { name: 'Huda', phone: contact.phone },
          contact,
        },
      },
      { idempotencyKey: newId('key') },
    )
    expect(await code(plane.call(api.removeDiningTable, { params: { id: table! } }, asVendor()))).toBe('open_obligations')
    expect(
      await code(
        plane.call(api.updateVendorRestaurant, { params: { id: kitchen.id }, body: { prep_minutes: 5, version: 99 } }, asVendor()),
      ),
    ).toBe('stale_version')
    const { food_order_id: id } = await plane.client()(
      api.placeRestaurantOrder,
      { body: pickUp(kitchen, { note: 'no onions', utensils: true }) },
      { idempotencyKey: newId('key') },
    )
    const { lines } = await plane.call(api.printKitchenTicket, { params: { id } }, asVendor())
    expect(lines.join('\n')).toContain(' 1 x Kabsa\n     + Small')
    expect(lines).toContain('* no onions')
    expect(lines.join('')).not.toContain(contact.phone)
  })
})

describe('the city', () => {
  // acts of staff on money wait for the control plane, which is away here: asked of the service itself
  const staff = new RequestContext({ actor: admin, surface: 'admin' })
  const desk = () => service(plane, RestaurantAdmin)

  it('waits with acts on money while nobody could tell of a revocation', async () => {
    const act = plane.call(api.forceCloseRestaurant, { params: { id: kitchen.id }, body: { reason: 'hygiene' } }, asAdmin())
    expect(await code(act)).toBe('dependency_unavailable')
  })

  const buy = () => plane.client()(api.placeRestaurantOrder, { body: pickUp(kitchen) }, { idempotencyKey: newId('key') })

  it('closes a restaurant at once and gives open orders back', async () => {
    const { order } = await buy()
    const closed = await desk().forceClose(staff, kitchen.id, { reason: 'hygiene', cancel_open: true })
    expect([closed.status, closed.cancelled_orders]).toEqual(['closed', 1])
    expect(await code(buy())).toBe('not_found')
    expect(await code(plane.client()(api.getRestaurant, { params: { handle: kitchen.id } }))).toBe('not_found')
    const payment = await database(plane)
      .read.selectFrom('payment')
      .select(['captured_amount'])
      .where('order_id', '=', order.id)
      .executeTakeFirstOrThrow()
    expect(payment.captured_amount).toBe(0)
    expect(await code(plane.call(api.reopenRestaurant, { params: { id: kitchen.id } }, asAdmin()))).toBe('vendor_not_licensed')
  })

  it('refunds a part, cancels a meal, and sees how kitchens answer', async () => {
    const [first, second, third] = [await buy(), await buy(), await buy()]
    await plane.call(api.acceptKitchenOrder, { params: { id: first.food_order_id }, body: {} }, asVendor())
    await plane.call(api.rejectKitchenOrder, { params: { id: second.food_order_id }, body: { reason: 'no gas' } }, asVendor())
    const refunded = await desk().refundOrder(staff, first.food_order_id, { amount: sar(800), reason: 'cold' })
    expect(refunded.refunded).toEqual(sar(800))
    expect((await desk().cancelOrder(staff, third.food_order_id, 'fraud')).status).toBe('cancelled')
    const sla = await plane.call(
      api.listRestaurantSla,
      { query: { from: later(noon, -hours(1)).toISOString(), to: later(noon, hours(1)).toISOString(), limit: 100 } },
      asAdmin(),
    )
    expect(sla.items.find((row) => row.restaurant.id === kitchen.id)).toMatchObject({
      orders: 3,
      accepted: 1,
      rejected_bps: 3333,
      auto_rejected_bps: 0,
    })
    const listed = await plane.call(api.listAdminFoodOrders, { query: { restaurant_id: kitchen.id, status: 'rejected' } }, asAdmin())
    expect(listed.items.map((row) => row.id)).toEqual([second.food_order_id])
    expect((await balance(plane)).balanced).toBe(true)
  })
})

describe('finding restaurants', () => {
  it('near a place, open, by cuisine, by fee; what delivers there', async () => {
    const closed = await addKitchen(plane, vendorId, { hours: ['18:00', '23:00'] })
    const far = await addKitchen(plane, vendorId, { columns: { lat: 21.5, lng: 39.2 } })
    await sql`UPDATE restaurant SET cuisine_codes = '{sushi}' WHERE id = ${kitchen.id}`.execute(database(plane).read)
    const list = async (query: Record<string, unknown>) =>
      (await plane.client()(api.listRestaurants, { query: { limit: 100, ...query } as never })).items.map((card) => card.id)
    const place = { lat: home.lat, lng: home.lng }
    expect(await list(place)).toEqual(expect.arrayContaining([kitchen.id, closed.id]))
    expect(await list(place)).not.toContain(far.id)
    expect(await list({ ...place, open_now: 'true' })).not.toContain(closed.id)
    expect(await list({ cuisine: 'sushi' })).toEqual([kitchen.id])
    expect(await list({ lat: 24.85, lng: 46.68, service: 'delivery' })).not.toContain(kitchen.id)
    const [card] = (await plane.client()(api.listRestaurants, { query: { ...place, cuisine: 'sushi' } })).items
    expect(card).toMatchObject({
      distance_m: 0,
      delivery: { fee: sar(1000), minimum_order: sar(2500) },
      ready_in_minutes: 20,
      state: { open: true },
    })
  })

  it('slots of a day, with room for the basket’s prep points', async () => {
    const small = await addKitchen(plane, vendorId, { points: 4 })
    const slots = (points: number) =>
      plane.client()(api.listRestaurantSlots, { params: { handle: small.id }, query: { service: 'pickup', date: '2026-11-24', points } })
    await plane.client()(
      api.placeRestaurantOrder,
      { body: pickUp(small, { slot_start: '2026-11-24T10:00:00.000Z' }) },
      { idempotencyKey: newId('key') },
    )
    const at = async (points: number) =>
      (await slots(points)).slots.find((slot) => slot.starts_at === '2026-11-24T10:00:00.000Z')?.available
    expect([await at(1), await at(2)]).toEqual([true, false])
    expect((await slots(1)).asap?.ready_at).toBeDefined()
    expect((await slots(5)).slots.every((slot) => !slot.available)).toBe(true)
  })
})
