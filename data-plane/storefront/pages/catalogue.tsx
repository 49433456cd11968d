import { DomainError } from '@cityos/contract'
import { type CategoryNode, listCategories, search } from '../../core/catalogue/contract.ts'
import { Breadcrumb, type Crumb } from '../components/layout.tsx'
import { Listing } from '../components/listing.tsx'
import { VendorTile } from '../components/vendor-tile.tsx'
import { listingQuery, readListing } from '../listing-state.ts'
import { type Answer, page, type Visit } from '../visit.ts'
import { loadListing } from './listing-data.ts'
import { breadcrumbData, listData } from './structured-data.ts'

/** All products, with every filter. */
export async function allProducts(visit: Visit): Promise<Answer> {
  const state = readListing(visit.query)
  const data = await loadListing(visit, state)
  const title = visit.t('header.all_products')
  const crumbs: Crumb[] = [{ label: visit.t('action.home'), href: visit.href('/') }, { label: title }]
  return page(
    title,
    <>
      <Heading visit={visit} title={title} crumbs={crumbs} />
      <Listing visit={visit} state={state} {...data} />
    </>,
    { canonical: canonicalOf('/products', state.page), jsonLd: [breadcrumbData(visit, crumbs), listData(visit, data.products)] },
  )
}

/** One category with its whole subtree. */
export async function category(visit: Visit): Promise<Answer> {
  const trail = findCategory(await visit.call(listCategories), visit.param('handle'))
  const here = trail?.at(-1)
  if (!trail || !here) throw new DomainError('not_found')
  const state = readListing(visit.query, { category: here.handle })
  const data = await loadListing(visit, state)
  const crumbs: Crumb[] = [
    { label: visit.t('action.home'), href: visit.href('/') },
    ...trail.map((node, index) => ({
      label: node.name,
      href: index === trail.length - 1 ? undefined : visit.href(`/categories/${node.handle}`),
    })),
  ]
  const siblings = here.children.length > 0 ? here.children : (trail.at(-2)?.children ?? [])
  return page(
    here.name,
    <>
      <Heading visit={visit} title={here.name} crumbs={crumbs} text={here.description} />
      <Listing visit={visit} state={state} {...data}>
        <Siblings visit={visit} categories={siblings} here={here} parent={here.children.length > 0 ? here : trail.at(-2)} />
      </Listing>
    </>,
    {
      description: here.description || undefined,
      canonical: canonicalOf(`/categories/${here.handle}`, state.page),
      jsonLd: [breadcrumbData(visit, crumbs), listData(visit, data.products)],
      image: here.picture?.url,
    },
  )
}

function findCategory(nodes: readonly CategoryNode[], handle: string): CategoryNode[] | null {
  for (const node of nodes) {
    if (node.handle === handle) return [node]
    const below = findCategory(node.children, handle)
    if (below) return [node, ...below]
  }
  return null
}

/** Children of this category, or its siblings: one tap sideways instead of back and down again. */
function Siblings({
  visit,
  categories,
  here,
  parent,
}: {
  visit: Visit
  categories: readonly CategoryNode[]
  here: CategoryNode
  parent?: CategoryNode
}) {
  if (categories.length === 0 || !parent) return null
  return (
    <nav aria-label={parent.name} className="-mx-[clamp(1rem,4vw,2.5rem)] mb-5 overflow-x-auto px-[clamp(1rem,4vw,2.5rem)] lg:mx-0 lg:px-0">
      <ul className="flex gap-2 pb-1 lg:flex-wrap">
        <li>
          <a className="chip" href={visit.href(`/categories/${parent.handle}`)} aria-current={parent === here ? 'page' : undefined}>
            {visit.t('list.everything')}
          </a>
        </li>
        {categories.map((category) => (
          <li key={category.id}>
            <a className="chip" href={visit.href(`/categories/${category.handle}`)} aria-current={category === here ? 'page' : undefined}>
              {category.name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

export function Heading({ visit, title, crumbs, text }: { visit: Visit; title: string; crumbs: readonly Crumb[]; text?: string }) {
  return (
    <div className="shell pt-4 pb-2">
      <Breadcrumb visit={visit} crumbs={crumbs} />
      <h1 className="mt-2 text-3xl lg:text-4xl">{title}</h1>
      {text && <p className="quiet mt-1.5 max-w-2xl">{text}</p>}
    </div>
  )
}

/** Search over products and vendors; without words it lists everything. */
export async function searchPage(visit: Visit): Promise<Answer> {
  const state = readListing(visit.query)
  const [data, vendors] = await Promise.all([
    loadListing(visit, state),
    state.text && state.page === 1
      ? visit.call(search, { query: { q: state.text, kind: 'vendor', limit: 3 } })
      : Promise.resolve({ items: [], total: 0 }),
  ])
  const title = state.text ? visit.t('search.title', { text: state.text }) : visit.t('search.label')
  return page(
    title,
    <>
      <Heading
        visit={visit}
        title={title}
        crumbs={[{ label: visit.t('action.home'), href: visit.href('/') }, { label: visit.t('search.label') }]}
      />
      <Listing visit={visit} state={state} {...data}>
        {vendors.items.length > 0 && (
          <section className="mb-7" aria-labelledby="found-vendors">
            <h2 id="found-vendors" className="mb-2 font-semibold">
              {visit.t('search.vendors')}
            </h2>
            <ul className="grid gap-3 sm:grid-cols-2">
              {vendors.items.map((hit) => (
                <VendorTile
                  key={hit.id}
                  visit={visit}
                  heading="h3"
                  vendor={{
                    id: hit.id,
                    handle: hit.handle,
                    name: hit.title,
                    tagline: hit.subtitle,
                    picture: hit.picture,
                    product_count: null,
                    rating_average: null,
                    rating_count: 0,
                  }}
                />
              ))}
            </ul>
          </section>
        )}
      </Listing>
    </>,
    { noIndex: true, canonical: `/search?${listingQuery(state)}` },
  )
}

/** Filters and sorting are the same list; only its pages have addresses of their own. */
function canonicalOf(path: string, pageNumber: number): string {
  return pageNumber > 1 ? `${path}?page=${pageNumber}` : path
}
