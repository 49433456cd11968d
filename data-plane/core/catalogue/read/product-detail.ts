import { DomainError, type I18nText, pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Database } from '../../../platform/db/database.ts'
import { Channels } from '../../channel/channel.service.ts'
import { fileUrl } from '../../file/public-picture.ts'
import type { AttributeDefinition, ProductCard, ProductComparison, ProductDetail, StoreOption } from '../contract.ts'
import { linkedTo } from '../search/match.ts'
import { ProductSearch } from '../search/product-search.ts'
import { type CardRow, cardOf, cardsSql, variantsSql } from './cards.ts'
import { CategoryTree } from './category-tree.ts'
import { localised, type Reading, Statement } from './statement.ts'

type AttributeValues = Record<string, string | number | boolean>

interface DetailRow extends Omit<CardRow, 'vendor' | 'category' | 'picture'> {
  vendor_id: string
  vendor_handle: string
  vendor_name: string
  category_handle: string | null
  category_name: string
  description: string
  pictures: [key: string, width: number, height: number, alt: string, variantIds: string[]][] | null
  options: [code: string, name: string, values: [code: string, name: string, swatch: string | null][]][] | null
  attributes: AttributeValues
  category_id: string | null
  origin_country: string | null
  weight_g: number | null
  tax_class: string
  withdrawal_exempt_reason: string | null
  seo: { title?: I18nText; description?: I18nText }
}

/** One product, and several side by side. */
@Injectable()
export class ProductDetails {
  constructor(
    private readonly database: Database,
    private readonly categories: CategoryTree,
    private readonly search: ProductSearch,
    private readonly channels: Channels,
  ) {}

  /**
   * @param handle present or former: a former one answers the product with `redirect_to`
   * @throws DomainError not_found also when the product is not visible
   */
  async byHandle(reading: Reading, handle: string, withRelated: boolean): Promise<ProductDetail> {
    const present = await this.read(reading, 'product p', 'p.handle = $1 AND p.deleted_at IS NULL', handle)
    const row = present ?? (await this.read(reading, 'product_redirect r JOIN product p ON p.id = r.product_id', 'r.handle = $1', handle))
    if (!row) throw new DomainError('not_found')
    const card = cardOf(cardRowOf(row), reading.currency)
    await this.channels.requireShown(reading.channel ?? null, card.id)
    const [{ breadcrumb, attributes: definitions }, related] = await Promise.all([
      this.categories.place(row.category_id, reading.locale, reading.fallback),
      withRelated && card.category ? this.related(reading, card) : [],
    ])
    return {
      ...card,
      description: row.description,
      pictures: (row.pictures ?? []).map(([key, width, height, alt, variantIds]) => ({
        url: fileUrl(key),
        width,
        height,
        alt,
        variant_ids: variantIds,
      })),
      options: (row.options ?? []).map(optionOf),
      attributes: attributeViews(definitions, row.attributes, reading),
      breadcrumb,
      origin_country: row.origin_country,
      weight_g: row.weight_g,
      tax_class: row.tax_class,
      withdrawal_exempt_reason: row.withdrawal_exempt_reason,
      seo: {
        title: pickText(row.seo.title, reading.locale, reading.fallback) || card.title,
        description: pickText(row.seo.description, reading.locale, reading.fallback) || row.description.slice(0, 155),
      },
      related,
      redirect_to: present ? null : card.handle,
    }
  }

  /**
   * @param tables where the product `p` comes from
   * @param condition which it is; `$1` is the handle
   */
  private async read(reading: Reading, tables: string, condition: string, handle: string): Promise<DetailRow | undefined> {
    const statement = new Statement()
    statement.value(handle)
    const [row] = await statement.rows<DetailRow>(this.database.read, detailSql(statement, reading, tables, condition))
    return row
  }

