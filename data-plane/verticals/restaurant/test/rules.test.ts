import { describe, expect, it } from 'vitest'
import { dateOf, dayNumber, minuteOf, zoneOf } from '../../../platform/clock/zone.ts'
import {
  areaAt,
  asapSlots,
  boxOf,
  businessDay,
  choosableSlots,
  dateOfBusinessDay,
  deliveryFee,
  distanceOf,
  type GroupRule,
  isServed,
  type KitchenRule,
  nextOpening,
  openSpanAt,
  openSpans,
  priceDish,
  promise,
  sittingTimes,
  slotProblem,
  slotsOfDay,
  tablesFor,
  type Week,
} from '../rules.ts'

const riyadh = zoneOf('Asia/Riyadh')
const at = (iso: string) => minuteOf(new Date(iso))
const everyDay = (opens: number, closes: number, service = 'pickup') =>
  [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ service, weekday, opens, closes }))
const hour = 60

const night: Week = { windows: everyDay(17 * hour, 3 * hour), exceptions: [] }
const kitchen = (changes: Partial<KitchenRule> = {}): KitchenRule => ({
  week: night,
  slotMinutes: 15,
  prepMinutes: 10,
  leadMinutes: 0,
  futureDays: 7,
  pause: { stopped: false, extraMinutes: 0, until: null },
  ...changes,
})

describe('hours past midnight', () => {
  it('a window that closes at 03:00 belongs to the evening it began', () => {
    expect(openSpanAt(night, 'pickup', at('2026-11-24T23:30:00Z'), riyadh)).not.toBeNull() // 02:30 local
    expect(openSpanAt(night, 'pickup', at('2026-11-25T00:00:00Z'), riyadh)).toBeNull() // 03:00 local
    expect(openSpanAt(night, 'delivery', at('2026-11-24T23:30:00Z'), riyadh)).toBeNull()
  })

  it('the business day changes at 04:00 local, not at midnight', () => {
    expect(dateOfBusinessDay(at('2026-11-24T23:30:00Z'), riyadh)).toBe('2026-11-24') // 02:30 on the 25th
    expect(dateOfBusinessDay(at('2026-11-25T00:59:00Z'), riyadh)).toBe('2026-11-24') // 03:59
    expect(dateOfBusinessDay(at('2026-11-25T01:00:00Z'), riyadh)).toBe('2026-11-25') // 04:00
  })

  it('slots of a business day run on after midnight, all inside the window', () => {
    const slots = slotsOfDay(kitchen(), 'pickup', dayNumber('2026-11-24'), riyadh)
    expect(slots).toHaveLength(40)
    expect(slots[0]!.from).toBe(at('2026-11-24T14:00:00Z'))
    expect(slots.at(-1)!.to).toBe(at('2026-11-25T00:00:00Z'))
  })
})

describe('days that differ', () => {
  const day = dayNumber('2026-11-24')
  const week = (exceptions: Week['exceptions']): Week => ({ windows: everyDay(11 * hour, 23 * hour), exceptions })
  const rule = { service: null, fromDay: day, toDay: day } as const

  it('Ramadan hours replace the week', () => {
    const spans = openSpans(week([{ ...rule, kind: 'hours', opens: 18 * hour, closes: 2 * hour }]), 'pickup', day, riyadh)
    expect(spans.map(({ from, to }) => [from, to])).toEqual([[at('2026-11-24T15:00:00Z'), at('2026-11-24T23:00:00Z')]])
  })

  it('a holiday closes the day, another service stays as it is', () => {
    const closed = week([{ ...rule, service: 'delivery', kind: 'closed', opens: null, closes: null }])
    expect(openSpans(closed, 'delivery', day, riyadh)).toEqual([])
    expect(openSpans(closed, 'pickup', day, riyadh)).toHaveLength(1)
  })

  it('a prayer break is cut out; slots keep the grid of the opening and none reaches into it', () => {
    const week15 = week([{ ...rule, kind: 'closed', opens: 17 * hour + 5, closes: 17 * hour + 35 }])
    const slots = slotsOfDay(kitchen({ week: week15 }), 'pickup', day, riyadh)
    const around = slots.filter((slot) => slot.from > at('2026-11-24T13:30:00Z') && slot.from < at('2026-11-24T15:00:00Z'))
    expect(around.map((slot) => new Date(slot.from * 60_000).toISOString().slice(11, 16))).toEqual(['13:45', '14:45'])
    expect(openSpanAt(week15, 'pickup', at('2026-11-24T14:20:00Z'), riyadh)).toBeNull()
    expect(nextOpening(week15, 'pickup', at('2026-11-24T14:20:00Z'), riyadh)).toBe(at('2026-11-24T14:35:00Z'))
  })

  it('a break after midnight is cut out of the evening before', () => {
    const cut: Week = {
      windows: night.windows,
      exceptions: [{ service: null, fromDay: day + 1, toDay: day + 1, kind: 'closed', opens: hour, closes: 2 * hour }],
    }
    expect(openSpanAt(cut, 'pickup', at('2026-11-24T22:30:00Z'), riyadh)).toBeNull() // 01:30 on the 25th
    expect(openSpanAt(cut, 'pickup', at('2026-11-24T23:30:00Z'), riyadh)).not.toBeNull()
  })
})

