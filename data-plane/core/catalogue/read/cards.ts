import type { Money } from '@cityos/contract'
import { fileUrl } from '../../file/public-picture.ts'
import type { Availability, ProductCard, ProductKind, StoreVariant } from '../contract.ts'
import { localised, type Reading, type Statement } from './statement.ts'

/** One variant as the statement writes it: an array, because names would double the bytes of a page. */
type VariantTuple = [
  id: string,
  sku: string,
  title: string,
  options: Record<string, string>,
  amount: number | null,
  struck: number | null,
  minimum: number,
  maximum: number,
  step: number,
  tracked: boolean,
  available: number | null,
  threshold: number | null,
]

export interface CardRow {
  id: string
  handle: string
  kind: ProductKind
  brand: string | null
  title: string
  published_at: string | Date
  vendor: [id: string, handle: string, name: string]
  category: [id: string, handle: string, name: string] | null
  picture: [key: string, width: number, height: number, alt: string] | null
  variants: VariantTuple[] | null
}

/**
 * The price of a variant, everywhere: list, detail, compare, search, cart and feed read this one piece of SQL, so the
 * number is the same. Expects a variant as `va`; gives `pr.amount` and `pr.struck` (docs/spec/commerce.md, catalogue).
 */
export function priceJoin(statement: Statement, reading: Reading): string {
  return `LEFT JOIN LATERAL (
    SELECT vp.amount, CASE WHEN vp.struck_until > ${statement.now(reading)} THEN vp.struck_amount END AS struck
    FROM variant_price vp
    WHERE vp.variant_id = va.id AND vp.currency_code = ${statement.currency(reading)} AND coalesce(vp.region_id, '') = ''
  ) pr ON true`
}

/** Units that can be had and the low-stock line of a variant `va`: `st.available`, `st.threshold`. */
export const stockJoin = `LEFT JOIN LATERAL (
    SELECT sum(greatest(il.on_hand - il.reserved - il.safety, 0))::int AS available, max(il.threshold) AS threshold
    FROM inventory_level il WHERE il.inventory_item_id = va.inventory_item_id
  ) st ON true`

/**
 * SQL of the card of each product of `page(id, no)`, as one JSON array in page order: product, vendor, category, first
 * picture and every live variant with price and stock, in a single pass whatever the length of the page.
 */
export function cardsSql(statement: Statement, reading: Reading, page: string): string {
  return `SELECT json_agg(json_build_object(
    'id', p.id, 'handle', p.handle, 'kind', p.kind, 'brand', p.brand,
    'title', ${localised('p.title', reading)}, 'published_at', p.published_at,
    'vendor', json_build_array(v.id, v.handle, ${localised('v.name', reading)}),
    'category', CASE WHEN c.id IS NOT NULL THEN json_build_array(c.id, c.handle, ${localised('c.name', reading)}) END,
    'picture', m.picture, 'variants', vs.variants) ORDER BY page.no)
  FROM (${page}) page
  JOIN product p ON p.id = page.id
  JOIN vendor v ON v.id = p.vendor_id
  LEFT JOIN category c ON c.id = p.category_id
  LEFT JOIN LATERAL (
    SELECT json_build_array(pm.file_key, pm.width, pm.height, ${localised('pm.alt', reading)}) AS picture
    FROM product_media pm WHERE pm.product_id = p.id ORDER BY pm.position LIMIT 1
  ) m ON true
  LEFT JOIN LATERAL (${variantsSql(statement, reading)}) vs ON true`
}

/** SQL of the live variants of a product `p` with price and stock, one JSON array in their order. */
export function variantsSql(statement: Statement, reading: Reading): string {
  return `SELECT json_agg(json_build_array(va.id, va.sku, ${localised('va.title', reading)}, va.options, pr.amount, pr.struck,
      va.minimum_quantity, va.maximum_quantity, va.quantity_step, va.track_inventory, st.available, st.threshold) ORDER BY va.position) AS variants
    FROM variant va ${priceJoin(statement, reading)} ${stockJoin}
    WHERE va.product_id = p.id AND va.archived_at IS NULL`
}

export function cardOf(row: CardRow, currency: string): ProductCard {
  const variants = (row.variants ?? []).map((tuple) => variantOf(tuple, currency))
  const priced = variants.filter((variant) => variant.price !== null)
  let lowest: StoreVariant | null = null
  let highest: StoreVariant | null = null
  for (const variant of priced) {
    if (!lowest || variant.price!.amount < lowest.price!.amount) lowest = variant
    if (!highest || variant.price!.amount > highest.price!.amount) highest = variant
  }
  return {
    id: row.id,
    handle: row.handle,
    title: row.title,
    kind: row.kind,
    brand: row.brand,
    vendor: { id: row.vendor[0], handle: row.vendor[1], name: row.vendor[2] },
    category: row.category && { id: row.category[0], handle: row.category[1], name: row.category[2] },
    picture: row.picture && { url: fileUrl(row.picture[0]), width: row.picture[1], height: row.picture[2], alt: row.picture[3] },
    price_from: lowest?.price ?? null,
    price_to: highest?.price ?? null,
    struck_price: lowest?.struck_price ?? null,
    availability: best(priced),
    variants,
    published_at: new Date(row.published_at).toISOString(),
  }
}

function variantOf(tuple: VariantTuple, currency: string): StoreVariant {
  const [id, sku, title, options, amount, struck, minimum, maximum, step, tracked, available, threshold] = tuple
  const money = (value: number | null): Money | null => (value === null ? null : { amount: value, currency })
  const availability = availabilityOf(tracked, available ?? 0, threshold ?? 0, minimum)
  return {
    id,
    sku,
    title,
    options,
    price: money(amount),
    struck_price: money(struck),
    availability,
    left: availability === 'low' ? (available ?? 0) : null,
    minimum_quantity: minimum,
    maximum_quantity: maximum,
    quantity_step: step,
  }
}

/** `out` when not even the smallest sellable quantity is there; `low` at or under the threshold. */
export function availabilityOf(tracked: boolean, available: number, threshold: number, minimum = 1): Availability {
  if (!tracked) return 'in_stock'
  if (available < minimum) return 'out'
  return available <= threshold ? 'low' : 'in_stock'
}

/** A product is as available as its best variant that is sold in the asked currency. */
function best(variants: readonly StoreVariant[]): Availability {
  if (variants.some((variant) => variant.availability === 'in_stock')) return 'in_stock'
  return variants.some((variant) => variant.availability === 'low') ? 'low' : 'out'
}
