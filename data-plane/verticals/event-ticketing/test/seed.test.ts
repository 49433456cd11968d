import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SeedSource } from '../../../platform/seed/seed-source.ts'
import { startTestPlane, type TestPlane } from '../../../testing/plane.ts'
import { getEvent, getSeatMap, listEvents } from '../contract.ts'
import { quotaDrift, verticals } from './fixture.ts'

let plane: TestPlane
const run = () => plane.app.get(SeedSource).run(RequestContext.system('seed'))
beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
})
afterAll(() => plane?.stop())

it('seeds the six named examples in three languages; a second run changes nothing', async () => {
  expect((await run()).changed).toBe(true)
  const { items, total } = await plane.call(listEvents, { query: { order: 'soonest' } })
  expect(total).toBe(6)
  expect(items.map((event) => event.handle)).toEqual([
    'womens-pottery-evening',
    'football-fan-zone',
    'family-science-day',
    'winter-boulevard-concert',
    'diriyah-street-race',
    'tech-summit-kafd',
  ])
  const arabic = await plane.call(getEvent, { params: { handle: 'winter-boulevard-concert' } }, { locale: 'ar' })
  expect(arabic.title).toBe('حفل شتاء البوليفارد')
  expect(arabic.ticket_types[0]!.category_prices.map((price) => price.category)).toEqual(['silver', 'gold', 'diamond'])
  expect((await plane.call(getSeatMap, { params: { id: 'winter-boulevard-concert' } })).seat_count).toBe(572)
  const pottery = items[0]!
  expect(pottery).toMatchObject({ availability: 'low', gender_policy: 'women' })
  expect(items[1]).toMatchObject({ is_series: true, date_count: 4 })
  expect(await quotaDrift(plane)).toBe(0)
  expect((await run()).changed).toBe(false)
})
