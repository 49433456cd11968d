import type { Result } from '@cityos/contract'
import { CancellationTerms } from '../../../../storefront/components/cancellation.tsx'
import { Icon, type IconName } from '../../../../storefront/components/icon.tsx'
import { Breadcrumb, NoticeBox } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { type ReviewList, Reviews, vendorReviews } from '../../../../storefront/components/reviews.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf, placeLine } from '../../../../storefront/format.ts'
import { breadcrumbData, decimal } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, attempt, page, type Visit } from '../../../../storefront/visit.ts'
import { type EventDetail, eventAvailability, getEvent } from '../../contract.ts'
import { whenText } from '../event-words.tsx'
import { readSeating, type Seating } from '../seating.ts'
import { type TextKey, texts } from '../texts.ts'
import { TicketForm } from '../ticket-form.tsx'

export type Availability = Result<typeof eventAvailability>

/** What the page of an event shows, beside the event. */
export interface EventView {
  event: EventDetail
  /** The date tickets are chosen for; null when there is none to come. */
  date: EventDetail['dates'][number] | null
  offers: Availability | null
  seating: Seating | null
  voucher: string
  /** What a form on this page could not do, in words. */
  problem: string | null
  /** The early price is gone for some of them: ask again with this. */
  priceChange: { left: number; was: string; next: string } | null
  reviews: ReviewList
}

/** One event: dates, tickets or seats, and everything one needs to know before going. */
export async function event(visit: Visit): Promise<Answer> {
  return eventPage(visit, await readEvent(visit), 200)
}

/** Reads what the address asks for: date, voucher, section, best seats. */
export async function readEvent(visit: Visit): Promise<EventView> {
  const detail = await visit.call(getEvent, { params: { handle: visit.param('handle') } })
  const asked = visit.form.text('date') || visit.query.get('date')
  const coming = detail.dates.filter((entry) => entry.status === 'scheduled')
  const date = coming.find((entry) => entry.id === asked) ?? coming[0] ?? null
  const voucher = (visit.form.text('voucher') || visit.query.get('voucher') || '').trim().slice(0, 40)
  const view: EventView = {
    event: detail,
    date,
    offers: null,
    seating: null,
    voucher,
    problem: null,
    priceChange: null,
    reviews: { items: [], total: 0 },
  }
  if (!date) return view
  view.reviews = await vendorReviews(visit, detail.vendor.id)
  const params = { id: detail.id }
  const offers = await attempt(visit.call(eventAvailability, { params, query: { event_date_id: date.id, voucher: voucher || undefined } }))
  if (offers.ok) view.offers = offers.value
  else {
    if (offers.error.status >= 500 || offers.error.status === 404) throw offers.error
    view.problem = voucherText(visit, offers.error.code) ?? failureText(visit, offers.error)
    view.offers = await visit.call(eventAvailability, { params, query: { event_date_id: date.id } })
  }
  if (detail.seated) view.seating = await readSeating(visit, detail, date.id)
  return view
}

/** What is said of a code, in the words its field uses; null when it is about something else. */
function voucherText(visit: Visit, code: string): string | null {
  const t = texts(visit.locale)
  if (code === 'voucher_invalid') return t('refused.voucher')
  return code === 'voucher_exhausted' ? t('refused.voucher_used') : null
}

export function eventPage(visit: Visit, view: EventView, status: number): Answer {
  const { event: detail } = view
  const t = texts(visit.locale)
  const crumbs = [
    { label: visit.t('action.home'), href: visit.href('/') },
    { label: t('list.title'), href: visit.href('/event-ticketing') },
    { label: detail.title },
  ]
  return page(
    view.problem ? visit.t('form.error_title', { title: detail.title }) : detail.title,
    <div className="shell pt-4">
      <Breadcrumb visit={visit} crumbs={crumbs} />
      <div className="mt-3 grid gap-x-12 gap-y-6 lg:grid-cols-[minmax(0,1fr)_24rem] lg:items-start">
        <div className="offer-hero lg:hidden">
          <Picture picture={detail.picture} size={760} first />
        </div>
        <div className="min-w-0">
          <h1 className="text-3xl lg:text-4xl">{detail.title}</h1>
          <p className="mt-1">
            <a className="link" href={visit.href(`/vendors/${detail.vendor.handle}`)}>
              <bdi>{detail.vendor.name}</bdi>
            </a>
          </p>
          <StatusNotice visit={visit} event={detail} />
        </div>
        <div className="grid gap-5 lg:sticky lg:top-6 lg:col-start-2 lg:row-span-3 lg:row-start-1">
          <div className="offer-hero max-lg:hidden">
            <Picture picture={detail.picture} size={760} />
          </div>
          <Facts visit={visit} event={detail} />
        </div>
        <div className="min-w-0" id="tickets">
          <TicketForm visit={visit} view={view} />
        </div>
        <div className="min-w-0 lg:col-start-1">
          <Rest visit={visit} event={detail} />
          <div className="mt-8">
            <Reviews visit={visit} reviews={view.reviews} />
          </div>
        </div>
      </div>
    </div>,
    {
      status,
      description: detail.description.slice(0, 160),
      image: detail.picture?.url,
      canonical: `/event-ticketing/${detail.handle}`,
      jsonLd: [breadcrumbData(visit, crumbs), ...detail.dates.map((date) => eventData(visit, detail, date))],
    },
  )
}

