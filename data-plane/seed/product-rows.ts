import type { TenantDocument } from '@cityos/contract'
import { indexProducts } from '../core/catalogue/search/index-writer.ts'
import { optionKey, variantTitle } from '../core/catalogue/variant-options.ts'
import { days, later } from '../platform/clock/clock.ts'
import type { Tx } from '../platform/db/index.ts'
import type { SeedProduct } from './data/product.ts'
import { products } from './data/products.ts'
import { i18n } from './data/text.ts'
import type { DrawnPicture } from './picture-rows.ts'
import { insertMissing, priceIn, seedId } from './rows.ts'

type Row = Record<string, unknown>
type Pictures = ReadonlyMap<string, DrawnPicture>

/** All rows of the seeded products, gathered table by table so that each table costs one statement. */
export async function seedProducts(tx: Tx, tenant: TenantDocument, pictures: Pictures, lowStock: number, now: Date): Promise<number> {
  const gathered: Record<string, Row[]> = {}
  const put = (table: string, row: Row) => {
    gathered[table] ??= []
    gathered[table].push(row)
  }
  for (const [index, product] of products.entries()) productRows(put, product, index, tenant, pictures, lowStock, now)
  const tables = [
    'product',
    'product_option',
    'option_value',
    'variant',
    'variant_price',
    'price_history',
    'product_price',
    'product_media',
    'inventory_item',
    'inventory_level',
    'stock_movement',
  ] as const
  let added = 0
  for (const table of tables) added += await insertMissing(tx, table, gathered[table] ?? [])
  if (added > 0) {
    await indexProducts(
      tx,
      products.map((product) => seedId('prd', product.handle)),
      now,
    )
  }
  return added
}

function productRows(
  put: (table: string, row: Row) => void,
  product: SeedProduct,
  index: number,
  tenant: TenantDocument,
  pictures: Pictures,
  lowStock: number,
  now: Date,
): void {
  const id = seedId('prd', product.handle)
  const vendorId = seedId('ven', product.vendor)
  // The shelf is older than the newest thing on it: one product every nine hours, the struck prices a fortnight ago.
  const published = later(now, -days(3) - index * 9 * 3_600_000)
  const stamp = { version: 0, created_at: published, updated_at: published }
  put('product', {
    id,
    handle: product.handle,
    title: i18n(product.title),
    description: i18n(product.text),
    kind: product.kind ?? 'physical',
    vendor_id: vendorId,
    brand: product.brand ?? null,
    status: 'published',
    category_id: seedId('cat', product.category),
    tax_class: 'standard',
    attributes: product.attributes ?? {},
    weight_g: product.weight ?? null,
    origin_country: product.origin ?? null,
    seo: {},
    withdrawal_exempt_reason: product.exempt ?? null,
    rejection_reasons: [],
    published_at: published,
    ...stamp,
  })
  product.glyphs.forEach((_, position) => {
    const picture = pictures.get(`${product.handle}-${position + 1}`)!
    put('product_media', {
      id: seedId('med', `${product.handle}-${position}`),
      product_id: id,
      file_id: picture.fileId,
      file_key: picture.key,
      width: picture.width,
      height: picture.height,
      alt: picture.alt,
      position,
      variant_ids: [],
      ...stamp,
    })
  })
  const options = (product.options ?? []).map((option) => ({ code: option.code, name: i18n(option.name), values: option.values }))
  options.forEach((option, position) => {
    const optionId = seedId('opt', `${product.handle}-${option.code}`)
    put('product_option', { id: optionId, product_id: id, code: option.code, name: option.name, position, ...stamp })
    option.values.forEach((value, valuePosition) => {
      put('option_value', {
        id: seedId('opv', `${product.handle}-${option.code}-${value.code}`),
        option_id: optionId,
        code: value.code,
        name: i18n(value.name),
        swatch: value.swatch ?? null,
        position: valuePosition,
        ...stamp,
      })
    })
  })
  variantRows(put, product, id, vendorId, tenant, lowStock, stamp, now)
}

