import { currencyExponent, type I18nText, pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Cache } from '../../../platform/cache/cache.ts'
import { Database } from '../../../platform/db/database.ts'
import type { ProductFacets } from '../contract.ts'
import { CategoryTree, rollUp } from '../read/category-tree.ts'
import { localised, type Reading, Statement } from '../read/statement.ts'
import { conditions, type FilterPart, type Filters, tagGroups } from './match.ts'
import { ProductSearch } from './product-search.ts'

/** Upper ends of the price bands in major units; the last band is open. */
const bandEnds = [50, 100, 250, 500, 1000, 2500]

type Counted = [value: string, count: number]
interface FacetRow {
  total: number
  in_stock: number
  lowest: number | null
  highest: number | null
  categories: [id: string, count: number][] | null
  vendors: [handle: string, name: string, count: number][] | null
  tags: Counted[] | null
  own: Record<string, Counted[] | null>
  bands: [band: number, count: number][] | null
}

const nothing: FacetRow = {
  total: 0,
  in_stock: 0,
  lowest: null,
  highest: null,
  categories: null,
  vendors: null,
  tags: null,
  own: {},
  bands: null,
}

/** Counts beside a product list. A group leaves out its own selection, so that the other choices stay visible. */
@Injectable()
export class Facets {
  constructor(
    private readonly database: Database,
    private readonly categories: CategoryTree,
    private readonly search: ProductSearch,
    private readonly cache: Cache,
  ) {}

  /** Kept for half a minute, dropped when the catalogue changes; only the count of what is in stock may lag behind sales. */
  of(reading: Reading, filters: Filters, q: string | undefined): Promise<ProductFacets> {
    const key = JSON.stringify([reading.locale, reading.currency, reading.channel ?? null, filters, q ?? ''])
    return this.cache.wrap(`catalogue:facets:${key}`, 30, () => this.fresh(reading, filters, q))
  }

  private async fresh(reading: Reading, filters: Filters, q: string | undefined): Promise<ProductFacets> {
    const query = await this.search.matching(reading, q, filters)
    const row = query === 'empty' ? nothing : await this.count(reading, filters, query)
    const [categories, attributes] = await Promise.all([
      this.categoryValues(reading, filters, row),
      this.attributeGroups(reading, filters, row),
    ])
    const selectedVendors = new Set(filters.vendor)
    return {
      total: row.total,
      in_stock: row.in_stock,
      categories,
      vendors: (row.vendors ?? []).map(([value, name, count]) => ({ value, name, count, selected: selectedVendors.has(value) })),
      attributes,
      price_bands: bandsOf(reading, filters, row),
      price_range:
        row.lowest === null || row.highest === null
          ? null
          : { from: { amount: row.lowest, currency: reading.currency }, to: { amount: row.highest, currency: reading.currency } },
    }
  }

  /** One pass over the matching documents says of each which filters it passes; every group then counts in that. */
  private async count(reading: Reading, filters: Filters, query: string | null): Promise<FacetRow> {
    const statement = new Statement()
    const parts = conditions(statement, reading, { filters, query, kind: 'product' })
    const base = parts.get('base')!
    parts.delete('base')
    const names = new Map([...parts.keys()].map((part, index) => [part, `passes_${index}`]))
    const flags = [...parts].map(([part, text]) => `, (${text}) AS ${names.get(part)}`).join('')
    const among = (except: FilterPart | null) => {
      const needed = [...names].filter(([part]) => part !== except).map(([, name]) => name)
      return needed.length > 0 ? needed.join(' AND ') : 'true'
    }
    const own = [...tagGroups(filters).keys()].map((code) => {
      const counted = `SELECT tag, count(*) AS n FROM base, unnest(tags) tag WHERE ${among(`attr:${code}`)} AND tag LIKE ${statement.value(`${code}:%`)} GROUP BY tag`
      return `${statement.value(code)}::text, (SELECT json_agg(json_build_array(tag, n) ORDER BY n DESC, tag) FROM (${counted}) x)`
    })
    const ends = statement.value(bandEnds.map((end) => end * 10 ** currencyExponent(reading.currency)))
    const [row] = await statement.rows<FacetRow>(
      this.database.read,
      `WITH base AS MATERIALIZED (
        SELECT d.vendor_id, d.category_id, d.tags, d.in_stock, bp.minimum_amount AS amount ${flags}
        FROM search_document d LEFT JOIN product_price bp ON bp.product_id = d.ref AND bp.currency_code = ${statement.currency(reading)}
        WHERE ${base}
      )
      SELECT (SELECT count(*)::int FROM base WHERE ${among(null)}) AS total,
        (SELECT count(*)::int FROM base WHERE ${among('stock')} AND in_stock) AS in_stock,
        range.lowest, range.highest,
        (SELECT json_agg(json_build_array(category_id, n)) FROM (SELECT category_id, count(*) AS n FROM base WHERE ${among('category')} AND category_id IS NOT NULL GROUP BY 1) x) AS categories,
        (SELECT json_agg(json_build_array(v.handle, ${localised('v.name', reading)}, n) ORDER BY n DESC, v.handle)
          FROM (SELECT vendor_id, count(*) AS n FROM base WHERE ${among('vendor')} GROUP BY 1) x JOIN vendor v ON v.id = x.vendor_id) AS vendors,
        (SELECT json_agg(json_build_array(tag, n) ORDER BY n DESC, tag) FROM (SELECT tag, count(*) AS n FROM base, unnest(tags) tag
          WHERE ${among(null)} GROUP BY tag) x) AS tags,
        json_build_object(${own.join(', ')}) AS own,
        (SELECT json_agg(json_build_array(band, n) ORDER BY band) FROM (
          SELECT width_bucket(amount, ${ends}::bigint[]) AS band, count(*) AS n FROM base WHERE ${among('price')} AND amount IS NOT NULL GROUP BY 1) x) AS bands
      FROM (SELECT min(amount) AS lowest, max(amount) AS highest FROM base WHERE ${among('price')}) range`,
    )
    return row!
  }

