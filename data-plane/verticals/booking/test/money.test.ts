import { newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { completeCart, getCart, removeCartLine, updateCart } from '../../../core/cart/contract.ts'
import { admin } from '../../../testing/plane.ts'
import { balance, codeOf, service as serviceOf, staffContext, until } from '../../../testing/shop.ts'
import {
  adminGetBookingDispute,
  cancelMyBooking,
  createBooking,
  quoteMyBookingRefund,
  vendorCancelBooking,
  vendorCompleteBooking,
  vendorConfirmBooking,
  vendorDeclineBooking,
  vendorGetBooking,
  vendorMarkNoShow,
  vendorStartBooking,
} from '../contract.ts'
import { KeeperBookings } from '../server/keeper-bookings.ts'
import {
  addService,
  anomalies,
  becomes,
  book,
  bookingsOf,
  card,
  contact,
  database,
  hold,
  morning,
  noAnomaly,
  openSalon,
  type Salon,
  type TestService,
} from './salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon?.stop())

const key = () => ({ idempotencyKey: newId('key') })
const tiers = [
  { hours_before: 48, refund_bps: 10_000 },
  { hours_before: 24, refund_bps: 5000 },
  { hours_before: 0, refund_bps: 0 },
]

type Done = Awaited<ReturnType<typeof book>>
const as = (service: TestService) => ({ actor: service.owner, ...key() })

/** What the payments of an order took and gave back, and what its line says. */
async function moneyOf({ order, booking }: Done) {
  const payments = await database(salon.plane)
    .read.selectFrom('payment')
    .select(['authorized_amount', 'captured_amount', 'refunded_amount', 'status'])
    .where('order_id', '=', order.id)
    .orderBy('created_at')
    .execute()
  const line = await database(salon.plane)
    .read.selectFrom('order_line')
    .select(['quantity_open', 'quantity_fulfilled', 'quantity_cancelled', 'refunded_amount', 'release_at'])
    .where('id', '=', booking.order_line_id!)
    .executeTakeFirstOrThrow()
  return { payments, line }
}

async function inBalance(): Promise<void> {
  const { balanced, orphans } = await balance(salon.plane)
  expect({ balanced, orphans }).toEqual({ balanced: true, orphans: 0 })
  expect(await anomalies(salon.plane)).toEqual(noAnomaly)
}

describe('paid at once', () => {
  it.each<[string, number, string]>([
    ['2026-11-26T06:00:00Z', 6000, '49 hours before'],
    ['2026-11-26T05:00:00Z', 6000, 'a little over 48 hours before'],
    ['2026-11-26T04:30:00Z', 3000, '47.5 hours before'],
    ['2026-11-25T05:00:00Z', 3000, 'a little over 24 hours before'],
    ['2026-11-25T04:30:00Z', 0, '23.5 hours before'],
  ])('A10: cancelled for %s gives back %i (%s)', async (start, refund) => {
    salon.travel('2026-11-24T04:59:00Z')
    const service = await addService(salon.plane, { tiers, hours: [0, 1440] })
    const done = await book(salon.plane.client(), service, start)
    const call = { params: { id: done.booking.id }, query: { token: done.booking.token } }
    const shopper = salon.plane.client()
    expect(await shopper(quoteMyBookingRefund, call)).toMatchObject({ paid: { amount: 6000 }, refund: { amount: refund } })
    await shopper(cancelMyBooking, { ...call, body: { expected_refund: { amount: refund, currency: 'SAR' } } }, key())
    const { payments, line } = await moneyOf(done)
    expect(payments).toMatchObject([{ captured_amount: 6000, refunded_amount: refund }])
    expect(line).toMatchObject({ quantity_open: 0, quantity_cancelled: 1, refunded_amount: refund })
    await inBalance()
  })

  it('the vendor and the city give everything back, whatever the policy says', async () => {
    const service = await addService(salon.plane, { tiers: [{ hours_before: 0, refund_bps: 0 }] })
    const [first, second] = [
      await book(salon.plane.client(), service, '2026-11-25T06:00:00Z'),
      await book(salon.plane.client(), service, '2026-11-25T07:00:00Z'),
    ]
    await salon.plane.call(vendorCancelBooking, { params: { id: first.booking.id }, body: { reason: 'The barber is ill' } }, as(service))
    // staff's act on money over HTTP needs the control plane, which is away here
    await serviceOf(salon.plane, KeeperBookings).cancel(staffContext(), second.booking.id, 'The shop was closed')
    expect((await moneyOf(first)).payments).toMatchObject([{ refunded_amount: 6000 }])
    expect((await moneyOf(second)).payments).toMatchObject([{ refunded_amount: 6000 }])
    const dispute = await salon.plane.call(adminGetBookingDispute, { params: { id: second.booking.id } }, { actor: admin })
    expect(dispute.money.map((entry) => [entry.kind, entry.amount.amount])).toEqual([
      ['payment', 6000],
      ['refund', 6000],
    ])
    expect(dispute.booking.history.map((entry) => entry.name)).toEqual(['book', 'cancel'])
    await inBalance()
  })

  it('a completed service releases the money two days later, counted from its end', async () => {
    const service = await addService(salon.plane)
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    salon.travel('2026-11-25T06:05:00Z')
    await salon.plane.call(vendorStartBooking, { params: { id: done.booking.id } }, as(service))
    salon.travel('2026-11-25T06:20:00Z')
    await salon.plane.call(vendorCompleteBooking, { params: { id: done.booking.id } }, as(service))
    const { line } = await moneyOf(done)
    expect(line).toMatchObject({ quantity_open: 0, quantity_fulfilled: 1 })
    expect(Math.abs(line.release_at!.getTime() - Date.parse('2026-11-27T06:20:00Z'))).toBeLessThan(60_000)
    salon.travel(morning)
    await inBalance()
  })
})

describe('a request', () => {
  it('is authorised only; confirming takes the money', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
    const done = await book(salon.plane.client(), service, '2026-11-26T06:00:00Z')
    expect((await moneyOf(done)).payments).toMatchObject([{ authorized_amount: 6000, captured_amount: 0 }])
    const confirmed = await salon.plane.call(vendorConfirmBooking, { params: { id: done.booking.id } }, as(service))
    expect(confirmed).toMatchObject({
      status: 'confirmed',
      contact: { email: 'noura@example.test', name: 'Noura' },
      paid: { amount: 6000 },
    })
    expect((await moneyOf(done)).payments).toMatchObject([{ captured_amount: 6000 }])
    await inBalance()
  })

  it('declined, cancelled or unanswered: voided', async () => {
    const service = await addService(salon.plane, { tiers, columns: { requires_confirmation: true, confirmation_deadline_min: 60 } })
    const [declined, cancelled, unanswered] = [
      await book(salon.plane.client(), service, '2026-11-25T06:00:00Z'),
      await book(salon.plane.client(), service, '2026-11-25T07:00:00Z'),
      await book(salon.plane.client(), service, '2026-11-25T08:00:00Z'),
    ]
    await salon.plane.call(vendorDeclineBooking, { params: { id: declined.booking.id }, body: { reason: 'No studio' } }, as(service))
    const call = { params: { id: cancelled.booking.id }, query: { token: cancelled.booking.token } }
    await salon.plane.client()(cancelMyBooking, { ...call, body: {} }, key())
    salon.travel('2026-11-24T06:00:00.000Z')
    await becomes(salon.plane, unanswered.booking.id, 'expired')
    await until(async () => (await moneyOf(unanswered)).payments[0]!.status === 'voided')
    for (const done of [declined, cancelled, unanswered]) {
      expect((await moneyOf(done)).payments).toMatchObject([{ captured_amount: 0, status: 'voided' }])
    }
    salon.travel(morning)
    await inBalance()
  })

  it('a card that cannot be charged any more: 402, still pending, and the time is still taken', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', {}, card('tok_capture_fails'))
    const confirm = salon.plane.call(vendorConfirmBooking, { params: { id: done.booking.id } }, as(service))
    await expect(confirm).rejects.toMatchObject({ code: 'payment_declined' })
    expect((await bookingsOf(salon.plane, service))[0]!.status).toBe('pending_confirmation')
    expect(await codeOf(book(salon.plane.client(), service, '2026-11-25T06:00:00Z'))).toBe('slot_unavailable')
    await inBalance()
  })
})

