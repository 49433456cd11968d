import type { I18nText, Page } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Cache } from '../../../platform/cache/cache.ts'
import { Database } from '../../../platform/db/database.ts'
import { fileUrl } from '../../file/public-picture.ts'
import type { ProductCard, ProductSort, SearchHit } from '../contract.ts'
import { type CardRow, cardOf, cardsSql } from '../read/cards.ts'
import { localised, type Reading, Statement } from '../read/statement.ts'
import { words } from './fold.ts'
import { lookAlikes } from './look-alikes.ts'
import { countSql, type Filters, type Match, pageSql } from './match.ts'
import { queryOf } from './terms.ts'

export interface Wanted {
  filters: Filters
  q: string | undefined
  sort: ProductSort
  limit: number
  offset: number
}

/** A total counted in the very moment of a change may miss it; it does so for seconds at most. */
const totalSeconds = 10

type VendorTuple = [
  id: string,
  handle: string,
  name: string,
  tagline: string,
  picture: { key: string; width: number; height: number; alt: I18nText } | null,
]

interface Found {
  total: number
  page: { id: string; kind: 'product' | 'vendor' }[] | null
  cards: CardRow[] | null
  vendors: VendorTuple[] | null
}

/**
 * Lists and searches: one statement gives total, page and cards. Only when words were typed and nothing was found,
 * a second one looks for words that are nearly the same, and the first runs again with them.
 */
@Injectable()
export class ProductSearch {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
  ) {}

  async products(reading: Reading, wanted: Wanted): Promise<Page<ProductCard>> {
    const found = await this.forgiving(wanted.q, (query) =>
      this.run(reading, wanted, { filters: wanted.filters, query, kind: 'product' }, false),
    )
    return { items: (found.cards ?? []).map((row) => cardOf(row, reading.currency)), total: found.total }
  }

  async hits(reading: Reading, wanted: Wanted, kind: Match['kind']): Promise<Page<SearchHit>> {
    const found = await this.forgiving(wanted.q, (query) => this.run(reading, wanted, { filters: wanted.filters, query, kind }, true))
    const cards = new Map((found.cards ?? []).map((row) => [row.id, cardOf(row, reading.currency)]))
    const vendors = new Map((found.vendors ?? []).map((row) => [row[0], row]))
    const items = (found.page ?? []).flatMap(({ id, kind: hitKind }): SearchHit[] => {
      if (hitKind === 'vendor') return vendors.has(id) ? [vendorHit(vendors.get(id)!, reading)] : []
      const card = cards.get(id)
      return card ? [productHit(card)] : []
    })
    return { items, total: found.total }
  }

  /** The `tsquery` that finds something for `q`, typing errors forgiven; null when nothing was typed, `empty` when it holds no word. */
  async matching(reading: Reading, q: string | undefined, filters: Filters): Promise<string | null | 'empty'> {
    const terms = words(q ?? '', 12)
    if (terms.length === 0) return (q ?? '').trim() === '' ? null : 'empty'
    const query = queryOf(terms.map((term) => [term]))
    const statement = new Statement()
    const count = countSql(statement, reading, { filters, query, kind: 'product' })
    const [row] = await statement.rows<{ total: number }>(this.database.read, `SELECT (${count}) AS total`)
    return row!.total > 0 ? query : queryOf(await lookAlikes(this.database.read, terms))
  }

  private async forgiving(q: string | undefined, run: (query: string | null) => Promise<Found>): Promise<Found> {
    const terms = words(q ?? '', 12)
    if (terms.length === 0) {
      // Only signs were typed: nothing can match them. Nothing at all was typed: everything does.
      return (q ?? '').trim() === '' ? run(null) : { total: 0, page: null, cards: null, vendors: null }
    }
    const found = await run(queryOf(terms.map((term) => [term])))
    if (found.total > 0) return found
    const alternatives = await lookAlikes(this.database.read, terms)
    return alternatives.some((list) => list.length > 1) ? run(queryOf(alternatives)) : found
  }

  private async run(reading: Reading, wanted: Wanted, match: Match, withVendors: boolean): Promise<Found> {
    const known = await this.knownTotal(reading, wanted, match)
    const statement = new Statement()
    const page = pageSql(statement, reading, match, wanted.sort, wanted.limit, wanted.offset)
    const total =
      known.total === undefined ? `(${countSql(statement, reading, match, wanted.sort)})` : `${statement.value(known.total)}::int`
    const [row] = await statement.rows<Found>(
      this.database.read,
      `WITH page AS MATERIALIZED (${page})
      SELECT ${total} AS total, (${cardsSql(statement, reading, 'SELECT id, no FROM page')}) AS cards
        ${withVendors ? `, (SELECT json_agg(json_build_object('id', id, 'kind', kind) ORDER BY no) FROM page) AS page, (${vendorsSql(reading)}) AS vendors` : ', NULL AS page, NULL AS vendors'}`,
    )
    if (known.key && known.total === undefined) await this.cache.set(known.key, row!.total, totalSeconds)
    return row!
  }

  /**
   * The total of a list is counted once and kept until the catalogue changes (every change of what is visible drops
   * `catalogue:` after its commit). With typed words, or by stock, it is counted each time.
   */
  private async knownTotal(reading: Reading, wanted: Wanted, match: Match): Promise<{ key: string | null; total: number | undefined }> {
    if (match.query !== null || wanted.filters.in_stock) return { key: null, total: undefined }
    const byPrice = wanted.sort === 'price' || wanted.sort === '-price'
    const key = `catalogue:total:${JSON.stringify([match.kind, byPrice, reading.currency, reading.channel ?? null, wanted.filters])}`
    return { key, total: await this.cache.get<number>(key) }
  }
}

function vendorsSql(reading: Reading): string {
  return `SELECT json_agg(json_build_array(v.id, v.handle, ${localised('v.name', reading)}, ${localised('v.tagline', reading)}, v.picture))
    FROM page JOIN vendor v ON v.id = page.id WHERE page.kind = 'vendor'`
}

function productHit(card: ProductCard): SearchHit {
  return {
    kind: 'product',
    id: card.id,
    handle: card.handle,
    title: card.title,
    subtitle: card.vendor.name,
    picture: card.picture,
    product: card,
  }
}

function vendorHit([id, handle, name, tagline, picture]: VendorTuple, { locale, fallback }: Reading): SearchHit {
  const view = picture && {
    url: fileUrl(picture.key),
    width: picture.width,
    height: picture.height,
    alt: picture.alt[locale] || picture.alt[fallback] || name,
  }
  return { kind: 'vendor', id, handle, title: name, subtitle: tagline, picture: view, product: null }
}