  /** The children of the chosen category; of its parent when it has none. */
  private async categoryValues(reading: Reading, filters: Filters, row: FacetRow) {
    const rows = await this.categories.rows()
    const total = rollUp(rows, new Map(row.categories ?? []))
    const chosen = rows.find((category) => category.handle === filters.category)
    const parent = chosen && rows.some((category) => category.parent_id === chosen.id) ? chosen.id : (chosen?.parent_id ?? null)
    return rows
      .filter((category) => category.parent_id === parent)
      .map((category) => ({
        value: category.handle,
        name: pickText(category.name, reading.locale, reading.fallback),
        count: total.get(category.id) ?? 0,
        selected: category.handle === filters.category,
      }))
      .filter((value) => value.count > 0 || value.selected)
  }

  private async attributeGroups(reading: Reading, filters: Filters, row: FacetRow): Promise<ProductFacets['attributes']> {
    const groups = tagGroups(filters)
    const byCode = new Map<string, Counted[]>()
    for (const [tag, count] of row.tags ?? []) {
      const code = tag.slice(0, tag.indexOf(':'))
      if (!groups.has(code)) byCode.set(code, [...(byCode.get(code) ?? []), [tag, count]])
    }
    for (const [code, selected] of groups) {
      const counted = row.own[code] ?? []
      const missing = selected.filter((tag) => !counted.some(([known]) => known === tag))
      byCode.set(code, [...counted, ...missing.map((tag): Counted => [tag, 0])])
    }
    const names = await this.names(reading, [...byCode.keys()])
    return [...byCode].map(([code, counted]) => ({
      code,
      name: names.get(code)?.name ?? code,
      values: counted.map(([tag, count]) => {
        const value = tag.slice(code.length + 1)
        const known = names.get(tag)
        return {
          value,
          name: known?.name ?? value,
          swatch: known?.swatch ?? null,
          count,
          selected: groups.get(code)?.includes(tag) ?? false,
        }
      }),
    }))
  }

  /** Words for codes and tags: from the options of products, then from the categories' attribute definitions. */
  private async names(reading: Reading, codes: string[]): Promise<Map<string, { name: string; swatch: string | null }>> {
    const found = new Map<string, { name: string; swatch: string | null }>()
    if (codes.length === 0) return found
    const put = (key: string, name: I18nText, swatch: string | null = null) => {
      if (!found.has(key)) found.set(key, { name: pickText(name, reading.locale, reading.fallback), swatch })
    }
    const statement = new Statement()
    const rows = await statement.rows<{ code: string; name: I18nText; value: string; value_name: I18nText; swatch: string | null }>(
      this.database.read,
      `SELECT DISTINCT ON (o.code, ov.code) o.code, o.name, ov.code AS value, ov.name AS value_name, ov.swatch
      FROM product_option o JOIN option_value ov ON ov.option_id = o.id
      WHERE o.code = ANY (${statement.value(codes)}::text[]) ORDER BY o.code, ov.code, ov.id`,
    )
    for (const row of rows) {
      put(row.code, row.name)
      put(`${row.code}:${row.value}`, row.value_name, row.swatch)
    }
    for (const category of await this.categories.rows()) {
      for (const definition of category.attribute_schema) {
        if (!codes.includes(definition.code)) continue
        put(definition.code, definition.name)
        for (const [value, name] of Object.entries(definition.choices)) put(`${definition.code}:${value}`, name)
      }
    }
    return found
  }
}

function bandsOf(reading: Reading, filters: Filters, row: FacetRow): ProductFacets['price_bands'] {
  const scale = 10 ** currencyExponent(reading.currency)
  const money = (major: number) => ({ amount: major * scale, currency: reading.currency })
  const counts = new Map(row.bands ?? [])
  return [0, ...bandEnds].map((from, index) => {
    const end = bandEnds[index]
    // Inclusive ends in filters: a band ends one minor unit below the next.
    const to = end === undefined ? null : { amount: end * scale - 1, currency: reading.currency }
    const selected = filters.price_min === from * scale && filters.price_max === to?.amount
    return { from: money(from), to, count: counts.get(index) ?? 0, selected }
  })
}
