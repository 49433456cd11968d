import type { Locale } from '@cityos/contract'
import { sampleId, sar } from '../../../storefront/testing/sample-data.ts'
import type { SampleAnswer } from '../../../storefront/testing/sample-server.ts'

/** Answers of the vertical's operations for tests of its pages: the shapes of the contract, no database. */

const vendor = { id: sampleId('vnd', 60), handle: 'boulevard', name: 'Winter Boulevard' }
const picture = { url: '/v1/files/sample-60.svg', width: 800, height: 600, alt: 'A stage' }
const title = (locale: Locale) => (locale === 'ar' ? 'حفل شتاء الرياض' : locale === 'fr' ? 'Concert d’hiver' : 'Winter concert')
const starts_at = '2026-12-10T17:00:00.000Z'
const ends_at = '2026-12-10T20:00:00.000Z'

const card = (locale: Locale, index: number) => ({
  id: sampleId('evt', index),
  handle: `event-${index}`,
  title: title(locale),
  category: 'concert' as const,
  vendor,
  venue: index === 2 ? null : { name: 'Boulevard Hall', city: 'Riyadh' },
  online: index === 2,
  picture: index === 1 ? null : picture,
  starts_at,
  ends_at,
  timezone: 'Asia/Riyadh',
  is_series: index === 1,
  date_count: index === 1 ? 3 : 1,
  gender_policy: index === 1 ? ('families' as const) : ('all' as const),
  age_min: index === 0 ? 12 : null,
  price_from: index === 2 ? sar(0) : sar(15_000),
  price_to: index === 2 ? sar(0) : sar(95_000),
  status: index === 3 ? ('cancelled' as const) : ('on_sale' as const),
  availability: index === 1 ? ('waiting_list' as const) : ('ok' as const),
})

const type = (number: number, name: string, more: object = {}) => ({
  id: sampleId('tty', number),
  name,
  description: 'With a seat',
  kind: 'admission' as const,
  price: sar(15_000 + number * 5000),
  service_fee: sar(500),
  tier: null,
  category_prices: [],
  seated: false,
  min_per_order: 1,
  max_per_order: 6,
  available_from: null,
  available_to: null,
  requires_parent: [],
  attendee_fields: [],
  attendee_names: false,
  availability: 'ok' as const,
  remaining: null,
  ...more,
})

/** Event 0: tickets by number, one early, one sold out, an add-on; 1: a series that asks for names; 4: seats. */
const typesOf = (index: number) => {
  if (index === 4) return [type(9, 'Seat', { seated: true, category_prices: [{ category: 'gold', price: sar(45_000) }] })]
  if (index === 1)
    return [
      type(5, 'Named ticket', {
        attendee_names: true,
        attendee_fields: [
          { key: 'meal', label: { en: 'Meal', ar: 'الوجبة' }, kind: 'choice', required: true, options: ['Fish', 'Rice'] },
          { key: 'access', label: { en: 'Wheelchair' }, kind: 'checkbox', required: false, options: [] },
        ],
      }),
    ]
  return [
    type(1, 'Early bird', { tier: { id: 'tier_1', until: null, left: 12, next_price: sar(30_000) }, availability: 'low', remaining: 12 }),
    type(2, 'Gold', { availability: 'waiting_list' }),
    type(3, 'Parking', { kind: 'add_on', requires_parent: [sampleId('tty', 1)] }),
  ]
}

const dates = (index: number) =>
  Array.from({ length: index === 1 ? 3 : 1 }, (_, number) => ({
    id: sampleId('edt', index * 10 + number),
    starts_at: `2026-12-1${number}T17:00:00.000Z`,
    ends_at: `2026-12-1${number}T20:00:00.000Z`,
    doors_at: '2026-12-10T16:00:00.000Z',
    status: number === 2 ? ('cancelled' as const) : ('scheduled' as const),
    availability: 'ok' as const,
  }))

