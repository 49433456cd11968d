import type { Result } from '@cityos/contract'
import { pickText } from '@cityos/contract'
import { attempt, type Visit } from '../../../storefront/visit.ts'
import { bestSeats, type EventDetail, getSeatMap, listSeats, type SeatMapView } from '../contract.ts'
import { texts } from './texts.ts'

type Layout = SeatMapView['layout']
export type SeatState = 'free' | 'held' | 'sold' | 'blocked'

const states: Record<string, SeatState> = { f: 'free', h: 'held', s: 'sold', b: 'blocked' }

export interface ListedSeat {
  id: string
  number: number
  category: string
  state: SeatState
}

export interface Seating {
  map: SeatMapView
  /** Free seats of the date, in the section shown or in all. */
  free: number
  /** One section as a list, when the address asks for it. */
  section: { code: string; name: string; rows: { label: string; seats: ListedSeat[] }[] } | null
  /** The best seats side by side, when the address asks for them. */
  best: Result<typeof bestSeats> | null
  /** There were no such seats. */
  bestGone: boolean
  asked: { quantity: number; category: string }
}

/** Plan, prices and what the address asks to see of it; the map itself reads the seats in the browser. */
export async function readSeating(visit: Visit, detail: EventDetail, dateId: string): Promise<Seating> {
  const { query } = visit
  const params = { id: detail.id }
  const map = await visit.call(getSeatMap, { params })
  const asked = {
    quantity: Math.max(1, Math.min(detail.max_tickets_per_order, Number(query.get('best')) || 2)),
    category: map.layout.categories.some((entry) => entry.code === query.get('category')) ? (query.get('category') ?? '') : '',
  }
  const chosen = map.layout.sections.find((entry) => entry.code === query.get('section'))
  const [seats, best] = await Promise.all([
    visit.call(listSeats, { params, query: { event_date_id: dateId, section: chosen?.code } }),
    query.get('best')
      ? attempt(
          visit.call(bestSeats, {
            params,
            query: { event_date_id: dateId, quantity: asked.quantity, category: asked.category || undefined },
          }),
        )
      : null,
  ])
  if (best && !best.ok && best.error.code !== 'sold_out') throw best.error
  return {
    map,
    free: seats.free,
    section: chosen ? { code: chosen.code, name: sectionName(visit, chosen), rows: listed(chosen, seats.status) } : null,
    best: best?.ok ? best.value : null,
    bestGone: best !== null && !best.ok,
    asked,
  }
}

export function sectionName(visit: Visit, section: Layout['sections'][number]): string {
  return pickText(section.name, visit.locale) || section.code
}

/** `Parterre, row C: 12, 13`: seats by section and row, as they stand on the tickets. */
export function seatsText(visit: Visit, layout: Layout, ids: readonly string[]): string {
  const t = texts(visit.locale)
  const rows = new Map<string, string[]>()
  for (const id of ids) {
    const [section = '', row = '', number = ''] = id.split('-')
    const found = layout.sections.find((entry) => entry.code === section)
    const place = t('seats.row', { section: found ? sectionName(visit, found) : section, row })
    rows.set(place, [...(rows.get(place) ?? []), number])
  }
  return [...rows].map(([place, numbers]) => `${place}: ${numbers.join(visit.locale === 'ar' ? '، ' : ', ')}`).join('; ')
}

export function categoryName(visit: Visit, layout: Layout, code: string): string {
  const found = layout.categories.find((entry) => entry.code === code)
  return found ? pickText(found.name, visit.locale) || code : code
}

/** Rows of one section with each seat's state. @param letters one per seat, in the order of the plan */
function listed(section: Layout['sections'][number], letters: string): { label: string; seats: ListedSeat[] }[] {
  let index = 0
  return section.rows.map((row) => ({
    label: row.label,
    seats: Array.from({ length: row.count }, (_, offset) => ({
      id: `${section.code}-${row.label}-${row.first + offset}`,
      number: row.first + offset,
      category: row.category,
      state: states[letters[index++] ?? 's'] ?? 'sold',
    })),
  }))
}

/** Category of a seat by its id, from the plan; null when there is no such seat. */
export function categoryOf(layout: Layout, seatId: string): string | null {
  const [sectionCode, rowLabel, number] = seatId.split('-')
  const row = layout.sections.find((section) => section.code === sectionCode)?.rows.find((entry) => entry.label === rowLabel)
  const place = Number(number)
  return row && Number.isInteger(place) && place >= row.first && place < row.first + row.count ? row.category : null
}
