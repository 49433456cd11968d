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

/** SQL: a row of `search_document` is shown in the reader's channel; `true` where that shows everything. @param alias of the table */
export function linkedTo(statement: Statement, reading: Reading, alias: string): string {
  if (!reading.channel) return 'true'
  const channel = statement.value(reading.channel, 'channel')
  return `(${alias}.kind <> 'product' OR EXISTS (SELECT 1 FROM channel_product cp WHERE cp.channel_id = ${channel} AND cp.product_id = ${alias}.ref))`
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
  if (reading.channel) base.push(linkedTo(statement, reading, 'd'))
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
    parts.set('price', `d.ref IN (SELECT fp.product_id FROM product_price fp WHERE fp.currency_code = ${currency}${lower}${upper})`)
  }
  if (filters.in_stock) parts.set('stock', 'd.in_stock')
  return parts
}

export function where(parts: Map<string, string>, except: FilterPart | null = null): string {
  return [...parts]
    .filter(([part]) => part !== except)
    .map(([, text]) => text)
    .join(' AND ')
}

/**
 * The matching rows and the order that makes pages stable. Sorted by price, only what has one in the currency is listed:
 * the index of prices gives the order, and total and page still agree.
 */
function matching(statement: Statement, reading: Reading, match: Match, sort: ProductSort): { from: string; order: string; rank: string } {
  const filters = where(conditions(statement, reading, match))
  const newest = 'd.published_at DESC, d.ref DESC'
  if (sort === 'price' || sort === '-price') {
    const direction = sort === 'price' ? 'ASC' : 'DESC'
    return {
      from: `FROM product_price op JOIN search_document d ON d.ref = op.product_id WHERE op.currency_code = ${statement.currency(reading)} AND ${filters}`,
      order: `op.minimum_amount ${direction}, op.product_id ${direction}`,
      rank: 'op.minimum_amount',
    }
  }
  const from = `FROM search_document d WHERE ${filters}`
  if (sort === 'newest' || match.query === null) return { from, order: newest, rank: '0' }
  const rank = `ts_rank('{0.05,0.2,0.5,1}', d.terms, ${statement.value(match.query, 'query')}::tsquery, 1) * d.boost`
  return { from, order: `${rank} DESC, ${newest}`, rank }
}

/**
 * SQL of `page(id, kind, no)`: the rows of one page in order. The limit is written into the text: as a parameter Postgres
 * plans the cards for a tenth of all products, and reads whole tables for twenty rows; so is the offset of first pages, or
 * the plan is made anew each time.
 */
export function pageSql(statement: Statement, reading: Reading, match: Match, sort: ProductSort, limit: number, offset: number): string {
  const { from, order } = matching(statement, reading, match, sort)
  return `SELECT id, kind, row_number() OVER () AS no FROM (
    SELECT d.ref AS id, d.kind ${from} ORDER BY ${order}
    LIMIT ${Math.trunc(limit)} OFFSET ${offset === 0 ? '0' : `${statement.value(offset)}::int`}) ordered`
}

export function countSql(statement: Statement, reading: Reading, match: Match, sort: ProductSort = 'newest'): string {
  return `SELECT count(*)::int ${matching(statement, reading, match, sort).from}`
}
