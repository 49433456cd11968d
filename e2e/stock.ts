import type { Client } from '@cityos/contract'
import { adminAdjustStock, adminListStock, type StockLevel } from '@cityos/data-plane/contract'

/** The stock level of a variant. */
export async function stockOf(admin: Client, variantId: string): Promise<StockLevel> {
  for (let offset = 0; ; offset += 100) {
    const page = await admin(adminListStock, { query: { limit: 100, offset } })
    const found = page.items.find((level) => level.variant_id === variantId)
    if (found) return found
    if (page.items.length === 0) throw new Error(`no stock level for ${variantId}`)
  }
}

/** Leaves exactly `units` of the variant to sell. */
export async function leaveInStock(admin: Client, variantId: string, units: number): Promise<void> {
  const level = await stockOf(admin, variantId)
  await admin(adminAdjustStock, {
    params: { id: level.id },
    body: { counted: level.reserved + level.safety + units, version: level.version, kind: 'count', reason: 'test' },
  })
}
