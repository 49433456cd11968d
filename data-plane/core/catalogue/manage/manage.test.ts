import { Readable } from 'node:stream'
import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock, days, later } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { SeedSource } from '../../../platform/seed/seed-source.ts'
import { seedId } from '../../../seed/rows.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { uploadFile, vendorCreateUploadSession } from '../../file/contract.ts'
import { adminListStock } from '../../inventory/contract.ts'
import {
  adminApproveProduct,
  adminCreateCategory,
  adminGetProduct,
  adminListCategories,
  adminListProducts,
  adminMoveCategory,
  adminRejectProduct,
  getProduct,
  listProducts,
  search,
  vendorAddProductMedia,
  vendorAddVariant,
  vendorArchiveProduct,
  vendorArchiveVariant,
  vendorCreateProduct,
  vendorGetProduct,
  vendorListProducts,
  vendorListVariantPriceHistory,
  vendorPublishProduct,
  vendorReviseProduct,
  vendorSetProductOptions,
  vendorSetVariantPrices,
  vendorSubmitProduct,
  vendorUnpublishProduct,
  vendorUpdateProduct,
} from '../contract.ts'

const najd = { actor: vendorActor(seedId('ven', 'najd-courtyard')) }
const paws = { actor: vendorActor(seedId('ven', 'paws-hittin')) }
const staff = { actor: admin }
const picture = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>')

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, { limits: { products: 90 } })
  await plane.app.get(SeedSource).run(RequestContext.system('seed'))
})
afterAll(async () => {
  await plane?.stop()
})

let number = 0
const draft = (changes: Record<string, unknown> = {}) => ({
  title: { en: `Falcon hood ${++number}`, ar: `برقع صقر ${number}` },
  category_id: seedId('cat', 'birds'),
  options: [
    {
      code: 'size',
      name: { en: 'Size', ar: 'المقاس' },
      values: [
        { code: 's', name: { en: 'S' } },
        { code: 'm', name: { en: 'M' } },
      ],
    },
  ],
  variants: [{ sku: `HOOD-${number}-S`, options: { size: 's' }, prices: [{ amount: 9000, currency: 'SAR' }], on_hand: 4 }],
  ...changes,
})

async function withPicture(id: string, as = najd) {
  const session = await plane.call(vendorCreateUploadSession, { body: { mime: 'image/svg+xml', bytes: picture.length } }, as)
  const file = await plane.call(uploadFile, { params: { token: session.token } }, { stream: Readable.from([picture]) })
  return plane.call(vendorAddProductMedia, { params: { id }, body: { file_id: file.id, alt: { en: 'A hood', ar: 'برقع' } } }, as)
}

async function published() {
  const product = await plane.call(vendorCreateProduct, { body: draft() }, najd)
  await withPicture(product.id)
  return plane.call(vendorPublishProduct, { params: { id: product.id } }, najd)
}

/** A variant of another vendor. */
async function foreignVariant() {
  const product = await plane.call(vendorCreateProduct, { body: draft() }, paws)
  return product.variants[0]!
}

describe('publishing', () => {
  it('names everything that is missing', async () => {
    const product = await plane.call(vendorCreateProduct, { body: draft({ title: { en: 'Only English' }, variants: [] }) }, najd)
    expect(product.status).toBe('draft')
    expect(product.missing).toEqual(['title.ar', 'picture', 'variant'])
    await expect(plane.call(vendorPublishProduct, { params: { id: product.id } }, najd)).rejects.toMatchObject({
      code: 'publish_requirements_missing',
      status: 422,
      errors: [{ details: { list: ['title.ar', 'picture', 'variant'] } }],
    })
  })

  it('puts a complete product in the shop and in the index at once, and takes it off again', async () => {
    const product = await published()
    expect(product.actions).toEqual(['unpublish'])
    const found = async () => (await plane.call(search, { query: { q: `"Falcon hood ${number}"` } })).items.map((hit) => hit.id)
    expect(await found()).toContain(product.id)
    expect((await plane.call(getProduct, { params: { handle: product.handle } })).price_from).toEqual({ amount: 9000, currency: 'SAR' })
    await plane.call(vendorUnpublishProduct, { params: { id: product.id } }, najd)
    expect(await found()).not.toContain(product.id)
    await expect(plane.call(getProduct, { params: { handle: product.handle } })).rejects.toMatchObject({ status: 404 })
  })

  it('a published product stays publishable', async () => {
    const product = await published()
    const change = plane.call(vendorUpdateProduct, { params: { id: product.id }, body: { title: { en: 'No Arabic any more' } } }, najd)
    await expect(change).rejects.toMatchObject({ code: 'publish_requirements_missing' })
    const lastVariant = plane.call(vendorArchiveVariant, { params: { id: product.variants[0]!.id } }, najd)
    await expect(lastVariant).rejects.toMatchObject({ code: 'publish_requirements_missing' })
    expect((await plane.call(vendorGetProduct, { params: { id: product.id } }, najd)).title.ar).toBe(product.title.ar)
  })

  it('a vendor of the basic tier goes through review', async () => {
    const product = await plane.call(vendorCreateProduct, { body: draft() }, paws)
    await withPicture(product.id, paws)
    expect((await plane.call(vendorGetProduct, { params: { id: product.id } }, paws)).actions).toEqual(['submit', 'archive'])
    await expect(plane.call(vendorPublishProduct, { params: { id: product.id } }, paws)).rejects.toMatchObject({ status: 403 })
    await plane.call(vendorSubmitProduct, { params: { id: product.id } }, paws)
    const rejected = await plane.call(adminRejectProduct, { params: { id: product.id }, body: { reason: 'The picture is blurred' } }, staff)
    expect(rejected).toMatchObject({ status: 'rejected', rejection_reasons: ['The picture is blurred'] })
    await plane.call(vendorReviseProduct, { params: { id: product.id } }, paws)
    await plane.call(vendorSubmitProduct, { params: { id: product.id } }, paws)
    expect((await plane.call(adminApproveProduct, { params: { id: product.id } }, staff)).status).toBe('published')
  })

  it('what the lifecycle does not list is refused', async () => {
    const product = await published()
    await expect(plane.call(vendorArchiveProduct, { params: { id: product.id } }, najd)).rejects.toMatchObject({
      code: 'invalid_transition',
      status: 409,
    })
  })
})

