import type { Call } from '@cityos/contract'
import type { listProducts, ProductFacets, ProductSort } from '../core/catalogue/contract.ts'

export const sorts = ['relevance', 'newest', 'price', '-price'] as const satisfies readonly ProductSort[]
export const pageSize = 24

/** What the address of a product list says. The address is the state: a link to it is the same list again. */
export interface ListingState {
  category: string | null
  text: string
  vendors: string[]
  /** `code:value` */
  attributes: string[]
  /** `from-to` in minor units, `to` may be missing. */
  price: string | null
  inStock: boolean
  sort: ProductSort
  /** From 1. */
  page: number
}

/** Reads an address; what makes no sense is left out, as if it had not been asked for. */
export function readListing(query: URLSearchParams, fixed: { category?: string; vendor?: string } = {}): ListingState {
  const page = Number(query.get('page') ?? '1')
  const sort = query.get('sort')
  const price = query.get('price') ?? ''
  return {
    category: fixed.category ?? null,
    text: (query.get('q') ?? '').trim().slice(0, 200),
    vendors: fixed.vendor ? [fixed.vendor] : distinct(query.getAll('vendor').filter((handle) => /^[a-z0-9-]{2,96}$/.test(handle))),
    attributes: distinct(query.getAll('attr').filter((entry) => /^[a-z0-9_-]+:.{1,100}$/.test(entry))),
    price: /^\d{1,12}-\d{0,12}$/.test(price) ? price : null,
    inStock: query.get('in_stock') === 'true',
    sort: sorts.find((known) => known === sort) ?? 'relevance',
    page: Number.isInteger(page) && page >= 1 && page <= 4000 ? page : 1,
  }
}

const distinct = (values: string[]): string[] => [...new Set(values)].sort().slice(0, 20)

/** The address of a state, in one order, so that equal lists have equal addresses. */
export function listingQuery(state: ListingState, fixed: { vendor?: boolean } = {}): URLSearchParams {
  const query = new URLSearchParams()
  if (state.text) query.set('q', state.text)
  for (const entry of [...state.attributes].sort()) query.append('attr', entry)
  if (state.inStock) query.set('in_stock', 'true')
  if (state.price) query.set('price', state.price)
  if (!fixed.vendor) for (const handle of [...state.vendors].sort()) query.append('vendor', handle)
  if (state.sort !== 'relevance') query.set('sort', state.sort)
  if (state.page > 1) query.set('page', String(state.page))
  return query
}

/** The filters as the API takes them. */
export function apiFilters(state: ListingState) {
  const [from, to] = state.price?.split('-') ?? []
  return {
    category: state.category ?? undefined,
    vendor: state.vendors.length > 0 ? state.vendors : undefined,
    attr: state.attributes.length > 0 ? state.attributes : undefined,
    price_min: from ? Number(from) : undefined,
    price_max: to ? Number(to) : undefined,
    in_stock: state.inStock ? ('true' as const) : undefined,
    q: state.text || undefined,
  }
}

export function apiQuery(state: ListingState): Call<typeof listProducts>['query'] {
  return { ...apiFilters(state), sort: state.sort, limit: pageSize, offset: (state.page - 1) * pageSize }
}

/** `from-to` of a price band, as `readListing` reads it. */
export function bandValue(band: ProductFacets['price_bands'][number]): string {
  return `${band.from.amount}-${band.to?.amount ?? ''}`
}

/** How many filters narrow the list. */
export function filterCount(state: ListingState, fixed: { vendor?: boolean } = {}): number {
  return (fixed.vendor ? 0 : state.vendors.length) + state.attributes.length + (state.price ? 1 : 0) + (state.inStock ? 1 : 0)
}

/** The pages a list offers: first, last, and those around the present one; null stands for a gap. */
export function pagesAround(current: number, last: number): (number | null)[] {
  const wanted = [...new Set([1, current - 1, current, current + 1, last])]
    .filter((page) => page >= 1 && page <= last)
    .sort((a, b) => a - b)
  return wanted.flatMap((page, index) => {
    const before = wanted[index - 1]
    if (before === undefined || page - before === 1) return [page]
    return page - before === 2 ? [page - 1, page] : [null, page]
  })
}
