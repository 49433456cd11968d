import type { Position } from '../../../storefront/components/position-field.tsx'

/**
 * The middle of a delivery area (GeoJSON polygon or multi-polygon): where a meal is priced to when only the area was named.
 * Centre of gravity of the outer ring; null when the shape cannot be read.
 */
export function areaCentre(polygon: unknown): Position | null {
  const ring = outerRing(polygon)
  if (!ring || ring.length < 3) return null
  let [twice, x, y] = [0, 0, 0]
  for (const [index, [x0, y0]] of ring.entries()) {
    const [x1, y1] = ring[(index + 1) % ring.length] ?? [x0, y0]
    const cross = x0 * y1 - x1 * y0
    twice += cross
    x += (x0 + x1) * cross
    y += (y0 + y1) * cross
  }
  if (twice === 0) return null
  return { lng: x / (3 * twice), lat: y / (3 * twice) }
}

type Ring = [number, number][]

function outerRing(shape: unknown): Ring | null {
  let value: unknown = shape
  if (typeof value === 'object' && value !== null && 'coordinates' in value) value = value.coordinates
  // Down to a list of points: polygons are lists of rings, multi-polygons lists of polygons.
  while (Array.isArray(value) && Array.isArray(value[0]) && Array.isArray(value[0][0])) value = value[0]
  const isRing =
    Array.isArray(value) &&
    value.every((point) => Array.isArray(point) && point.length >= 2 && point.every((part) => typeof part === 'number'))
  return isRing ? (value as Ring) : null
}
