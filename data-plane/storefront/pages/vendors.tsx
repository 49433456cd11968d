import { getVendor, listVendors, type VendorProfile } from '../../core/vendor/contract.ts'
import { Icon } from '../components/icon.tsx'
import { Breadcrumb, type Crumb, EmptyState } from '../components/layout.tsx'
import { Listing } from '../components/listing.tsx'
import { Picture } from '../components/picture.tsx'
import { Rating, VendorTile } from '../components/vendor-tile.tsx'
import { readListing } from '../listing-state.ts'
import { type Answer, page, type Visit } from '../visit.ts'
import { Heading } from './catalogue.tsx'
import { loadListing } from './listing-data.ts'
import { breadcrumbData, listData } from './structured-data.ts'

/** Everyone who sells here. */
export async function vendors(visit: Visit): Promise<Answer> {
  const { t } = visit
  const list = await visit.call(listVendors, { query: { limit: 100 } })
  const crumbs: Crumb[] = [{ label: t('action.home'), href: visit.href('/') }, { label: t('header.vendors') }]
  return page(
    t('header.vendors'),
    <>
      <Heading visit={visit} title={t('header.vendors')} crumbs={crumbs} text={t('vendors.lead')} />
      <div className="shell mt-4">
        {list.items.length === 0 ? (
          <EmptyState icon="store" title={t('vendors.none_title')} text={t('vendors.none_text')} />
        ) : (
          <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
            {list.items.map((vendor) => (
              <VendorTile key={vendor.id} visit={visit} vendor={vendor} heading="h2" />
            ))}
          </ul>
        )}
      </div>
    </>,
    { jsonLd: [breadcrumbData(visit, crumbs)] },
  )
}

/** One vendor: who they are, and everything they sell with filters. */
export async function vendor(visit: Visit): Promise<Answer> {
  const handle = visit.param('handle')
  const profile = await visit.call(getVendor, { params: { handle } })
  const state = readListing(visit.query, { vendor: handle })
  const data = await loadListing(visit, state)
  const crumbs: Crumb[] = [
    { label: visit.t('action.home'), href: visit.href('/') },
    { label: visit.t('header.vendors'), href: visit.href('/vendors') },
    { label: profile.name },
  ]
  return page(
    profile.name,
    <>
      <div className="shell pt-4">
        <Breadcrumb visit={visit} crumbs={crumbs} />
      </div>
      <Profile visit={visit} profile={profile} />
      <Listing visit={visit} state={state} {...data} fixed={{ vendor: true }} />
    </>,
    {
      description: profile.tagline || profile.description.slice(0, 160),
      canonical: state.page > 1 ? `/vendors/${handle}?page=${state.page}` : `/vendors/${handle}`,
      jsonLd: [breadcrumbData(visit, crumbs), vendorData(visit, profile), listData(visit, data.products)],
      image: profile.picture?.url,
    },
  )
}

function Profile({ visit, profile }: { visit: Visit; profile: VendorProfile }) {
  const { t } = visit
  return (
    <section className="shell mt-3 mb-4">
      <div className="relative overflow-hidden rounded-card bg-panel px-5 pt-6 pb-9 sm:px-8">
        <div className="flex flex-wrap items-center gap-x-7 gap-y-4">
          <div className="arch h-32 w-26 border border-line">
            <Picture picture={profile.picture} size={208} first decorative />
          </div>
          <div className="min-w-0 flex-1 basis-72">
            <h1 className="text-3xl lg:text-4xl">
              <bdi>{profile.name}</bdi>
            </h1>
            <p className="mt-1 text-lg">{profile.tagline}</p>
            <p className="quiet mt-3 flex flex-wrap items-center gap-x-5 gap-y-1 text-sm">
              <Rating visit={visit} average={profile.rating_average} count={profile.rating_count} />
              {profile.city && (
                <span className="inline-flex items-center gap-1">
                  <Icon name="pin" size={16} />
                  {profile.city}
                </span>
              )}
              <span>{t('vendor.products', { count: profile.product_count })}</span>
              {profile.cr_no && (
                <span>
                  {t('footer.cr')} <bdi dir="ltr">{profile.cr_no}</bdi>
                </span>
              )}
            </p>
          </div>
          {profile.description && <p className="max-w-prose basis-full">{profile.description}</p>}
        </div>
        <div className="frieze absolute inset-x-0 bottom-0 text-page" aria-hidden="true" />
      </div>
    </section>
  )
}

function vendorData(visit: Visit, profile: VendorProfile): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'Organization',
    name: profile.name,
    url: visit.origin + visit.href(`/vendors/${profile.handle}`),
    ...(profile.description ? { description: profile.description } : {}),
    ...(profile.rating_average !== null && profile.rating_count > 0
      ? { aggregateRating: { '@type': 'AggregateRating', ratingValue: profile.rating_average, reviewCount: profile.rating_count } }
      : {}),
  }
}
