import type { Locale } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messageProblems } from '../../../storefront/testing/message-checks.ts'
import { problemsOf } from '../../../storefront/testing/page-checks.ts'
import { refuse } from '../../../storefront/testing/sample-answers.ts'
import { sampleId } from '../../../storefront/testing/sample-data.ts'
import { type SampleServer, startSampleServer } from '../../../storefront/testing/sample-server.ts'
import { bookingPages } from './index.ts'
import { bookingAnswers } from './sample.ts'
import { bookingMessages } from './texts.ts'

const customer = { kind: 'customer', id: sampleId('cus', 1), sessionId: 'ses' } as const
const options = { tenant: { verticals: ['catalogue', 'booking'] }, verticals: [bookingPages], answers: bookingAnswers }
const own = sampleId('bkg', 1)

let guest: SampleServer
let member: SampleServer
beforeAll(async () => {
  guest = await startSampleServer(options)
  member = await startSampleServer({ ...options, actor: customer })
})
afterAll(async () => {
  await guest.app.close()
  await member.app.close()
})

const get = (server: SampleServer, url: string) => server.app.inject({ method: 'GET', url, headers: { host: 'souq.localhost:8080' } })
const post = (server: SampleServer, url: string, fields: Record<string, string>) =>
  server.app.inject({
    method: 'POST',
    url,
    headers: { host: 'souq.localhost:8080', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })

describe.each<Locale>(['en', 'fr', 'ar'])('booking in %s', (locale) => {
  it.each([
    '',
    '/booking',
    '/booking?category=hair&date=2026-11-24&where=at_vendor',
    '/booking/service-0',
    '/booking/service-1?d=60&day=2026-11-25&tz=Europe/Paris',
    '/booking/service-2',
    '/booking/service-0/book?start=2026-11-24T07:00:00.000Z&d=30',
    '/booking/service-1/book?start=2026-11-24T07:00:00.000Z&d=30',
    `/account/booking/${own}?token=signed-link`,
    `/account/booking/${own}/move?token=signed-link`,
    `/account/booking/${own}/move?token=signed-link&start=2026-11-26T07:00:00.000Z`,
    `/account/booking/${own}/cancel?token=signed-link`,
  ])('%s is whole', async (path) => {
    const answer = await get(guest, `/${locale}${path}`)
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })

  it.each(['/account/booking', '/account/booking?when=past', `/account/booking/${own}`])('%s of a customer is whole', async (path) => {
    const answer = await get(member, `/${locale}${path}`)
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })
})

describe('choosing a time', () => {
  it('starts at the first free day, in the place’s own zone', async () => {
    const { body } = await get(guest, '/en/booking/service-0')
    expect(body).toContain('Mon 23 November')
    expect(body).toContain('>10:00</time>')
  })

  it('prints the times in another zone when asked, and names it', async () => {
    const { body } = await get(guest, '/en/booking/service-0?tz=Europe/Paris&day=2026-11-23')
    expect(body).toContain('>08:00</time>')
    expect(body).toContain('Paris (\u2066GMT+1\u2069)')
  })

  it('says when a day is full and leads to the next free one', async () => {
    const { body } = await get(guest, '/en/booking/service-0?day=2026-11-25')
    expect(body).toContain('Nothing free on Wed 25 November')
    expect(body).toContain('Next free: Thu 26 November')
  })
})

const fields = { start: '2026-11-24T07:00:00.000Z', d: '30', name: 'Sara', 'answer.style': 'short' }

describe('booking a time', () => {
  it('holds it in the cart and goes on to paying', async () => {
    guest.calls.length = 0
    const answer = await post(guest, '/en/booking/service-0/book', fields)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/en/checkout'])
    expect(guest.calls.find((call) => call.id === 'store.cart.create')?.call.body).toMatchObject({
      lines: [
        {
          kind: 'booking.slot',
          quantity: 1,
          choice: { start: fields.start, duration_min: 30, attendees: [{ name: 'Sara' }], answers: { style: 'short', beard: false } },
        },
      ],
    })
  })

  it('asks again for what is missing and keeps the rest', async () => {
    const answer = await post(guest, '/en/booking/service-1/book', { ...fields, 'answer.style': '', line1: 'King Fahd Road' })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('Answer: Which style?')
    expect(answer.body).toContain('Paste a pin from your map app')
    expect(answer.body).toContain('value="King Fahd Road"')
    expect(problemsOf(answer.body, 'en')).toEqual([])
  })

  it('offers the nearest times when somebody was quicker, and loses nothing that was typed', async () => {
    const server = await startSampleServer(options)
    server.answer('store.cart.create', () => refuse('slot_unavailable'))
    const answer = await post(server, '/en/booking/service-0/book', fields)
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('Someone just took 10:00')
    expect(answer.body).toMatch(/type="radio"[^>]*name="start"|name="start"[^>]*type="radio"/)
    expect(answer.body).toContain('value="Sara"')
    expect(problemsOf(answer.body, 'en')).toEqual([])
    await server.app.close()
  })
})

describe('own bookings', () => {
  it('are cancelled with the refund that was shown', async () => {
    member.calls.length = 0
    const answer = await post(member, `/en/account/booking/${own}/cancel`, {
      expected_amount: '3000',
      expected_currency: 'SAR',
      attempt: 'key_1',
    })
    expect(answer.headers.location).toBe(`/en/account/booking/${own}`)
    const call = member.calls.find((entry) => entry.id === 'store.booking.cancel')
    expect(call?.call.body).toMatchObject({ expected_refund: { amount: 3000, currency: 'SAR' } })
    expect(call?.idempotencyKey).toBe('key_1')
  })

  it('stay as they were when the new time is taken', async () => {
    const server = await startSampleServer({ ...options, actor: customer })
    server.answer('store.booking.reschedule', () => refuse('slot_unavailable'))
    const answer = await post(server, `/en/account/booking/${own}/move`, { start: '2026-11-26T07:00:00.000Z' })
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('Your booking stays as it was')
    await server.app.close()
  })

  it('open from a guest’s order by their own link', async () => {
    const answer = await get(guest, '/en/account/booking/of-order/D-1042?token=order-token')
    expect(answer.headers.location).toBe(`/en/account/booking/${own}?token=signed-link`)
  })

  it('stay within reach when the vertical is off', async () => {
    const server = await startSampleServer({ ...options, tenant: { verticals: ['catalogue'] }, actor: customer })
    expect((await get(server, '/en/booking')).statusCode).toBe(404)
    expect((await get(server, `/en/account/booking/${own}`)).statusCode).toBe(200)
    await server.app.close()
  })
})

it('has all its texts in three languages, each used', () => {
  expect(messageProblems(bookingMessages, import.meta.dirname, ['location.', 'plan.', 'status.', 'mine.'])).toEqual([])
})
