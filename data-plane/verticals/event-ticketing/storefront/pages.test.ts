import type { Locale } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messageProblems } from '../../../storefront/testing/message-checks.ts'
import { problemsOf } from '../../../storefront/testing/page-checks.ts'
import { refuse } from '../../../storefront/testing/sample-answers.ts'
import { sampleCart, sampleId } from '../../../storefront/testing/sample-data.ts'
import { type SampleServer, startSampleServer } from '../../../storefront/testing/sample-server.ts'
import { eventPages } from './index.ts'
import { eventAnswers } from './sample.ts'
import { eventMessages } from './texts.ts'

const customer = { kind: 'customer', id: sampleId('cus', 1), sessionId: 'ses' } as const
const options = { tenant: { verticals: ['catalogue', 'event-ticketing'] }, verticals: [eventPages], answers: eventAnswers }
const ticket = sampleId('tkt', 1)
const cookie = `cart=${sampleId('cart', 1)}.secret`

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

const get = (server: SampleServer, url: string) =>
  server.app.inject({ method: 'GET', url, headers: { host: 'souq.localhost:8080', cookie } })
const post = (server: SampleServer, url: string, fields: Record<string, string> | [string, string][]) =>
  server.app.inject({
    method: 'POST',
    url,
    headers: { host: 'souq.localhost:8080', 'content-type': 'application/x-www-form-urlencoded', cookie },
    payload: new URLSearchParams(fields).toString(),
  })

/** A cart with one held line of two named tickets. */
const heldCart = (locale: Locale) => {
  const [line] = sampleCart(locale).lines
  if (!line) throw new Error('the sample cart is empty')
  return sampleCart(locale, {
    lines: [
      {
        ...line,
        id: sampleId('ctl', 0),
        kind: 'event.ticket',
        vertical: 'event-ticketing',
        choice: { ticket_type_id: sampleId('tty', 5) },
        quantity: 2,
        hold: { expires_at: '2026-11-22T12:09:41.000Z', state: 'held' },
      },
    ],
  })
}

describe.each<Locale>(['en', 'fr', 'ar'])('events in %s', (locale) => {
  it.each([
    '',
    '/event-ticketing',
    '/event-ticketing?category=concert&city=Riyadh&date=2026-12-10&free=true&family=true',
    '/event-ticketing?view=calendar',
    '/event-ticketing/event-0',
    '/event-ticketing/event-0?voucher=WINTER',
    '/event-ticketing/event-1',
    '/event-ticketing/event-2',
    '/event-ticketing/event-3',
    '/event-ticketing/event-4',
    '/event-ticketing/event-4?best=2&category=gold',
    '/event-ticketing/event-4?section=A',
    `/event-ticketing/waiting-list/${sampleId('wle', 1)}?token=list-link`,
    `/event-ticketing/tickets/${ticket}?access=secret`,
    '/account/event-ticketing/of-order/D-1042?token=x',
  ])('%s is whole', async (path) => {
    const answer = await get(guest, `/${locale}${path}`)
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })

  it.each([
    '/account/event-ticketing',
    '/account/event-ticketing?when=past',
    `/account/event-ticketing/${ticket}`,
    `/account/event-ticketing/${ticket}/transfer`,
    `/account/event-ticketing/${ticket}/refund`,
    `/account/event-ticketing/${ticket}/name`,
  ])('%s of a customer is whole', async (path) => {
    const answer = await get(member, `/${locale}${path}`)
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })

  it('asks for names while the tickets are held', async () => {
    const server = await startSampleServer(options)
    server.answer('store.cart.get', (_, language) => heldCart(language))
    const answer = await get(server, `/${locale}/event-ticketing/event-1/attendees?line=${sampleId('ctl', 0)}`)
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
    expect(answer.body).toContain('data-held="581000"')
    await server.app.close()
  })
})