describe('variants', () => {
  it('a second one with the same options, or the same SKU, already exists', async () => {
    const product = await plane.call(vendorCreateProduct, { body: draft() }, najd)
    const add = (body: { sku: string; options: Record<string, string> }) =>
      plane.call(vendorAddVariant, { params: { id: product.id }, body }, najd)
    await expect(add({ sku: 'OTHER', options: { size: 's' } })).rejects.toMatchObject({
      code: 'already_exists',
      errors: [{ field: 'options' }],
    })
    await expect(add({ sku: product.variants[0]!.sku, options: { size: 'm' } })).rejects.toMatchObject({
      code: 'already_exists',
      errors: [{ field: 'sku' }],
    })
    await expect(add({ sku: 'X', options: { size: 'xl' } })).rejects.toMatchObject({ code: 'validation_failed' })
    await expect(add({ sku: 'X', options: { size: 'm', color: 'red' } })).rejects.toMatchObject({ code: 'validation_failed' })
    expect((await add({ sku: `OK-${number}`, options: { size: 'm' } })).title).toBe('M')
  })

  it('one can be sold from the stock of another; stock lists, totals and whether it is counted follow', async () => {
    const product = await published()
    const [small] = product.variants
    const sharing = {
      sku: `SHARE-${number}`,
      options: { size: 'm' },
      prices: [{ amount: 9500, currency: 'SAR' }],
      shares_stock_of: small!.id,
    }
    const add = (body: object, as = najd) => plane.call(vendorAddVariant, { params: { id: product.id }, body: body as typeof sharing }, as)
    await expect(add({ ...sharing, on_hand: 3 })).rejects.toMatchObject({ code: 'validation_failed', errors: [{ field: 'on_hand' }] })
    await expect(add({ ...sharing, shares_stock_of: (await foreignVariant()).id })).rejects.toMatchObject({
      errors: [{ field: 'shares_stock_of' }],
    })
    const medium = await add(sharing)
    expect(medium).toMatchObject({ inventory_item_id: small!.inventory_item_id, on_hand: 4, available: 4 })
    expect(await plane.call(vendorGetProduct, { params: { id: product.id } }, najd)).toMatchObject({
      variant_count: 2,
      on_hand: 4,
      available: 4,
    })
    const levels = await plane.call(adminListStock, { query: { product_id: product.id } }, staff)
    expect(levels.items.map((level) => [level.variant_id, level.on_hand])).toEqual([[small!.id, 4]])
    await plane.call(vendorArchiveVariant, { params: { id: small!.id } }, najd)
    expect((await plane.call(adminListStock, { query: { product_id: product.id } }, staff)).items[0]).toMatchObject({
      variant_id: medium.id,
      on_hand: 4,
    })
  })

  it('two at the same moment: one wins', async () => {
    const product = await plane.call(vendorCreateProduct, { body: draft() }, najd)
    const race = [1, 2, 3, 4].map((index) =>
      plane.call(vendorAddVariant, { params: { id: product.id }, body: { sku: `RACE-${number}-${index}`, options: { size: 'm' } } }, najd),
    )
    const outcomes = await Promise.allSettled(race)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('already_exists')
  })

  it('options can be renamed and widened; what a live variant uses must stay', async () => {
    const product = await published()
    const [size] = product.options
    const set = (values: object[]) =>
      plane.call(vendorSetProductOptions, { params: { id: product.id }, body: { options: [{ ...size!, values } as never] } }, najd)
    const wider = await set([
      { code: 's', name: { en: 'Small', ar: 'صغير' } },
      { code: 'm', name: { en: 'Medium' } },
      { code: 'l', name: { en: 'Large' } },
    ])
    expect(wider.options[0]!.values.map((value) => value.code)).toEqual(['s', 'm', 'l'])
    expect(wider.variants[0]!.title).toBe('Small')
    await expect(set([{ code: 'l', name: { en: 'Large' } }])).rejects.toMatchObject({ code: 'validation_failed' })
  })

  it('a GTIN with a wrong check digit is refused', async () => {
    const body = draft({ variants: [{ sku: 'GTIN', options: { size: 's' }, gtin: '4006381333932' }] })
    await expect(plane.call(vendorCreateProduct, { body }, najd)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'gtin' }],
    })
  })
})

