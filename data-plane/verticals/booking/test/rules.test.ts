import { describe, expect, it } from 'vitest'
import { dayNumber, minuteOf, momentOf, weekdayOf, zoneOf } from '../../../platform/clock/zone.ts'
import {
  byTurn,
  depositFor,
  distance,
  freeStarts,
  isClear,
  isFree,
  joined,
  noShowFee,
  openTimes,
  paymentPlan,
  priceFor,
  servable,
  without,
  wrongAnswers,
} from '../rules.ts'

const shape = { durationMin: 60, bufferBeforeMin: 0, bufferAfterMin: 0, intervalMin: 60 }
const at = (text: string): number => minuteOf(new Date(text))
const iso = (minute: number): string => momentOf(minute).toISOString().slice(0, 16)

/** Starts of one day with one window, as UTC. */
function starts(zoneName: string, date: string, window: [number, number], minutes = shape): string[] {
  const zone = zoneOf(zoneName)
  const day = dayNumber(date)
  const rule = { weekday: weekdayOf(day), startMinute: window[0] * 60, endMinute: window[1] * 60, fromDay: null, toDay: null }
  const open = openTimes(zone, [rule], [], day, day)
  const found: string[] = []
  freeStarts(open, [], minutes, open[0]!, open.at(-1)!, (start) => found.push(iso(start)))
  return found
}

describe('slot generation = rules ∪ open − closed − taken', () => {
  it('offers the grid of the window; the service ends within it', () => {
    expect(starts('Asia/Riyadh', '2026-11-24', [9, 12])).toEqual(['2026-11-24T06:00', '2026-11-24T07:00', '2026-11-24T08:00'])
    expect(starts('Asia/Riyadh', '2026-11-24', [9, 11], { ...shape, durationMin: 90, intervalMin: 30 })).toEqual([
      '2026-11-24T06:00',
      '2026-11-24T06:30',
    ])
  })

  it.each([
    // 02:00 does not exist: 01, 03 and 04 o'clock, one slot fewer
    ['Europe/Paris', '2026-03-29', ['2026-03-29T00:00', '2026-03-29T01:00', '2026-03-29T02:00']],
    // 02:00 exists twice: one slot more
    ['Europe/Paris', '2026-10-25', ['2026-10-24T23:00', '2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00', '2026-10-25T03:00']],
    ['America/New_York', '2026-03-08', ['2026-03-08T06:00', '2026-03-08T07:00', '2026-03-08T08:00']],
    [
      'America/New_York',
      '2026-11-01',
      ['2026-11-01T05:00', '2026-11-01T06:00', '2026-11-01T07:00', '2026-11-01T08:00', '2026-11-01T09:00'],
    ],
  ])('01:00 to 05:00 in %s on %s, when clocks change', (zone, date, expected) => {
    expect(starts(zone, date, [1, 5])).toEqual(expected)
  })

  it('keeps wall-clock hours on both sides of a change', () => {
    expect(starts('Europe/Paris', '2026-03-28', [9, 11])).toEqual(['2026-03-28T08:00', '2026-03-28T09:00'])
    expect(starts('Europe/Paris', '2026-03-30', [9, 11])).toEqual(['2026-03-30T07:00', '2026-03-30T08:00'])
  })

  it('an open exception adds, a closed one takes away, also part of a day', () => {
    const zone = zoneOf('Asia/Riyadh')
    const day = dayNumber('2026-11-24')
    const rule = { weekday: weekdayOf(day), startMinute: 540, endMinute: 720, fromDay: null, toDay: null }
    const exceptions = [
      { day, kind: 'closed' as const, startMinute: 600, endMinute: 660 },
      { day: day + 1, kind: 'open' as const, startMinute: 1200, endMinute: 1260 },
    ]
    expect(openTimes(zone, [rule], exceptions, day, day + 1).map(iso)).toEqual([
      '2026-11-24T06:00',
      '2026-11-24T07:00',
      '2026-11-24T08:00',
      '2026-11-24T09:00',
      '2026-11-25T17:00',
      '2026-11-25T18:00',
    ])
  })

  it('a rule counts within its dates only', () => {
    const zone = zoneOf('Asia/Riyadh')
    const day = dayNumber('2026-11-24')
    const rule = { weekday: weekdayOf(day), startMinute: 540, endMinute: 600, fromDay: day + 7, toDay: day + 7 }
    expect(openTimes(zone, [rule], [], day, day + 20)).toHaveLength(2)
  })

  it('a service may run past midnight when the next day begins where this one ends, and each day has its own grid', () => {
    const zone = zoneOf('Asia/Riyadh')
    const day = dayNumber('2026-11-24')
    const rules = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, startMinute: 0, endMinute: 1440, fromDay: null, toDay: null }))
    const open = openTimes(zone, rules, [], day - 1, day + 2)
    const found: number[] = []
    freeStarts(open, [], { ...shape, durationMin: 180, intervalMin: 420 }, day * 1440 - 180, (day + 1) * 1440 - 180, (start) =>
      found.push(start),
    )
    expect(found.map(iso)).toEqual(['2026-11-23T21:00', '2026-11-24T04:00', '2026-11-24T11:00', '2026-11-24T18:00'])
  })

  it('buffers of both bookings keep apart, and may lie outside the working time', () => {
    const open = [at('2026-11-24T06:00Z'), at('2026-11-24T10:00Z')]
    const busy = [at('2026-11-24T07:00Z'), at('2026-11-24T08:00Z')]
    const buffered = { durationMin: 30, bufferBeforeMin: 30, bufferAfterMin: 30, intervalMin: 30 }
    const found: string[] = []
    freeStarts(open, busy, buffered, open[0]!, open[1]!, (start) => found.push(iso(start)))
    expect(found).toEqual(['2026-11-24T06:00', '2026-11-24T08:30', '2026-11-24T09:00', '2026-11-24T09:30'])
    expect(isFree(open, busy, buffered, at('2026-11-24T08:30Z'))).toBe(true)
    expect(isFree(open, busy, buffered, at('2026-11-24T08:40Z')), 'off the grid').toBe(false)
    expect(isFree(open, busy, buffered, at('2026-11-24T08:00Z'))).toBe(false)
    expect(isClear(busy, buffered, at('2026-11-24T08:40Z'))).toBe(true)
    expect(isClear(busy, buffered, at('2026-11-24T08:20Z'))).toBe(false)
    expect(servable(open, busy, buffered, ['2026-11-24T06:10Z', '2026-11-24T08:40Z', '2026-11-24T09:40Z'].map(at))).toEqual([
      false,
      true,
      false,
    ])
  })

  it('interval arithmetic', () => {
    expect(joined([5, 7, 1, 3, 3, 4, 9, 9])).toEqual([1, 4, 5, 7])
    expect(without([0, 10, 20, 30], [2, 4, 8, 22, 29, 40])).toEqual([0, 2, 4, 8, 22, 29])
  })
})

