import { anyone, endpoint, listEndpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../vertical/contract.ts'
import { ProductCard, ProductDetail } from './product.schema.ts'

export * from './category.contract.ts'
export * from './managed.contract.ts'
export * from './product.schema.ts'

const Currency = z.string().regex(/^[A-Z]{3}$/)

/** One value or several (`?attr=a:1&attr=b:2`), always handed on as a list. */
const repeated = (item: z.ZodString) =>
  z
    .union([item, z.array(item).max(20)])
    .transform((value) => (Array.isArray(value) ? value : [value]))
    .optional()

/** The filters of the product list, of its facets and of the search: the same everywhere, so that counts and lists agree. */
export const ProductFilters = z.object({
  /** Handle of a category; its whole subtree counts. */
  category: z.string().max(96).optional(),
  /** Handles of vendors. */
  vendor: repeated(z.string().max(96)),
  /** In minor units of `currency`, inclusive. */
  price_min: z.coerce.number().int().min(0).optional(),
  price_max: z.coerce.number().int().min(0).optional(),
  /** `code:value` of options and attributes; values of one code are alternatives, codes are combined. */
  attr: repeated(
    z
      .string()
      .max(120)
      .regex(/^[a-z0-9_-]+:.+$/),
  ),
  in_stock: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
  /** Another currency than the store's default; `422 currency_not_supported` when the store does not have it. */
  currency: Currency.optional(),
})

export const ProductSort = z.enum(['relevance', 'newest', 'price', '-price'])
export type ProductSort = z.infer<typeof ProductSort>

export const listProducts = listEndpoint({
  id: 'store.product.list',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/products',
  summary: 'Products with variants, prices and availability; filters, free text and sorting',
  access: anyone,
  query: ProductFilters.extend({ sort: ProductSort.default('relevance') }),
  response: ProductCard,
  errors: ['currency_not_supported'],
})

const FacetValue = z.object({ value: z.string(), name: z.string(), count: z.int(), selected: z.boolean() })
export const ProductFacets = z.object({
  total: z.int(),
  /** Children of the asked category (or the top ones) that hold matches. */
  categories: z.array(FacetValue),
  vendors: z.array(FacetValue),
  /** Options and attributes; a group's counts leave out its own selection. */
  attributes: z.array(
    z.object({ code: z.string(), name: z.string(), values: z.array(FacetValue.extend({ swatch: z.string().nullable() })) }),
  ),
  /** Fixed bands; `to` null is open. */
  price_bands: z.array(z.object({ from: Money, to: Money.nullable(), count: z.int(), selected: z.boolean() })),
  price_range: z.object({ from: Money, to: Money }).nullable(),
  in_stock: z.int(),
})
export type ProductFacets = z.infer<typeof ProductFacets>

export const productFacets = endpoint({
  id: 'store.product.facets',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/products/facets',
  summary: 'Counts per category, vendor, attribute and price band under the same filters as the list',
  access: anyone,
  query: ProductFilters.extend({ q: z.string().max(200).optional() }),
  response: ProductFacets,
  errors: ['currency_not_supported'],
})

export const getProduct = endpoint({
  id: 'store.product.get',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/products/{handle}',
  summary: 'One product; an old handle answers the product with `redirect_to`',
  access: anyone,
  params: z.object({ handle: z.string().max(96) }),
  query: z.object({
    currency: Currency.optional(),
    /** `true` fills `related`. */
    related: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional(),
  }),
  response: ProductDetail,
  errors: ['currency_not_supported'],
})

export const ProductComparison = z.object({
  products: z.array(ProductCard),
  /** One row per option or attribute; `values` in the order of `products`, null where a product has none. */
  rows: z.array(z.object({ code: z.string(), name: z.string(), values: z.array(z.string().nullable()), differs: z.boolean() })),
})
export type ProductComparison = z.infer<typeof ProductComparison>

export const compareProducts = endpoint({
  id: 'store.product.compare',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/products/compare',
  summary: 'Up to four products side by side',
  access: anyone,
  query: z.object({
    ids: z
      .string()
      .transform((text) => [...new Set(text.split(',').filter(Boolean))])
      .pipe(z.array(z.string().max(40)).min(1).max(4)),
    currency: Currency.optional(),
  }),
  response: ProductComparison,
  errors: ['currency_not_supported'],
})

export const SearchKind = z.enum(['product', 'vendor'])
export type SearchKind = z.infer<typeof SearchKind>

export const SearchHit = z.object({
  kind: SearchKind,
  id: z.string(),
  handle: z.string(),
  title: z.string(),
  subtitle: z.string(),
  picture: Picture.nullable(),
  /** For products: the whole card. */
  product: ProductCard.nullable(),
})
export type SearchHit = z.infer<typeof SearchHit>

export const search = listEndpoint({
  id: 'store.search',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/search',
  summary: 'Finds products and vendors; forgives typing errors, folds Arabic and Latin spelling',
  access: anyone,
  query: ProductFilters.extend({ kind: SearchKind.optional(), sort: ProductSort.default('relevance') }),
  response: SearchHit,
  errors: ['currency_not_supported'],
})

export const SearchSuggestion = z.object({
  kind: z.enum(['product', 'category', 'vendor']),
  text: z.string(),
  handle: z.string(),
  picture: Picture.nullable(),
  price_from: Money.nullable(),
})
export type SearchSuggestion = z.infer<typeof SearchSuggestion>

export const suggestSearch = endpoint({
  id: 'store.search.suggest',
  vertical: 'catalogue',
  method: 'GET',
  path: '/v1/store/search/suggest',
  summary: 'At most eight suggestions while typing',
  access: anyone,
  query: z.object({ q: z.string().max(200).default('') }),
  response: z.array(SearchSuggestion).max(8),
})

/** What a cart line of kind `catalogue.product` chooses. */
export const ProductChoice = z.object({ variant_id: z.string() })
export type ProductChoice = z.infer<typeof ProductChoice>
