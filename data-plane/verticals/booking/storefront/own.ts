import type { Visit } from '../../../storefront/visit.ts'
import { type CustomerBooking, getMyBooking } from '../contract.ts'

/** Token of a guest's link, from the address or the form. */
export const tokenOf = (visit: Visit): string | undefined => visit.query.get('token') ?? (visit.form.text('token') || undefined)

/** The booking of this page: the customer's own, or by the link's token. */
export function loadBooking(visit: Visit): Promise<CustomerBooking> {
  return visit.call(getMyBooking, { params: { id: visit.param('id') }, query: { token: tokenOf(visit) } })
}

export const bookingPath = (id: string): string => `/account/booking/${id}`

export function bookingHref(visit: Visit, id: string, part = ''): string {
  return visit.href(`${bookingPath(id)}${part}`, { token: tokenOf(visit) })
}