function StatusNotice({ visit, event: detail }: { visit: Visit; event: EventDetail }) {
  const t = texts(visit.locale)
  if (detail.status !== 'cancelled' && detail.status !== 'postponed') return null
  return (
    <div className="mt-4">
      <NoticeBox tone="bad">
        <span className="font-semibold">{t(`event.${detail.status}`)}</span> {detail.status_reason}
        {detail.status === 'postponed' && detail.refund_until && (
          <span className="block">
            {t('event.refund_until', { time: formatsOf(visit.locale, detail.timezone).moment(detail.refund_until) })}
          </span>
        )}
      </NoticeBox>
    </div>
  )
}

function Facts({ visit, event: detail }: { visit: Visit; event: EventDetail }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, detail.timezone)
  const { location } = detail
  const facts: [IconName, React.ReactNode][] = [
    [
      'calendar',
      <>
        <span className="block font-semibold">{whenText(visit, detail)}</span>
        <span className="quiet text-sm">
          {detail.doors_at && `${t('facts.doors', { time: formats.clock(detail.doors_at) })} · `}
          {visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(detail.starts_at) })}
        </span>
      </>,
    ],
    [
      location ? 'pin' : 'video',
      location ? (
        <>
          <bdi className="block font-semibold">{location.name}</bdi>
          <bdi className="quiet text-sm">{placeLine(visit.locale, [location.address], location.city)}</bdi>
        </>
      ) : (
        <>
          <span className="block font-semibold">{t('event.online')}</span>
          <span className="quiet text-sm">{detail.online_hint ?? t('facts.online')}</span>
        </>
      ),
    ],
  ]
  if (detail.age_min) facts.push(['person', t('facts.age', { age: detail.age_min })])
  if (detail.gender_policy !== 'all') facts.push(['people', t(`policy.${detail.gender_policy}` satisfies TextKey)])
  if (location?.accessibility) facts.push(['info', location.accessibility])
  if (detail.licence_no)
    facts.push([
      'shield',
      <>
        {t('facts.licence')} <bdi dir="ltr">{detail.licence_no}</bdi>
      </>,
    ])
  return (
    <ul className="card grid gap-4 p-5" aria-label={t('facts.title')}>
      {facts.map(([icon, words], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a printed list
        <li key={index} className="flex gap-3">
          <Icon name={icon} size={22} />
          <span className="min-w-0">{words}</span>
        </li>
      ))}
    </ul>
  )
}

function Rest({ visit, event: detail }: { visit: Visit; event: EventDetail }) {
  const t = texts(visit.locale)
  return (
    <div className="grid gap-8">
      {detail.description && (
        <section className="prose" aria-labelledby="about">
          <h2 id="about" className="mt-0!">
            {t('facts.about')}
          </h2>
          {detail.description.split(/\n{2,}/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      )}
      <section aria-labelledby="giving-back">
        <h2 id="giving-back" className="mb-2 text-xl">
          {t('facts.refund')}
        </h2>
        {detail.price_to?.amount !== 0 && <CancellationTerms visit={visit} tiers={detail.refund_tiers} />}
        <p className="mt-1">{detail.resale_allowed ? t('facts.transfer_yes') : t('facts.transfer_no')}</p>
      </section>
    </div>
  )
}

/** schema.org Event, one per date. */
function eventData(visit: Visit, detail: EventDetail, date: EventDetail['dates'][number]): object {
  const url = `${visit.origin}${visit.href(`/event-ticketing/${detail.handle}`)}`
  const states = { cancelled: 'EventCancelled', postponed: 'EventPostponed' } as const
  const state = date.status === 'cancelled' ? 'cancelled' : detail.status
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: detail.title,
    description: detail.description,
    startDate: date.starts_at,
    endDate: date.ends_at,
    ...(date.doors_at ? { doorTime: date.doors_at } : {}),
    eventStatus: `https://schema.org/${state === 'cancelled' || state === 'postponed' ? states[state] : 'EventScheduled'}`,
    eventAttendanceMode: `https://schema.org/${detail.location ? 'Offline' : 'Online'}EventAttendanceMode`,
    ...(detail.picture ? { image: visit.origin + detail.picture.url } : {}),
    location: detail.location
      ? { '@type': 'Place', name: detail.location.name, address: `${detail.location.address}, ${detail.location.city}` }
      : { '@type': 'VirtualLocation', url },
    organizer: { '@type': 'Organization', name: detail.vendor.name },
    offers: detail.ticket_types
      .filter((type) => type.kind !== 'add_on')
      .map((type) => ({
        '@type': 'Offer',
        name: type.name,
        url,
        price: decimal(type.price),
        priceCurrency: type.price.currency,
        availability: `https://schema.org/${type.availability === 'ok' || type.availability === 'low' ? 'InStock' : 'SoldOut'}`,
      })),
  }
}