describe('a deposit', () => {
  const columns = { deposit_bps: 3000, price_amount: 90_000, duration_min: 180, no_show_fee_bps: 5000 }
  const wish = { duration_min: 180 }

  it('30 % now, the rest when the service was given', async () => {
    const service = await addService(salon.plane, { columns })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', wish)
    expect(done.booking).toMatchObject({ price: { amount: 90_000 }, deposit: { amount: 27_000 } })
    expect((await moneyOf(done)).payments.reduce((sum, payment) => sum + payment.captured_amount, 0)).toBe(27_000)
    salon.travel('2026-11-25T06:00:00Z')
    await salon.plane.call(vendorStartBooking, { params: { id: done.booking.id } }, as(service))
    await salon.plane.call(vendorCompleteBooking, { params: { id: done.booking.id } }, as(service))
    expect((await moneyOf(done)).payments.reduce((sum, payment) => sum + payment.captured_amount, 0)).toBe(90_000)
    salon.travel(morning)
    await inBalance()
  })

  it('the rest cannot be charged: 402, ten minutes for another card, then the deposit stays and the service counts as given', async () => {
    const service = await addService(salon.plane, { columns })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', wish)
    // the card is blocked by its bank meanwhile
    const { provider_ref } = await database(salon.plane)
      .read.selectFrom('payment')
      .select('provider_ref')
      .where('order_id', '=', done.order.id)
      .executeTakeFirstOrThrow()
    await database(salon.plane)
      .read.updateTable('sandbox_charge')
      .set({ token: 'tok_capture_fails' })
      .where('id', '=', provider_ref!)
      .execute()
    salon.travel('2026-11-25T06:00:00Z')
    await salon.plane.call(vendorStartBooking, { params: { id: done.booking.id } }, as(service))
    const before = (await moneyOf(done)).payments.reduce((sum, payment) => sum + payment.captured_amount, 0)
    await expect(salon.plane.call(vendorCompleteBooking, { params: { id: done.booking.id } }, as(service))).rejects.toMatchObject({
      code: 'payment_declined',
    })
    expect((await bookingsOf(salon.plane, service))[0]!.status).toBe('in_progress')
    salon.travel('2026-11-25T06:10:01Z')
    await becomes(salon.plane, done.booking.id, 'completed')
    const after = (await moneyOf(done)).payments.reduce((sum, payment) => sum + payment.captured_amount - payment.refunded_amount, 0)
    expect(after).toBe(before)
    salon.travel(morning)
    await inBalance()
  })

  it('the policy counts from what was paid: the deposit', async () => {
    const service = await addService(salon.plane, { columns, tiers: [{ hours_before: 0, refund_bps: 5000 }] })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', wish)
    const call = { params: { id: done.booking.id }, query: { token: done.booking.token } }
    expect(await salon.plane.client()(quoteMyBookingRefund, call)).toMatchObject({ paid: { amount: 27_000 }, refund: { amount: 13_500 } })
  })

  it('the customer does not come: half of the price is kept, beyond the deposit from the same card', async () => {
    const service = await addService(salon.plane, { columns })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', wish)
    const noShow = () => salon.plane.call(vendorMarkNoShow, { params: { id: done.booking.id }, body: { party: 'customer' } }, as(service))
    salon.travel('2026-11-25T06:09:59Z')
    await expect(noShow()).rejects.toMatchObject({ code: 'invalid_transition' })
    salon.travel('2026-11-25T06:10:00Z')
    expect(await noShow()).toMatchObject({ status: 'no_show', no_show_party: 'customer' })
    const { payments } = await moneyOf(done)
    expect(payments.reduce((sum, payment) => sum + payment.captured_amount - payment.refunded_amount, 0)).toBe(45_000)
    salon.travel(morning)
    await inBalance()
  })
})

