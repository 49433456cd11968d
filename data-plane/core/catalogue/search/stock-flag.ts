import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/**
 * Says in the index whether products can be had, for items whose stock just ran out or came back. The documents are
 * locked before the stock is looked at: of two sales of a product's last variants the second sees the first.
 */
export async function refreshStockFlags(tx: Tx, itemIds: readonly string[]): Promise<void> {
  if (itemIds.length === 0) return
  const { rows } = await sql<{ ref: string }>`
    SELECT d.ref FROM search_document d WHERE d.ref IN (
      SELECT v.product_id FROM variant v WHERE v.inventory_item_id = ANY (${itemIds as string[]}::text[])
    ) ORDER BY d.ref FOR UPDATE`.execute(tx)
  if (rows.length === 0) return
  await sql`
    UPDATE search_document d SET in_stock = f.available FROM (
      SELECT v.product_id, bool_or(NOT v.track_inventory OR coalesce(l.on_hand - l.reserved - l.safety, 0) > 0) AS available
      FROM variant v LEFT JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
      WHERE v.product_id = ANY (${rows.map((row) => row.ref)}::text[]) AND v.archived_at IS NULL GROUP BY v.product_id
    ) f WHERE d.ref = f.product_id AND d.in_stock <> f.available`.execute(tx)
}
