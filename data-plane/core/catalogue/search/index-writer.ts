import type { I18nText } from '@cityos/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/database.ts'
import type { AttributeDefinition } from '../contract.ts'
import { termsOf } from './terms.ts'

interface Indexed {
  id: string
  status: string
  handle: string
  title: I18nText
  description: I18nText
  brand: string | null
  attributes: Record<string, string | number | boolean>
  category_id: string | null
  category_path: string | null
  category_names: I18nText[] | null
  definitions: AttributeDefinition[] | null
  vendor_id: string
  vendor_name: I18nText
  vendor_status: string
  published_at: Date | null
  skus: string[] | null
  tags: string[] | null
  option_names: I18nText[] | null
  in_stock: boolean
}

/** Vendors whose products are in the shop; all others' rows stay in the index, unseen. */
export const visibleVendorStatus = 'active'

/**
 * Writes the search documents of products, in the transaction that changed them: two statements for any number of ids,
 * no lag behind the change.
 */
export async function indexProducts(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<Indexed>`
    SELECT p.id, p.status, p.handle, p.title, p.description, p.brand, p.attributes, p.category_id, p.vendor_id, p.published_at,
      c.path::text AS category_path, v.name AS vendor_name, v.status AS vendor_status,
      (SELECT json_agg(a.name) FROM category a WHERE a.path @> c.path) AS category_names,
      (SELECT json_agg(definition) FROM category a, jsonb_array_elements(a.attribute_schema) definition WHERE a.path @> c.path) AS definitions,
      (SELECT array_agg(va.sku) FROM variant va WHERE va.product_id = p.id AND va.archived_at IS NULL) AS skus,
      (SELECT array_agg(DISTINCT choice.key || ':' || choice.value) FROM variant va, jsonb_each_text(va.options) choice
        WHERE va.product_id = p.id AND va.archived_at IS NULL) AS tags,
      (SELECT json_agg(ov.name) FROM product_option o JOIN option_value ov ON ov.option_id = o.id WHERE o.product_id = p.id) AS option_names,
      (SELECT coalesce(bool_or(NOT va.track_inventory OR l.on_hand - l.reserved - l.safety > 0), false) FROM variant va
        LEFT JOIN inventory_level l ON l.inventory_item_id = va.inventory_item_id
        WHERE va.product_id = p.id AND va.archived_at IS NULL) AS in_stock
    FROM product p JOIN vendor v ON v.id = p.vendor_id LEFT JOIN category c ON c.id = p.category_id
    WHERE p.id = ANY (${ids as string[]}::text[])`.execute(tx)
  const published = rows.filter((row) => row.status === 'published')
  const gone = ids.filter((id) => !published.some((row) => row.id === id))
  if (gone.length > 0) await sql`DELETE FROM search_document WHERE ref = ANY (${gone}::text[])`.execute(tx)
  await write(tx, published.map(documentOf), now)
}

/** Writes the search documents of vendors. */
export async function indexVendors(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const { rows } = await sql<{
    id: string
    handle: string
    name: I18nText
    tagline: I18nText
    description: I18nText
    status: string
    created_at: Date
  }>`
    SELECT id, handle, name, tagline, description, status, created_at FROM vendor WHERE id = ANY (${ids as string[]}::text[])`.execute(tx)
  const documents = rows.map((row) => ({
    ref: row.id,
    kind: 'vendor',
    visible: row.status === visibleVendorStatus,
    in_stock: true,
    handle: row.handle,
    title: row.name,
    vendor_id: row.id,
    category_id: null,
    category_path: null,
    tags: [],
    published_at: row.created_at,
    ...termsOf([
      ['A', texts(row.name)],
      ['B', texts(row.tagline)],
      ['D', texts(row.description)],
    ]),
  }))
  await write(tx, documents, now)
  // A vendor that stops selling takes its products along, in the same statement for all of them.
  for (const row of rows) {
    await sql`UPDATE search_document SET visible = ${row.status === visibleVendorStatus}, updated_at = ${now}
      WHERE vendor_id = ${row.id} AND visible <> ${row.status === visibleVendorStatus}`.execute(tx)
  }
}

interface Document {
  ref: string
  kind: string
  visible: boolean
  in_stock: boolean
  handle: string
  title: I18nText
  vendor_id: string
  category_id: string | null
  category_path: string | null
  tags: string[]
  vector: string
  words: string[]
  published_at: Date
}

function documentOf(row: Indexed): Document {
  const facets = (row.definitions ?? []).filter((definition) => definition.facet && row.attributes[definition.code] !== undefined)
  const attributeNames = facets.flatMap((definition) => {
    const choice = definition.choices[String(row.attributes[definition.code])]
    return choice ? texts(choice) : [String(row.attributes[definition.code])]
  })
  return {
    ref: row.id,
    kind: 'product',
    visible: row.vendor_status === visibleVendorStatus,
    in_stock: row.in_stock,
    handle: row.handle,
    title: row.title,
    vendor_id: row.vendor_id,
    category_id: row.category_id,
    category_path: row.category_path,
    tags: [...(row.tags ?? []), ...facets.map((definition) => `${definition.code}:${row.attributes[definition.code]}`)],
    published_at: row.published_at ?? new Date(0),
    ...termsOf([
      ['A', texts(row.title)],
      ['B', [row.brand ?? '', ...texts(row.vendor_name), ...(row.category_names ?? []).flatMap(texts), ...(row.skus ?? [])]],
      ['C', [...(row.option_names ?? []).flatMap(texts), ...attributeNames]],
      ['D', texts(row.description)],
    ]),
  }
}

async function write(tx: Tx, documents: readonly Document[], now: Date): Promise<void> {
  if (documents.length === 0) return
  await sql`
    INSERT INTO search_document (ref, kind, visible, in_stock, handle, title, vendor_id, category_id, category_path, tags, terms, published_at, updated_at)
    SELECT ref, kind, visible, in_stock, handle, title, vendor_id, category_id, category_path::ltree, tags, vector::tsvector, published_at, ${now}
    FROM json_to_recordset(${JSON.stringify(documents)}::json) AS d(ref text, kind text, visible boolean, in_stock boolean, handle text, title jsonb, vendor_id text,
      category_id text, category_path text, tags text[], vector text, published_at timestamptz)
    ON CONFLICT (ref) DO UPDATE SET visible = excluded.visible, in_stock = excluded.in_stock, handle = excluded.handle, title = excluded.title, vendor_id = excluded.vendor_id,
      category_id = excluded.category_id, category_path = excluded.category_path, tags = excluded.tags, terms = excluded.terms,
      published_at = excluded.published_at, updated_at = excluded.updated_at`.execute(tx)
  const words = [...new Set(documents.flatMap((document) => document.words))].sort()
  await sql`INSERT INTO search_word (word) SELECT unnest(${words}::text[]) ON CONFLICT DO NOTHING`.execute(tx)
}

function texts(text: I18nText): string[] {
  return [text.en, text.ar, text.fr].filter((value): value is string => Boolean(value))
}
