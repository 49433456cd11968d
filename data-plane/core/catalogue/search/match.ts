import type { z } from 'zod'
import type { ProductFilters, ProductSort } from '../contract.ts'
import type { Reading, Statement } from '../read/statement.ts'

export type Filters = z.output<typeof ProductFilters>

/** Parts of the filter a facet group leaves out when it counts itself. */
export type FilterPart = 'category' | 'vendor' | 'price' | 'stock' | `attr:${string}`

export interface Match {
  filters: Filters
  /** A `tsquery` literal; null when nothing was typed. */
  query: string | null
  kind: 'product' | 'vendor' | null
}

/** `{ size: ['size:54', 'size:56'], … }` of `attr=size:54&attr=size:56`. */
export function tagGroups(filters: Filters): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const tag of filters.attr ?? []) {
    const code = tag.slice(0, tag.indexOf(':'))
    groups.set(code, [...(groups.get(code) ?? []), tag])
  }
  return groups
}

/**
 * The conditions of a list, a count, a facet or a search over `search_document d`: the same text for all of them, with
 * visibility inside, so that pages, totals and counts agree (docs/spec/commerce.md, search).
 */
export function conditions(statement: Statement, reading: Reading, { filters, query, kind }: Match): Map<FilterPart | 'base', string> {
  const parts = new Map<FilterPart | 'base', string>()
  const base = ['d.visible']
  if (kind) base.push(`d.kind = '${kind}'`)
  if (query !== null) base.push(`d.terms @@ ${statement.value(query, 'query')}::tsquery`)
  parts.set('base', base.join(' AND '))
  if (filters.category) {
    const handle = statement.value(filters.category)
    parts.set('category', `d.category_path <@ (SELECT path FROM category WHERE handle = ${handle} AND deleted_at IS NULL)`)
  }
  if (filters.vendor?.length) {
    parts.set('vendor', `d.vendor_id IN (SELECT id FROM vendor WHERE handle = ANY (${statement.value(filters.vendor)}))`)
  }
  for (const [code, tags] of tagGroups(filters)) parts.set(`attr:${code}`, `d.tags && ${statement.value(tags)}::text[]`)
  if (filters.price_min !== undefined || filters.price_max !== undefined) {
    const lower = filters.price_min === undefined ? '' : ` AND fp.minimum_amount >= ${statement.value(filters.price_min)}::bigint`
    const upper = filters.price_max === undefined ? '' : ` AND fp.minimum_amount <= ${statement.value(filters.price_max)}::bigint`
    const currency = statement.currency(reading)
    parts.set(
      'price',
      `EXISTS (SELECT 1 FROM product_price fp WHERE fp.product_id = d.ref AND fp.currency_code = ${currency}${lower}${upper})`,
    )
  }
  if (filters.in_stock) parts.set('stock', inStock(statement, reading))
  return parts
}

/** Some variant that is sold in the currency can be had now. */
export function inStock(statement: Statement, reading: Reading): string {
  return `EXISTS (
    SELECT 1 FROM variant sv
    JOIN variant_price sp ON sp.variant_id = sv.id AND sp.currency_code = ${statement.currency(reading)}
    JOIN inventory_item si ON si.variant_id = sv.id
    LEFT JOIN inventory_level sl ON sl.inventory_item_id = si.id
    WHERE sv.product_id = d.ref AND sv.archived_at IS NULL
      AND (NOT sv.track_inventory OR sl.on_hand - sl.reserved - sl.safety >= sv.minimum_quantity))`
}

export function where(parts: Map<string, string>, except: FilterPart | null = null): string {
  return [...parts]
    .filter(([part]) => part !== except)
    .map(([, text]) => text)
    .join(' AND ')
}

/** The rows of one page as `(id, kind, no)`, and the order that makes pages stable. */
export function pageSql(statement: Statement, reading: Reading, match: Match, sort: ProductSort, limit: number, offset: number): string {
  const parts = conditions(statement, reading, match)
  const byPrice = sort === 'price' || sort === '-price'
  const join = byPrice ? `LEFT JOIN product_price op ON op.product_id = d.ref AND op.currency_code = ${statement.currency(reading)}` : ''
  const newest = 'd.published_at DESC, d.ref DESC'
  const rank =
    sort === 'relevance' && match.query !== null
      ? `ts_rank('{0.05,0.2,0.5,1}', d.terms, ${statement.value(match.query, 'query')}::tsquery, 1) * d.boost DESC, ${newest}`
      : newest
  const order = byPrice ? `op.minimum_amount ${sort === 'price' ? 'ASC' : 'DESC'} NULLS LAST, ${newest}` : rank
  return `SELECT id, kind, row_number() OVER () AS no FROM (
    SELECT d.ref AS id, d.kind FROM search_document d ${join} WHERE ${where(parts)}
    ORDER BY ${order} LIMIT ${statement.value(limit)}::int OFFSET ${statement.value(offset)}::int) ordered`
}

export function countSql(statement: Statement, reading: Reading, match: Match): string {
  return `SELECT count(*)::int FROM search_document d WHERE ${where(conditions(statement, reading, match))}`
}
