import { describe, expect, it } from 'vitest'
import { hoursOf, layOut } from './lanes.ts'

const span = (id: string, start: number, end: number) => ({ id, start, end })

describe('calendar lanes', () => {
  it('what does not overlap has the column to itself', () => {
    expect(layOut([span('a', 60, 90), span('b', 90, 120)]).map(({ lane, lanes }) => [lane, lanes])).toEqual([
      [0, 1],
      [0, 1],
    ])
  })

  it('what overlaps stands beside each other and shares the width of its cluster only', () => {
    const laid = layOut([span('a', 60, 120), span('b', 90, 150), span('c', 120, 180), span('d', 200, 230)])
    expect(Object.fromEntries(laid.map(({ span: { id }, lane, lanes }) => [id, [lane, lanes]]))).toEqual({
      a: [0, 2],
      b: [1, 2],
      c: [0, 2],
      d: [0, 1],
    })
  })

  it('shows what is open or taken, at least the working day, never another day', () => {
    expect(hoursOf([])).toEqual({ from: 8, to: 20 })
    expect(hoursOf([{ start: 6 * 60 + 30, end: 22 * 60 + 15 }])).toEqual({ from: 6, to: 23 })
    expect(hoursOf([{ start: -30, end: 1500 }])).toEqual({ from: 0, to: 24 })
  })
})
