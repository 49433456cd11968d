import type { ReactNode } from 'react'
import { Browse, OfferRail, Offers, OfferTile, pageOf } from '../../../../storefront/components/browse.tsx'
import { cityName, placeLine } from '../../../../storefront/format.ts'
import { breadcrumbData } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { type EventCard, EventCategory, eventFacets, listEvents } from '../../contract.ts'
import { eventMonth } from '../calendar.tsx'
import { availabilityBadge, PriceFrom, whenText } from '../event-words.tsx'
import { type TextKey, texts } from '../texts.ts'

const perPage = 24
const day = /^\d{4}-\d{2}-\d{2}$/

/** What is on: as a list with filters, or as a month. */
export async function events(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const { query } = visit
  const category = EventCategory.safeParse(query.get('category')).data
  const city = query.get('city')?.slice(0, 80) || undefined
  const asked = query.get('date') ?? ''
  const date = day.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : undefined
  const free = query.get('free') === 'true'
  const family = query.get('family') === 'true'
  const order = query.get('order') === 'price' ? 'price' : undefined
  const number = pageOf(visit)
  const facets = await visit.call(eventFacets)
  const asMonth = query.get('view') === 'calendar'
  const crumbs = [{ label: visit.t('action.home'), href: visit.href('/') }, { label: t('list.title') }]
  const state = { category, city, view: asMonth ? 'calendar' : undefined }
  const body = asMonth ? await eventMonth({ visit, category, city }) : await list()
  async function list(): Promise<ReactNode> {
    const found = await visit.call(listEvents, {
      query: {
        category,
        city,
        date,
        free: free ? 'true' : undefined,
        family: family ? 'true' : undefined,
        order,
        limit: perPage,
        offset: (number - 1) * perPage,
      },
    })
    return (
      <Offers
        visit={visit}
        count={t('list.count', { count: found.total })}
        empty={{ icon: 'ticket', title: t('list.none_title'), text: t('list.none_text'), clearHref: visit.href('/event-ticketing') }}
        tiles={found.items.map((entry, index) => <EventTile key={entry.id} visit={visit} event={entry} first={index < 3} />)}
        pager={{
          page: number,
          last: Math.ceil(found.total / perPage),
          hrefOf: (next) => {
            const address = new URLSearchParams(query)
            if (next > 1) address.set('page', String(next))
            else address.delete('page')
            return visit.href('/event-ticketing', address)
          },
        }}
      />
    )
  }
  return page(
    t('list.title'),
    <Browse
      visit={visit}
      title={t('list.title')}
      lead={t('list.lead')}
      view={
        <nav aria-label={t('list.view')} className="tabs flex gap-1.5">
          <a aria-current={asMonth ? undefined : 'page'} href={visit.href('/event-ticketing', { ...state, view: undefined })}>
            {t('list.as_list')}
          </a>
          <a aria-current={asMonth ? 'page' : undefined} href={visit.href('/event-ticketing', { ...state, view: 'calendar' })}>
            {t('list.as_month')}
          </a>
        </nav>
      }
      categories={{
        label: t('list.categories'),
        entries: [undefined, ...facets.categories.map((entry) => entry.category)].map((entry) => ({
          name: entry ? t(`category.${entry}` satisfies TextKey) : t('list.all'),
          href: visit.href('/event-ticketing', { ...state, category: entry }),
          current: entry === category,
        })),
      }}
      filters={{
        kept: { category, view: state.view, month: asMonth ? (query.get('month') ?? undefined) : undefined },
        filters: [
          ...(facets.cities.length > 1
            ? [
                {
                  kind: 'select' as const,
                  name: 'city',
                  label: t('list.city'),
                  value: city ?? '',
                  options: [
                    { value: '', label: t('list.all_cities') },
                    ...facets.cities.map((entry) => ({ value: entry.city, label: cityName(visit.locale, entry.city) })),
                  ],
                },
              ]
            : []),
          ...(asMonth
            ? []
            : [
                {
                  kind: 'date' as const,
                  name: 'date',
                  label: t('list.date'),
                  value: date ?? '',
                  min: visit.formats.isoDay(visit.now.toISOString()),
                },
                { kind: 'toggle' as const, name: 'free', label: t('list.free'), checked: free },
                { kind: 'toggle' as const, name: 'family', label: t('list.family'), checked: family },
              ]),
        ],
      }}
    >
      {body}
    </Browse>,
    {
      description: t('list.lead'),
      jsonLd: [breadcrumbData(visit, crumbs)],
      canonical: category ? `/event-ticketing?category=${category}` : '/event-ticketing',
      noIndex: Boolean(date || city || free || family || asMonth),
    },
  )
}

export function EventTile({ visit, event, first, heading }: { visit: Visit; event: EventCard; first?: boolean; heading?: 'h2' | 'h3' }) {
  const t = texts(visit.locale)
  const called = event.status === 'cancelled' || event.status === 'postponed' ? event.status : null
  return (
    <OfferTile
      visit={visit}
      href={visit.href(`/event-ticketing/${event.handle}`)}
      title={event.title}
      picture={event.picture}
      first={first}
      heading={heading}
      eyebrow={<span className="font-semibold text-brand-text">{whenText(visit, event)}</span>}
      badge={called ? { words: t(`event.${called}`), tone: 'bad' } : availabilityBadge(visit, event.availability)}
    >
      <p className="quiet truncate text-sm">
        <bdi>{event.venue ? placeLine(visit.locale, [event.venue.name], event.venue.city) : t('event.online')}</bdi>
      </p>
      <p className="mt-1">
        <PriceFrom visit={visit} event={event} />
      </p>
    </OfferTile>
  )
}

/** Home: what is on next. */
export async function eventRail(visit: Visit): Promise<ReactNode> {
  const list = await visit.call(listEvents, { query: { limit: 4 } })
  if (list.items.length === 0) return null
  return (
    <OfferRail visit={visit} title={texts(visit.locale)('home.title')} href={visit.href('/event-ticketing')}>
      {list.items.map((entry) => (
        <EventTile key={entry.id} visit={visit} event={entry} heading="h3" />
      ))}
    </OfferRail>
  )
}
