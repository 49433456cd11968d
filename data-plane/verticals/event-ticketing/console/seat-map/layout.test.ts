import { describe, expect, it } from 'vitest'
import { SeatLayout } from '../../contract.ts'
import { type BlockPlan, countSeats, fitted, generateRows, layoutFailure, nextLabel, placedSeats, seatsByCategory } from './layout.ts'

const plan: BlockPlan = {
  rows: 4,
  seats: 10,
  firstRow: 'Y',
  firstSeat: 1,
  growth: 2,
  gap: 1.2,
  curve: 0.5,
  bands: [
    { category: 'gold', rows: 1 },
    { category: 'blue', rows: 99 },
  ],
}
const layout: SeatLayout = {
  width: 1,
  height: 1,
  stage: { x: 2, y: 0, width: 10, height: 2, label: 'Stage' },
  categories: [
    { code: 'gold', name: { en: 'Gold' }, colour: '#b8860b' },
    { code: 'blue', name: { en: 'Blue' }, colour: '#1f5f99' },
  ],
  sections: [{ code: 'A', name: { en: 'A' }, x: 1, y: 4, rotation: 0, rows: generateRows(plan) }],
}

describe('the seat map generator', () => {
  it('labels rows as people count', () => {
    expect(['A', 'Z', 'AZ', 'ZZ', '9'].map(nextLabel)).toEqual(['B', 'AA', 'BA', 'AAA', '10'])
    expect(layout.sections[0]?.rows.map((row) => row.label)).toEqual(['Y', 'Z', 'AA', 'AB'])
  })

  it('fans out, centres rows and gives the front bands their category', () => {
    expect(layout.sections[0]?.rows.map((row) => [row.count, row.x, row.category])).toEqual([
      [10, 3, 'gold'],
      [12, 2, 'blue'],
      [14, 1, 'blue'],
      [16, 0, 'blue'],
    ])
    expect(countSeats(layout)).toBe(52)
    expect([...seatsByCategory(layout)]).toEqual([
      ['gold', 10],
      ['blue', 42],
    ])
  })

  it('makes a layout the contract takes, large enough for every seat, each with an id of its own', () => {
    const whole = fitted(layout)
    expect(SeatLayout.safeParse(whole).success).toBe(true)
    const seats = placedSeats(whole)
    expect(new Set(seats.map((seat) => seat.id)).size).toBe(52)
    expect(seats[0]?.id).toBe('A-Y-1')
    expect(seats.every((seat) => seat.x <= whole.width && seat.y <= whole.height)).toBe(true)
    expect(layoutFailure(whole)).toBeNull()
  })

  it('moves everything in when a turned section leaves the picture on the left or above', () => {
    const turned = layout.sections.map((section) => ({ ...section, rotation: 90 }))
    const whole = fitted({ ...layout, sections: turned })
    const seats = placedSeats(whole)
    expect(seats.every((seat) => seat.x >= 1 && seat.y >= 1 && seat.x <= whole.width && seat.y <= whole.height)).toBe(true)
    expect(fitted(whole)).toEqual(whole)
    expect(fitted(layout).sections).toEqual(layout.sections)
  })

  it('says what keeps it from being saved', () => {
    const section = layout.sections[0]
    if (!section) throw new Error('the sample has a section')
    expect(layoutFailure({ ...layout, sections: [] })).toBe('event.no_sections')
    expect(layoutFailure({ ...layout, sections: [section, section] })).toBe('event.section_twice')
    expect(layoutFailure({ ...layout, categories: layout.categories.slice(1) })).toBe('event.category_unknown')
    expect(
      layoutFailure({
        ...layout,
        sections: [
          {
            ...section,
            rows: Array.from({ length: 101 }, (_, index) => ({
              ...plan,
              label: String(index),
              x: 0,
              y: 0,
              pitch: 1,
              first: 1,
              count: 500,
              category: 'gold',
            })),
          },
        ],
      }),
    ).toBe('event.too_many_seats')
  })
})
