import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getProduct, listProducts, search } from '../core/catalogue/contract.ts'
import { startTestPlane, type TestPlane } from '../testing/plane.ts'
import { seedBenchCatalogue } from './bench.ts'

let plane: TestPlane
let owner: pg.Client
beforeAll(async () => {
  plane = await startTestPlane()
  owner = new pg.Client(plane.database.ownerUrl)
  await owner.connect()
  await seedBenchCatalogue((sql, values) => owner.query(sql, values), 200)
})
afterAll(async () => {
  await owner?.end()
  await plane?.stop()
})

describe('the catalogue of the benchmark', () => {
  it('is whole: listed, found and priced as any other', async () => {
    const page = await plane.call(listProducts, { query: { limit: 100 } })
    expect(page.total).toBe(200)
    for (const card of page.items) {
      expect(card.variants.length).toBeGreaterThanOrEqual(2)
      expect(card.availability).toBe('in_stock')
      expect(card.price_from!.currency).toBe('SAR')
    }
    expect((await plane.call(listProducts, { query: { currency: 'USD' } })).items[0]!.price_from!.currency).toBe('USD')
    expect((await plane.call(search, { query: { q: 'galxy' } })).total).toBeGreaterThan(0)
    expect((await plane.call(search, { query: { q: 'سجاد' } })).total).toBeGreaterThan(0)
    expect((await plane.call(getProduct, { params: { handle: 'bench-42' } })).options[0]!.values).toHaveLength(2)
  })

  it('a second run adds nothing', async () => {
    await seedBenchCatalogue((sql, values) => owner.query(sql, values), 200)
    expect((await plane.call(listProducts)).total).toBe(200)
  })
})
