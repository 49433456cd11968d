import { DomainError } from '@cityos/contract'
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import type { Boundary, Point } from './node.contract.ts'

/** Metres a boundary may reach beyond its parent's (docs/spec/infrastructure.md, node). */
export const boundaryTolerance = 50

const earthRadius = 6_371_008.8
const metresPerDegree = (Math.PI / 180) * earthRadius

type Position = readonly [lng: number, lat: number]
type Ring = readonly Position[]

export interface Box {
  min_lat: number
  min_lng: number
  max_lat: number
  max_lng: number
}

/** Great-circle distance in metres (haversine). */
export function distance(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const height = Math.sin(radians(b.lat - a.lat) / 2) ** 2
  const width = Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lng - a.lng) / 2) ** 2
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(height + width)))
}

/** A box that holds every point within `metres` of `point`. */
export function boxAround(point: Point, metres: number): Box {
  const lat = metres / metresPerDegree
  const lng = metres / (metresPerDegree * Math.max(0.01, Math.cos((point.lat * Math.PI) / 180)))
  return { min_lat: point.lat - lat, max_lat: point.lat + lat, min_lng: point.lng - lng, max_lng: point.lng + lng }
}

export function boxOf(boundary: Boundary): Box {
  const positions = ringsOf(boundary).flat()
  const lngs = positions.map(([lng]) => lng)
  const lats = positions.map(([, lat]) => lat)
  return { min_lat: Math.min(...lats), max_lat: Math.max(...lats), min_lng: Math.min(...lngs), max_lng: Math.max(...lngs) }
}

/** Whether a point lies in an area; its border belongs to it, so that every point has one answer. */
export function contains(boundary: Boundary, { lat, lng }: Point): boolean {
  return booleanPointInPolygon([lng, lat], boundary)
}

/** The size of an area in square metres, good enough to tell which of two is the smaller. */
export function areaOf(boundary: Boundary): number {
  return polygonsOf(boundary).reduce((sum, [outer, ...holes]) => {
    const hollow = holes.reduce((total, hole) => total + ringArea(hole), 0)
    return sum + ringArea(outer ?? []) - hollow
  }, 0)
}

/**
 * Refuses what is no area: a ring that is not closed, has no extent, or crosses itself.
 * @throws DomainError geometry_invalid naming the reason
 */
export function checkBoundary(boundary: Boundary, field = 'boundary'): void {
  const refuse = (reason: string) => new DomainError('geometry_invalid', { field, details: { reason } })
  for (const ring of ringsOf(boundary)) {
    const [first, last] = [ring[0]!, ring[ring.length - 1]!]
    if (first[0] !== last[0] || first[1] !== last[1]) throw refuse('ring_not_closed')
    if (ringArea(ring) < 1) throw refuse('no_area')
    if (crossesItself(ring)) throw refuse('crosses_itself')
  }
}

/**
 * How far, in metres, an area reaches beyond another; 0 when it lies in it. The corners of the inner one must lie in the
 * outer one, and no corner of the outer one may lie in the inner one: one of the two happens wherever borders cross.
 */
export function overhang(inner: Boundary, outer: Boundary): number {
  const beyond = ringsOf(inner)
    .flat()
    .filter(([lng, lat]) => !contains(outer, { lat, lng }))
    .map((position) => distanceToBorder(position, outer))
  const biting = ringsOf(outer)
    .flat()
    .filter(([lng, lat]) => contains(inner, { lat, lng }))
    .map((position) => distanceToBorder(position, inner))
  return Math.max(0, ...beyond, ...biting)
}

function polygonsOf(boundary: Boundary): readonly (readonly Ring[])[] {
  return boundary.type === 'Polygon' ? [boundary.coordinates] : boundary.coordinates
}

function ringsOf(boundary: Boundary): readonly Ring[] {
  return polygonsOf(boundary).flat()
}

function distanceToBorder(position: Position, boundary: Boundary): number {
  let least = Number.POSITIVE_INFINITY
  for (const ring of ringsOf(boundary)) {
    for (let corner = 1; corner < ring.length; corner += 1) {
      least = Math.min(least, distanceToSegment(position, ring[corner - 1]!, ring[corner]!))
    }
  }
  return least
}

/** On a plane that touches the earth at the point: exact to millimetres over the size of a city. */
function distanceToSegment(position: Position, from: Position, to: Position): number {
  const scale = Math.cos((position[1] * Math.PI) / 180)
  const flat = ([lng, lat]: Position): [number, number] => [
    (lng - position[0]) * scale * metresPerDegree,
    (lat - position[1]) * metresPerDegree,
  ]
  const [ax, ay] = flat(from)
  const [bx, by] = flat(to)
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length))
  return Math.hypot(ax + along * dx, ay + along * dy)
}

function ringArea(ring: Ring): number {
  const origin = ring[0]
  if (!origin) return 0
  const scale = Math.cos((origin[1] * Math.PI) / 180)
  let twice = 0
  for (let corner = 1; corner < ring.length; corner += 1) {
    const [ax, ay] = [(ring[corner - 1]![0] - origin[0]) * scale, ring[corner - 1]![1] - origin[1]]
    const [bx, by] = [(ring[corner]![0] - origin[0]) * scale, ring[corner]![1] - origin[1]]
    twice += ax * by - bx * ay
  }
  return (Math.abs(twice) / 2) * metresPerDegree ** 2
}

/** Whether two sides of a closed ring that are not neighbours meet. */
function crossesItself(ring: Ring): boolean {
  const sides = ring.length - 1
  for (let one = 0; one < sides; one += 1) {
    for (let other = one + 2; other < sides; other += 1) {
      if (one === 0 && other === sides - 1) continue
      if (segmentsMeet(ring[one]!, ring[one + 1]!, ring[other]!, ring[other + 1]!)) return true
    }
  }
  return false
}

function segmentsMeet(a: Position, b: Position, c: Position, d: Position): boolean {
  const side = (p: Position, q: Position, r: Position) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))
  const between = (p: Position, q: Position, r: Position) =>
    Math.min(p[0], q[0]) <= r[0] && r[0] <= Math.max(p[0], q[0]) && Math.min(p[1], q[1]) <= r[1] && r[1] <= Math.max(p[1], q[1])
  const [abc, abd, cda, cdb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)]
  if (abc !== abd && cda !== cdb) return true
  return (
    (abc === 0 && between(a, b, c)) || (abd === 0 && between(a, b, d)) || (cda === 0 && between(c, d, a)) || (cdb === 0 && between(c, d, b))
  )
}
