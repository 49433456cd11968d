import { describe, expect, it } from 'vitest'
import { GeoPolygon } from '../../contract.ts'
import { circle, outline } from './circle.ts'

const riyadh = { lat: 24.7136, lng: 46.6753 }

describe('delivery areas', () => {
  it('a circle is a closed polygon of the contract, as far in each direction as asked', () => {
    const polygon = circle(riyadh, 5000)
    expect(GeoPolygon.safeParse(polygon).success).toBe(true)
    const ring = polygon.coordinates[0] ?? []
    expect(ring[0]).toEqual(ring.at(-1))
    const north = Math.max(...ring.map(([, lat]) => lat))
    const east = Math.max(...ring.map(([lng]) => lng))
    expect((north - riyadh.lat) * 111_195).toBeCloseTo(5000, -1)
    expect((east - riyadh.lng) * 111_195 * Math.cos((riyadh.lat * Math.PI) / 180)).toBeCloseTo(5000, -2)
  })

  it('is drawn within the square, the restaurant in the middle of its circle', () => {
    const { rings, marks } = outline(circle(riyadh, 3000), [riyadh])
    const numbers = (rings[0] ?? '').split(/[ ,]/).map(Number)
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThanOrEqual(100)
    expect(marks[0]?.x).toBeCloseTo(50, 0)
    expect(marks[0]?.y).toBeCloseTo(50, 0)
  })
})
