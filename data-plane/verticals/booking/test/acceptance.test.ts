import { type ApiError, type Client, newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signUp, verify } from '../../../core/customer/contract.ts'
import { codeOf } from '../../../testing/shop.ts'
import {
  createBooking,
  createBookingHold,
  listMyBookings,
  listSlots,
  rescheduleMyBooking,
  vendorConfirmBooking,
  vendorCreateBlock,
} from '../contract.ts'
import { addService, anomalies, book, bookingsOf, card, contact, hold, morning, noAnomaly, openSalon, type Salon } from './salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon?.stop())

const key = () => ({ idempotencyKey: newId('key') })
let people = 0

/** A signed-in customer over HTTP. */
async function customer(): Promise<Client> {
  people += 1
  const email = `booker${people}@example.test`
  const call = salon.plane.client()
  const { code } = await call(signUp, { body: { email, password: 'a long enough password', name: 'Sara' } })
  const session = await call(verify, { body: { email, code: code! } })
  return salon.plane.client({ authorization: `Bearer ${session.token}` })
}

const detailsOf = async (call: Promise<unknown>) => {
  try {
    await call
    return null
  } catch (error) {
    const { code, details } = (error as ApiError).errors[0]!
    return { code, details }
  }
}

describe('acceptance, docs/spec/booking.md', () => {
  it('③ booking with a hold that ran out: 410 hold_expired; without the token of the hold: 409', async () => {
    const service = await addService(salon.plane)
    const held = await hold(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    expect(await codeOf(book(salon.plane.client(), service, '2026-11-25T06:00:00Z'))).toBe('slot_unavailable')
    const owner = salon.plane.client({ 'x-cart-token': held.token })
    const wish = { body: { cart_id: held.cart_id, contact, payment: card() } }
    expect(await codeOf(salon.plane.client()(createBooking, wish, key()))).toBe('not_found')
    salon.travel('2026-11-24T05:11:00Z')
    expect(await codeOf(owner(createBooking, wish, key()))).toBe('hold_expired')
    salon.travel(morning)
  })

  it('a hold is booked by its cart, once; the same key answers the same', async () => {
    const service = await addService(salon.plane)
    const held = await hold(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    const owner = salon.plane.client({ 'x-cart-token': held.token })
    const call = [createBooking, { body: { cart_id: held.cart_id, contact, payment: card() } }, key()] as const
    const first = await owner(...call)
    expect(first.booking.status).toBe('confirmed')
    expect((await owner(...call)).booking.id).toBe(first.booking.id)
    expect(await bookingsOf(salon.plane, service)).toHaveLength(1)
  })

  it('④ inside the notice: 422 lead_time_not_met; in the past: 422 slot_in_past', async () => {
    const service = await addService(salon.plane, { columns: { lead_time_min: 120 } })
    const shopper = salon.plane.client()
    expect(await detailsOf(book(shopper, service, '2026-11-24T06:30:00Z'))).toEqual({
      code: 'lead_time_not_met',
      details: { lead_time_min: 120 },
    })
    expect(await codeOf(book(shopper, service, '2026-11-24T04:30:00Z'))).toBe('slot_in_past')
    expect(await codeOf(hold(shopper, service, '2026-11-24T04:30:00Z'))).toBe('slot_in_past')
    expect(await codeOf(book(shopper, service, '2026-11-24T07:30:00Z'))).toBeNull()
  })

  it('⑤ moving onto a taken time: 409, the old booking still confirmed', async () => {
    const service = await addService(salon.plane)
    const shopper = salon.plane.client()
    await book(shopper, service, '2026-11-25T06:00:00Z')
    const { booking } = await book(shopper, service, '2026-11-25T07:00:00Z')
    const move = (start: string) =>
      codeOf(shopper(rescheduleMyBooking, { params: { id: booking.id }, query: { token: booking.token }, body: { start } }, key()))
    expect(await move('2026-11-25T06:00:00Z')).toBe('slot_unavailable')
    expect(await move('2026-11-24T04:00:00Z')).toBe('slot_in_past')
    expect((await bookingsOf(salon.plane, service)).map((row) => row.status)).toEqual(['confirmed', 'confirmed'])
    expect(await move('2026-11-25T06:30:00Z')).toBeNull()
    expect(await move('2026-11-25T08:00:00Z'), 'it has been moved').toBe('invalid_transition')
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  })

  it('moving by a quarter of itself is possible: the old time does not stand in its own way', async () => {
    const service = await addService(salon.plane, { columns: { duration_min: 60, slot_interval_min: 15 } })
    const shopper = salon.plane.client()
    const { booking } = await book(shopper, service, '2026-11-25T06:00:00Z', { duration_min: 60 })
    const call = { params: { id: booking.id }, query: { token: booking.token }, body: { start: '2026-11-25T06:15:00Z' } }
    expect((await shopper(rescheduleMyBooking, call, key())).start).toBe('2026-11-25T06:15:00.000Z')
  })

  it('⑥ a length that is not offered: 422 duration_not_offered, also for a search', async () => {
    const service = await addService(salon.plane, { columns: { duration_options: [60] } })
    const shopper = salon.plane.client()
    expect(await detailsOf(book(shopper, service, '2026-11-25T06:00:00Z', { duration_min: 45 }))).toEqual({
      code: 'duration_not_offered',
      details: { durations: [30, 60] },
    })
    const search = { params: { id: service.offeringId }, query: { from: '2026-11-25', to: '2026-11-25', duration: 45 } }
    expect(await codeOf(shopper(listSlots, search))).toBe('duration_not_offered')
    expect((await book(shopper, service, '2026-11-25T06:00:00Z', { duration_min: 60 })).booking.price.amount).toBe(12_000)
  })

  it('⑦ a fourth active booking when three are allowed: 422 active_booking_limit, also for twenty at once', async () => {
    const service = await addService(salon.plane, { people: 30, columns: { max_active_per_customer: 3 } })
    const sara = await customer()
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(book(sara, service, '2026-11-25T06:00:00Z'))))
    expect(codes.filter((code) => code === null)).toHaveLength(3)
    expect(new Set(codes)).toEqual(new Set([null, 'active_booking_limit']))
    expect((await sara(listMyBookings, { query: { when: 'upcoming' } })).total).toBe(3)
    expect(await codeOf(book(await customer(), service, '2026-11-25T06:00:00Z'))).toBeNull()
  })

  it('② a request whose provider got blocked meanwhile cannot be confirmed: 409, nothing charged, still pending', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
    const { booking } = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    expect(booking.status).toBe('pending_confirmation')
    const block = { params: { id: service.providerIds[0]! }, body: { start: '2026-11-25T05:00:00Z', end: '2026-11-25T06:10:00Z' } }
    await salon.plane.call(vendorCreateBlock, block, { actor: service.owner })
    const confirm = salon.plane.call(vendorConfirmBooking, { params: { id: booking.id } }, { actor: service.owner, ...key() })
    await expect(confirm).rejects.toMatchObject({ code: 'slot_unavailable' })
    expect((await bookingsOf(salon.plane, service))[0]!.status).toBe('pending_confirmation')
  })

  it('a shop of the same city but another vendor does not see it: 404', async () => {
    const [service, other] = [await addService(salon.plane, { columns: { requires_confirmation: true } }), await addService(salon.plane)]
    const { booking } = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    const confirm = salon.plane.call(vendorConfirmBooking, { params: { id: booking.id } }, { actor: other.owner, ...key() })
    await expect(confirm).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('bad input', () => {
  it('a home visit needs an address within reach', async () => {
    const columns = { location_kind: 'at_customer', lat: 24.8206, lng: 46.6393, travel_radius_m: 10_000 }
    const service = await addService(salon.plane, { columns })
    const shopper = salon.plane.client()
    expect(await detailsOf(book(shopper, service, '2026-11-25T06:00:00Z'))).toMatchObject({
      code: 'validation_failed',
      details: { fields: [{ field: 'address', code: 'required' }] },
    })
    const far = { line1: 'Corniche', city: 'Jeddah', country: 'SA', lat: 21.54, lng: 39.17 }
    expect(await codeOf(book(shopper, service, '2026-11-25T06:00:00Z', { address: far }))).toBe('outside_service_area')
    const near = { line1: 'Anas bin Malik Road 4', city: 'Riyadh', country: 'SA', lat: 24.81, lng: 46.65 }
    const { booking } = await book(shopper, service, '2026-11-25T06:00:00Z', { address: near })
    expect(booking.address).toBe('Anas bin Malik Road 4, Riyadh')
  })

  it('answers follow the form', async () => {
    const question = {
      key: 'skin',
      label: { en: 'Skin' },
      kind: 'choice',
      required: true,
      choices: [{ value: 'dry', label: { en: 'Dry' } }],
    }
    const service = await addService(salon.plane, { columns: { intake_form: JSON.stringify([question]) } })
    const shopper = salon.plane.client()
    expect(await detailsOf(book(shopper, service, '2026-11-25T06:00:00Z', { answers: { skin: 'blue', eyes: 'green' } }))).toMatchObject({
      code: 'validation_failed',
      details: {
        fields: [
          { field: 'answers.eyes', code: 'unknown' },
          { field: 'answers.skin', code: 'invalid' },
        ],
      },
    })
    const { booking } = await book(shopper, service, '2026-11-25T06:00:00Z', { answers: { skin: 'dry' } })
    expect(booking.answers).toEqual([{ key: 'skin', label: 'Skin', answer: 'Dry' }])
  })

  it('off the grid, outside the working time, beyond the horizon, too many seats: nothing is taken', async () => {
    const service = await addService(salon.plane, { columns: { horizon_days: 10, seats: 2, assignment: 'fixed' } })
    const shopper = salon.plane.client()
    for (const start of ['2026-11-25T06:10:00Z', '2026-11-25T05:30:00Z', '2026-11-25T14:45:00Z', '2026-12-06T06:00:00Z']) {
      expect(await codeOf(book(shopper, service, start)), start).toBe('slot_unavailable')
    }
    expect(await codeOf(book(shopper, service, '2026-11-25T06:00:00Z', { seats: 3 }))).toBe('validation_failed')
    expect(await bookingsOf(salon.plane, service)).toEqual([])
  })

  it('a provider is chosen only where the customer may choose', async () => {
    const [turns, choice] = [
      await addService(salon.plane, { people: 2 }),
      await addService(salon.plane, { people: 2, columns: { assignment: 'customer_choice' } }),
    ]
    const shopper = salon.plane.client()
    expect(await codeOf(book(shopper, turns, '2026-11-25T06:00:00Z', { provider_id: turns.providerIds[1]! }))).toBe('validation_failed')
    const wish = { provider_id: choice.providerIds[1]! }
    const { booking } = await book(shopper, choice, '2026-11-25T06:00:00Z', wish)
    expect(booking.providers.map((provider) => provider.id)).toEqual([choice.providerIds[1]])
    expect(await codeOf(book(shopper, choice, '2026-11-25T06:00:00Z', wish))).toBe('slot_unavailable')
    const search = { params: { id: choice.offeringId }, query: { from: '2026-11-25', to: '2026-11-25' } }
    expect((await shopper(listSlots, search)).days[0]!.slots[0]!.provider_ids).toEqual([choice.providerIds[0]])
  })

  it('more than 31 days: 422 range_too_large; a key is required: 400', async () => {
    const service = await addService(salon.plane)
    const shopper = salon.plane.client()
    const search = (from: string, to: string, tz?: string) =>
      codeOf(shopper(listSlots, { params: { id: service.offeringId }, query: { from, to, tz } }))
    expect(await search('2026-11-24', '2026-12-25')).toBe('range_too_large')
    expect(await search('2026-11-24', '2026-12-24')).toBeNull()
    expect(await search('2026-11-24', '2026-11-23')).toBe('validation_failed')
    expect(await search('2026-11-24', '2026-11-24', 'Mars/Olympus')).toBe('invalid_request')
    const body = { offering_id: service.offeringId, start: '2026-11-25T06:00:00Z', duration_min: 30 }
    expect(await codeOf(shopper(createBookingHold, { body }, { idempotencyKey: '' }))).toBe('idempotency_key_required')
  })

  it('a day that is full is full', async () => {
    const service = await addService(salon.plane, { people: 30, columns: { max_per_day: 4 } })
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(book(salon.plane.client(), service, '2026-11-25T06:00:00Z'))))
    expect(codes.filter((code) => code === null)).toHaveLength(4)
    expect(new Set(codes)).toEqual(new Set([null, 'slot_unavailable']))
    const days = (
      await salon.plane.client()(listSlots, { params: { id: service.offeringId }, query: { from: '2026-11-25', to: '2026-11-26' } })
    ).days
    expect(days.map((day) => day.slots.length)).toEqual([0, 18])
  })
})

describe('time zones', () => {
  it.each<[string, string, number, string]>([
    ['Europe/Paris', '2026-03-29', 3, '2026-03-01T00:00:00Z'],
    ['Europe/Paris', '2026-10-25', 5, '2026-10-01T00:00:00Z'],
    ['America/New_York', '2026-03-08', 3, '2026-02-20T00:00:00Z'],
    ['America/New_York', '2026-11-01', 5, '2026-10-10T00:00:00Z'],
  ])('a window from one to five in %s on %s has %i hours', async (timezone, date, hours, now) => {
    salon.travel(now)
    const service = await addService(salon.plane, { timezone, hours: [60, 300], columns: { duration_min: 60, slot_interval_min: 60 } })
    const shopper = salon.plane.client()
    const search = { params: { id: service.offeringId }, query: { from: date, to: date } }
    const found = await shopper(listSlots, search)
    expect(found.days[0]!.slots).toHaveLength(hours)
    for (const slot of found.days[0]!.slots) await book(shopper, service, slot.start, { duration_min: 60 })
    expect((await shopper(listSlots, search)).days[0]!.slots).toEqual([])
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
    salon.travel(morning)
  })

  it('days are cut in the zone asked for; the times are the same', async () => {
    const service = await addService(salon.plane)
    const shopper = salon.plane.client()
    const search = (tz: string, from: string, to: string) =>
      shopper(listSlots, { params: { id: service.offeringId }, query: { from, to, tz } })
    const riyadh = await search('Asia/Riyadh', '2026-11-25', '2026-11-25')
    const tokyo = await search('Asia/Tokyo', '2026-11-25', '2026-11-26')
    expect(tokyo).toMatchObject({ timezone: 'Asia/Tokyo', service_timezone: 'Asia/Riyadh' })
    expect(tokyo.days[0]!.slots.at(-1)!.start).toBe('2026-11-25T14:30:00.000Z')
    expect(riyadh.days[0]!.slots[0]!.start).toBe('2026-11-25T06:00:00.000Z')
    const pacific = await search('Pacific/Auckland', '2026-11-25', '2026-11-26')
    expect(pacific.days.map((day) => day.slots.length)).toEqual([18, 18])
  })
})