const detail = (locale: Locale, index: number) => ({
  ...card(locale, index),
  description: 'First paragraph.\n\nSecond paragraph.',
  doors_at: '2026-12-10T16:00:00.000Z',
  presale_start: null,
  presale_end: null,
  online_hint: null,
  licence_no: 'GEA-2026-118',
  location:
    index === 2
      ? null
      : {
          id: sampleId('ven', 1),
          name: 'Boulevard Hall',
          address: 'Prince Turki Road',
          city: 'Riyadh',
          lat: 24.77,
          lng: 46.6,
          accessibility: 'Step-free',
        },
  max_tickets_per_order: 10,
  resale_allowed: index !== 1,
  refund_tiers: [{ hours_before: 72, refund_bps: 10_000 }],
  refund_until: null,
  status_reason: index === 3 ? 'Storm' : null,
  seated: index === 4,
  dates: dates(index),
  ticket_types: typesOf(index),
})

export const sampleLayout = {
  width: 40,
  height: 30,
  stage: { x: 10, y: 0, width: 20, height: 4, label: 'Stage' },
  categories: [{ code: 'gold', name: { en: 'Gold', ar: 'ذهبي' }, colour: '#b8860b' }],
  sections: [
    {
      code: 'A',
      name: { en: 'Floor', ar: 'الأرض' },
      x: 5,
      y: 8,
      rotation: 0,
      rows: [
        { label: '1', x: 0, y: 0, pitch: 1, curve: 0, first: 1, count: 10, category: 'gold' },
        { label: '2', x: 0, y: 1, pitch: 1, curve: 0, first: 1, count: 10, category: 'gold' },
      ],
    },
  ],
}

const ticket = (locale: Locale, id: string) => ({
  id,
  code: '7K2M-9Q4D',
  status: 'valid' as const,
  event: {
    id: sampleId('evt', 0),
    handle: 'event-0',
    title: title(locale),
    picture,
    status: 'on_sale',
    vendor,
    venue: { name: 'Boulevard Hall', address: 'Prince Turki Road', city: 'Riyadh', lat: 24.77, lng: 46.6 },
    timezone: 'Asia/Riyadh',
  },
  event_date_id: sampleId('edt', 0),
  starts_at,
  ends_at,
  doors_at: '2026-12-10T16:00:00.000Z',
  ticket_type: { id: sampleId('tty', 9), name: 'Seat', kind: 'admission' },
  seat: { id: 'A-1-7', section: 'Floor', row: '1', number: 7, category: 'gold' },
  attendee_name: 'Sara',
  price: sar(45_000),
  order: { id: sampleId('ord', 1), number: 'D-1042' },
  order_line_id: sampleId('oln', 1),
  parent_ticket_id: null,
  checked_in_at: null,
  qr_text: 'TICKET',
  qr_url: `/v1/store/tickets/${id}/qr.svg?access=secret`,
  pdf_url: `/v1/store/tickets/${id}/ticket.pdf?access=secret`,
  online_url: null,
  actions: ['transfer', 'refund', 'rename'],
  review_allowed_at: null,
})

const entry = (locale: Locale) => ({
  id: sampleId('wle', 1),
  event: { id: sampleId('evt', 0), handle: 'event-0', title: title(locale) },
  ticket_type: { id: sampleId('tty', 2), name: 'Gold' },
  event_date_id: sampleId('edt', 0),
  starts_at,
  quantity: 2,
  status: 'waiting' as const,
  position: 3,
  offer: null,
  created_at: '2026-11-20T10:00:00.000Z',
})

interface SentLine {
  ticket_type_id: string
  quantity?: number
  seat_ids?: string[]
}

const linesOf = (body: unknown): SentLine[] => ((body ?? { lines: [] }) as { lines: SentLine[] }).lines

const indexOf = (value: unknown): number => Number(/(\d)$/.exec(String(value))?.[1] ?? 0)

