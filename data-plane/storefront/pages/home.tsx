import { pickText } from '@cityos/contract'
import { Fragment, type ReactNode } from 'react'
import { type CategoryNode, listCategories, listProducts, type ProductCard } from '../../core/catalogue/contract.ts'
import { getCurrentStore, type StoreView } from '../../core/store/contract.ts'
import { listVendors, type VendorCard } from '../../core/vendor/contract.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { Picture } from '../components/picture.tsx'
import { ProductRail } from '../components/product-tile.tsx'
import { VendorTile } from '../components/vendor-tile.tsx'
import type { MessageKey } from '../i18n/messages.ts'
import { type Answer, page, type Visit } from '../visit.ts'

/** Categories that get a row of their own: the fullest ones. */
const rails = 2
const perRail = 5

/** Home: what this shop is, its categories, what is new, a few shelves, who sells here. */
export async function home(visit: Visit): Promise<Answer> {
  const [store, categories, newest, vendors, sections] = await Promise.all([
    visit.call(getCurrentStore),
    visit.hasCatalogue ? visit.call(listCategories) : [],
    visit.hasCatalogue ? visit.call(listProducts, { query: { limit: 40, sort: 'newest' } }) : { items: [], total: 0 },
    visit.call(listVendors, { query: { limit: 24 } }),
    verticalSections(visit),
  ])
  const fullest = [...categories].sort((a, b) => b.product_count - a.product_count).slice(0, rails)
  const shelves = await Promise.all(
    fullest.map(async ({ handle, name }) => {
      const list = await visit.call(listProducts, { query: { category: handle, limit: perRail } })
      return { handle, name, products: list.items }
    }),
  )
  const fresh = mixed(newest.items, categories)
  const selling = [...vendors.items].sort((a, b) => Number(b.product_count > 0) - Number(a.product_count > 0)).slice(0, 6)
  const body = (
    <>
      <Hero visit={visit} store={store} products={fresh} />
      <VerticalTiles visit={visit} />
      {sections}
      <CategoryTiles visit={visit} categories={categories} />
      <ProductRail
        visit={visit}
        title={visit.t('home.new')}
        href={visit.href('/products', { sort: 'newest' })}
        products={fresh.slice(0, perRail)}
      />
      {visit.hasCatalogue && <Promises visit={visit} />}
      {shelves.map((shelf) => (
        <ProductRail
          key={shelf.handle}
          visit={visit}
          title={shelf.name}
          href={visit.href(`/categories/${shelf.handle}`)}
          products={shelf.products}
        />
      ))}
      <Vendors visit={visit} vendors={selling} />
    </>
  )
  return page(visit.shopName, body, { description: store.seo.description || store.tagline, jsonLd: [organization(visit, store)] })
}

/** What the verticals show of themselves; one that cannot be read now is left out, the shop goes on. */
async function verticalSections(visit: Visit): Promise<ReactNode[]> {
  const sections = visit.verticals.map(async ({ name, home: section }) => {
    try {
      return <Fragment key={name}>{await section?.(visit)}</Fragment>
    } catch (error) {
      visit.ctx.log.error({ error, vertical: name }, 'a section of the home page is left out')
      return null
    }
  })
  return Promise.all(sections)
}

/** The newest of each top category first, so that one big delivery does not fill the row. */
function mixed(products: readonly ProductCard[], categories: readonly CategoryNode[]): ProductCard[] {
  const top = new Map<string, string>()
  const enter = (node: CategoryNode, root: string): void => {
    top.set(node.id, root)
    for (const child of node.children) enter(child, root)
  }
  for (const category of categories) enter(category, category.id)
  const seen = new Set<string>()
  const first: ProductCard[] = []
  for (const product of products) {
    const shelf = top.get(product.category?.id ?? '') ?? product.id
    if (!seen.has(shelf)) first.push(product)
    seen.add(shelf)
  }
  return [...first, ...products.filter((product) => !first.includes(product))]
}

/** A sentence below the headline that does not say the same again. */
function leadOf(visit: Visit, store: StoreView): string {
  const description = store.seo.description
  return description && description !== store.tagline ? description : visit.t('home.lead')
}