  /** Cards of up to four visible products in the asked order, with what differs between them. */
  async compare(reading: Reading, ids: readonly string[]): Promise<ProductComparison> {
    const statement = new Statement()
    const asked = `unnest(${statement.value(ids)}::text[]) WITH ORDINALITY AS asked(ref, no)`
    const page = `SELECT d.ref AS id, asked.no FROM ${asked} JOIN search_document d ON d.ref = asked.ref AND d.visible AND d.kind = 'product' AND ${linkedTo(statement, reading, 'd')}`
    const [row] = await statement.rows<{
      cards: CardRow[] | null
      facts: [id: string, categoryId: string | null, AttributeValues][] | null
      options: [productId: string, code: string, name: I18nText, values: string][] | null
    }>(
      this.database.read,
      `WITH page AS MATERIALIZED (${page})
      SELECT (${cardsSql(statement, reading, 'SELECT id, no FROM page')}) AS cards,
        (SELECT json_agg(json_build_array(p.id, p.category_id, p.attributes)) FROM page JOIN product p ON p.id = page.id) AS facts,
        (SELECT json_agg(json_build_array(o.product_id, o.code, o.name,
          (SELECT string_agg(${localised('ov.name', reading)}, ', ' ORDER BY ov.position) FROM option_value ov WHERE ov.option_id = o.id)) ORDER BY o.position)
          FROM page JOIN product_option o ON o.product_id = page.id) AS options`,
    )
    const products = (row!.cards ?? []).map((card) => cardOf(card, reading.currency))
    const rows = new Map<string, { name: string; values: (string | null)[] }>()
    const put = (code: string, name: string, productId: string, value: string) => {
      const index = products.findIndex((product) => product.id === productId)
      const line = rows.get(code) ?? { name, values: products.map(() => null) }
      if (index >= 0) line.values[index] = value
      rows.set(code, line)
    }
    for (const [productId, code, name, values] of row!.options ?? [])
      put(code, pickText(name, reading.locale, reading.fallback), productId, values)
    for (const [productId, categoryId, values] of row!.facts ?? []) {
      const definitions = await this.categories.attributes(categoryId)
      for (const view of attributeViews(definitions, values, reading)) put(view.code, view.name, productId, view.value)
    }
    return {
      products,
      rows: [...rows].map(([code, { name, values }]) => ({ code, name, values, differs: new Set(values).size > 1 })),
    }
  }

  private async related(reading: Reading, card: ProductCard): Promise<ProductCard[]> {
    const page = await this.search.products(reading, {
      filters: { category: card.category!.handle },
      q: undefined,
      sort: 'newest',
      limit: 9,
      offset: 0,
    })
    return page.items.filter((product) => product.id !== card.id).slice(0, 8)
  }
}

/** One statement with few steps: setting a plan up costs more here than running it. */
function detailSql(statement: Statement, reading: Reading, tables: string, condition: string): string {
  return `SELECT p.id, p.handle, p.kind, p.brand, ${localised('p.title', reading)} AS title, p.published_at,
      v.id AS vendor_id, v.handle AS vendor_handle, ${localised('v.name', reading)} AS vendor_name,
      p.category_id, c.handle AS category_handle, ${localised('c.name', reading)} AS category_name,
      ${localised('p.description', reading)} AS description, p.attributes, p.origin_country, p.weight_g, p.tax_class,
      p.withdrawal_exempt_reason, p.seo, (${variantsSql(statement, reading)}) AS variants,
      (SELECT json_agg(json_build_array(pm.file_key, pm.width, pm.height, ${localised('pm.alt', reading)}, pm.variant_ids) ORDER BY pm.position)
        FROM product_media pm WHERE pm.product_id = p.id) AS pictures,
      (SELECT json_agg(json_build_array(o.code, ${localised('o.name', reading)},
          (SELECT json_agg(json_build_array(ov.code, ${localised('ov.name', reading)}, ov.swatch) ORDER BY ov.position) FROM option_value ov WHERE ov.option_id = o.id)
        ) ORDER BY o.position) FROM product_option o WHERE o.product_id = p.id) AS options
    FROM ${tables}
    JOIN search_document d ON d.ref = p.id AND d.visible
    JOIN vendor v ON v.id = p.vendor_id
    LEFT JOIN category c ON c.id = p.category_id
    WHERE ${condition} LIMIT 1`
}

function cardRowOf(row: DetailRow): CardRow {
  const [first] = row.pictures ?? []
  return {
    ...row,
    vendor: [row.vendor_id, row.vendor_handle, row.vendor_name],
    category: row.category_id && row.category_handle ? [row.category_id, row.category_handle, row.category_name] : null,
    picture: first ? [first[0], first[1], first[2], first[3]] : null,
  }
}

function optionOf([code, name, values]: NonNullable<DetailRow['options']>[number]): StoreOption {
  return { code, name, values: (values ?? []).map(([value, label, swatch]) => ({ code: value, name: label, swatch })) }
}

const yesNo: Record<'true' | 'false', I18nText> = { true: { en: 'Yes', fr: 'Oui', ar: 'نعم' }, false: { en: 'No', fr: 'Non', ar: 'لا' } }

/** Attribute values in words, in the order of their definitions; a value without definition is not shown. */
function attributeViews(definitions: readonly AttributeDefinition[], values: AttributeValues, { locale, fallback }: Reading) {
  return definitions.flatMap((definition) => {
    const value = values[definition.code]
    if (value === undefined) return []
    const choice = definition.choices[String(value)]
    const words =
      typeof value === 'boolean' ? pickText(yesNo[`${value}`], locale) : choice ? pickText(choice, locale, fallback) : String(value)
    return [
      {
        code: definition.code,
        name: pickText(definition.name, locale, fallback),
        value: definition.unit ? `${words} ${definition.unit}` : words,
      },
    ]
  })
}
