import { z } from 'zod'
import type { Pii } from '../../../platform/pii/pii.ts'
import { Attendee, TicketChoice } from '../contract.ts'

/** The attendees of a stored choice, encrypted: cart and order lines keep no personal data in the clear. */
const Sealed = z.object({ sealed: z.string(), count: z.int() })

/** What a cart line keeps of a choice. Parsing a stored one again changes nothing. */
export function storedChoice(pii: Pii) {
  return TicketChoice.omit({ attendees: true })
    .extend({ attendees: z.union([Sealed, z.array(Attendee).max(50)]).optional() })
    .transform(({ attendees, ...choice }) => {
      if (attendees === undefined) return choice
      if (!Array.isArray(attendees)) return { ...choice, attendees }
      return { ...choice, attendees: { sealed: pii.encrypt(JSON.stringify(attendees)), count: attendees.length } }
    })
}

export interface StoredChoice {
  ticket_type_id: string
  event_date_id?: string | undefined
  seat_ids?: string[] | undefined
  voucher?: string | undefined
  price_tier_id?: string | undefined
  attendees?: { sealed: string; count: number } | undefined
}

export function attendeesOf(pii: Pii, choice: StoredChoice): Attendee[] {
  return choice.attendees ? (JSON.parse(pii.decrypt(choice.attendees.sealed)) as Attendee[]) : []
}
