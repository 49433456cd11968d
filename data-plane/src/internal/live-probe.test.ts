import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { addProduct, addVendor, database, type TestProduct } from '../../testing/shop.ts'
import { probePlane } from './internal.contract.ts'

let plane: TestPlane
let product: TestProduct

beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane?.stop())

const probe = () => plane.call(probePlane, {}, { actor: { kind: 'plane', tenantId: plane.binding.tenant.id, iss: 'node' } })

/** Every row of the database, as one line per table. */
async function content(): Promise<string[]> {
  const tables = await sql<{ name: string }>`SELECT quote_ident(table_name) AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'lease' ORDER BY 1`.execute(database(plane).read)
  const lines: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql<{
      hash: string
    }>`SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS hash FROM ${sql.raw(name)} t`.execute(database(plane).read)
    lines.push(`${name} ${rows[0]?.hash}`)
  }
  return lines
}

it('an empty shop is no fault', async () => {
  expect(await probe()).toMatchObject({ ok: true, checks: [{ name: 'quote', ok: true, message: 'nothing is on sale' }] })
})

it('prices and holds something, and leaves no trace', async () => {
  product = await addProduct(plane, await addVendor(plane), 1)
  const before = await content()
  const report = await probe()
  expect(report).toMatchObject({
    ok: true,
    checks: [
      { name: 'quote', ok: true, message: null },
      { name: 'hold', ok: true, message: null },
    ],
  })
  expect(await content()).toEqual(before)
})

it('what is sold out is not held, and that is right', async () => {
  await sql`UPDATE inventory_level SET on_hand = 0 WHERE id = ${product.levelId}`.execute(database(plane).read)
  expect(await probe()).toMatchObject({ ok: true, checks: [{ name: 'quote', ok: true, message: 'nothing on sale is in stock' }] })
  await sql`UPDATE inventory_level SET on_hand = 1 WHERE id = ${product.levelId}`.execute(database(plane).read)
})

it('a schema that does not fit is found, and named', async () => {
  const owner = new pg.Client(plane.database.ownerUrl)
  await owner.connect()
  await owner.query('ALTER TABLE stock_reservation RENAME TO stock_reservation_gone')
  try {
    const report = await probe()
    expect(report.ok).toBe(false)
    expect(report.checks.find((check) => !check.ok)).toMatchObject({ message: expect.stringContaining('stock_reservation') })
  } finally {
    await owner.query('ALTER TABLE stock_reservation_gone RENAME TO stock_reservation')
    await owner.end()
  }
})
