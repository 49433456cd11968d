import type { Call } from '@cityos/contract'
import type { Visit } from '../../../storefront/visit.ts'
import type { holdTickets, TicketTypeOffer } from '../contract.ts'
import type { EventView } from './pages/event.tsx'
import { categoryOf } from './seating.ts'

type Line = NonNullable<Call<typeof holdTickets>['body']>['lines'][number]

/** Tickets chosen on the page of an event: one entry per type, with its seats where it has them. */
export interface Selected {
  type: TicketTypeOffer
  quantity: number
  seats: string[]
}

/** Reads quantities (`q.<type>`) and seats from the form. */
export function readSelection(visit: Visit, view: EventView): Selected[] {
  const types = view.offers?.ticket_types ?? []
  const selected = visit.form.group('q.').flatMap(([id, text]): Selected[] => {
    const type = types.find((entry) => entry.id === id && !entry.seated)
    const quantity = /^\d{1,2}$/.test(text) ? Number(text) : 0
    return type && quantity > 0 ? [{ type, quantity, seats: [] }] : []
  })
  const seats = [...new Set(visit.form.all('seat'))].slice(0, 50)
  return [...selected, ...seated(view, types, seats)]
}

/** Seats belong to the type that sells their category; one entry per category, as each is a line of its own. */
function seated(view: EventView, types: readonly TicketTypeOffer[], seats: readonly string[]): Selected[] {
  const map = view.seating?.map
  if (!map) return []
  const byCategory = new Map<string, string[]>()
  for (const seat of seats) {
    const category = categoryOf(map.layout, seat)
    if (category) byCategory.set(category, [...(byCategory.get(category) ?? []), seat])
  }
  return [...byCategory].flatMap(([category, ids]): Selected[] => {
    const typeId = map.prices.find((entry) => entry.category === category)?.ticket_type_id
    const type = types.find((entry) => entry.id === typeId)
    return type ? [{ type, quantity: ids.length, seats: ids }] : []
  })
}

/** Whether anything is asked about the people the tickets are for. */
export const asksAttendees = (selected: readonly Selected[]): boolean =>
  selected.some(({ type }) => type.attendee_names || type.attendee_fields.length > 0)

/** Lines as the API holds them; names come after, while they are held. */
export function linesOf(view: EventView, selected: readonly Selected[]): Line[] {
  return selected.map(({ type, quantity, seats }) => ({
    ticket_type_id: type.id,
    event_date_id: view.date?.id,
    ...(seats.length > 0 ? { seat_ids: seats } : { quantity }),
    ...(view.voucher ? { voucher: view.voucher } : {}),
  }))
}