describe('money', () => {
  it('prices other lengths pro rata, half-up', () => {
    expect(priceFor({ price_amount: 20_000, duration_min: 60 }, 90)).toBe(30_000)
    expect(priceFor({ price_amount: 1001, duration_min: 60 }, 30)).toBe(501)
  })

  it('chooses how to pay', () => {
    const paid = { price_amount: 100, pay_at_place: false, requires_confirmation: false, deposit_bps: null }
    expect([
      paymentPlan(paid),
      paymentPlan({ ...paid, deposit_bps: 3000 }),
      paymentPlan({ ...paid, requires_confirmation: true }),
      paymentPlan({ ...paid, pay_at_place: true }),
      paymentPlan({ ...paid, price_amount: 0 }),
    ]).toEqual(['now', 'deposit', 'on_confirmation', 'at_place', 'free'])
    expect(depositFor('deposit', 90_000, 3000)).toBe(27_000)
    expect(depositFor('now', 90_000, 3000)).toBeNull()
    expect(noShowFee({ price_amount: 6000, no_show_fee_bps: 5000 })).toBe(3000)
  })
})

it('takes turns by load for weight, then priority, then age', () => {
  const turn = (id: string, load: number, weight = 1, priority = 0) => ({ id, load, weight, priority })
  expect([turn('c', 2), turn('b', 1), turn('a', 3, 4), turn('d', 1, 1, 5)].sort(byTurn).map(({ id }) => id)).toEqual(['a', 'd', 'b', 'c'])
})

it('measures distances in metres', () => {
  expect(Math.round(distance({ lat: 24.7136, lng: 46.6753 }, { lat: 24.7743, lng: 46.7386 }) / 100)).toBe(93)
})

it('names every answer that does not fit the form', () => {
  const form = [
    { key: 'skin', kind: 'choice' as const, required: true, choices: [{ value: 'dry' }, { value: 'oily' }] },
    { key: 'first', kind: 'yes_no' as const, required: false, choices: [] },
    { key: 'note', kind: 'text' as const, required: false, choices: [] },
  ]
  expect(wrongAnswers(form, { skin: 'dry', first: true, note: '' })).toEqual([])
  expect(wrongAnswers(form, { first: 'yes', colour: 'red' })).toEqual([
    { field: 'answers.colour', code: 'unknown' },
    { field: 'answers.skin', code: 'required' },
    { field: 'answers.first', code: 'invalid' },
  ])
})