describe('prices', () => {
  it('the struck price is the lowest of the thirty days before, and nobody can enter another', async () => {
    const product = await published()
    const [variant] = product.variants
    const clock = plane.app.get(Clock)
    const set = (amount: number) =>
      plane.call(vendorSetVariantPrices, { params: { id: variant!.id }, body: { prices: [{ amount, currency: 'SAR' }] } }, najd)
    const struck = async () => (await plane.call(getProduct, { params: { handle: product.handle } })).struck_price?.amount ?? null
    clock.travelTo(later(clock.now(), days(60)))
    await set(20_000)
    // Raised a moment ago from 90.00: 150.00 is no reduction.
    await set(15_000)
    expect(await struck()).toBeNull()
    clock.travelTo(later(clock.now(), days(40)))
    await set(12_000)
    expect(await struck()).toBe(15_000)
    clock.travelTo(later(clock.now(), days(31)))
    expect(await struck()).toBeNull()
    clock.travelTo(null)
    const history = await plane.call(vendorListVariantPriceHistory, { params: { id: variant!.id } }, najd)
    expect(history.items.map((row) => row.price.amount)).toEqual([12_000, 15_000, 20_000, 9000])
    expect(history.total).toBe(4)
  })

  it('only in currencies of the store', async () => {
    const product = await plane.call(vendorCreateProduct, { body: draft() }, najd)
    const body = { prices: [{ amount: 100, currency: 'JPY' }] }
    await expect(plane.call(vendorSetVariantPrices, { params: { id: product.variants[0]!.id }, body }, najd)).rejects.toMatchObject({
      code: 'currency_not_supported',
    })
  })
})

describe('handles', () => {
  it('a changed one leaves a redirect, also after two changes; a taken one is refused', async () => {
    const product = await published()
    const rename = (handle: string) => plane.call(vendorUpdateProduct, { params: { id: product.id }, body: { handle } }, najd)
    await rename('hood-second')
    await rename('hood-third')
    for (const old of [product.handle, 'hood-second']) {
      expect((await plane.call(getProduct, { params: { handle: old } })).redirect_to).toBe('hood-third')
    }
    expect((await plane.call(getProduct, { params: { handle: 'hood-third' } })).redirect_to).toBeNull()
    await expect(rename('classic-white-thobe')).rejects.toMatchObject({ code: 'already_exists', errors: [{ field: 'handle' }] })
    // Back to the first: it is an address again, not a redirect.
    await rename(product.handle)
    expect((await plane.call(getProduct, { params: { handle: product.handle } })).redirect_to).toBeNull()
  })

  it('another writer in between is noticed', async () => {
    const product = await plane.call(vendorCreateProduct, { body: draft() }, najd)
    await plane.call(vendorUpdateProduct, { params: { id: product.id }, body: { brand: 'One', version: product.version } }, najd)
    const stale = plane.call(vendorUpdateProduct, { params: { id: product.id }, body: { brand: 'Two', version: product.version } }, najd)
    await expect(stale).rejects.toMatchObject({ code: 'stale_version', status: 409 })
  })
})

