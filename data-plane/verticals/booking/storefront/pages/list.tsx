import type { ReactNode } from 'react'
import { FilterBar, OfferRail, OfferTile, Pager, pageOf } from '../../../../storefront/components/browse.tsx'
import { EmptyState } from '../../../../storefront/components/layout.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { formatsOf } from '../../../../storefront/format.ts'
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
  const today = visit.formats.isoDay(visit.now.toISOString())
  return page(
    title,
    <div className="shell pt-6">
      <h1 className="text-3xl lg:text-4xl">{title}</h1>
      <p className="quiet mt-1 mb-5">{t('list.lead')}</p>
      <nav aria-label={t('list.categories')} className="-mx-1 mb-5 overflow-x-auto px-1 pb-1">
        <ul className="flex gap-2">
          {[{ code: undefined, name: t('list.all'), count: 0 }, ...categories].map((entry) => (
            <li key={entry.code ?? ''}>
              <a
                className="chip min-h-11!"
                aria-current={entry.code === category ? 'page' : undefined}
                href={visit.href('/booking', { ...state, category: entry.code })}
              >
                {entry.name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <FilterBar
        visit={visit}
        kept={{ category, q: text }}
        filters={[
          { kind: 'date', name: 'date', label: t('list.date'), value: date ?? '', min: today },
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
        ]}
      />
      <p role="status" className="quiet my-5">
        {t('list.count', { count: list.total })}
      </p>
      {list.items.length === 0 ? (
        <EmptyState icon="calendar" title={t('list.none_title')} text={t('list.none_text')}>
          <a className="button" data-primary="" href={visit.href('/booking')}>
            {visit.t('list.clear')}
          </a>
        </EmptyState>
      ) : (
        <div className="offer-grid">
          {list.items.map((entry, index) => (
            <ServiceTile key={entry.id} visit={visit} service={entry} first={index < 3} />
          ))}
        </div>
      )}
      <Pager
        visit={visit}
        page={number}
        last={Math.ceil(list.total / perPage)}
        hrefOf={(next) => visit.href('/booking', { ...state, page: next > 1 ? String(next) : undefined })}
      />
    </div>,
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
  const place = service.location_kind === 'at_vendor' ? service.city : t(`location.${service.location_kind}` satisfies TextKey)
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
