import type { Locale } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messageProblems } from '../../../storefront/testing/message-checks.ts'
import { problemsOf } from '../../../storefront/testing/page-checks.ts'
import { refuse } from '../../../storefront/testing/sample-answers.ts'
import { sampleId } from '../../../storefront/testing/sample-data.ts'
import { type SampleServer, startSampleServer } from '../../../storefront/testing/sample-server.ts'
import { areaCentre } from './area-centre.ts'
import { restaurantPages } from './index.ts'
import { restaurantAnswers, sampleMeal } from './sample.ts'
import { restaurantMessages } from './texts.ts'

const customer = { kind: 'customer', id: sampleId('cus', 1), sessionId: 'ses' } as const
const options = { tenant: { verticals: ['catalogue', 'restaurant'] }, verticals: [restaurantPages], answers: restaurantAnswers }
const meal = sampleId('fod', 1)
const table = sampleId('rtr', 1)
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
const post = (server: SampleServer, url: string, fields: Record<string, string>) =>
  server.app.inject({
    method: 'POST',
    url,
    headers: { host: 'souq.localhost:8080', 'content-type': 'application/x-www-form-urlencoded', cookie },
    payload: new URLSearchParams(fields).toString(),
  })

describe.each<Locale>(['en', 'fr', 'ar'])('restaurants in %s', (locale) => {
  it.each([
    '',
    '/restaurant',
    '/restaurant?cuisine=burgers&service=delivery&open_now=true&near=24.71,46.67&sort=distance',
    '/restaurant/restaurant-0',
    '/restaurant/restaurant-1?without=milk',
    '/restaurant/restaurant-2?service=dine_in',
    `/restaurant/restaurant-0/dishes/${sampleId('rmi', 0)}`,
    '/restaurant/restaurant-0/basket',
    '/restaurant/restaurant-0/basket?service=pickup',
    '/restaurant/restaurant-0/tables',
    '/restaurant/restaurant-0/tables?party=4&date=2026-11-24&start=2026-11-24T16:00:00.000Z',
    '/restaurant/restaurant-1/tables',
    `/account/restaurant/${meal}?token=x`,
    `/account/restaurant/tables/${table}?token=x`,
  ])('%s is whole', async (path) => {
    const answer = await get(guest, `/${locale}${path}`)
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })

  it.each(['/account/restaurant', '/account/restaurant?show=tables', `/account/restaurant/${meal}`])(
    '%s of a customer is whole',
    async (path) => {
      const answer = await get(member, `/${locale}${path}`)
      expect(answer.statusCode).toBe(200)
      expect(problemsOf(answer.body, locale)).toEqual([])
    },
  )
})

describe('the menu', () => {
  it('leaves out dishes with a ticked allergen', async () => {
    const all = (await get(guest, '/en/restaurant/restaurant-0')).body
    const fewer = (await get(guest, '/en/restaurant/restaurant-0?without=milk')).body
    expect(all).toContain('Smash burger</a>')
    expect(fewer).not.toContain('Smash burger</a>')
    expect(fewer).toContain('Dish 1</a>')
  })

  it('says why a dish cannot be had, and does not offer it', async () => {
    const { body } = await get(guest, '/en/restaurant/restaurant-0')
    expect(body).toContain('Only served: Breakfast')
    expect(body).toContain('Sold out today')
    expect(body).not.toContain(`/dishes/${sampleId('rmi', 3)}`)
  })
})

describe('a basket', () => {
  it('takes a dish with its choices', async () => {
    guest.calls.length = 0
    const answer = await post(guest, '/en/restaurant/restaurant-0/basket', {
      item_id: sampleId('rmi', 0),
      option: sampleId('rmo', 1),
      [`option.${sampleId('rmg', 2)}`]: sampleId('rmo', 5),
      quantity: '2',
      service: 'delivery',
    })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/en/restaurant/restaurant-0?service=delivery'])
    expect(guest.calls.find((call) => call.id === 'store.restaurantCart.line.add')?.call.body).toMatchObject({
      option_ids: [sampleId('rmo', 1), sampleId('rmo', 5)],
      quantity: 2,
      service: 'delivery',
    })
  })

  it('says what is missing and keeps what was chosen', async () => {
    const server = await startSampleServer(options)
    server.answer('store.restaurantCart.line.add', () => refuse('modifier_selection_invalid', { min: 1, max: 3, got: 0 }))
    const answer = await post(server, '/en/restaurant/restaurant-0/basket', { item_id: sampleId('rmi', 0), quantity: '3' })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('choose at least 1, at most 3')
    expect(answer.body).toMatch(/name="quantity"[^>]*value="3"|value="3"[^>]*name="quantity"/)
    await server.app.close()
  })

  it('asks where to, and takes the middle of a named area', async () => {
    const refused = await post(guest, '/en/restaurant/restaurant-0/basket/settings', { service: 'delivery', next: 'pay' })
    expect(refused.statusCode).toBe(422)
    expect(refused.body).toContain('Choose the delivery area')
    guest.calls.length = 0
    const answer = await post(guest, '/en/restaurant/restaurant-0/basket/settings', {
      service: 'delivery',
      next: 'pay',
      slot: 'asap',
      tip: '10',
      name: 'Sara',
      phone: '0501234567',
      line1: 'Tahlia Street',
      city: 'Riyadh',
      area: sampleId('rda', 1),
    })
    expect(answer.headers.location).toBe('/en/checkout')
    expect(guest.calls.find((call) => call.id === 'store.restaurantCart.basket.update')?.call.body).toMatchObject({
      slot_start: null,
      tip: { amount: 180 },
      address: { name: 'Sara', phone: '+966501234567' },
    })
  })
})

