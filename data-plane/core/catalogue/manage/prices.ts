import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { days, later } from '../../../platform/clock/clock.ts'
import type { Tx } from '../../../platform/db/index.ts'

export interface NewPrice {
  currency: string
  /** Minor units, VAT included; null ends the sale in this currency. */
  amount: number | null
}

/** How long a lower price may be shown beside the higher one it replaced. */
const struckDays = 30

/**
 * Sets prices of a variant and writes the history. The struck price is not entered but found: the lowest price of the
 * thirty days before, when that was higher (docs/spec/commerce.md: only above the true 30-day lowest).
 */
export async function setPrices(tx: Tx, variantId: string, prices: readonly NewPrice[], changedBy: string, now: Date): Promise<void> {
  for (const { currency, amount } of prices) {
    const current = await tx
      .selectFrom('variant_price')
      .select(['id', 'amount'])
      .where('variant_id', '=', variantId)
      .where('currency_code', '=', currency)
      .where('region_id', 'is', null)
      .executeTakeFirst()
    if ((current?.amount ?? null) === amount) continue
    const lowest = amount === null ? null : await lowestOfThirtyDays(tx, variantId, currency, now)
    const struck = amount !== null && lowest !== null && lowest > amount ? lowest : null
    const change = { struck_amount: struck, struck_until: struck === null ? null : later(now, days(struckDays)), updated_at: now }
    if (amount === null) await tx.deleteFrom('variant_price').where('id', '=', current!.id).execute()
    else if (current) {
      await tx
        .updateTable('variant_price')
        .set((eb) => ({ amount, ...change, version: eb('version', '+', 1) }))
        .where('id', '=', current.id)
        .execute()
    } else {
      await tx
        .insertInto('variant_price')
        .values({ id: newId('pri'), variant_id: variantId, currency_code: currency, amount, ...change, created_at: now })
        .execute()
    }
    await tx
      .insertInto('price_history')
      .values({ id: newId('phi'), variant_id: variantId, currency_code: currency, amount, changed_by: changedBy, created_at: now })
      .execute()
  }
}

/** Lowest price in force at any moment of the last thirty days: changes within them, and the one that held when they began. */
async function lowestOfThirtyDays(tx: Tx, variantId: string, currency: string, now: Date): Promise<number | null> {
  const since = later(now, -days(struckDays))
  const { rows } = await sql<{ lowest: number | null }>`
    SELECT min(amount) AS lowest FROM (
      SELECT amount FROM price_history WHERE variant_id = ${variantId} AND currency_code = ${currency} AND created_at >= ${since}
      UNION ALL
      (SELECT amount FROM price_history WHERE variant_id = ${variantId} AND currency_code = ${currency} AND created_at < ${since}
        ORDER BY created_at DESC, id DESC LIMIT 1)
    ) held`.execute(tx)
  return rows[0]?.lowest ?? null
}

/** Rewrites lowest and highest price of a product from its live variants, in one statement. */
export async function refreshProductPrices(tx: Tx, productId: string): Promise<void> {
  await sql`DELETE FROM product_price WHERE product_id = ${productId}`.execute(tx)
  await sql`
    INSERT INTO product_price (product_id, currency_code, minimum_amount, maximum_amount)
    SELECT v.product_id, p.currency_code, min(p.amount), max(p.amount)
    FROM variant v JOIN variant_price p ON p.variant_id = v.id AND p.region_id IS NULL
    WHERE v.product_id = ${productId} AND v.archived_at IS NULL GROUP BY 1, 2`.execute(tx)
}
