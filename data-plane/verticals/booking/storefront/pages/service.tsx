import { CancellationTerms } from '../../../../storefront/components/cancellation.tsx'
import { Icon, type IconName } from '../../../../storefront/components/icon.tsx'
import { Breadcrumb, NoticeBox } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { Reviews, vendorReviews } from '../../../../storefront/components/reviews.tsx'
import { cityName, placeLine } from '../../../../storefront/format.ts'
import { breadcrumbData, decimal } from '../../../../storefront/pages/structured-data.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { getService, type ProviderRef, type Service } from '../../contract.ts'
import { type PickerState, readPicker, SlotPicker } from '../slot-picker.tsx'
import { type TextKey, texts } from '../texts.ts'

/** One service: what it is, who does it, and its free times. */
export async function service(visit: Visit): Promise<Answer> {
  const found = await visit.call(getService, { params: { handle: visit.param('handle') } })
  const [state, reviews] = await Promise.all([readPicker(visit, found), vendorReviews(visit, found.vendor.id)])
  const t = texts(visit.locale)
  const path = `/booking/${found.handle}`
  const crumbs = [
    { label: visit.t('action.home'), href: visit.href('/') },
    { label: t('list.title'), href: visit.href('/booking') },
    { label: found.name },
  ]
  const choose = (start: string) =>
    visit.href(`${path}/book`, { start, d: String(state.duration), p: state.provider, tz: visit.query.get('tz') ?? undefined })
  return page(
    found.name,
    <div className="shell pt-4">
      <Breadcrumb visit={visit} crumbs={crumbs} />
      <div className="mt-3 grid gap-x-14 gap-y-6 lg:grid-cols-[minmax(0,1fr)_26rem] lg:items-start">
        <div className="min-w-0">
          <div className="offer-hero">
            <Picture picture={found.picture} size={900} first />
          </div>
          <p className="mt-5">
            <a className="link" href={visit.href(`/vendors/${found.vendor.handle}`)}>
              <bdi>{found.vendor.name}</bdi>
            </a>
          </p>
          <h1 className="mt-1 text-3xl lg:text-4xl">{found.name}</h1>
          <p className="quiet mt-2 text-lg">{found.summary}</p>
          <Facts visit={visit} service={found} />
        </div>
        <div className="card p-4 sm:p-5 lg:sticky lg:top-6 lg:row-span-2">
          <PickerHead visit={visit} service={found} state={state} />
          {visit.suspended ? (
            <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
          ) : (
            <SlotPicker visit={visit} service={found} state={state} path={path} choose={choose} />
          )}
        </div>
        <div className="min-w-0">
          <Rest visit={visit} service={found} />
          <div className="mt-8">
            <Reviews visit={visit} reviews={reviews} />
          </div>
        </div>
      </div>
    </div>,
    {
      description: found.summary || found.description.slice(0, 160),
      image: found.picture?.url,
      canonical: path,
      jsonLd: [breadcrumbData(visit, crumbs), serviceData(visit, found)],
    },
  )
}

function PickerHead({ visit, service, state }: { visit: Visit; service: Service; state: PickerState }) {
  const t = texts(visit.locale)
  const option = service.durations.find((entry) => entry.minutes === state.duration)
  const price = option?.price ?? service.price
  return (
    <div className="mb-4 flex flex-wrap items-baseline justify-between gap-x-3">
      <h2 className="text-xl">{t('picker.title')}</h2>
      <p className="font-semibold">
        {price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={price} />}
        <span className="quiet font-normal text-sm"> {service.seats > 1 ? t('tile.per_seat') : visit.t('price.vat')}</span>
      </p>
      <p className="quiet basis-full text-sm">
        {service.payment_plan === 'deposit' && option?.deposit
          ? t('plan.deposit_of', { amount: visit.formats.money(option.deposit) })
          : t(`plan.${service.payment_plan}` satisfies TextKey)}
      </p>
    </div>
  )
}

const locationIcons: Record<Service['location_kind'], IconName> = {
  at_vendor: 'pin',
  at_customer: 'truck',
  online: 'video',
  phone: 'phone',
}

