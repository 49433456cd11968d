import { pickText } from '@cityos/contract'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { Ticket } from '../contract.ts'
import { type TextKey, texts } from './texts.ts'

export function pickLabel(visit: Visit, label: { en?: string; fr?: string; ar?: string }, fallback: string): string {
  return pickText(label, visit.locale) || fallback
}

const tones: Partial<Record<Ticket['status'], 'good' | 'warn' | 'bad'>> = {
  pending: 'warn',
  valid: 'good',
  blocked: 'bad',
  refunded: 'bad',
  cancelled: 'bad',
  expired: 'bad',
}

export function TicketBadge({ visit, status }: { visit: Visit; status: Ticket['status'] }) {
  return (
    <span className="badge" data-tone={tones[status]}>
      {texts(visit.locale)(`ticket.${status}` satisfies TextKey)}
    </span>
  )
}

/** `Floor, row C, seat 12` */
export function seatText(visit: Visit, ticket: Ticket): string | null {
  if (!ticket.seat) return null
  const { section, row, number } = ticket.seat
  return texts(visit.locale)('ticket.seat', { section, row, number: String(number) })
}

export const ticketTime = (visit: Visit, ticket: Ticket): string => formatsOf(visit.locale, ticket.event.timezone).moment(ticket.starts_at)
