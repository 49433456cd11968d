import type { SeatMapView } from '../contract.ts'

type Layout = SeatMapView['layout']

/** Every seat of a plan as numbers, in the order of the status letters: 20,000 of them are one array each, not 20,000 objects. */
export interface SeatPoints {
  ids: string[]
  x: Float32Array
  y: Float32Array
  /** Index into the plan's categories. */
  category: Uint8Array
  /** Distance between neighbours, for the size of a seat. */
  pitch: number
}

/** Where each seat stands: a row runs along its section's plan, bent by `curve`, and the section is turned and moved. */
export function seatPoints(layout: Layout): SeatPoints {
  const count = layout.sections.reduce((sum, section) => sum + section.rows.reduce((seats, row) => seats + row.count, 0), 0)
  const points: SeatPoints = {
    ids: [],
    x: new Float32Array(count),
    y: new Float32Array(count),
    category: new Uint8Array(count),
    pitch: Math.min(...layout.sections.flatMap((section) => section.rows.map((row) => row.pitch))),
  }
  const codes = new Map(layout.categories.map((category, index) => [category.code, index]))
  let index = 0
  for (const section of layout.sections) {
    const angle = (section.rotation * Math.PI) / 180
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    for (const row of section.rows) {
      for (let seat = 0; seat < row.count; seat++) {
        // −1 at one end, 1 at the other: the curve is a parabola over the row.
        const along = row.count > 1 ? (seat / (row.count - 1)) * 2 - 1 : 0
        const x = row.x + seat * row.pitch
        const y = row.y - row.curve * along * along
        points.x[index] = section.x + x * cos - y * sin
        points.y[index] = section.y + x * sin + y * cos
        points.category[index] = codes.get(row.category) ?? 0
        points.ids.push(`${section.code}-${row.label}-${row.first + seat}`)
        index++
      }
    }
  }
  return points
}

/** The seat nearest to a place of the plan, at most `reach` away; −1 when there is none. */
export function nearestSeat(points: SeatPoints, x: number, y: number, reach: number): number {
  let best = -1
  let least = reach * reach
  for (let index = 0; index < points.ids.length; index++) {
    const distance = ((points.x[index] ?? 0) - x) ** 2 + ((points.y[index] ?? 0) - y) ** 2
    if (distance <= least) {
      least = distance
      best = index
    }
  }
  return best
}

/**
 * The next seat from one in a direction: nearest by distance, with sideways steps counted double, so that arrows follow rows.
 * @param dx −1, 0 or 1
 * @param dy −1, 0 or 1
 */
export function seatBeside(points: SeatPoints, from: number, dx: number, dy: number): number {
  const [x0, y0] = [points.x[from] ?? 0, points.y[from] ?? 0]
  let best = from
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < points.ids.length; index++) {
    const ahead = ((points.x[index] ?? 0) - x0) * dx + ((points.y[index] ?? 0) - y0) * dy
    if (index === from || ahead < points.pitch * 0.3) continue
    const aside = Math.abs(((points.x[index] ?? 0) - x0) * dy) + Math.abs(((points.y[index] ?? 0) - y0) * dx)
    const cost = ahead + aside * 2
    if (cost < least) {
      least = cost
      best = index
    }
  }
  return best
}
