import type { Call } from '@cityos/contract'
import type { z } from 'zod'
import type { Visit } from '../../../storefront/visit.ts'
import type { Attendee, EventDetail, holdTickets, TicketTypeOffer } from '../contract.ts'
import type { EventView } from './pages/event.tsx'
import { categoryOf } from './seating.ts'

type Line = NonNullable<Call<typeof holdTickets>['body']>['lines'][number]
export type AttendeeData = z.infer<typeof Attendee>

/** Tickets chosen on the page of an event: one entry per type, with its seats where it has them. */
export interface Selected {
  type: TicketTypeOffer
  quantity: number
  seats: string[]
}

/** Reads quantities (`q.<type>`) and seats from the form, or from the address of the page after it. */
export function readSelection(visit: Visit, view: EventView): Selected[] {
  const posted = visit.ctx && visit.form.has('date')
  const quantities = posted
    ? visit.form.group('q.')
    : [...visit.query].flatMap(([name, value]) => (name.startsWith('q.') ? [[name.slice(2), value] as [string, string]] : []))
  const types = view.offers?.ticket_types ?? []
  const selected = quantities.flatMap(([id, text]): Selected[] => {
    const type = types.find((entry) => entry.id === id && !entry.seated)
    const quantity = /^\d{1,2}$/.test(text) ? Number(text) : 0
    return type && quantity > 0 ? [{ type, quantity, seats: [] }] : []
  })
  const seats = [...new Set(posted ? visit.form.all('seat') : visit.query.getAll('seat'))].slice(0, 50)
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

/** The choice as fields of the next page's address. */
export function selectionQuery(view: EventView, selected: readonly Selected[]): URLSearchParams {
  const query = new URLSearchParams({ date: view.date?.id ?? '' })
  if (view.voucher) query.set('voucher', view.voucher)
  for (const { type, quantity, seats } of selected) {
    if (seats.length === 0) query.set(`q.${type.id}`, String(quantity))
    for (const seat of seats) query.append('seat', seat)
  }
  return query
}

/** Lines as the API holds them; attendees in the order of the tickets. */
export function linesOf(view: EventView, selected: readonly Selected[], attendees: readonly (AttendeeData | null)[]): Line[] {
  let next = 0
  return selected.map(({ type, quantity, seats }) => {
    const own = attendees.slice(next, next + quantity).filter((entry) => entry !== null)
    next += quantity
    return {
      ticket_type_id: type.id,
      event_date_id: view.date?.id,
      ...(seats.length > 0 ? { seat_ids: seats } : { quantity }),
      ...(view.voucher ? { voucher: view.voucher } : {}),
      ...(own.length === quantity ? { attendees: own } : {}),
    }
  })
}

/** One entry per ticket, for the form that asks for whom each is. */
export function ticketsOf(event: EventDetail, selected: readonly Selected[]): { type: TicketTypeOffer; seat: string | null }[] {
  return selected
    .flatMap(({ type, quantity, seats }) => Array.from({ length: quantity }, (_, index) => ({ type, seat: seats[index] ?? null })))
    .slice(0, event.max_tickets_per_order * 4)
}