describe('nobody there', () => {
  it('the customer: the fee of a prepaid service is kept, the rest comes back', async () => {
    const service = await addService(salon.plane, { columns: { no_show_fee_bps: 5000 } })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    salon.travel('2026-11-25T06:15:00Z')
    await salon.plane.call(vendorMarkNoShow, { params: { id: done.booking.id }, body: { party: 'customer' } }, as(service))
    expect((await moneyOf(done)).payments).toMatchObject([{ captured_amount: 6000, refunded_amount: 3000 }])
    salon.travel(morning)
    await inBalance()
  })

  it('the provider: everything comes back, and an event says which credit is due', async () => {
    const service = await addService(salon.plane, { columns: { no_show_fee_bps: 5000 } })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    salon.travel('2026-11-25T06:15:00Z')
    await salon.plane.call(vendorMarkNoShow, { params: { id: done.booking.id }, body: { party: 'provider' } }, as(service))
    expect((await moneyOf(done)).payments).toMatchObject([{ captured_amount: 6000, refunded_amount: 6000 }])
    const event = await database(salon.plane)
      .read.selectFrom('outbox_event')
      .select('payload')
      .where('event_type', '=', 'booking.goodwill_credit.due')
      .where('aggregate_id', '=', done.booking.id)
      .executeTakeFirstOrThrow()
    expect(event.payload).toMatchObject({ credit_amount: 600, currency: 'SAR', order_line_id: done.booking.order_line_id })
    salon.travel(morning)
    await inBalance()
  })
})

