import { describe, expect, it } from 'vitest'
import {
  availabilityOf,
  bestSeats,
  currentTier,
  decideScan,
  freeUnits,
  saleState,
  seatsOf,
  sectionSpan,
  serviceFee,
  splitOverTiers,
  tierAfter,
  voucherPrice,
} from '../rules.ts'
import type { SeatLayout } from '../seat.contract.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour))

const layout: SeatLayout = {
  width: 10,
  height: 10,
  stage: { x: 0, y: 0, width: 10, height: 1, label: 'Stage' },
  categories: [
    { code: 'gold', name: {}, colour: '#b45309' },
    { code: 'silver', name: {}, colour: '#475569' },
  ],
  sections: [
    {
      code: 'A',
      name: {},
      x: 0,
      y: 2,
      rotation: 0,
      rows: [{ label: '1', x: 0, y: 0, pitch: 1, curve: 0, first: 1, count: 6, category: 'gold' }],
    },
    {
      code: 'B',
      name: {},
      x: 0,
      y: 5,
      rotation: 0,
      rows: ['1', '2'].map((label, y) => ({ label, x: 0, y, pitch: 1, curve: 0, first: 11, count: 6, category: 'silver' })),
    },
  ],
}

describe('rules', () => {
  it('A13: what is free of a type is the least of its quotas; a type in none has nothing', () => {
    const total = { size: 500, used: 500 }
    expect(freeUnits([total, { size: 100, used: 50 }])).toBe(0)
    expect(
      freeUnits([
        { size: 500, used: 480 },
        { size: 100, used: 95 },
      ]),
    ).toBe(5)
    expect(freeUnits([{ size: null, used: 7 }])).toBeNull()
    expect(freeUnits([{ size: 3, used: 5 }])).toBe(0)
    expect(freeUnits([])).toBe(0)
  })

  it('early prices end by date or by number, whichever comes first; what is left over pays the next', () => {
    const tiers = [
      { id: 'a', amount: 300, until: at(10), quantity: 5, used: 3 },
      { id: 'b', amount: 400, until: null, quantity: 2, used: 0 },
    ]
    expect(currentTier(tiers, 600, at(9))).toMatchObject({ amount: 300, left: 2 })
    expect(currentTier(tiers, 600, at(10))).toMatchObject({ amount: 400, left: 2 })
    expect(tierAfter(tiers, 600, 'b', at(9)).amount).toBe(600)
    expect(splitOverTiers(tiers, 6, at(9))).toEqual([
      { tierId: 'a', quantity: 2 },
      { tierId: 'b', quantity: 2 },
      { tierId: 'base', quantity: 2 },
    ])
  })

  it('fees and vouchers round half-up to the minor unit and never below nothing', () => {
    expect(serviceFee(10_010, { amount: 200, bps: 250 })).toBe(450)
    expect(serviceFee(10_020, { amount: 200, bps: 250 })).toBe(451)
    expect(serviceFee(0, { amount: 200, bps: 250 })).toBe(0)
    expect(voucherPrice('percent', 3333, 100)).toBe(67)
    expect(voucherPrice('amount', 500, 300)).toBe(0)
    expect(voucherPrice('set_price', 100, 300)).toBe(100)
    expect(voucherPrice('none', 0, 300)).toBe(300)
  })

  it('the sale opens and closes at the moments on the rows', () => {
    const facts = {
      status: 'on_sale',
      presaleStart: at(8),
      presaleEnd: at(18),
      frozen: false,
      date: { status: 'scheduled', startsAt: at(20), endsAt: at(22) },
      type: { availableFrom: at(9), availableTo: null },
    }
    expect([7, 8, 9, 17, 18].map((hour) => saleState(facts, at(hour)))).toEqual(['soon', 'soon', 'open', 'open', 'closed'])
    expect(saleState({ ...facts, presaleEnd: null }, at(21))).toBe('open')
    expect(saleState({ ...facts, presaleEnd: null }, at(22))).toBe('closed')
    expect(saleState({ ...facts, frozen: true }, at(10))).toBe('closed')
    expect(saleState({ ...facts, status: 'approved' }, at(10))).toBe('soon')
    expect(availabilityOf('open', 3, true, true)).toBe('waiting_list')
    expect(availabilityOf('open', 0, false, false)).toBe('sold_out')
    expect(availabilityOf('open', 10, false, true)).toBe('low')
  })

  it('seats are counted section by section; the best are side by side, near the stage, in the middle', () => {
    expect(
      seatsOf(layout)
        .map((seat) => seat.label)
        .slice(5, 8),
    ).toEqual(['A-1-6', 'B-1-11', 'B-1-12'])
    expect(sectionSpan(layout, 'B')).toEqual({ from: 6, to: 18 })
    expect(sectionSpan(layout, 'C')).toBeNull()
    expect(bestSeats(layout, 'f'.repeat(18), 2, null)).toEqual({ ordinals: [2, 3], category: 'gold', adjacent: true })
    expect(bestSeats(layout, `ffhhff${'f'.repeat(12)}`, 3, null)).toMatchObject({ category: 'silver', adjacent: true })
    expect(bestSeats(layout, `fshsfs${'s'.repeat(12)}`, 2, null)).toEqual({ ordinals: [0, 4], category: 'gold', adjacent: false })
    expect(bestSeats(layout, 's'.repeat(18), 1, null)).toBeNull()
    expect(bestSeats(layout, 'f'.repeat(18), 2, 'silver')!.ordinals[0]).toBeGreaterThan(5)
  })

  it('a scan lets in once per allowed entry, on its own list only', () => {
    const ticket = { status: 'valid', entries: 0, entriesAllowed: 2, inside: false, eventId: 'e', eventDateId: 'd', ticketTypeId: 't' }
    const list = { eventId: 'e', eventDateId: 'd', ticketTypeIds: [], allowExit: true }
    expect(decideScan(ticket, list, 'entry')).toBe('ok')
    expect(decideScan({ ...ticket, entries: 1, inside: true }, list, 'entry')).toBe('already_inside')
    expect(decideScan({ ...ticket, entries: 1, inside: true }, list, 'exit')).toBe('ok')
    expect(decideScan({ ...ticket, entries: 1 }, list, 'exit')).toBe('not_inside')
    expect(decideScan({ ...ticket, entries: 2 }, list, 'entry')).toBe('already_used')
    expect(decideScan(ticket, { ...list, allowExit: false }, 'exit')).toBe('exit_not_allowed')
    expect(decideScan(ticket, { ...list, eventDateId: 'other' }, 'entry')).toBe('wrong_list')
    expect(decideScan(ticket, { ...list, ticketTypeIds: ['vip'] }, 'entry')).toBe('wrong_list')
    expect(
      ['blocked', 'refunded', 'cancelled', 'transferred', 'expired'].map((status) => decideScan({ ...ticket, status }, list, 'entry')),
    ).toEqual(['blocked', 'refunded', 'cancelled', 'transferred', 'expired'])
  })
})