describe('days on which clocks change (Europe/Paris)', () => {
  const paris = zoneOf('Europe/Paris')
  const week: Week = { windows: everyDay(18 * hour, 4 * hour), exceptions: [] }
  it('the short night has three hours fewer quarters than the long one has more, and no slot is repeated', () => {
    const count = (date: string) => {
      const slots = slotsOfDay(kitchen({ week }), 'pickup', dayNumber(date), paris)
      expect(new Set(slots.map((slot) => slot.from)).size).toBe(slots.length)
      return slots.length
    }
    expect([count('2026-03-28'), count('2026-03-27'), count('2026-10-24')]).toEqual([36, 40, 44])
  })

  it('the business day still begins at 04:00', () => {
    expect(dateOf(businessDay(minuteOf(new Date('2026-10-25T02:59:00Z')), paris))).toBe('2026-10-24') // 03:59 winter time
    expect(dateOf(businessDay(minuteOf(new Date('2026-10-25T03:00:00Z')), paris))).toBe('2026-10-25')
  })
})

describe('promises', () => {
  const now = at('2026-11-24T15:00:00Z') // 18:00 local
  it('are never before now + preparation + rush', () => {
    const rushed = kitchen({ pause: { stopped: false, extraMinutes: 25, until: now + 60 } })
    const slots = asapSlots(rushed, 'pickup', now, riyadh)
    expect(promise(rushed, slots[0]!, { now, service: 'pickup', deliveryMinutes: 20 })).toEqual({ ready: now + 35, delivery: null })
    expect(promise(kitchen(), slots.at(-1)!, { now, service: 'delivery', deliveryMinutes: 20 })).toEqual({
      ready: now + 90,
      delivery: now + 110,
    })
  })

  it('a pause stops orders until its moment, whatever its timer does', () => {
    const paused = kitchen({ pause: { stopped: true, extraMinutes: 0, until: now + 45 } })
    expect(asapSlots(paused, 'pickup', now, riyadh)).toEqual([])
    expect(slotProblem(paused, 'pickup', now + 30, now, riyadh)).toBe('paused')
    expect(slotProblem(paused, 'pickup', now + 45, now, riyadh)).toBeNull()
    expect(asapSlots(paused, 'pickup', now + 45, riyadh)).not.toEqual([])
    expect(
      choosableSlots(kitchen({ pause: { stopped: true, extraMinutes: 0, until: null } }), 'pickup', { from: now, now, count: 3 }, riyadh),
    ).toEqual([])
  })

  it('a chosen slot exists, is not too soon and not too far', () => {
    expect(slotProblem(kitchen(), 'pickup', now + 7, now, riyadh)).toBe('no_such_slot')
    expect(slotProblem(kitchen({ leadMinutes: 60 }), 'pickup', now + 45, now, riyadh)).toBe('too_soon')
    expect(slotProblem(kitchen({ futureDays: 1 }), 'pickup', now + 2 * 1440, now, riyadh)).toBe('too_far')
    expect(slotProblem(kitchen(), 'pickup', now + 1440, now, riyadh)).toBeNull()
  })
})

describe('mealtimes', () => {
  const suhoor = {
    id: 'a',
    weekdays: [0, 1, 2, 3, 4, 5, 6],
    from: 22 * hour,
    to: 4 * hour,
    fromDay: dayNumber('2027-02-08'),
    toDay: dayNumber('2027-03-09'),
  }
  it('reach past midnight and hold in their season only', () => {
    expect(isServed([suhoor], at('2027-02-09T00:30:00Z'), riyadh)).toBe(true) // 03:30
    expect(isServed([suhoor], at('2027-02-09T02:00:00Z'), riyadh)).toBe(false) // 05:00
    expect(isServed([suhoor], at('2026-11-24T20:30:00Z'), riyadh)).toBe(false)
    expect(isServed([], at('2026-11-24T20:30:00Z'), riyadh)).toBe(true)
  })
})