describe('other ways to pay', () => {
  it('paid at the place: the order is free, the booking says what is due there', async () => {
    const service = await addService(salon.plane, { columns: { pay_at_place: true } })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', {}, { method: 'none' })
    expect(done.order.total.amount).toBe(0)
    expect(done.booking).toMatchObject({ status: 'confirmed', price: { amount: 6000 }, due_at_place: { amount: 6000 } })
    salon.travel('2026-11-25T06:00:00Z')
    await salon.plane.call(vendorStartBooking, { params: { id: done.booking.id } }, as(service))
    expect((await salon.plane.call(vendorCompleteBooking, { params: { id: done.booking.id } }, as(service))).status).toBe('completed')
    salon.travel(morning)
    await inBalance()
  })

  it('a declined card books nothing; the time stays held for its cart and can be paid with another', async () => {
    const service = await addService(salon.plane)
    const held = await hold(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    const owner = salon.plane.client({ 'x-cart-token': held.token })
    await owner(updateCart, { params: { id: held.cart_id }, body: { email: contact.email } })
    const complete = (token: string) =>
      owner(
        completeCart,
        { params: { id: held.cart_id }, body: { payment: card(token), expected_total: { amount: 6000, currency: 'SAR' } } },
        key(),
      )
    expect(await codeOf(complete('tok_declined'))).toBe('payment_declined')
    expect((await bookingsOf(salon.plane, service)).map((row) => row.status)).toEqual(['held'])
    await complete('tok_ok')
    expect((await bookingsOf(salon.plane, service)).map((row) => row.status)).toEqual(['confirmed'])
    await inBalance()
  })

  it('a bank transfer is refused: a time does not wait for days', async () => {
    const service = await addService(salon.plane)
    const slot = { offering_id: service.offeringId, start: '2026-11-25T06:00:00Z', duration_min: 30, seats: 1 }
    const call = salon.plane.client()(createBooking, { body: { slot, contact, payment: { method: 'bank_transfer' } } }, key())
    expect(await codeOf(call)).toBe('validation_failed')
    await until(async () => (await bookingsOf(salon.plane, service)).every((row) => row.status === 'expired'))
  })

  it('seats of a group are paid each; some of them are given back', async () => {
    const service = await addService(salon.plane, { columns: { seats: 6, assignment: 'fixed' } })
    const done = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', {
      seats: 3,
      attendees: [{ name: 'Sara' }, { name: 'Huda' }],
    })
    expect(done.booking).toMatchObject({ seats: 3, price: { amount: 18_000 }, attendees: [{ name: 'Sara' }, { name: 'Huda' }] })
    const seen = await salon.plane.call(vendorGetBooking, { params: { id: done.booking.id } }, { actor: service.owner })
    expect(seen.providers).toHaveLength(1)
    await salon.plane.call(vendorCancelBooking, { params: { id: done.booking.id }, body: { reason: 'too few' } }, as(service))
    expect((await moneyOf(done)).payments).toMatchObject([{ refunded_amount: 18_000 }])
    const slot = await database(salon.plane)
      .read.selectFrom('booking_slot')
      .select(['used', 'status'])
      .where('offering_id', '=', service.offeringId)
      .execute()
    expect(slot).toEqual([{ used: 0, status: 'closed' }])
    await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', { seats: 6 })
    await inBalance()
  })

  it('taking the line out of the cart frees the time', async () => {
    const service = await addService(salon.plane)
    const held = await hold(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    const owner = salon.plane.client({ 'x-cart-token': held.token })
    const cart = await owner(getCart, { params: { id: held.cart_id } })
    expect(cart.lines[0]).toMatchObject({ kind: 'booking.slot', unit_price: { amount: 6000 }, error: null })
    expect(JSON.stringify(cart.lines[0]!.choice)).not.toContain('Noura')

    await owner(removeCartLine, { params: { id: held.cart_id, line_id: held.line_id } })
    expect((await bookingsOf(salon.plane, service)).map((row) => row.status)).toEqual(['expired'])
    await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    await inBalance()
  })
})
