import type { GeoPolygon } from '../../contract.ts'

const earthMetres = 6_371_008.8
const degrees = 180 / Math.PI

/** A circle on the ground as a polygon of 36 corners, GeoJSON order (longitude first), closed. */
export function circle(center: { lat: number; lng: number }, radiusMetres: number): GeoPolygon {
  const corner = (index: number): [number, number] => {
    const angle = (index * Math.PI) / 18
    const lat = center.lat + (radiusMetres / earthMetres) * Math.cos(angle) * degrees
    const lng = center.lng + ((radiusMetres / earthMetres) * Math.sin(angle) * degrees) / Math.cos(center.lat / degrees)
    return [round(lng), round(lat)]
  }
  return { type: 'Polygon', coordinates: [Array.from({ length: 37 }, (_, index) => corner(index % 36))] }
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6

/** An area as it is drawn: outlines in a square of 100, north up. */
export function outline(
  polygon: GeoPolygon,
  marks: { lat: number; lng: number }[],
): { rings: string[]; marks: { x: number; y: number }[] } {
  const points = [...polygon.coordinates.flat(), ...marks.map((mark): [number, number] => [mark.lng, mark.lat])]
  const shrink = Math.cos(((points[0]?.[1] ?? 0) * Math.PI) / 180)
  const xs = points.map(([lng]) => lng * shrink)
  const ys = points.map(([, lat]) => lat)
  const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) || 1
  const place = (lng: number, lat: number) => ({
    x: round((100 * (lng * shrink - Math.min(...xs))) / size),
    y: round((100 * (Math.max(...ys) - lat)) / size),
  })
  return {
    rings: polygon.coordinates.map((ring) => ring.map(([lng, lat]) => Object.values(place(lng, lat)).join(',')).join(' ')),
    marks: marks.map((mark) => place(mark.lng, mark.lat)),
  }
}
