import type { ProductCard } from '../../core/catalogue/contract.ts'
import type { Visit } from '../visit.ts'
import { Picture } from './picture.tsx'
import { Price } from './price.tsx'

export interface ProductTileProps {
  visit: Visit
  product: ProductCard
  /** In the first row of the page: load the picture at once. */
  first?: boolean
  heading?: 'h2' | 'h3'
}

/** One product of a list. The title is the link, the whole tile is its target. */
export function ProductTile({ visit, product, first = false, heading: Heading = 'h3' }: ProductTileProps) {
  const { t } = visit
  return (
    <article className="tile">
      <div className="tile-picture">
        <Picture picture={product.picture} size={320} first={first} decorative />
        {product.struck_price && product.price_from && (
          <span className="badge absolute start-2.5 top-2.5" data-tone="brand">
            {t('tile.saving', { percent: Math.round((1 - product.price_from.amount / product.struck_price.amount) * 100) })}
          </span>
        )}
        {product.availability === 'out' && <span className="badge absolute start-2.5 bottom-2.5">{t('stock.out')}</span>}
      </div>
      <p className="quiet mt-2.5 truncate text-sm">
        <bdi>{product.vendor.name}</bdi>
      </p>
      <Heading className="mb-1 font-normal text-base">
        <a className="tile-link clamp-2" href={visit.href(`/products/${product.handle}`)}>
          {product.title}
        </a>
      </Heading>
      <div>
        <Price visit={visit} from={product.price_from} to={product.price_to} struck={product.struck_price} />
        {product.availability === 'low' && <p className="text-sm text-warn">{t('stock.few')}</p>}
      </div>
    </article>
  )
}

/** A heading, a link to all, and a row of products that scrolls sideways on a phone. */
export function ProductRail({
  visit,
  title,
  href,
  products,
}: {
  visit: Visit
  title: string
  href?: string
  products: readonly ProductCard[]
}) {
  if (products.length === 0) return null
  return (
    <section className="shell mt-14">
      <div className="mb-4 flex items-baseline justify-between gap-4">
        <h2 className="text-2xl">{title}</h2>
        {href && (
          <a className="link inline-flex min-h-11 shrink-0 items-center font-semibold" href={href}>
            {visit.t('rail.all')}
            <span className="sr-only">: {title}</span>
          </a>
        )}
      </div>
      <div className="rail">
        {products.map((product) => (
          <ProductTile key={product.id} visit={visit} product={product} />
        ))}
      </div>
    </section>
  )
}
