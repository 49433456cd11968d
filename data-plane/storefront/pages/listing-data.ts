import { listProducts, productFacets } from '../../core/catalogue/contract.ts'
import { apiFilters, apiQuery, type ListingState } from '../listing-state.ts'
import type { Visit } from '../visit.ts'

/** Products and facets of one list, asked for at once. */
export async function loadListing(visit: Visit, state: ListingState) {
  const [list, facets] = await Promise.all([
    visit.call(listProducts, { query: apiQuery(state) }),
    visit.call(productFacets, { query: apiFilters(state) }),
  ])
  return { products: list.items, total: list.total, facets }
}
