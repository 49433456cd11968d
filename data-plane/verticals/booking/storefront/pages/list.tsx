import type { ReactNode } from 'react'
import { Browse, OfferRail, Offers, OfferTile, pageOf } from '../../../../storefront/components/browse.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { cityName, formatsOf } from '../../../../storefront/format.ts'
import { breadcrumbData } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { LocationKind, listServiceCategories, listServices, type ServiceCard, ServiceCategory } from '../../contract.ts'
import { asDay } from '../calendar-days.ts'
import { type TextKey, texts } from '../texts.ts'

const perPage = 24

/** Services by appointment: what kind, where, on which day. */
export async function services(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const { query } = visit
  const category = ServiceCategory.safeParse(query.get('category')).data
  const location = LocationKind.safeParse(query.get('where')).data
  const date = asDay(query.get('date')) ?? undefined
  const text = (query.get('q') ?? '').trim().slice(0, 100) || undefined
  const number = pageOf(visit)
  const [categories, list] = await Promise.all([
    visit.call(listServiceCategories),
    visit.call(listServices, {
      query: { category, location_kind: location, date, q: text, limit: perPage, offset: (number - 1) * perPage },
    }),
  ])
  const title = categories.find((entry) => entry.code === category)?.name ?? t('list.title')
  const crumbs = [{ label: visit.t('action.home'), href: visit.href('/') }, { label: t('list.title') }]
  const state = { category, where: location, date, q: text }
  return page(
    title,
    <Browse
      visit={visit}
      title={title}
      lead={t('list.lead')}
      categories={{
        label: t('list.categories'),
        entries: [{ code: undefined, name: t('list.all') }, ...categories].map((entry) => ({
          name: entry.name,
          href: visit.href('/booking', { ...state, category: entry.code }),
          current: entry.code === category,
        })),
      }}
      filters={{
        kept: { category, q: text },
        filters: [
          { kind: 'date', name: 'date', label: t('list.date'), value: date ?? '', min: visit.formats.isoDay(visit.now.toISOString()) },
          {
            kind: 'select',
            name: 'where',
            label: t('list.where'),
            value: location ?? '',
            options: [
              { value: '', label: t('list.anywhere') },
              ...LocationKind.options.map((kind) => ({ value: kind, label: t(`location.${kind}` satisfies TextKey) })),
            ],
          },
        ],
      }}
    >
      <Offers
        visit={visit}
        count={t('list.count', { count: list.total })}
        empty={{ icon: 'calendar', title: t('list.none_title'), text: t('list.none_text'), clearHref: visit.href('/booking') }}
        tiles={list.items.map((entry, index) => <ServiceTile key={entry.id} visit={visit} service={entry} first={index < 3} />)}
        pager={{
          page: number,
          last: Math.ceil(list.total / perPage),
          hrefOf: (next) => visit.href('/booking', { ...state, page: next > 1 ? String(next) : undefined }),
        }}
      />
    </Browse>,
    {
      description: t('list.lead'),
      jsonLd: [breadcrumbData(visit, crumbs)],
      canonical: category ? `/booking?category=${category}` : '/booking',
      noIndex: Boolean(date || text || location),
    },
  )
}

/** The next free time in the place's own zone, in words. */
function nextText(visit: Visit, service: ServiceCard): string | null {
  const t = texts(visit.locale)
  if (!service.next_start) return t('tile.no_time')
  const formats = formatsOf(visit.locale, service.timezone)
  const isToday = formats.isoDay(service.next_start) === formats.isoDay(visit.now.toISOString())
  return isToday
    ? t('tile.today', { time: formats.clock(service.next_start) })
    : t('tile.next', { time: formats.moment(service.next_start) })
}

function ServiceTile({ visit, service, first, heading }: { visit: Visit; service: ServiceCard; first?: boolean; heading?: 'h2' | 'h3' }) {
  const t = texts(visit.locale)
  const place =
    service.location_kind === 'at_vendor'
      ? service.city && cityName(visit.locale, service.city)
      : t(`location.${service.location_kind}` satisfies TextKey)
  return (
    <OfferTile
      visit={visit}
      href={visit.href(`/booking/${service.handle}`)}
      title={service.name}
      picture={service.picture}
      first={first}
      heading={heading}
      eyebrow={
        <>
          <bdi>{service.vendor.name}</bdi>
          {place && <> · {place}</>}
        </>
      }
      badge={service.seats > 1 ? { words: t('tile.group', { count: service.seats }) } : null}
    >
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold">
          {service.price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={service.price} />}
        </span>
        <span className="quiet text-sm">
          {visit.formats.duration(service.duration_min)}
          {service.seats > 1 && ` · ${t('tile.per_seat')}`}
        </span>
      </p>
      <p className={`text-sm ${service.next_start ? 'text-good' : 'quiet'}`}>{nextText(visit, service)}</p>
    </OfferTile>
  )
}

/** Home: what can be had soonest. */
export async function serviceRail(visit: Visit): Promise<ReactNode> {
  const list = await visit.call(listServices, { query: { limit: 8 } })
  const soonest = list.items
    .filter((entry) => entry.next_start !== null)
    .sort((a, b) => String(a.next_start).localeCompare(String(b.next_start)))
    .slice(0, 4)
  if (soonest.length === 0) return null
  return (
    <OfferRail visit={visit} title={texts(visit.locale)('home.title')} href={visit.href('/booking')}>
      {soonest.map((entry) => (
        <ServiceTile key={entry.id} visit={visit} service={entry} heading="h3" />
      ))}
    </OfferRail>
  )
}
