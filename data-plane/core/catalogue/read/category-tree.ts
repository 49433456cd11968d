import type { I18nText, Locale } from '@cityos/contract'
import { pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Cache } from '../../../platform/cache/cache.ts'
import { Database } from '../../../platform/db/database.ts'
import { type KeptPicture, pictureView } from '../../file/public-picture.ts'
import type { AttributeDefinition, CategoryLink, CategoryNode } from '../contract.ts'

export interface CategoryRow {
  id: string
  handle: string
  parent_id: string | null
  path: string
  depth: number
  position: number
  name: I18nText
  description: I18nText
  attribute_schema: AttributeDefinition[]
  picture: KeptPicture | null
}

const cacheKey = 'catalogue:categories'

/** The category tree: some sixty rows that change seldom, kept in the process and dropped when one changes. */
@Injectable()
export class CategoryTree {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
  ) {}

  /** All categories, in tree order: by depth, then position. */
  rows(): Promise<CategoryRow[]> {
    return this.cache.wrap(cacheKey, 300, async () => {
      const { rows } = await sql<CategoryRow>`
        SELECT id, handle, parent_id, path::text AS path, depth, position, name, description, attribute_schema, picture
        FROM category WHERE deleted_at IS NULL ORDER BY depth, position, handle`.execute(this.database.read)
      return rows
    })
  }

  changed(): Promise<void> | void {
    return this.cache.drop('catalogue:')
  }

  /** The tree in one language; counts are of visible products, subtree included. */
  async tree(locale: Locale, fallback: Locale): Promise<CategoryNode[]> {
    const [rows, counts] = await Promise.all([this.rows(), this.counts()])
    const total = rollUp(rows, counts)
    const nodes = new Map<string, CategoryNode>()
    const top: CategoryNode[] = []
    for (const row of rows) {
      const node: CategoryNode = {
        id: row.id,
        handle: row.handle,
        name: pickText(row.name, locale, fallback),
        description: pickText(row.description, locale, fallback),
        picture: row.picture && pictureView(row.picture, locale, fallback),
        product_count: total.get(row.id) ?? 0,
        children: [],
      }
      nodes.set(row.id, node)
      const parent = row.parent_id ? nodes.get(row.parent_id) : undefined
      ;(parent?.children ?? top).push(node)
    }
    return top
  }

  /** Breadcrumb and attribute definitions of a category, as a product page needs them: small, so that no page reads the whole tree. */
  place(id: string | null, locale: Locale, fallback: Locale): Promise<{ breadcrumb: CategoryLink[]; attributes: AttributeDefinition[] }> {
    if (!id) return Promise.resolve({ breadcrumb: [], attributes: [] })
    return this.cache.wrap(`catalogue:place:${id}:${locale}`, 300, async () => ({
      breadcrumb: await this.breadcrumb(id, locale, fallback),
      attributes: await this.attributes(id),
    }))
  }

  /** From the top down to the category itself. */
  private async breadcrumb(id: string, locale: Locale, fallback: Locale): Promise<CategoryLink[]> {
    const rows = new Map((await this.rows()).map((row) => [row.id, row]))
    const links: CategoryLink[] = []
    for (let row = rows.get(id); row; row = row.parent_id ? rows.get(row.parent_id) : undefined) {
      links.unshift({ id: row.id, handle: row.handle, name: pickText(row.name, locale, fallback) })
    }
    return links
  }

  /** Attribute definitions that hold for a category: its own and its ancestors'. */
  async attributes(id: string | null): Promise<AttributeDefinition[]> {
    if (!id) return []
    const rows = new Map((await this.rows()).map((row) => [row.id, row]))
    const found = new Map<string, AttributeDefinition>()
    for (let row = rows.get(id); row; row = row.parent_id ? rows.get(row.parent_id) : undefined) {
      for (const definition of row.attribute_schema) if (!found.has(definition.code)) found.set(definition.code, definition)
    }
    return [...found.values()]
  }

  private async counts(): Promise<Map<string, number>> {
    const counted = await this.cache.wrap('catalogue:counts', 30, async () => {
      const { rows } = await sql<{ category_id: string; count: number }>`
        SELECT category_id, count(*)::int AS count FROM search_document
        WHERE visible AND kind = 'product' AND category_id IS NOT NULL GROUP BY category_id`.execute(this.database.read)
      return rows.map((row): [string, number] => [row.category_id, row.count])
    })
    return new Map(counted)
  }
}

/** Adds the counts of every category to its ancestors. */
export function rollUp(rows: readonly CategoryRow[], counts: ReadonlyMap<string, number>): Map<string, number> {
  const total = new Map<string, number>()
  for (const row of rows) {
    const own = counts.get(row.id) ?? 0
    if (own === 0) continue
    for (const id of row.path.split('.')) total.set(id, (total.get(id) ?? 0) + own)
  }
  return total
}
