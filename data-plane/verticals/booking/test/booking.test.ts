import { newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf } from '../../../testing/shop.ts'
import { cancelMyBooking, getMyBooking, getService, listServices, listSlots, rescheduleMyBooking, vendorCreateBlock } from '../contract.ts'
import { addService, anomalies, becomes, book, bookingsOf, database, hold, noAnomaly, openSalon, type Salon } from './salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon?.stop())

const key = () => ({ idempotencyKey: newId('key') })

describe('booking a time', () => {
  it('shows a service, its free times, takes one and shows it no more', async () => {
    const service = await addService(salon.plane)
    const shopper = salon.plane.client()
    const page = await shopper(getService, { params: { handle: service.handle } })
    expect(page).toMatchObject({
      payment_plan: 'now',
      timezone: 'Asia/Riyadh',
      durations: [{ minutes: 30, price: { amount: 6000, currency: 'SAR' } }],
    })
    const search = { params: { id: service.offeringId }, query: { from: '2026-11-25', to: '2026-11-25' } }
    const before = (await shopper(listSlots, search)).days[0]!.slots
    expect(before).toHaveLength(18)
    const { booking, order } = await book(shopper, service, before[2]!.start)
    expect(booking).toMatchObject({ status: 'confirmed', start: before[2]!.start, seats: 1, order_number: order.number })
    expect(booking.reference).toMatch(/^[0-9A-Z]{8}$/)
    const after = (await shopper(listSlots, search)).days[0]!.slots
    expect(after.map((slot) => slot.start)).toEqual(before.filter((_, index) => index !== 2).map((slot) => slot.start))
    const listed = await shopper(listServices, { query: { q: 'service' } })
    expect(listed.items.map((item) => item.handle)).toContain(service.handle)
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  })

  it('a guest opens the booking by its link only', async () => {
    const service = await addService(salon.plane)
    const shopper = salon.plane.client()
    const { booking } = await book(shopper, service, '2026-11-25T06:00:00Z')
    expect(await codeOf(shopper(getMyBooking, { params: { id: booking.id } }))).toBe('not_found')
    expect(await codeOf(shopper(getMyBooking, { params: { id: booking.id }, query: { token: 'wrong' } }))).toBe('not_found')
    expect((await shopper(getMyBooking, { params: { id: booking.id }, query: { token: booking.token } })).reference).toBe(booking.reference)
  })

  it('a hold expires after ten minutes: booking it answers 410, and the time is free again', async () => {
    const service = await addService(salon.plane)
    const held = await hold(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    expect(new Date(held.hold.expires_at).getTime() - salon.clock.now().getTime()).toBeGreaterThan(590_000)
    const [row] = await bookingsOf(salon.plane, service)
    salon.travel('2026-11-24T05:11:00Z')
    await becomes(salon.plane, row!.id, 'expired')
    await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    salon.travel('2026-11-24T05:00:00Z')
  })

  it('moves to another time, keeping price and order', async () => {
    const service = await addService(salon.plane)
    const shopper = salon.plane.client()
    const { booking } = await book(shopper, service, '2026-11-25T06:00:00Z')
    const moved = await shopper(
      rescheduleMyBooking,
      { params: { id: booking.id }, query: { token: booking.token }, body: { start: '2026-11-26T07:00:00Z' } },
      key(),
    )
    expect(moved).toMatchObject({
      status: 'confirmed',
      reschedule_of_id: booking.id,
      order_line_id: booking.order_line_id,
      price: booking.price,
    })
    expect((await bookingsOf(salon.plane, service)).map((row) => row.status)).toEqual(['rescheduled', 'confirmed'])
    await book(shopper, service, '2026-11-25T06:00:00Z')
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  })

  it('cancels within the tier with the refund that was shown', async () => {
    const service = await addService(salon.plane, { tiers: [{ hours_before: 24, refund_bps: 5000 }] })
    const shopper = salon.plane.client()
    const { booking } = await book(shopper, service, '2026-11-26T06:00:00Z')
    const call = { params: { id: booking.id }, query: { token: booking.token } }
    expect(await codeOf(shopper(cancelMyBooking, { ...call, body: { expected_refund: { amount: 6000, currency: 'SAR' } } }, key()))).toBe(
      'refund_quote_changed',
    )
    const cancelled = await shopper(cancelMyBooking, { ...call, body: { expected_refund: { amount: 3000, currency: 'SAR' } } }, key())
    expect(cancelled.status).toBe('cancelled')
  })

  it('a block takes a time away', async () => {
    const service = await addService(salon.plane)
    await salon.plane.call(
      vendorCreateBlock,
      { params: { id: service.providerIds[0]! }, body: { start: '2026-11-25T06:00:00Z', end: '2026-11-25T06:20:00Z' } },
      { actor: service.owner },
    )
    expect(await codeOf(book(salon.plane.client(), service, '2026-11-25T06:00:00Z'))).toBe('slot_unavailable')
    expect(await database(salon.plane).read.selectFrom('order').select('id').where('checkout_failed_at', 'is not', null).execute()).toEqual(
      [],
    )
  })
})