describe('categories', () => {
  it('never under itself or its own child', async () => {
    const id = seedId('cat', 'fashion')
    for (const parent of ['fashion', 'thobes']) {
      const move = plane.call(adminMoveCategory, { params: { id }, body: { parent_id: seedId('cat', parent) } }, staff)
      await expect(move).rejects.toMatchObject({ code: 'category_cycle', status: 409 })
    }
  })

  it('a subtree moves with its paths, and its products are found under the new parent', async () => {
    const parent = await plane.call(adminCreateCategory, { body: { handle: 'heritage', name: { en: 'Heritage', ar: 'تراث' } } }, staff)
    const before = await plane.call(listProducts, { query: { category: 'fashion' } })
    const moved = await plane.call(adminMoveCategory, { params: { id: seedId('cat', 'fashion') }, body: { parent_id: parent.id } }, staff)
    expect(moved.path).toBe('heritage/fashion')
    const children = await plane.call(adminListCategories, { query: { parent_id: seedId('cat', 'fashion') } }, staff)
    expect(children.items.map((row) => row.path)).toContain('heritage/fashion/thobes')
    expect((await plane.call(listProducts, { query: { category: 'heritage' } })).total).toBe(before.total)
    await plane.call(adminMoveCategory, { params: { id: seedId('cat', 'fashion') }, body: { parent_id: null } }, staff)
    expect((await plane.call(listProducts, { query: { category: 'heritage' } })).total).toBe(0)
  })
})

describe('isolation of vendors', () => {
  it('a vendor sees, reads and changes own products only', async () => {
    const own = await plane.call(vendorListProducts, { query: { limit: 100 } }, paws)
    expect(own.total).toBeGreaterThan(0)
    expect(new Set(own.items.map((row) => row.vendor.handle))).toEqual(new Set(['paws-hittin']))
    // The filter of another vendor does not widen it.
    const asked = await plane.call(vendorListProducts, { query: { vendor_id: seedId('ven', 'najd-courtyard'), limit: 100 } }, paws)
    expect(asked.total).toBe(own.total)
    const foreign = seedId('prd', 'classic-white-thobe')
    const attempts = [
      plane.call(vendorGetProduct, { params: { id: foreign } }, paws),
      plane.call(vendorUpdateProduct, { params: { id: foreign }, body: { brand: 'Mine' } }, paws),
      plane.call(vendorUnpublishProduct, { params: { id: foreign } }, paws),
      plane.call(vendorAddVariant, { params: { id: foreign }, body: { sku: 'X' } }, paws),
      plane.call(
        vendorSetVariantPrices,
        { params: { id: seedId('var', 'classic-white-thobe-52') }, body: { prices: [{ amount: 1, currency: 'SAR' }] } },
        paws,
      ),
    ]
    for (const outcome of await Promise.allSettled(attempts))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'not_found', status: 404 } })
    expect((await plane.call(adminGetProduct, { params: { id: foreign } }, staff)).brand).toBe('Najd Courtyard')
  })

  it('a vendor id in the body is ignored', async () => {
    const product = await plane.call(vendorCreateProduct, { body: { ...draft(), vendor_id: seedId('ven', 'najd-courtyard') } }, paws)
    expect(product.vendor.handle).toBe('paws-hittin')
  })

  it('another vendor’s picture cannot be used', async () => {
    const product = await published()
    const mine = await plane.call(vendorCreateProduct, { body: draft() }, paws)
    const body = { file_id: product.media[0]!.file_id, alt: { en: 'Stolen' } }
    await expect(plane.call(vendorAddProductMedia, { params: { id: mine.id }, body }, paws)).rejects.toMatchObject({
      code: 'validation_failed',
    })
  })

  it('a guest and a customer reach nothing of it', async () => {
    await expect(plane.call(vendorListProducts)).rejects.toMatchObject({ status: 401 })
    await expect(plane.call(adminListProducts)).rejects.toMatchObject({ status: 401 })
    const customer = { actor: { kind: 'customer', id: 'cus_x', sessionId: 'ses_x' } as const }
    await expect(plane.call(adminListProducts, {}, customer)).rejects.toMatchObject({ status: 403 })
  })
})

describe('lists and quota', () => {
  it('search text means itself', async () => {
    for (const q of ['%', '_', '\\', "'"]) expect((await plane.call(adminListProducts, { query: { q } }, staff)).total).toBeLessThan(3)
    expect((await plane.call(adminListProducts, { query: { q: 'classic-white-thobe-54' } }, staff)).items.map((row) => row.handle)).toEqual(
      ['classic-white-thobe'],
    )
    await expect(plane.call(adminListProducts, { query: { order: 'id; DROP TABLE product' } }, staff)).rejects.toMatchObject({
      status: 400,
    })
  })

  it('twenty creates at one below the plan’s quota: one product, the rest 409', async () => {
    const used = async () => {
      const row = await plane.app
        .get(Database)
        .read.selectFrom('product')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('status', '<>', 'archived')
        .executeTakeFirstOrThrow()
      return Number(row.n)
    }
    while ((await used()) < 89) await plane.call(vendorCreateProduct, { body: draft() }, najd)
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => plane.call(vendorCreateProduct, { body: draft() }, najd)))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'quota_exceeded', status: 409 })
    expect(await used()).toBe(90)
  })
})