function Hero({ visit, store, products }: { visit: Visit; store: StoreView; products: readonly ProductCard[] }) {
  const pictured = products.filter((product) => product.picture).slice(0, 3)
  return (
    <section className="shell pt-4 lg:pt-6">
      <div className="relative overflow-hidden rounded-card bg-panel">
        <div className="grid items-end gap-8 px-6 pt-10 sm:px-10 lg:grid-cols-[1.1fr_1fr] lg:px-14 lg:pt-16">
          <div className="self-center pb-2 lg:pb-16">
            <h1 className="text-4xl leading-[1.25]! lg:text-[3.25rem]">{store.tagline || visit.shopName}</h1>
            <p className="quiet mt-4 max-w-md text-lg">{leadOf(visit, store)}</p>
            <div className="mt-7 flex flex-wrap gap-3 max-xs:flex-col">
              {visit.hasCatalogue && (
                <a className="button" data-primary="" data-large="" href={visit.href('/products')}>
                  {visit.t('home.shop_now')}
                </a>
              )}
              <a className="button" data-large="" href={visit.href('/vendors')}>
                {visit.t('home.meet_vendors')}
              </a>
            </div>
          </div>
          <div className="flex items-end justify-center gap-3 sm:gap-4" aria-hidden="true">
            {pictured.map((product, index) => (
              <div key={product.id} className={`arch w-1/3 max-w-44 rounded-b-none! border border-line border-b-0 ${heights[index]}`}>
                <Picture picture={product.picture} size={360} first={index === 1} decorative />
              </div>
            ))}
          </div>
        </div>
        <div className="frieze absolute inset-x-0 bottom-0 text-page" aria-hidden="true" />
      </div>
    </section>
  )
}

const heights = ['h-44 sm:h-64', 'h-60 sm:h-88', 'h-52 sm:h-76']

/** One door per vertical; none when the shop sells goods only. */
function VerticalTiles({ visit }: { visit: Visit }) {
  if (visit.verticals.length === 0) return null
  return (
    <nav aria-label={visit.t('home.verticals')} className="shell mt-8">
      <ul className="grid grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] gap-3">
        {visit.verticals.map(({ name, title, icon }) => (
          <li key={name} className="tile card flex-row! items-center gap-3 p-3.5 hover:border-line-strong sm:p-4">
            <span className="flex size-11 shrink-0 items-center justify-center rounded-full bg-brand-tint text-brand-text">
              <Icon name={icon} size={24} />
            </span>
            <a className="tile-link font-semibold leading-snug" href={visit.href(`/${name}`)}>
              {pickText(title, visit.locale)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function CategoryTiles({ visit, categories }: { visit: Visit; categories: readonly CategoryNode[] }) {
  if (categories.length === 0) return null
  return (
    <section className="shell mt-14">
      <h2 className="mb-5 text-2xl">{visit.t('home.categories')}</h2>
      <ul className="grid grid-cols-3 gap-x-3 gap-y-6 sm:grid-cols-4 lg:grid-cols-6">
        {categories.slice(0, 12).map((category) => (
          <li key={category.id} className="tile text-center">
            <div className="arch mx-auto aspect-[4/5] w-full max-w-36">
              <Picture picture={category.picture} size={220} decorative />
            </div>
            <a className="tile-link mt-2.5 font-semibold text-[0.9375rem] leading-snug" href={visit.href(`/categories/${category.handle}`)}>
              {category.name}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

const promises: [IconName, 'vendors' | 'price' | 'delivery' | 'returns'][] = [
  ['store', 'vendors'],
  ['receipt', 'price'],
  ['truck', 'delivery'],
  ['shield', 'returns'],
]

function Promises({ visit }: { visit: Visit }) {
  return (
    <section className="shell mt-14" aria-label={visit.t('home.promises')}>
      <ul className="grid gap-x-6 gap-y-5 rounded-card border border-line px-6 py-7 sm:grid-cols-2 lg:grid-cols-4">
        {promises.map(([icon, name]) => (
          <li key={name} className="flex gap-3.5">
            <span className="mt-0.5 text-brand-text">
              <Icon name={icon} size={26} />
            </span>
            <span>
              <span className="block font-semibold">{visit.t(`home.promise.${name}.title` satisfies MessageKey)}</span>
              <span className="quiet text-sm">{visit.t(`home.promise.${name}.text` satisfies MessageKey)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Vendors({ visit, vendors }: { visit: Visit; vendors: readonly VendorCard[] }) {
  if (vendors.length === 0) return null
  return (
    <section className="shell mt-14">
      <div className="mb-4 flex items-baseline justify-between gap-4">
        <h2 className="text-2xl">{visit.t('home.vendors')}</h2>
        <a className="link inline-flex min-h-11 shrink-0 items-center font-semibold" href={visit.href('/vendors')}>
          {visit.t('home.all_vendors')}
        </a>
      </div>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {vendors.map((vendor) => (
          <VendorTile key={vendor.id} visit={visit} vendor={vendor} heading="h3" />
        ))}
      </ul>
    </section>
  )
}

function organization(visit: Visit, store: StoreView): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'Organization',
    name: visit.shopName,
    url: visit.origin + visit.href('/'),
    logo: `${visit.origin}/favicon.svg`,
    ...(store.legal.legal_name ? { legalName: store.legal.legal_name } : {}),
    ...(store.legal.vat_no ? { vatID: store.legal.vat_no } : {}),
    ...(store.contact.email ? { email: store.contact.email } : {}),
    ...(store.contact.phone ? { telephone: store.contact.phone } : {}),
  }
}
