import { type I18nText, pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Database } from '../../../platform/db/database.ts'
import { fileUrl, pictureView } from '../../file/public-picture.ts'
import type { SearchSuggestion } from '../contract.ts'
import { CategoryTree } from '../read/category-tree.ts'
import { localised, type Reading, Statement } from '../read/statement.ts'
import { fold, words } from './fold.ts'
import { lookAlikes } from './look-alikes.ts'
import { linkedTo } from './match.ts'
import { queryOf } from './terms.ts'

const most = 8

interface SuggestedRow {
  kind: 'product' | 'vendor'
  handle: string
  text: string
  picture: [key: string, width: number, height: number, alt: string] | null
  amount: number | null
}

/** What the search box offers while somebody types: categories by name first, then products and vendors. */
@Injectable()
export class Suggestions {
  constructor(
    private readonly database: Database,
    private readonly categories: CategoryTree,
  ) {}

  async of(reading: Reading, q: string): Promise<SearchSuggestion[]> {
    const terms = words(q, 12)
    if (terms.length === 0) return []
    const categories = await this.matchingCategories(reading, q)
    let rows = await this.found(reading, queryOf(terms.map((term) => [term])))
    if (rows.length === 0 && categories.length === 0) rows = await this.found(reading, queryOf(await lookAlikes(this.database.read, terms)))
    const found = rows.map((row): SearchSuggestion => {
      const picture = row.picture && { url: fileUrl(row.picture[0]), width: row.picture[1], height: row.picture[2], alt: row.picture[3] }
      const price = row.amount === null ? null : { amount: row.amount, currency: reading.currency }
      return { kind: row.kind, text: row.text, handle: row.handle, picture, price_from: price }
    })
    return [...categories, ...found].slice(0, most)
  }

  private async matchingCategories(reading: Reading, q: string): Promise<SearchSuggestion[]> {
    const typed = fold(q).trim()
    const rows = await this.categories.rows()
    const matches = rows.filter((row) =>
      Object.values(row.name as I18nText).some((name) => name && words(name).some((word) => word.startsWith(typed))),
    )
    return matches.slice(0, 3).map((row) => ({
      kind: 'category',
      text: pickText(row.name, reading.locale, reading.fallback),
      handle: row.handle,
      picture: row.picture && pictureView(row.picture, reading.locale, reading.fallback),
      price_from: null,
    }))
  }

  private found(reading: Reading, query: string): Promise<SuggestedRow[]> {
    const statement = new Statement()
    return statement.rows<SuggestedRow>(
      this.database.read,
      `SELECT d.kind, d.handle, ${localised('d.title', reading)} AS text, fp.minimum_amount AS amount, m.picture
      FROM (SELECT ref, kind, handle, title, ts_rank('{0.05,0.2,0.5,1}', terms, ${statement.value(query, 'query')}::tsquery, 1) * boost AS rank
        FROM search_document s WHERE visible AND ${linkedTo(statement, reading, 's')} AND terms @@ ${statement.value(query, 'query')}::tsquery
        ORDER BY rank DESC, published_at DESC, ref LIMIT ${most}) d
      LEFT JOIN product_price fp ON fp.product_id = d.ref AND fp.currency_code = ${statement.currency(reading)}
      LEFT JOIN LATERAL (SELECT json_build_array(pm.file_key, pm.width, pm.height, ${localised('pm.alt', reading)}) AS picture
        FROM product_media pm WHERE pm.product_id = d.ref ORDER BY pm.position LIMIT 1) m ON true
      ORDER BY d.rank DESC, d.ref`,
    )
  }
}
