import { get, lasting, post } from '../../../storefront/router.ts'
import type { VerticalStorefront } from '../../../storefront/vertical-storefront.ts'
import { listServices } from '../contract.ts'
import { book, bookForm } from './pages/book.tsx'
import { booking, checkIn, ofOrder } from './pages/booking.tsx'
import { cancel, cancelForm } from './pages/cancel.tsx'
import { serviceRail, services } from './pages/list.tsx'
import { mine } from './pages/mine.tsx'
import { move, moveForm } from './pages/move.tsx'
import { service } from './pages/service.tsx'
import { texts } from './texts.ts'

/** Shop pages of the vertical `booking`. */
export const bookingPages: VerticalStorefront = {
  name: 'booking',
  title: { en: 'Services', fr: 'Services', ar: 'خدمات' },
  icon: 'calendar',
  mine: { en: 'Bookings', fr: 'Réservations', ar: 'حجوزاتي' },
  open: { en: 'Open the booking', fr: 'Ouvrir la réservation', ar: 'افتح الحجز' },
  lineHelp: (line, visit) =>
    line.error && line.path ? { href: visit.href(`/${line.path}`), label: texts(visit.locale)('cart.other_time') } : null,
  ownPath: ({ id, entitlement }, { number, token, href }) =>
    token ? href(`/account/booking/of-order/${number}`, { token, line: id }) : href(`/account/booking/${entitlement.id}`),
  routes: [
    get('/booking', services),
    get('/booking/{handle}', service),
    get('/booking/{handle}/book', bookForm),
    post('/booking/{handle}/book', book),
    lasting(get('/account/booking', mine)),
    lasting(get('/account/booking/of-order/{number}', ofOrder)),
    lasting(get('/account/booking/{id}', booking)),
    lasting(get('/account/booking/{id}/move', moveForm)),
    lasting(post('/account/booking/{id}/move', move)),
    lasting(get('/account/booking/{id}/cancel', cancelForm)),
    lasting(post('/account/booking/{id}/cancel', cancel)),
    lasting(post('/account/booking/{id}/check-in', checkIn)),
  ],
  home: serviceRail,
  sitemap: async (visit) => {
    const all = await visit.call(listServices, { query: { limit: 100 } })
    return ['/booking', ...all.items.map((entry) => `/booking/${entry.handle}`)]
  },
}
