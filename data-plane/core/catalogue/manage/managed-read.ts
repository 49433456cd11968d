import { DomainError, type I18nText, type Locale, type Page, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import { fileUrl } from '../../file/public-picture.ts'
import { SettingService } from '../../store/setting.service.ts'
import { StoreService } from '../../store/store.service.ts'
import type { ManagedMedia, ManagedProduct, ManagedVariant, OptionInput, ProductAction, ProductRow } from '../contract.ts'
import { Reader } from '../read/reader.ts'
import { Statement } from '../read/statement.ts'
import { productLifecycle } from './product.lifecycle.ts'
import { missingToPublish, type PublishFacts } from './publish-rules.ts'
import { vendorOf } from './scope.ts'

export interface ProductFilter {
  limit: number
  offset: number
  order?: string | undefined
  q?: string | undefined
  status?: string | undefined
  category_id?: string | undefined
  vendor_id?: string | undefined
  stock?: 'in' | 'low' | 'out' | undefined
}

type Named = [id: string, handle: string, name: I18nText]
interface Raw {
  id: string
  handle: string
  title: I18nText
  description: I18nText
  status: ProductRow['status']
  kind: ProductRow['kind']
  brand: string | null
  tax_class: string
  attributes: ManagedProduct['attributes']
  weight_g: number | null
  origin_country: string | null
  seo: ManagedProduct['seo']
  withdrawal_exempt_reason: string | null
  rejection_reasons: string[]
  version: number
  created_at: Date
  updated_at: Date
  published_at: Date | null
  vendor: [...Named, status: string, verticals: string[], tier: string]
  category: Named | null
  picture: [key: string, width: number, height: number, alt: I18nText] | null
  price_from: number | null
  variant_count: number
  on_hand: number
  available: number
  total: number
}

/** Sorting a caller may ask for, as SQL; everything else is refused. */
const orders: Record<string, string> = {
  created_at: 'p.created_at',
  updated_at: 'p.updated_at',
  published_at: 'p.published_at',
  handle: 'p.handle',
  status: 'p.status',
  title: "lower(coalesce(p.title->>'en', p.handle))",
}

/** What vendors and staff read of products. */
@Injectable()
export class ManagedProducts {
  constructor(
    private readonly database: Database,
    private readonly stores: StoreService,
    private readonly settings: SettingService,
    private readonly reader: Reader,
  ) {}

  async list(ctx: RequestContext, filter: ProductFilter): Promise<Page<ProductRow>> {
    const { default_currency: currency } = await this.stores.current()
    const statement = new Statement()
    const conditions = ['p.deleted_at IS NULL']
    const vendorId = vendorOf(ctx) ?? filter.vendor_id
    if (vendorId) conditions.push(`p.vendor_id = ${statement.value(vendorId)}`)
    if (filter.status) conditions.push(`p.status = ${statement.value(filter.status)}`)
    if (filter.category_id) {
      conditions.push(
        `p.category_id IN (SELECT c.id FROM category c WHERE c.path <@ (SELECT path FROM category WHERE id = ${statement.value(filter.category_id)}))`,
      )
    }
    const typed = filter.q?.trim()
    if (typed) {
      const pattern = `${statement.value(`%${likeText(typed.toLowerCase())}%`)}::text`
      conditions.push(
        `(lower(p.title::text) LIKE ${pattern} OR p.handle LIKE ${pattern} OR EXISTS (SELECT 1 FROM variant sv WHERE sv.product_id = p.id AND lower(sv.sku) LIKE ${pattern}))`,
      )
    }
    if (filter.stock) conditions.push(stockCondition(filter.stock))
    const where = conditions.join(' AND ')
    const page = `SELECT p.id, row_number() OVER () AS no FROM (
      SELECT p.id FROM product p WHERE ${where} ORDER BY ${orderOf(filter.order)}, p.id DESC
      LIMIT ${Math.trunc(filter.limit)} OFFSET ${statement.value(filter.offset)}::int) p`
    const [counted] = await statement.rows<{ total: number; rows: Raw[] | null }>(
      this.database.read,
      `SELECT (SELECT count(*)::int FROM product p WHERE ${where}) AS total,
        (SELECT json_agg(to_json(r) ORDER BY r.no) FROM (${rowSql(statement.value(currency), page)}) r) AS rows`,
    )
    const tiers = await this.settings.get('catalogue.vendor_publish_tiers')
    return { items: (counted!.rows ?? []).map((row) => this.rowOf(ctx, row, currency, tiers)), total: counted!.total }
  }

  /** @throws DomainError not_found also for another vendor's product */
  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedProduct> {
    const { default_currency: currency } = await this.stores.current()
    const statement = new Statement()
    const vendorId = vendorOf(ctx)
    const own = vendorId ? ` AND p.vendor_id = ${statement.value(vendorId)}` : ''
    const page = `SELECT p.id, 1 AS no FROM product p WHERE p.id = ${statement.value(id)} AND p.deleted_at IS NULL${own}`
    const [row] = await statement.rows<Raw>(db, rowSql(statement.value(currency), page))
    if (!row) throw new DomainError('not_found')
    const [variants, media, options] = await Promise.all([this.variants(id, db), this.media(id, db), this.options(id, db)])
    const tiers = await this.settings.get('catalogue.vendor_publish_tiers')
    return {
      ...this.rowOf(ctx, row, currency, tiers),
      description: row.description,
      tax_class: row.tax_class,
      attributes: row.attributes,
      weight_g: row.weight_g,
      origin_country: row.origin_country,
      seo: row.seo,
      withdrawal_exempt_reason: row.withdrawal_exempt_reason,
      rejection_reasons: row.rejection_reasons,
      options,
      variants,
      media,
      missing: missingToPublish(factsOf(row, variants, media, currency)),
    }
  }

  /** What decides about publishing, read inside a transaction. */
  async facts(tx: Tx, id: string): Promise<PublishFacts> {
    const { default_currency: currency } = await this.stores.current()
    const statement = new Statement()
    const page = `SELECT p.id, 1 AS no FROM product p WHERE p.id = ${statement.value(id)}`
    const [row] = await statement.rows<Raw>(tx, rowSql(statement.value(currency), page))
    return factsOf(row!, await this.variants(id, tx), await this.media(id, tx), currency)
  }

  async variants(productId: string, db: Tx = this.database.read, variantId: string | null = null): Promise<ManagedVariant[]> {
    const statement = new Statement()
    const one = variantId ? ` AND va.id = ${statement.value(variantId)}` : ''
    const rows = await statement.rows<
      Omit<ManagedVariant, 'title' | 'prices'> & { title: I18nText; prices: [string, number, number | null][] | null }
    >(
      db,
      `SELECT va.id, va.product_id, va.sku, va.gtin, va.title, va.options, va.track_inventory, va.minimum_quantity, va.maximum_quantity, va.quantity_step,
        va.weight_g, va.position, va.archived_at IS NOT NULL AS archived, va.inventory_item_id,
        coalesce(st.on_hand, 0) AS on_hand, coalesce(st.reserved, 0) AS reserved, coalesce(st.available, 0) AS available,
        (SELECT json_agg(json_build_array(vp.currency_code, vp.amount, vp.struck_amount) ORDER BY vp.currency_code) FROM variant_price vp WHERE vp.variant_id = va.id) AS prices
      FROM variant va
      LEFT JOIN LATERAL (SELECT sum(on_hand)::int AS on_hand, sum(reserved)::int AS reserved, sum(on_hand - reserved - safety)::int AS available
        FROM inventory_level l WHERE l.inventory_item_id = va.inventory_item_id) st ON true
      WHERE va.product_id = ${statement.value(productId)}${one} ORDER BY va.archived_at IS NOT NULL, va.position`,
    )
    return rows.map((row) => ({
      ...row,
      title: pickText(row.title, 'en', this.reader.fallback),
      prices: (row.prices ?? []).map(([currency, amount, struck]) => ({ amount, currency, struck_amount: struck })),
    }))
  }

  async media(productId: string, db: Tx = this.database.read): Promise<ManagedMedia[]> {
    const rows = await db.selectFrom('product_media').selectAll().where('product_id', '=', productId).orderBy('position').execute()
    return rows.map((row) => ({
      id: row.id,
      file_id: row.file_id,
      url: fileUrl(row.file_key),
      width: row.width,
      height: row.height,
      alt: row.alt as I18nText,
      position: row.position,
      variant_ids: row.variant_ids,
    }))
  }

  async options(productId: string, db: Tx = this.database.read): Promise<OptionInput[]> {
    const statement = new Statement()
    return statement.rows<OptionInput>(
      db,
      `SELECT o.code, o.name, coalesce((SELECT json_agg(json_build_object('code', v.code, 'name', v.name, 'swatch', v.swatch) ORDER BY v.position)
        FROM option_value v WHERE v.option_id = o.id), '[]') AS values
      FROM product_option o WHERE o.product_id = ${statement.value(productId)} ORDER BY o.position`,
    )
  }

  private rowOf(ctx: RequestContext, row: Raw, currency: string, tiers: readonly string[]): ProductRow {
    const text = (value: I18nText, locale: Locale = ctx.locale) => pickText(value, locale, this.reader.fallback)
    const [vendorId, vendorHandle, vendorName, , , tier] = row.vendor
    const trusted = ctx.actor.kind !== 'vendor' || row.status !== 'draft' || tiers.includes(tier)
    const actions = actionsFor(productLifecycle, row as never, ctx).filter((name) => trusted || name !== 'publish')
    return {
      id: row.id,
      handle: row.handle,
      title: row.title,
      status: row.status,
      kind: row.kind,
      vendor: { id: vendorId, handle: vendorHandle, name: text(vendorName) },
      category: row.category && { id: row.category[0], handle: row.category[1], name: text(row.category[2]) },
      brand: row.brand,
      picture: row.picture && { url: fileUrl(row.picture[0]), width: row.picture[1], height: row.picture[2], alt: text(row.picture[3]) },
      price_from: row.price_from === null ? null : { amount: row.price_from, currency },
      variant_count: row.variant_count,
      on_hand: row.on_hand,
      available: row.available,
      actions: actions as ProductAction[],
      version: row.version,
      created_at: new Date(row.created_at).toISOString(),
      updated_at: new Date(row.updated_at).toISOString(),
      published_at: row.published_at && new Date(row.published_at).toISOString(),
    }
  }
}

function factsOf(row: Raw, variants: readonly ManagedVariant[], media: readonly ManagedMedia[], currency: string): PublishFacts {
  const [, , , status, verticals] = row.vendor
  const live = variants.filter((variant) => !variant.archived)
  return {
    title: row.title,
    media,
    prices: live.map((variant) => variant.prices.find((price) => price.currency === currency)?.amount ?? null),
    vendor: { status, verticals },
    default_currency: currency,
  }
}

const rowSql = (currency: string, page: string) => `SELECT page.no, p.*,
    json_build_array(v.id, v.handle, v.name, v.status, v.verticals, v.tier) AS vendor,
    CASE WHEN c.id IS NOT NULL THEN json_build_array(c.id, c.handle, c.name) END AS category,
    (SELECT json_build_array(m.file_key, m.width, m.height, m.alt) FROM product_media m WHERE m.product_id = p.id ORDER BY m.position LIMIT 1) AS picture,
    (SELECT pp.minimum_amount FROM product_price pp WHERE pp.product_id = p.id AND pp.currency_code = ${currency}) AS price_from,
    coalesce(st.variant_count, 0) AS variant_count, st.on_hand, st.available
  FROM (${page}) page JOIN product p ON p.id = page.id JOIN vendor v ON v.id = p.vendor_id LEFT JOIN category c ON c.id = p.category_id
  LEFT JOIN LATERAL (SELECT sum(item.variants)::int AS variant_count, coalesce(sum(l.on_hand), 0)::int AS on_hand,
      coalesce(sum(l.on_hand - l.reserved - l.safety), 0)::int AS available
    FROM (SELECT va.inventory_item_id AS id, count(*) AS variants FROM variant va
      WHERE va.product_id = p.id AND va.archived_at IS NULL GROUP BY 1) item
    LEFT JOIN LATERAL (SELECT sum(il.on_hand) AS on_hand, sum(il.reserved) AS reserved, sum(il.safety) AS safety
      FROM inventory_level il WHERE il.inventory_item_id = item.id) l ON true) st ON true`

const levelsOf = `variant va JOIN inventory_level l ON l.inventory_item_id = va.inventory_item_id
  WHERE va.product_id = p.id AND va.archived_at IS NULL AND va.track_inventory`

function stockCondition(stock: 'in' | 'low' | 'out'): string {
  if (stock === 'out') return `EXISTS (SELECT 1 FROM ${levelsOf} AND l.on_hand - l.reserved - l.safety <= 0)`
  if (stock === 'low') return `EXISTS (SELECT 1 FROM ${levelsOf} AND l.on_hand - l.reserved - l.safety BETWEEN 1 AND l.threshold)`
  return `EXISTS (SELECT 1 FROM ${levelsOf} AND l.on_hand - l.reserved - l.safety > 0)`
}

/** @throws DomainError invalid_request for a field that cannot be sorted by */
function orderOf(order: string | undefined): string {
  const name = order?.replace(/^-/, '') ?? 'created_at'
  const column = orders[name]
  if (!column)
    throw new DomainError('invalid_request', {
      field: 'order',
      details: { fields: [{ field: 'order', code: 'unknown', allowed: Object.keys(orders) }] },
    })
  return `${column} ${order === undefined || order.startsWith('-') ? 'DESC' : 'ASC'} NULLS LAST`
}

/** Typed text inside a LIKE pattern means itself. */
function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}