it('the middle of an area lies in it', () => {
  const square = [
    [46.6, 24.6],
    [46.8, 24.6],
    [46.8, 24.8],
    [46.6, 24.8],
    [46.6, 24.6],
  ]
  for (const shape of [{ type: 'Polygon', coordinates: [square] }, { type: 'MultiPolygon', coordinates: [[square]] }, [square]]) {
    expect(areaCentre(shape)?.lat).toBeCloseTo(24.7)
    expect(areaCentre(shape)?.lng).toBeCloseTo(46.7)
  }
  expect(areaCentre('nothing')).toBeNull()
  expect(areaCentre({ type: 'Polygon', coordinates: [] })).toBeNull()
})

describe('following a meal', () => {
  it('is live while it lasts: a stream for scripts, a refresh without', async () => {
    const { body } = await get(guest, `/en/account/restaurant/${meal}?token=x`)
    expect(body).toContain(`data-stream="/v1/store/restaurant-orders/${meal}/track?token=x"`)
    expect(body).toContain('<noscript><meta http-equiv="refresh" content="20"/></noscript>')
    expect(body).toContain('With you about 15:40')
  })

  it('ends with the meal', async () => {
    const server = await startSampleServer(options)
    server.answer('store.restaurantOrder.get', (call, locale) => sampleMeal(locale, String(call.params?.id), { status: 'delivered' }))
    const { body } = await get(server, `/en/account/restaurant/${meal}?token=x`)
    expect(body).not.toContain('data-stream')
    expect(body).not.toContain('http-equiv="refresh"')
    expect(body).toContain('Enjoy your meal')
    await server.app.close()
  })

  it('counts down to the kitchen’s answer', async () => {
    const server = await startSampleServer(options)
    server.answer('store.restaurantOrder.get', (call, locale) =>
      sampleMeal(locale, String(call.params?.id), { status: 'placed', accept_by: '2026-11-22T12:04:00.000Z', history: [] }),
    )
    const { body } = await get(server, `/en/account/restaurant/${meal}?token=x`)
    expect(body).toContain('The kitchen answers within')
    expect(body).toContain('data-held="240000"')
    await server.app.close()
  })

  it('says when it is too late to cancel', async () => {
    const server = await startSampleServer(options)
    server.answer('store.restaurantOrder.cancel', () => refuse('cancellation_not_allowed'))
    const answer = await post(server, `/en/account/restaurant/${meal}/cancel`, {
      token: 'x',
      expected_amount: '7300',
      expected_currency: 'SAR',
    })
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('The kitchen has begun')
    await server.app.close()
  })
})

describe('a table', () => {
  const fields = {
    party: '4',
    date: '2026-11-24',
    start: '2026-11-24T16:00:00.000Z',
    name: 'Sara',
    phone: '0501234567',
    occasion: 'birthday',
  }

  it('goes into the cart with the guest’s name', async () => {
    guest.calls.length = 0
    const answer = await post(guest, '/en/restaurant/restaurant-0/tables', fields)
    expect(answer.headers.location).toBe('/en/checkout')
    expect(guest.calls.find((call) => call.id === 'store.cart.line.add')?.call.body).toMatchObject({
      kind: 'restaurant.table',
      choice: { party_size: 4, guest: { name: 'Sara', phone: '+966501234567' }, occasion: 'birthday' },
    })
  })

  it('is offered at another time when somebody was quicker', async () => {
    const answer = await post(guest, '/en/restaurant/restaurant-0/tables', { ...fields, start: '2026-11-24T20:00:00.000Z' })
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('Somebody just took this time')
  })
})

it('puts the same dishes in the basket again', async () => {
  const answer = await post(member, `/en/account/restaurant/${meal}/reorder`, { attempt: 'key_1' })
  expect(answer.headers.location).toBe('/en/restaurant/restaurant-0/basket')
})

it('has all its texts in three languages, each used', () => {
  const built = ['cuisine.', 'diet.', 'allergen.', 'service.', 'sort.', 'exception.', 'meal.', 'table.', 'mine.', 'occasion.', 'reason.']
  expect(messageProblems(restaurantMessages, import.meta.dirname, built)).toEqual([])
})
