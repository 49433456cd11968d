import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SeedSource } from '../../platform/seed/seed-source.ts'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { compareProducts, getProduct, listCategories, listProducts, productFacets, search, suggestSearch } from './contract.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
  const first = await plane.app.get(SeedSource).run(RequestContext.system('seed'))
  expect(first.changed).toBe(true)
})
afterAll(async () => {
  await plane?.stop()
})

describe('the demo shop', () => {
  it('a second seed changes nothing', async () => {
    expect((await plane.app.get(SeedSource).run(RequestContext.system('seed'))).changed).toBe(false)
  })

  it('has twelve categories with forty-two children', async () => {
    const tree = await plane.call(listCategories)
    expect(tree).toHaveLength(12)
    expect(tree.flatMap((node) => node.children)).toHaveLength(42)
    expect(tree.reduce((sum, node) => sum + node.product_count, 0)).toBe((await plane.call(listProducts)).total)
  })
})

describe('lists', () => {
  it('carry variants with prices and stock, in one page and a true total', async () => {
    const page = await plane.call(listProducts, { query: { limit: 100 } })
    expect(page.total).toBe(page.items.length)
    expect(page.total).toBeGreaterThanOrEqual(48)
    for (const card of page.items) {
      expect(card.variants.length).toBeGreaterThan(0)
      expect(card.price_from?.currency).toBe('SAR')
      expect(card.picture?.alt).not.toBe('')
    }
  })

  it('sort by price, both ways', async () => {
    const up = await plane.call(listProducts, { query: { sort: 'price', limit: 100 } })
    const prices = up.items.map((card) => card.price_from!.amount)
    expect(prices).toEqual([...prices].sort((a, b) => a - b))
    const down = await plane.call(listProducts, { query: { sort: '-price', limit: 5 } })
    expect(down.items[0]!.price_from!.amount).toBe(Math.max(...prices))
  })

  it('a category includes its subtree; facets count what the list shows', async () => {
    const query = { category: 'fashion', attr: ['color:black'] }
    const list = await plane.call(listProducts, { query })
    const facets = await plane.call(productFacets, { query })
    expect(list.total).toBeGreaterThan(0)
    expect(facets.total).toBe(list.total)
    const colour = facets.attributes.find((group) => group.code === 'color')!
    expect(colour.values.find((value) => value.value === 'black')).toMatchObject({ selected: true, name: 'Black', count: list.total })
    // The group's other values stay visible.
    expect(colour.values.length).toBeGreaterThan(1)
  })

  it('filter by price band, vendor and stock', async () => {
    const query = { vendor: 'dates-co-op', price_min: 5000, price_max: 9999, in_stock: 'true' as const }
    const list = await plane.call(listProducts, { query })
    expect(list.total).toBeGreaterThan(0)
    for (const card of list.items) {
      expect(card.vendor.handle).toBe('dates-co-op')
      expect(card.price_from!.amount).toBeGreaterThanOrEqual(5000)
      expect(card.price_from!.amount).toBeLessThanOrEqual(9999)
      expect(card.availability).not.toBe('out')
    }
  })

  it('speak the language asked for and another currency of the store', async () => {
    const page = await plane.call(listProducts, { query: { vendor: 'dates-co-op', currency: 'USD' } }, { locale: 'ar' })
    expect(page.items[0]!.title).toMatch(/[ء-ي]/)
    expect(page.items[0]!.price_from!.currency).toBe('USD')
    await expect(plane.call(listProducts, { query: { currency: 'JPY' } })).rejects.toMatchObject({
      code: 'currency_not_supported',
      status: 422,
    })
  })
})

describe('search (docs/spec/commerce.md)', () => {
  it.each([
    ['thobe', 'classic-white-thobe'],
    ['galxy', 'galaxy-s25'],
    ['قهوه سعوديه', 'saudi-coffee-blond'],
    ['القَهْوَة', 'saudi-coffee-blond'],
    ['cafetière', 'rasa-dallah'],
    ['abayas', 'everyday-crepe-abaya'],
    ['AJWA', 'ajwa-dates'],
    ['refurbishd', 'refurbished-phone-pro'],
  ])('%s finds %s', async (q, handle) => {
    const found = await plane.call(search, { query: { q, limit: 50 } })
    expect(found.items.map((hit) => hit.handle)).toContain(handle)
    expect(found.total).toBe(found.items.length)
  })

  it('finds vendors too', async () => {
    const found = await plane.call(search, { query: { q: 'paws hittin', kind: 'vendor' } })
    expect(found.items).toMatchObject([{ kind: 'vendor', handle: 'paws-hittin' }])
  })

  it.each(['%', '_', `'`, '\\', `%_'\\`, "') OR 1=1 --", '& | ! :*', '<->'])('%s is harmless', async (q) => {
    const found = await plane.call(search, { query: { q } })
    expect(found.total).toBeLessThan(5)
  })

  it('200 characters are enough', async () => {
    await expect(plane.call(search, { query: { q: 'x'.repeat(201) } })).rejects.toMatchObject({ status: 400, code: 'invalid_request' })
  })

  it('an empty query with filters lists', async () => {
    expect((await plane.call(search, { query: { q: '', category: 'dates' } })).total).toBe(3)
  })

  it('suggests at most eight, categories first', async () => {
    const suggestions = await plane.call(suggestSearch, { query: { q: 'da' } })
    expect(suggestions.length).toBeLessThanOrEqual(8)
    expect(suggestions[0]!.kind).toBe('category')
    expect(suggestions.some((item) => item.kind === 'product')).toBe(true)
  })
})

describe('detail and compare', () => {
  it('a product with options, pictures, attributes and breadcrumb', async () => {
    const product = await plane.call(getProduct, { params: { handle: 'winter-wool-thobe' }, query: { related: 'true' } }, { locale: 'fr' })
    expect(product.breadcrumb.map((link) => link.handle)).toEqual(['fashion', 'thobes'])
    expect(product.options.map((option) => option.code)).toEqual(['color', 'size'])
    expect(product.variants).toHaveLength(9)
    expect(product.attributes).toEqual([{ code: 'material', name: 'Matière', value: 'Laine' }])
    expect(product.pictures).toHaveLength(2)
    expect(product.related.length).toBeGreaterThan(0)
    expect(product.struck_price).toEqual({ amount: 44_900, currency: 'SAR' })
  })

  it('an unknown handle is 404', async () => {
    await expect(plane.call(getProduct, { params: { handle: 'nothing' } })).rejects.toMatchObject({ status: 404 })
  })

  it('four can be compared, five cannot', async () => {
    const { items } = await plane.call(listProducts, { query: { category: 'dates-sweets' } })
    const ids = items.slice(0, 5).map((card) => card.id)
    const four = await plane.call(compareProducts, { query: { ids: ids.slice(0, 4).join(',') } })
    expect(four.products.map((product) => product.id)).toEqual(ids.slice(0, 4))
    expect(four.rows.every((row) => row.values.length === 4)).toBe(true)
    await expect(plane.call(compareProducts, { query: { ids: ids.join(',') } })).rejects.toMatchObject({ status: 400 })
  })
})
