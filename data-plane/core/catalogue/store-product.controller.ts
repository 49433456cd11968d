import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { compareProducts, getProduct, listCategories, listProducts, productFacets, search, suggestSearch } from './contract.ts'
import { CategoryTree } from './read/category-tree.ts'
import { ProductDetails } from './read/product-detail.ts'
import { Reader } from './read/reader.ts'
import { Facets } from './search/facets.ts'
import { ProductSearch } from './search/product-search.ts'
import { Suggestions } from './search/suggestions.ts'

/** What shoppers read of the catalogue. */
@Controller()
export class StoreProductController {
  constructor(
    private readonly reader: Reader,
    private readonly products: ProductSearch,
    private readonly details: ProductDetails,
    private readonly facetCounts: Facets,
    private readonly suggestions: Suggestions,
    private readonly tree: CategoryTree,
  ) {}

  @Handle(listProducts)
  async list(ctx: RequestContext, { query }: Input<typeof listProducts>) {
    const { q, sort, limit, offset, order: _order, ...filters } = query
    return this.products.products(await this.reader.reading(ctx, query.currency), { filters, q, sort, limit, offset })
  }

  @Handle(productFacets)
  async facets(ctx: RequestContext, { query }: Input<typeof productFacets>) {
    const { q, ...filters } = query
    return this.facetCounts.of(await this.reader.reading(ctx, query.currency), filters, q)
  }

  @Handle(compareProducts)
  async compare(ctx: RequestContext, { query }: Input<typeof compareProducts>) {
    return this.details.compare(await this.reader.reading(ctx, query.currency), query.ids)
  }

  @Handle(getProduct)
  async get(ctx: RequestContext, { params, query }: Input<typeof getProduct>) {
    return this.details.byHandle(await this.reader.reading(ctx, query.currency), params.handle, query.related ?? false)
  }

  @Handle(listCategories)
  categories(ctx: RequestContext) {
    return this.tree.tree(ctx.locale, this.reader.fallback)
  }

  @Handle(search)
  async search(ctx: RequestContext, { query }: Input<typeof search>) {
    const { q, sort, limit, offset, kind, order: _order, ...filters } = query
    return this.products.hits(await this.reader.reading(ctx, query.currency), { filters, q, sort, limit, offset }, kind ?? null)
  }

  @Handle(suggestSearch)
  async suggest(ctx: RequestContext, { query }: Input<typeof suggestSearch>) {
    return this.suggestions.of(await this.reader.reading(ctx), query.q)
  }
}
