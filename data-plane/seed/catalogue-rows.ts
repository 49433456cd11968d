import { indexVendors } from '../core/catalogue/search/index-writer.ts'
import { days, later } from '../platform/clock/clock.ts'
import type { Tx } from '../platform/db/index.ts'
import { categories, type SeedCategory } from './data/categories.ts'
import type { SeedProduct } from './data/product.ts'
import { products } from './data/products.ts'
import { i18n } from './data/text.ts'
import { vendors } from './data/vendors.ts'
import type { DrawnPicture, WantedPicture } from './picture-rows.ts'
import { insertMissing, seedId } from './rows.ts'

type Row = Record<string, unknown>
type Pictures = ReadonlyMap<string, DrawnPicture>

/** Every picture the catalogue shows: two per product, one per category and vendor. */
export function wantedPictures(): WantedPicture[] {
  const hueOf = new Map(categories.flatMap((category) => category.children.map(([handle]) => [handle, category.hue])))
  return [
    ...categories.map((category) => ({
      name: `category-${category.handle}`,
      glyph: category.glyph,
      hue: category.hue,
      owner: 'seed',
      alt: i18n(category.name),
    })),
    ...vendors.map((vendor) => ({
      name: `vendor-${vendor.handle}`,
      glyph: vendor.glyph,
      hue: vendor.hue,
      owner: seedId('ven', vendor.handle),
      alt: i18n(vendor.name),
    })),
    ...products.flatMap((product) =>
      product.glyphs.map((glyph, index) => ({
        name: `${product.handle}-${index + 1}`,
        glyph,
        hue: (hueOf.get(product.category) ?? 0) + index * 28,
        owner: seedId('ven', product.vendor),
        alt: i18n(index === 0 ? product.title : detailAlt(product)),
      })),
    ),
  ]
}

const detailAlt = ({ title: [en, fr, ar] }: SeedProduct) =>
  [`${en}, what it goes with`, `${fr}, en situation`, `${ar} مع ما يناسبه`] as const

export async function seedCategories(tx: Tx, pictures: Pictures, now: Date): Promise<number> {
  const stamp = { version: 0, created_at: now, updated_at: now }
  const row = (
    handle: string,
    parent: SeedCategory | null,
    position: number,
    name: SeedCategory['name'],
    own: SeedCategory | null,
  ): Row => {
    const id = seedId('cat', handle)
    const parentId = parent && seedId('cat', parent.handle)
    const picture = pictures.get(`category-${own?.handle ?? parent?.handle}`)!
    return {
      id,
      handle,
      parent_id: parentId,
      path: parentId ? `${parentId}.${id}` : id,
      depth: parent ? 2 : 1,
      position,
      name: i18n(name),
      description: own ? i18n(own.text) : {},
      attribute_schema: (own?.attributes ?? []).map((attribute) => ({
        code: attribute.code,
        name: i18n(attribute.name),
        type: attribute.type,
        unit: attribute.unit ?? null,
        choices: Object.fromEntries(Object.entries(attribute.choices ?? {}).map(([code, text]) => [code, i18n(text)])),
        facet: attribute.facet ?? false,
      })),
      picture_file_id: picture.fileId,
      picture: { key: picture.key, width: picture.width, height: picture.height, alt: i18n(name) },
      ...stamp,
    }
  }
  const top = categories.map((category, index) => row(category.handle, null, index, category.name, category))
  const children = categories.flatMap((category) =>
    category.children.map(([handle, name], index) => row(handle, category, index, name, null)),
  )
  return (await insertMissing(tx, 'category', top)) + (await insertMissing(tx, 'category', children))
}

export async function seedVendors(tx: Tx, pictures: Pictures, now: Date): Promise<number> {
  const rows = vendors.map((vendor, index): Row => {
    const picture = pictures.get(`vendor-${vendor.handle}`)!
    const created = later(now, -days(400 - index * 20))
    return {
      id: seedId('ven', vendor.handle),
      handle: vendor.handle,
      name: i18n(vendor.name),
      tagline: i18n(vendor.tagline),
      description: i18n(vendor.text),
      legal_name: vendor.legalName,
      kind: vendor.kind,
      tier: vendor.tier,
      status: vendor.status,
      cr_no: vendor.crNo,
      vat_no: vendor.vatNo,
      city: vendor.city,
      verticals: vendor.verticals,
      picture_file_id: picture.fileId,
      picture: { key: picture.key, width: picture.width, height: picture.height, alt: picture.alt },
      rating_count: 0,
      strikes: 0,
      payout_hold: false,
      version: 0,
      created_at: created,
      updated_at: created,
    }
  })
  const added = await insertMissing(tx, 'vendor', rows)
  await insertMissing(
    tx,
    'stock_location',
    vendors.map((vendor) => ({
      id: seedId('loc', vendor.handle),
      handle: vendor.handle,
      name: i18n(vendor.name),
      vendor_id: seedId('ven', vendor.handle),
      is_default: true,
      version: 0,
      created_at: now,
      updated_at: now,
    })),
  )
  if (added > 0) {
    await indexVendors(
      tx,
      rows.map((row) => row['id'] as string),
      now,
    )
  }
  return added
}
