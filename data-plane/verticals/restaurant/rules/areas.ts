import booleanPointInPolygon from '@turf/boolean-point-in-polygon'

export interface Place {
  lat: number
  lng: number
}

/** GeoJSON coordinates: outer ring, then holes; lng before lat. */
export type PolygonRings = [number, number][][]

export interface AreaRule {
  id: string
  rings: PolygonRings
  minLat: number
  maxLat: number
  minLng: number
  maxLng: number
  feeAmount: number
  minOrderAmount: number
  freeOverAmount: number | null
  maxDistance: number | null
}

const earthRadius = 6_371_000

/** Metres along the great circle (haversine). */
export function distanceOf(a: Place, b: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const sinLat = Math.sin(radians(b.lat - a.lat) / 2)
  const sinLng = Math.sin(radians(b.lng - a.lng) / 2)
  const h = sinLat * sinLat + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * sinLng * sinLng
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The area that serves a place: inside its polygon, not too far from the kitchen; of several the cheapest. */
export function areaAt<Area extends AreaRule>(areas: readonly Area[], kitchen: Place, place: Place): Area | null {
  const distance = distanceOf(kitchen, place)
  const serving = areas.filter(
    (area) =>
      place.lat >= area.minLat &&
      place.lat <= area.maxLat &&
      place.lng >= area.minLng &&
      place.lng <= area.maxLng &&
      (area.maxDistance === null || distance <= area.maxDistance) &&
      booleanPointInPolygon([place.lng, place.lat], { type: 'Polygon', coordinates: area.rings }),
  )
  return serving.sort((a, b) => a.feeAmount - b.feeAmount || (a.id < b.id ? -1 : 1))[0] ?? null
}

/** Delivery of a basket: minor units. */
export function deliveryFee(area: AreaRule, subtotalAmount: number): number {
  return area.freeOverAmount !== null && subtotalAmount >= area.freeOverAmount ? 0 : area.feeAmount
}

/** The box around a polygon, for the columns that are looked at first. */
export function boxOf(rings: PolygonRings): { minLat: number; maxLat: number; minLng: number; maxLng: number } {
  const points = rings.flat()
  const lats = points.map(([, lat]) => lat)
  const lngs = points.map(([lng]) => lng)
  return { minLat: Math.min(...lats), maxLat: Math.max(...lats), minLng: Math.min(...lngs), maxLng: Math.max(...lngs) }
}
