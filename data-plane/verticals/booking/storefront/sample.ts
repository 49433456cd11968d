import type { Locale } from '@cityos/contract'
import { sampleId, sar } from '../../../storefront/testing/sample-data.ts'
import type { SampleAnswer } from '../../../storefront/testing/sample-server.ts'

/** Answers of the vertical's operations for tests of its pages: the shapes of the contract, no database. */

const vendor = { id: sampleId('vnd', 50), handle: 'al-nakheel', name: 'Barber Al Nakheel' }
const picture = { url: '/v1/files/sample-50.svg', width: 800, height: 600, alt: 'A chair' }
const provider = (number: number, name: string) => ({
  id: sampleId('prv', number),
  name,
  kind: 'person' as const,
  verified: number === 1,
  picture: null,
})
const name = (locale: Locale) => (locale === 'ar' ? 'قص شعر' : locale === 'fr' ? 'Coupe de cheveux' : 'Haircut')
const start = '2026-11-24T07:00:00.000Z'
const end = '2026-11-24T07:30:00.000Z'

const card = (locale: Locale, index: number) => ({
  id: sampleId('svc', index),
  handle: `service-${index}`,
  path: `booking/service-${index}`,
  name: name(locale),
  summary: 'A clean cut, with a hot towel',
  category: 'hair' as const,
  picture: index === 1 ? null : picture,
  vendor,
  city: locale === 'ar' ? 'الرياض' : 'Riyadh',
  distance_m: null,
  location_kind: index === 1 ? ('at_customer' as const) : ('at_vendor' as const),
  duration_min: 30,
  price: sar(6000),
  payment_plan: index === 1 ? ('deposit' as const) : ('now' as const),
  requires_confirmation: index === 1,
  seats: index === 2 ? 6 : 1,
  timezone: 'Asia/Riyadh',
  next_start: index === 2 ? null : start,
})

const service = (locale: Locale, index: number) => {
  const { distance_m: _, next_start: __, ...rest } = card(locale, index)
  return {
    ...rest,
    description: 'First paragraph.\n\nSecond paragraph.',
    address: 'Al Nakheel district',
    lat: 24.75,
    lng: 46.63,
    travel_radius_m: index === 1 ? 15_000 : null,
    durations: [
      { minutes: 30, price: sar(6000), deposit: index === 1 ? sar(1800) : null },
      { minutes: 60, price: sar(11_000), deposit: null },
    ],
    assignment: 'customer_choice' as const,
    providers: [provider(1, 'Fahad'), provider(2, 'Majed')],
    team: [provider(1, 'Fahad'), provider(2, 'Majed')],
    lead_time_min: 60,
    horizon_days: 60,
    confirmation_deadline_min: index === 1 ? 720 : null,
    max_active_per_customer: 3,
    questions: [
      { key: 'style', label: 'Which style?', kind: 'choice' as const, required: true, choices: [{ value: 'short', label: 'Short' }] },
      { key: 'beard', label: 'With beard?', kind: 'yes_no' as const, required: false, choices: [] },
      { key: 'notes', label: 'Anything else?', kind: 'long_text' as const, required: false, choices: [] },
    ],
    cancellation_tiers: [
      { hours_before: 24, refund_bps: 10_000 },
      { hours_before: 2, refund_bps: 5000 },
    ],
    no_show_fee_bps: 5000,
  }
}

const booking = (locale: Locale, id: string) => ({
  id,
  reference: 'K7M2Q9XA',
  status: 'confirmed' as const,
  offering: { id: sampleId('svc', 0), handle: 'service-0', name: name(locale) },
  vendor,
  start,
  end,
  timezone: 'Asia/Riyadh',
  providers: [{ id: sampleId('prv', 1), name: 'Fahad', kind: 'person' as const }],
  seats: 1,
  price: sar(6000),
  location_kind: 'at_vendor' as const,
  order_id: sampleId('ord', 1),
  order_number: 'D-1042',
  confirm_by: null,
  created_at: '2026-11-20T10:00:00.000Z',
  actions: ['cancel', 'reschedule', 'check-in'],
  picture,
  path: 'booking/service-0',
  deposit: sar(1800),
  due_at_place: null,
  attendees: [{ name: 'Sara' }],
  answers: [
    { key: 'style', label: 'Which style?', answer: 'Short' },
    { key: 'beard', label: 'With beard?', answer: true },
  ],
  address: 'Al Nakheel district',
  lat: 24.75,
  lng: 46.63,
  meeting_url: null,
  cancellation_tiers: [{ hours_before: 24, refund_bps: 10_000 }],
  cancel_reason: null,
  no_show_party: null,
  reschedule_of_id: null,
  rescheduled_to_id: null,
  order_line_id: sampleId('oln', 1),
  completed_at: null,
  review_allowed_at: null,
  token: 'signed-link',
})

const slots = (day: string) =>
  ['07:00', '07:30', '08:00', '13:00', '15:30'].map((clock, index) => ({
    start: `${day}T${clock}:00.000Z`,
    end: `${day}T${clock.slice(0, 3)}55:00.000Z`,
    provider_ids: [sampleId('prv', 1)],
    seats_left: index + 1,
  }))

export const bookingAnswers: Record<string, SampleAnswer> = {
  'store.service.list': (_, locale) => ({ items: [0, 1, 2].map((index) => card(locale, index)), total: 3 }),
  'store.service.categories': () => [
    { code: 'hair', name: 'Hair', count: 2 },
    { code: 'sport', name: 'Sport', count: 1 },
  ],
  'store.service.get': (call, locale) => service(locale, Number(/\d/.exec(String(call.params?.handle))?.[0] ?? 0)),
  'store.service.slots': (call) => {
    const { from, to } = call.query as { from: string; to: string }
    const days: { date: string; slots: ReturnType<typeof slots> }[] = []
    for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
      const date = new Date(at).toISOString().slice(0, 10)
      days.push({ date, slots: date >= '2026-11-23' && date !== '2026-11-25' ? slots(date) : [] })
    }
    return { timezone: 'Asia/Riyadh', service_timezone: 'Asia/Riyadh', duration_min: 30, price: sar(6000), days }
  },
  'store.booking.list': (_, locale) => ({ items: [booking(locale, sampleId('bkg', 1))], total: 1 }),
  'store.booking.of-order': (_, locale) => [booking(locale, sampleId('bkg', 1))],
  'store.booking.get': (call, locale) => booking(locale, String(call.params?.id)),
  'store.booking.refund-quote': () => ({ paid: sar(6000), refund: sar(3000), reason: 'tier' }),
  'store.booking.cancel': (call, locale) => ({ ...booking(locale, String(call.params?.id)), status: 'cancelled', actions: [] }),
  'store.booking.reschedule': (_, locale) => booking(locale, sampleId('bkg', 2)),
  'store.booking.check-in': (call, locale) => ({ ...booking(locale, String(call.params?.id)), status: 'checked_in' }),
  'store.review.list': () => ({ items: [], total: 0 }),
}
