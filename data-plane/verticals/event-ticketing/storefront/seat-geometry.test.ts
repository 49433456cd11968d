import { describe, expect, it } from 'vitest'
import { nearestSeat, seatBeside, seatPoints } from './seat-geometry.ts'

const row = (label: string, y: number, category: string) => ({ label, x: 0, y, pitch: 1, curve: 0, first: 1, count: 10, category })
const layout = {
  width: 20,
  height: 10,
  stage: null,
  categories: [
    { code: 'gold', name: { en: 'Gold' }, colour: '#aa8800' },
    { code: 'blue', name: { en: 'Blue' }, colour: '#0044aa' },
  ],
  sections: [
    { code: 'A', name: { en: 'Floor' }, x: 0, y: 0, rotation: 0, rows: [row('1', 0, 'gold'), row('2', 1, 'blue')] },
    { code: 'B', name: { en: 'Side' }, x: 15, y: 0, rotation: 90, rows: [row('1', 0, 'blue')] },
  ],
}

describe('seats of a plan', () => {
  const points = seatPoints(layout)

  it('are in the order of the letters, section by section and row by row', () => {
    expect(points.ids.length).toBe(30)
    expect([points.ids[0], points.ids[10], points.ids[20]]).toEqual(['A-1-1', 'A-2-1', 'B-1-1'])
    expect([points.category[0], points.category[10]]).toEqual([0, 1])
  })

  it('are turned with their section', () => {
    expect(points.x[29]).toBeCloseTo(15)
    expect(points.y[29]).toBeCloseTo(9)
  })

  it('are found by a place near to them, and not from far', () => {
    expect(points.ids[nearestSeat(points, 3.2, 0.1, 0.6)]).toBe('A-1-4')
    expect(nearestSeat(points, 3.5, 5, 0.6)).toBe(-1)
  })

  it('are walked with arrows along the row and across rows, and not beyond the edge', () => {
    const start = points.ids.indexOf('A-1-4')
    expect(points.ids[seatBeside(points, start, 1, 0)]).toBe('A-1-5')
    expect(points.ids[seatBeside(points, start, 0, 1)]).toBe('A-2-4')
    expect(seatBeside(points, points.ids.indexOf('A-1-1'), -1, 0)).toBe(points.ids.indexOf('A-1-1'))
  })

  it('bend with a curve', () => {
    const bent = seatPoints({ ...layout, sections: [{ ...layout.sections[0]!, rows: [{ ...row('1', 5, 'gold'), curve: 2 }] }] })
    expect(bent.y[0]).toBeCloseTo(3)
    expect(bent.y[4]).toBeGreaterThan(4.9)
  })
})