export const eventAnswers: Record<string, SampleAnswer> = {
  'store.event.list': (_, locale) => ({ items: [0, 1, 2, 3].map((index) => card(locale, index)), total: 4 }),
  'store.event.facets': () => ({
    categories: [{ category: 'concert', count: 3 }],
    cities: [
      { city: 'Riyadh', count: 3 },
      { city: 'Jeddah', count: 1 },
    ],
    price_max: sar(95_000),
  }),
  'store.event.calendar': (_, locale) => [
    {
      event_id: sampleId('evt', 0),
      event_date_id: sampleId('edt', 0),
      handle: 'event-0',
      title: title(locale),
      category: 'concert',
      starts_at: '2026-11-26T17:00:00.000Z',
      ends_at: '2026-11-26T20:00:00.000Z',
      venue: 'Boulevard Hall',
      availability: 'low',
    },
  ],
  'store.event.get': (call, locale) => detail(locale, indexOf(call.params?.handle)),
  'store.event.availability': (call) => ({
    event_date_id: String(call.query?.event_date_id),
    availability: 'ok',
    ticket_types: typesOf(indexOf(call.params?.id)),
    voucher: null,
  }),
  'store.event.seatMap': () => ({
    version: '1',
    seat_count: 20,
    layout: sampleLayout,
    prices: [{ category: 'gold', ticket_type_id: sampleId('tty', 9), price: sar(45_000) }],
  }),
  'store.event.seats': (call) => ({
    event_date_id: String(call.query?.event_date_id),
    version: '1',
    section: call.query?.section ?? null,
    status: 'ffhssbffffffffffffff',
    free: 15,
  }),
  'store.event.bestSeats': (call) => ({
    event_date_id: String(call.query?.event_date_id),
    seat_ids: ['A-1-1', 'A-1-2'],
    category: 'gold',
    adjacent: true,
    ticket_type_id: sampleId('tty', 9),
    price: sar(45_000),
  }),
  'store.ticketHold.create': (call) => ({
    cart_id: sampleId('cart', 1),
    token: null,
    line_ids: linesOf(call.body).map((_, index) => sampleId('ctl', index)),
    hold: { expires_at: '2026-11-22T12:15:00.000Z' },
    lines: linesOf(call.body).map((line, index) => ({
      line_id: sampleId('ctl', index),
      ticket_type_id: line.ticket_type_id,
      quantity: line.quantity ?? line.seat_ids?.length ?? 1,
      seat_ids: line.seat_ids ?? [],
      unit_price: sar(1000),
      total: sar(1000),
    })),
  }),
  'store.ticketHold.assign': (call) => ({
    line_id: String(call.params?.id),
    attendees: ((call.body ?? {}) as { attendees: unknown[] }).attendees.length,
  }),
  'store.waitingList.join': (_, locale) => ({ ...entry(locale), token: 'list-link' }),
  'store.waitingList.get': (_, locale) => entry(locale),
  'store.waitingList.leave': () => ({}),
  'store.me.waitingList': (_, locale) => [entry(locale)],
  'store.me.ticket.list': (_, locale) => ({ items: [ticket(locale, sampleId('tkt', 1)), ticket(locale, sampleId('tkt', 2))], total: 2 }),
  'store.me.ticket.get': (call, locale) => ticket(locale, String(call.params?.id)),
  'store.order.tickets': (_, locale) => [ticket(locale, sampleId('tkt', 1))],
  'store.ticket.open': (call, locale) => ticket(locale, String(call.params?.id)),
  'store.me.ticket.refundQuote': () => ({ paid: sar(45_000), refund: sar(45_000), reason: 'tier' }),
  'store.me.ticket.refund': (call, locale) => ({ ...ticket(locale, String(call.params?.id)), status: 'refunded', actions: [] }),
  'store.me.ticket.rename': (call, locale) => ticket(locale, String(call.params?.id)),
  'store.me.ticket.transfer': (call, locale) => ({
    ticket: { ...ticket(locale, String(call.params?.id)), status: 'transferred', qr_url: null, qr_text: null, pdf_url: null },
    link: '/en/event-ticketing/tickets/tkt_2?access=new',
  }),
  'store.review.list': () => ({ items: [], total: 0 }),
}
