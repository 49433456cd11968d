import type { VendorCard } from '../../core/vendor/contract.ts'
import type { Visit } from '../visit.ts'
import { Icon } from './icon.tsx'
import { Picture } from './picture.tsx'

/** Stars in words and number; nothing where nobody has rated yet. */
export function Rating({ visit, average, count }: { visit: Visit; average: number | null; count: number }) {
  if (average === null || count === 0) return null
  return (
    <span className="inline-flex items-center gap-1 text-sm">
      <Icon name="star" size={16} />
      <span>{visit.t('vendor.rating', { average: visit.formats.number(Math.round(average * 10) / 10), count })}</span>
    </span>
  )
}

export function VendorTile({
  visit,
  vendor,
  heading: Heading,
}: {
  visit: Visit
  vendor: Omit<VendorCard, 'product_count'> & { product_count: number | null }
  heading: 'h2' | 'h3'
}) {
  return (
    <li className="tile card flex-row! items-center gap-4 p-3.5 hover:border-line-strong">
      <div className="arch h-20 w-16 shrink-0">
        <Picture picture={vendor.picture} size={128} decorative />
      </div>
      <div className="min-w-0">
        <Heading className="text-base">
          <a className="tile-link" href={visit.href(`/vendors/${vendor.handle}`)}>
            <bdi>{vendor.name}</bdi>
          </a>
        </Heading>
        <p className="quiet truncate text-sm">{vendor.tagline}</p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-sm">
          {vendor.product_count !== null && <span className="quiet">{visit.t('vendor.products', { count: vendor.product_count })}</span>}
          <Rating visit={visit} average={vendor.rating_average} count={vendor.rating_count} />
        </p>
      </div>
    </li>
  )
}