describe('choices of a dish', () => {
  const option = (id: string, amount: number, nestedGroupId: string | null = null, soldOut = false) => ({
    id,
    name: { en: id },
    amount,
    soldOut,
    nestedGroupId,
  })
  const groups = new Map<string, GroupRule>(
    [
      { id: 'size', name: {}, min: 1, max: 1, free: 0, options: [option('small', 0), option('large', 1500, 'drink')] },
      {
        id: 'sauce',
        name: {},
        min: 0,
        max: 3,
        free: 1,
        options: [option('garlic', 200), option('hot', 300), option('tahini', 400), option('gone', 100, null, true)],
      },
      { id: 'drink', name: {}, min: 1, max: 1, free: 0, options: [option('water', 0), option('cola', 500)] },
    ].map((group) => [group.id, group]),
  )
  const dish = {
    id: 'kabsa',
    amount: 5800,
    uses: [
      { groupId: 'size', min: 1, max: 1, free: 0 },
      { groupId: 'sauce', min: 0, max: 3, free: 1 },
    ],
  }
  const price = (...options: string[]) => priceDish(dish, groups, options)

  it('the cheapest free ones cost nothing', () => {
    expect(price('small', 'tahini', 'garlic', 'hot')).toMatchObject({ ok: true, unitAmount: 5800 + 300 + 400 })
    expect(price('small', 'tahini')).toMatchObject({ ok: true, unitAmount: 5800 })
  })

  it('an option opens its group, one level deep, and only then', () => {
    expect(price('large')).toMatchObject({
      ok: false,
      code: 'modifier_selection_invalid',
      details: { group_id: 'drink', min: 1, max: 1, got: 0 },
    })
    expect(price('large', 'cola')).toMatchObject({ ok: true, unitAmount: 5800 + 1500 + 500 })
    expect(price('small', 'cola')).toMatchObject({ ok: false, details: { option_id: 'cola' } })
  })

  it.each([
    [['small', 'large'], { group_id: 'size', min: 1, max: 1, got: 2 }],
    [[], { group_id: 'size', got: 0 }],
    [['small', 'nonsense'], { option_id: 'nonsense' }],
    [['small', 'hot', 'hot'], { option_id: 'hot' }],
  ])('%j is refused', (options, details) => {
    expect(price(...options)).toMatchObject({ ok: false, code: 'modifier_selection_invalid', details })
  })

  it('a sold-out option is a shortage, not a wrong choice', () => {
    expect(price('small', 'gone')).toMatchObject({ ok: false, code: 'insufficient_stock', details: { option_id: 'gone' } })
  })
})

describe('delivery areas', () => {
  const ring: [number, number][] = [
    [46.6, 24.6],
    [46.8, 24.6],
    [46.8, 24.8],
    [46.6, 24.8],
    [46.6, 24.6],
  ]
  const hole: [number, number][] = [
    [46.69, 24.69],
    [46.71, 24.69],
    [46.71, 24.71],
    [46.69, 24.71],
    [46.69, 24.69],
  ]
  const area = (id: string, feeAmount: number, changes = {}) => ({
    id,
    rings: [ring],
    ...boxOf([ring]),
    feeAmount,
    minOrderAmount: 0,
    freeOverAmount: null,
    maxDistance: null,
    ...changes,
  })
  const here = { lat: 24.65, lng: 46.65 }
  const kitchenPlace = { lat: 24.62, lng: 46.62 }

  it('inside the polygon, not in its hole, not too far; of several the cheapest', () => {
    expect(areaAt([area('far', 900), area('near', 500)], kitchenPlace, here)?.id).toBe('near')
    expect(areaAt([area('a', 0, { rings: [ring, hole] })], kitchenPlace, { lat: 24.7, lng: 46.7 })).toBeNull()
    expect(areaAt([area('a', 0)], kitchenPlace, { lat: 24.5, lng: 46.65 })).toBeNull()
    expect(areaAt([area('a', 0, { maxDistance: 1000 })], kitchenPlace, here)).toBeNull()
    expect(Math.round(distanceOf(kitchenPlace, here) / 100)).toBe(45)
  })

  it('delivery is free from a subtotal on', () => {
    expect([9999, 10_000].map((subtotal) => deliveryFee(area('a', 1500, { freeOverAmount: 10_000 }), subtotal))).toEqual([1500, 0])
  })
})

describe('tables', () => {
  const table = (id: string, seatsMax: number, joinGroup: string | null = null, seatsMin = 1) => ({ id, seatsMin, seatsMax, joinGroup })
  it('the smallest that fits, else the fewest of one group', () => {
    expect(tablesFor([table('a', 6), table('b', 2), table('c', 4)], 3)).toEqual(['c'])
    expect(tablesFor([table('a', 4, 'g'), table('b', 4, 'g'), table('c', 2, 'g')], 6)).toEqual(['a', 'c'])
    expect(tablesFor([table('a', 4, 'g'), table('b', 4, 'h')], 6)).toBeNull()
    expect(tablesFor([table('a', 4, 'g'), table('b', 4)], 6)).toBeNull()
    expect(tablesFor([table('a', 8, null, 5)], 2)).toBeNull()
  })

  it('times of a day follow the opening', () => {
    const week: Week = { windows: everyDay(18 * hour, 22 * hour, 'dine_in'), exceptions: [] }
    const times = sittingTimes({ week, sittingMinutes: 120, stepMinutes: 60 }, dayNumber('2026-11-24'), riyadh)
    expect(times.map((time) => new Date(time * 60_000).toISOString().slice(11, 16))).toEqual(['15:00', '16:00', '17:00', '18:00'])
  })
})
