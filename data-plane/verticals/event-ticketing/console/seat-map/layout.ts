import type { SeatLayout, SeatRow, SeatSection } from '../../contract.ts'

/** What the generator is asked for: so many rows of so many seats, in bands of categories from the front. */
export interface BlockPlan {
  rows: number
  seats: number
  /** Label of the first row: `A`, `AA` or `1`. */
  firstRow: string
  /** Number of the first seat of each row. */
  firstSeat: number
  /** Seats added to each further row: fans out. */
  growth: number
  /** Between rows, in seat widths. */
  gap: number
  curve: number
  /** Categories from the front: so many rows each; the last one takes the rest. */
  bands: { category: string; rows: number }[]
}

/** The label after this one: `A` → `B`, `Z` → `AA`, `9` → `10`. */
export function nextLabel(label: string): string {
  if (/^\d+$/.test(label)) return String(Number(label) + 1)
  const letters = [...label.toUpperCase()]
  for (let index = letters.length - 1; index >= 0; index -= 1) {
    if (letters[index] !== 'Z') {
      letters[index] = String.fromCharCode((letters[index] ?? 'A').charCodeAt(0) + 1)
      return letters.join('')
    }
    letters[index] = 'A'
  }
  return `A${letters.join('')}`
}

/** Rows of a block, centred, front row first. */
export function generateRows(plan: BlockPlan): SeatRow[] {
  const widest = plan.seats + plan.growth * Math.max(0, plan.rows - 1)
  let label = plan.firstRow
  return Array.from({ length: plan.rows }, (_, index) => {
    const count = Math.max(1, plan.seats + plan.growth * index)
    const row: SeatRow = {
      label,
      x: (widest - count) / 2,
      y: index * plan.gap,
      pitch: 1,
      curve: plan.curve,
      first: plan.firstSeat,
      count,
      category: bandOf(plan.bands, index),
    }
    label = nextLabel(label)
    return row
  })
}

function bandOf(bands: BlockPlan['bands'], index: number): string {
  let end = 0
  for (const band of bands) {
    end += band.rows
    if (index < end) return band.category
  }
  return bands.at(-1)?.category ?? ''
}

export interface PlacedSeat {
  id: string
  section: string
  row: string
  number: number
  category: string
  x: number
  y: number
}

/** Every seat of a layout where it is drawn, in the order of the plan: sections, rows, seats (the order of the status letters). */
export function placedSeats(layout: SeatLayout): PlacedSeat[] {
  return layout.sections.flatMap((section) => section.rows.flatMap((row) => seatsOfRow(section, row)))
}

function seatsOfRow(section: SeatSection, row: SeatRow): PlacedSeat[] {
  const turn = (section.rotation * Math.PI) / 180
  return Array.from({ length: row.count }, (_, index) => {
    const share = row.count === 1 ? 0 : (2 * index) / (row.count - 1) - 1
    const x = row.x + index * row.pitch
    const y = row.y + row.curve * share * share
    const number = row.first + index
    return {
      id: `${section.code}-${row.label}-${number}`,
      section: section.code,
      row: row.label,
      number,
      category: row.category,
      x: section.x + x * Math.cos(turn) - y * Math.sin(turn),
      y: section.y + x * Math.sin(turn) + y * Math.cos(turn),
    }
  })
}

/**
 * The layout with width and height that hold every seat and the stage, with a margin. What a turned section puts beyond the
 * left or the upper edge moves everything in.
 */
export function fitted(layout: SeatLayout): SeatLayout {
  const seats = placedSeats(layout)
  const inX = Math.max(0, Math.ceil(1 - least(seats.map((seat) => seat.x))))
  const inY = Math.max(0, Math.ceil(1 - least(seats.map((seat) => seat.y))))
  if (inX > 0 || inY > 0)
    return fitted({
      ...layout,
      stage: layout.stage && { ...layout.stage, x: layout.stage.x + inX, y: layout.stage.y + inY },
      sections: layout.sections.map((section) => ({ ...section, x: section.x + inX, y: section.y + inY })),
    })
  const xs = [...seats.map((seat) => seat.x), ...(layout.stage ? [layout.stage.x + layout.stage.width] : [])]
  const ys = [...seats.map((seat) => seat.y), ...(layout.stage ? [layout.stage.y + layout.stage.height] : [])]
  return { ...layout, width: Math.ceil(max(xs) + 2), height: Math.ceil(max(ys) + 2) }
}

const max = (values: number[]): number => values.reduce((most, value) => Math.max(most, value), 1)
const least = (values: number[]): number => values.reduce((few, value) => Math.min(few, value), 1)

export const countSeats = (layout: SeatLayout): number =>
  layout.sections.reduce((sum, section) => sum + section.rows.reduce((inner, row) => inner + row.count, 0), 0)

/** Seats by category, for the legend. */
export function seatsByCategory(layout: SeatLayout): Map<string, number> {
  const counts = new Map(layout.categories.map((category) => [category.code, 0]))
  for (const section of layout.sections)
    for (const row of section.rows) counts.set(row.category, (counts.get(row.category) ?? 0) + row.count)
  return counts
}

/** i18n key of what keeps a layout from being saved; null when nothing does. */
export function layoutFailure(layout: SeatLayout): string | null {
  const codes = layout.categories.map((category) => category.code)
  if (new Set(codes).size !== codes.length) return 'event.category_twice'
  if (layout.sections.length === 0) return 'event.no_sections'
  const sections = layout.sections.map((section) => section.code)
  if (new Set(sections).size !== sections.length) return 'event.section_twice'
  if (layout.sections.some((section) => section.rows.some((row) => !codes.includes(row.category)))) return 'event.category_unknown'
  if (layout.sections.some((section) => new Set(section.rows.map((row) => row.label)).size !== section.rows.length))
    return 'event.row_twice'
  return countSeats(layout) > 50_000 ? 'event.too_many_seats' : null
}
