import { describe, expect, it } from 'vitest'
import { areaOf, boxAround, boxOf, checkBoundary, contains, distance, overhang } from './geometry.ts'
import type { Boundary } from './node.contract.ts'

const metre = 1 / 111_195
/** A rectangle from its south-west corner, in metres. */
function rectangle(lat: number, lng: number, height: number, width: number): Boundary {
  const [top, right] = [lat + height * metre, lng + (width * metre) / Math.cos((lat * Math.PI) / 180)]
  const corners: [number, number][] = [
    [lng, lat],
    [right, lat],
    [right, top],
    [lng, top],
    [lng, lat],
  ]
  return { type: 'Polygon', coordinates: [corners] }
}
const city = rectangle(24.6, 46.6, 20_000, 20_000)

describe('distances and areas', () => {
  it('measures on the globe', () => {
    expect(distance({ lat: 24.7136, lng: 46.6753 }, { lat: 24.7136, lng: 46.6753 })).toBe(0)
    // Riyadh to Jeddah
    expect(distance({ lat: 24.7136, lng: 46.6753 }, { lat: 21.4858, lng: 39.1925 })).toBeCloseTo(846_000, -4)
    expect(areaOf(rectangle(24.7, 46.7, 1_000, 2_000)) / 2_000_000).toBeCloseTo(1, 2)
  })

  it('a box around a point holds all that is near, and the box of an area all of it', () => {
    const point = { lat: 24.7, lng: 46.7 }
    const box = boxAround(point, 500)
    expect(distance(point, { lat: box.max_lat, lng: point.lng })).toBeGreaterThanOrEqual(499.9)
    expect(distance(point, { lat: point.lat, lng: box.max_lng })).toBeGreaterThanOrEqual(499.9)
    expect(boxOf(city).min_lat).toBe(24.6)
  })

  it('a hole is not part of the area, and another part of it is', () => {
    const hole = rectangle(24.65, 46.65, 1_000, 1_000).coordinates[0] as [number, number][]
    const ring = city.coordinates[0] as [number, number][]
    const hollow: Boundary = { type: 'Polygon', coordinates: [ring, hole] }
    expect(contains(hollow, { lat: 24.654, lng: 46.654 })).toBe(false)
    expect(contains(hollow, { lat: 24.62, lng: 46.62 })).toBe(true)
    const both: Boundary = {
      type: 'MultiPolygon',
      coordinates: [[hole], [rectangle(25, 47, 1_000, 1_000).coordinates[0] as [number, number][]]],
    }
    expect(contains(both, { lat: 25.004, lng: 47.004 })).toBe(true)
    expect(contains(both, { lat: 24.8, lng: 46.8 })).toBe(false)
  })

  it('a border belongs to its area', () => {
    expect(contains(city, { lat: 24.6, lng: 46.65 })).toBe(true)
  })
})

describe('an area within another', () => {
  it('hangs over by nothing, or by as many metres as it does', () => {
    expect(overhang(rectangle(24.61, 46.61, 500, 500), city)).toBe(0)
    expect(overhang(rectangle(24.6 - 30 * metre, 46.61, 500, 500), city)).toBeCloseTo(30, 0)
    expect(overhang(rectangle(24.6 - 80 * metre, 46.61, 500, 500), city)).toBeCloseTo(80, 0)
    expect(overhang(rectangle(30, 50, 500, 500), city)).toBeGreaterThan(100_000)
  })

  it('a bay of the outer one that reaches into the inner one is seen', () => {
    const bay: Boundary = {
      type: 'Polygon',
      coordinates: [
        [
          [46.6, 24.6],
          [46.8, 24.6],
          [46.8, 24.8],
          [46.7, 24.65],
          [46.6, 24.8],
          [46.6, 24.6],
        ],
      ],
    }
    const across: Boundary = {
      type: 'Polygon',
      coordinates: [
        [
          [46.61, 24.62],
          [46.79, 24.62],
          [46.79, 24.7],
          [46.61, 24.7],
          [46.61, 24.62],
        ],
      ],
    }
    expect(overhang(across, bay)).toBeGreaterThan(50)
  })
})

describe('what is no area', () => {
  const refused = (coordinates: [number, number][]) => {
    try {
      checkBoundary({ type: 'Polygon', coordinates: [coordinates] })
    } catch (error) {
      return (error as { code: string; details: { reason: string } }).details.reason
    }
    return null
  }
  it('is refused with the reason', () => {
    expect(
      refused([
        [46, 24],
        [47, 24],
        [47, 25],
        [46, 25],
      ]),
    ).toBe('ring_not_closed')
    expect(
      refused([
        [46, 24],
        [47, 24],
        [46, 24],
        [46, 24],
      ]),
    ).toBe('no_area')
    expect(
      refused([
        [46, 24],
        [47, 25],
        [47, 24],
        [46, 24.3],
        [46, 24],
      ]),
    ).toBe('crosses_itself')
    expect(
      refused([
        [46, 24],
        [47, 24],
        [47, 25],
        [46, 25],
        [46, 24],
      ]),
    ).toBe(null)
  })
})