describe('taking tickets', () => {
  const early = sampleId('tty', 1)

  it('holds them and goes on to paying', async () => {
    guest.calls.length = 0
    const answer = await post(guest, '/en/event-ticketing/event-0/tickets', { date: sampleId('edt', 0), [`q.${early}`]: '2' })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/en/checkout'])
    expect(guest.calls.find((call) => call.id === 'store.ticketHold.create')?.call.body).toMatchObject({
      lines: [{ ticket_type_id: early, event_date_id: sampleId('edt', 0), quantity: 2 }],
    })
  })

  it('turns seats into a line of the type that sells them', async () => {
    guest.calls.length = 0
    await post(guest, '/en/event-ticketing/event-4/tickets', [
      ['date', sampleId('edt', 40)],
      ['seat', 'A-1-1'],
      ['seat', 'A-1-2'],
      ['seat', 'Z-9-9'],
    ])
    expect(guest.calls.find((call) => call.id === 'store.ticketHold.create')?.call.body).toMatchObject({
      lines: [{ ticket_type_id: sampleId('tty', 9), seat_ids: ['A-1-1', 'A-1-2'] }],
    })
  })

  it('says what to do when nothing was chosen', async () => {
    const answer = await post(guest, '/en/event-ticketing/event-0/tickets', { date: sampleId('edt', 0) })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('Choose how many tickets')
  })

  it('asks before a dearer price is taken', async () => {
    const server = await startSampleServer(options)
    server.answer('store.ticketHold.create', () => refuse('price_changed', { left: 3, was_amount: 20_000, next_amount: 30_000 }))
    const answer = await post(server, '/en/event-ticketing/event-0/tickets', { date: sampleId('edt', 0), [`q.${early}`]: '5' })
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('Only 3 tickets are left at SAR\u00a0200.00; the others cost SAR\u00a0300.00')
    expect(answer.body).toContain('name="accept_price"')
    expect(problemsOf(answer.body, 'en')).toEqual([])
    await server.app.close()
  })

  it.each([
    ['seat_unavailable', { seat_ids: ['A-1-1'] }, 'Somebody just took A-1-1'],
    ['sold_out', { waiting_list: true }, 'Join the waiting list below'],
    ['parent_ticket_required', {}, 'This extra needs a ticket'],
    ['max_tickets_exceeded', {}, 'At most 10 tickets per order'],
  ] as const)('explains %s in plain words', async (code, details, words) => {
    const server = await startSampleServer(options)
    server.answer('store.ticketHold.create', () => refuse(code, details))
    const answer = await post(server, '/en/event-ticketing/event-0/tickets', { date: sampleId('edt', 0), [`q.${early}`]: '1' })
    expect(answer.body).toContain(words)
    expect(problemsOf(answer.body, 'en')).toEqual([])
    await server.app.close()
  })

  it('gives names to held tickets, and names what is missing', async () => {
    const server = await startSampleServer(options)
    server.answer('store.cart.get', (_, language) => heldCart(language))
    const line = sampleId('ctl', 0)
    const missing = await post(server, '/en/event-ticketing/event-1/buy', { line, 'name.0': 'Sara', 'answer.0.meal': 'Fish' })
    expect(missing.statusCode).toBe(422)
    expect(missing.body).toContain('Answer: Meal')
    expect(missing.body).toContain('value="Sara"')
    const done = await post(server, '/en/event-ticketing/event-1/buy', {
      line,
      'name.0': 'Sara',
      'answer.0.meal': 'Fish',
      'name.1': 'Omar',
      'answer.1.meal': 'Rice',
    })
    expect(done.headers.location).toBe('/en/checkout')
    expect(server.calls.find((call) => call.id === 'store.ticketHold.assign')?.call.body).toMatchObject({
      attendees: [{ name: 'Sara' }, { name: 'Omar', answers: { meal: 'Rice' } }],
    })
    await server.app.close()
  })
})

describe('a seat list', () => {
  it('offers free seats only, and says the state of the others', async () => {
    const { body } = await get(guest, '/en/event-ticketing/event-4?section=A')
    expect(body).toMatch(/type="checkbox"[^>]*value="A-1-1"|value="A-1-1"[^>]*type="checkbox"/)
    expect(body).not.toContain('value="A-1-4"')
    expect(body).toContain('held, may return')
  })

  it.each([
    ['waiting_list', true],
    ['sold_out', false],
  ] as const)('of a hall that is full (%s) has a way onto the waiting list where there is one', async (availability, list) => {
    const server = await startSampleServer(options)
    const offers = eventAnswers['store.event.availability']!
    server.answer('store.event.availability', (call, language) => {
      const answer = offers(call, language) as { ticket_types: object[] }
      return { ...answer, ticket_types: answer.ticket_types.map((type) => ({ ...type, availability })) }
    })
    const { body } = await get(server, '/en/event-ticketing/event-4')
    expect(body.includes('/waiting-list"')).toBe(list)
    expect(problemsOf(body, 'en')).toEqual([])
    await server.app.close()
  })

  it('names seats somebody else took as the tickets do', async () => {
    const server = await startSampleServer(options)
    server.answer('store.ticketHold.create', () => refuse('seat_unavailable', { seat_ids: ['A-1-1'] }))
    const answer = await post(server, '/en/event-ticketing/event-4/tickets', { date: sampleId('edt', 40), seat: 'A-1-1' })
    expect(answer.body).toMatch(/Somebody just took [^.]*row 1: 1\./)
    await server.app.close()
  })
})

describe('own tickets', () => {
  it('go to somebody else with a link for the new holder', async () => {
    const answer = await post(member, `/en/account/event-ticketing/${ticket}/transfer`, { name: 'Omar', email: 'omar@example.test' })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('http://souq.localhost:8080/en/event-ticketing/tickets/tkt_2?access=new')
  })

  it('are given back for the refund that was shown', async () => {
    member.calls.length = 0
    await post(member, `/en/account/event-ticketing/${ticket}/refund`, {
      expected_amount: '45000',
      expected_currency: 'SAR',
      attempt: 'key_1',
    })
    expect(member.calls.find((call) => call.id === 'store.me.ticket.refund')?.call.body).toEqual({
      expected_refund: { amount: 45_000, currency: 'SAR' },
    })
  })
})

it('has all its texts in three languages, each used', () => {
  const built = ['availability.', 'category.', 'event.', 'policy.', 'date.', 'ticket.', 'waiting.status_', 'mine.', 'seats.state_']
  expect(messageProblems(eventMessages, import.meta.dirname, built)).toEqual([])
})
