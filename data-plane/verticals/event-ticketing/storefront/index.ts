import { get, lasting, post } from '../../../storefront/router.ts'
import type { VerticalStorefront } from '../../../storefront/vertical-storefront.ts'
import { listEvents } from '../contract.ts'
import { attendees, buy, chooseTickets } from './pages/buy.tsx'
import { event } from './pages/event.tsx'
import { eventRail, events } from './pages/list.tsx'
import { mine } from './pages/mine.tsx'
import { openedTicket, ticket, ticketsOfOrder } from './pages/ticket.tsx'
import { refund, refundForm, rename, renameForm, transfer, transferForm } from './pages/ticket-acts.tsx'
import { joinList, leaveList, waiting } from './pages/waiting.tsx'
import { texts } from './texts.ts'

/** Shop pages of the vertical `event-ticketing`. */
export const eventPages: VerticalStorefront = {
  name: 'event-ticketing',
  title: { en: 'Events', fr: 'Événements', ar: 'فعاليات' },
  icon: 'ticket',
  mine: { en: 'Tickets', fr: 'Billets', ar: 'تذاكري' },
  open: { en: 'Show the tickets', fr: 'Voir les billets', ar: 'اعرض التذاكر' },
  lineHelp: (line, visit) => {
    if (line.error?.code !== 'validation_failed' || !line.path) return null
    const t = texts(visit.locale)
    return {
      problem: t('attendee.needed'),
      href: visit.href(`/${line.path}/attendees`, { line: line.id }),
      label: t('attendee.give'),
    }
  },
  ownPath: (_, { number, token, href }) => href(`/account/event-ticketing/of-order/${number}`, { token }),
  routes: [
    get('/event-ticketing', events),
    get('/event-ticketing/{handle}', event),
    post('/event-ticketing/{handle}/tickets', chooseTickets),
    get('/event-ticketing/{handle}/attendees', attendees),
    post('/event-ticketing/{handle}/buy', buy),
    post('/event-ticketing/{handle}/waiting-list', joinList),
    lasting(get('/event-ticketing/waiting-list/{id}', waiting)),
    lasting(post('/event-ticketing/waiting-list/{id}/leave', leaveList)),
    lasting(get('/event-ticketing/tickets/{id}', openedTicket)),
    lasting(get('/account/event-ticketing', mine)),
    lasting(get('/account/event-ticketing/of-order/{number}', ticketsOfOrder)),
    lasting(get('/account/event-ticketing/{id}', ticket)),
    lasting(get('/account/event-ticketing/{id}/transfer', transferForm)),
    lasting(post('/account/event-ticketing/{id}/transfer', transfer)),
    lasting(get('/account/event-ticketing/{id}/refund', refundForm)),
    lasting(post('/account/event-ticketing/{id}/refund', refund)),
    lasting(get('/account/event-ticketing/{id}/name', renameForm)),
    lasting(post('/account/event-ticketing/{id}/name', rename)),
  ],
  home: eventRail,
  sitemap: async (visit) => {
    const all = await visit.call(listEvents, { query: { limit: 100 } })
    return ['/event-ticketing', ...all.items.map((entry) => `/event-ticketing/${entry.handle}`)]
  },
}
