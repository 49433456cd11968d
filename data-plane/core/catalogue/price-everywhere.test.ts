import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Database } from '../../platform/db/index.ts'
import { SeedSource } from '../../platform/seed/seed-source.ts'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { createCart } from '../cart/contract.ts'
import { compareProducts, getProduct, listProducts, search } from './contract.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, { currencies: ['SAR', 'USD', 'KWD'] })
  await plane.app.get(SeedSource).run(RequestContext.system('seed'))
})
afterAll(async () => {
  await plane?.stop()
})

/** A small generator, so that a failure can be repeated. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

type Prices = Map<string, { price: number | null; struck: number | null }>

it('a price is the same number in list, search, detail, compare and cart, for random prices in every currency', async () => {
  const next = numbers(20_261_122)
  const { read } = plane.app.get(Database)
  const variants = await read.selectFrom('variant_price').select(['id', 'amount']).execute()
  const changes = variants.map((row) => {
    const amount = 1 + Math.floor(next() * 900_000)
    // A third is reduced now, a third was until yesterday, a third never.
    const kind = Math.floor(next() * 3)
    return { id: row.id, amount, struck: kind === 2 ? null : amount + 1 + Math.floor(next() * 50_000), days: kind === 0 ? 10 : -1 }
  })
  await sql`
    UPDATE variant_price p SET amount = c.amount, struck_amount = c.struck, struck_until = now() + make_interval(days => c.days)
    FROM json_to_recordset(${JSON.stringify(changes)}::json) AS c(id text, amount bigint, struck bigint, days int) WHERE p.id = c.id`.execute(
    read,
  )

  for (const currency of ['SAR', 'USD', 'KWD']) {
    const list = (await plane.call(listProducts, { query: { currency, limit: 100 } })).items
    const expected: Prices = new Map(
      list
        .flatMap((card) => card.variants)
        .map((variant) => [variant.id, { price: variant.price!.amount, struck: variant.struck_price?.amount ?? null }]),
    )
    expect(expected.size).toBeGreaterThan(150)
    for (const card of list) {
      const amounts = card.variants.map((variant) => variant.price!.amount)
      expect([card.price_from!.amount, card.price_to!.amount]).toEqual([Math.min(...amounts), Math.max(...amounts)])
    }
    const others = [
      (await plane.call(search, { query: { currency, limit: 100, kind: 'product', q: '' } })).items.map((hit) => hit.product!),
      await Promise.all(list.slice(0, 20).map((card) => plane.call(getProduct, { params: { handle: card.handle }, query: { currency } }))),
      (
        await plane.call(compareProducts, {
          query: {
            currency,
            ids: list
              .slice(0, 4)
              .map((card) => card.id)
              .join(','),
          },
        })
      ).products,
    ]
    for (const variant of others.flat().flatMap((card) => card.variants)) {
      expect({ price: variant.price!.amount, struck: variant.struck_price?.amount ?? null }).toEqual(expected.get(variant.id))
    }
    const sellable = list.flatMap((card) => card.variants).filter((variant) => variant.availability !== 'out')
    const chosen = sellable.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, 30)
    const lines = chosen.map((variant) => ({ kind: 'catalogue.product', choice: { variant_id: variant.id }, quantity: 1 }))
    const cart = await plane.call(createCart, { body: { currency, lines } })
    expect(cart.lines).toHaveLength(30)
    for (const line of cart.lines) {
      const shown = { price: line.unit_price.amount, struck: line.compare_at_price?.amount ?? null }
      expect(shown).toEqual(expected.get((line.choice as { variant_id: string }).variant_id))
    }
  }
})