function variantRows(
  put: (table: string, row: Row) => void,
  product: SeedProduct,
  id: string,
  vendorId: string,
  tenant: TenantDocument,
  lowStock: number,
  stamp: Row,
  now: Date,
): void {
  const combinations = combine(product)
  const tracked = (product.kind ?? 'physical') !== 'digital'
  combinations.forEach((combination, position) => {
    const key = `${product.handle}-${combination.codes.join('-')}`
    const variantId = seedId('var', key)
    const chosen = Object.fromEntries(combination.codes.map((code, at) => [product.options![at]!.code, code]))
    const sku = `${product.handle}-${combination.codes.join('-')}`.replace(/-$/, '').toUpperCase().slice(0, 64)
    put('variant', {
      id: variantId,
      product_id: id,
      vendor_id: vendorId,
      sku,
      options: chosen,
      option_key: optionKey(chosen),
      inventory_item_id: seedId('inv', key),
      title: variantTitle(combination.names),
      track_inventory: tracked,
      minimum_quantity: 1,
      maximum_quantity: 20,
      quantity_step: 1,
      position,
      ...stamp,
    })
    for (const currency of tenant.currencies) priceRows(put, product, variantId, key, currency, combination.more, stamp, now)
    const itemId = seedId('inv', key)
    put('inventory_item', { id: itemId, variant_id: variantId, vendor_id: vendorId, sku, tracked, ...stamp })
    // Sizes do not sell alike: every fourth variant of a well-stocked product is nearly gone.
    const onHand = tracked ? (combinations.length > 3 && position % 4 === 3 ? Math.min(2, product.stock) : product.stock) : 0
    const levelId = seedId('lvl', key)
    put('inventory_level', {
      id: levelId,
      inventory_item_id: itemId,
      location_id: seedId('loc', product.vendor),
      on_hand: onHand,
      reserved: 0,
      incoming: 0,
      safety: 0,
      threshold: lowStock,
      ...stamp,
    })
    if (onHand > 0) {
      put('stock_movement', {
        id: seedId('mov', key),
        inventory_level_id: levelId,
        kind: 'receive',
        quantity: onHand,
        on_hand_after: onHand,
        reason: 'opening stock',
        actor: 'system:seed',
        created_at: stamp['created_at'],
      })
    }
  })
  for (const currency of tenant.currencies) {
    const amounts = combinations.map(({ more }) => priceIn(currency, product.price + more)).filter((amount) => amount !== null)
    if (amounts.length === 0) continue
    put('product_price', {
      product_id: id,
      currency_code: currency,
      minimum_amount: Math.min(...amounts),
      maximum_amount: Math.max(...amounts),
    })
  }
}

function priceRows(
  put: (table: string, row: Row) => void,
  product: SeedProduct,
  variantId: string,
  key: string,
  currency: string,
  more: number,
  stamp: Row,
  now: Date,
): void {
  const amount = priceIn(currency, product.price + more)
  if (amount === null) return
  const before = product.before === undefined ? null : priceIn(currency, product.before + more)
  const struck = before !== null && before > amount ? before : null
  const reduced = later(now, -days(2))
  put('variant_price', {
    id: seedId('pri', `${key}-${currency}`),
    variant_id: variantId,
    currency_code: currency,
    amount,
    struck_amount: struck,
    struck_until: struck === null ? null : later(reduced, days(30)),
    ...stamp,
  })
  const history = { variant_id: variantId, currency_code: currency, changed_by: 'system:seed' }
  if (struck !== null)
    put('price_history', { id: seedId('phi', `${key}-${currency}-before`), ...history, amount: struck, created_at: stamp['created_at'] })
  put('price_history', {
    id: seedId('phi', `${key}-${currency}`),
    ...history,
    amount,
    created_at: struck === null ? stamp['created_at'] : reduced,
  })
}

interface Combination {
  codes: string[]
  names: { en: string; fr: string; ar: string }[]
  more: number
}

/** All combinations of a product's options; one without options has a single, empty one. */
function combine(product: SeedProduct): Combination[] {
  let combinations: Combination[] = [{ codes: [], names: [], more: 0 }]
  for (const option of product.options ?? []) {
    combinations = combinations.flatMap((combination) =>
      option.values.map((value) => ({
        codes: [...combination.codes, value.code],
        names: [...combination.names, i18n(value.name)],
        more: combination.more + (value.more ?? 0),
      })),
    )
  }
  return combinations
}