function Facts({ visit, service }: { visit: Visit; service: Service }) {
  const t = texts(visit.locale)
  const facts: [IconName, string][] = [
    ['clock', service.durations.map((option) => visit.formats.duration(option.minutes)).join(' · ')],
    [locationIcons[service.location_kind], placeText(visit, service)],
  ]
  if (service.seats > 1) facts.push(['people', t('tile.group', { count: service.seats })])
  if (service.requires_confirmation)
    facts.push(['info', t('facts.confirmation', { time: visit.formats.duration(service.confirmation_deadline_min ?? 720) })])
  return (
    <ul className="mt-4 grid gap-2.5">
      {facts.map(([icon, words]) => (
        <li key={words} className="flex gap-2.5">
          <Icon name={icon} size={22} />
          <span>{words}</span>
        </li>
      ))}
    </ul>
  )
}

/** Where it takes place, in words. */
export function placeText(visit: Visit, service: Pick<Service, 'location_kind' | 'address' | 'city' | 'travel_radius_m'>): string {
  const t = texts(visit.locale)
  if (service.location_kind === 'at_vendor') return placeLine(visit.locale, [service.address], service.city) || t('location.at_vendor')
  if (service.location_kind === 'at_customer' && service.travel_radius_m)
    return t('facts.radius', {
      distance: visit.formats.number(Math.round(service.travel_radius_m / 1000)),
      city: service.city ? cityName(visit.locale, service.city) : '',
    })
  return t(`location.${service.location_kind}` satisfies TextKey)
}

function Rest({ visit, service }: { visit: Visit; service: Service }) {
  const t = texts(visit.locale)
  return (
    <div className="grid gap-8">
      {service.description && (
        <section className="prose" aria-labelledby="about">
          <h2 id="about" className="mt-0!">
            {t('facts.about')}
          </h2>
          {service.description.split(/\n{2,}/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      )}
      {service.team.length > 0 && (
        <section aria-labelledby="team">
          <h2 id="team" className="mb-3 text-xl">
            {service.team.some((member) => member.kind === 'person') ? t('facts.team') : t('facts.rooms')}
          </h2>
          <ul className="flex flex-wrap gap-x-6 gap-y-4">
            {service.team.map((member) => (
              <Member key={member.id} visit={visit} member={member} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="cancelling">
        <h2 id="cancelling" className="mb-2 text-xl">
          {visit.t('cancellation.title')}
        </h2>
        <CancellationTerms visit={visit} tiers={service.cancellation_tiers} />
        {service.no_show_fee_bps !== null && service.no_show_fee_bps > 0 && (
          <p className="mt-2">{t('facts.no_show', { percent: visit.formats.number(service.no_show_fee_bps / 100) })}</p>
        )}
      </section>
    </div>
  )
}

function Member({ visit, member }: { visit: Visit; member: ProviderRef }) {
  const t = texts(visit.locale)
  return (
    <li className="flex items-center gap-3">
      <span className="size-12 overflow-hidden rounded-full bg-panel">
        {member.picture ? (
          <Picture picture={member.picture} size={48} decorative />
        ) : (
          <span className="flex size-full items-center justify-center text-quiet">
            <Icon name={member.kind === 'person' ? 'person' : 'store'} size={24} />
          </span>
        )}
      </span>
      <span>
        <bdi className="block">{member.name}</bdi>
        {member.verified && (
          <span className="flex items-center gap-1 text-good text-sm">
            <Icon name="shield" size={16} />
            {t('facts.verified')}
          </span>
        )}
      </span>
    </li>
  )
}

/** schema.org Service with one offer per length. */
function serviceData(visit: Visit, service: Service): object {
  const url = visit.origin + visit.href(`/booking/${service.handle}`)
  return {
    '@context': 'https://schema.org',
    '@type': 'Service',
    name: service.name,
    description: service.description || service.summary,
    url,
    ...(service.picture ? { image: visit.origin + service.picture.url } : {}),
    provider: { '@type': 'LocalBusiness', name: service.vendor.name, ...(service.address ? { address: service.address } : {}) },
    ...(service.city ? { areaServed: service.city } : {}),
    offers: service.durations.map((option) => ({
      '@type': 'Offer',
      price: decimal(option.price),
      priceCurrency: option.price.currency,
      url: `${url}?d=${option.minutes}`,
    })),
  }
}
