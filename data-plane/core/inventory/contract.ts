import { endpoint, I18nText, listEndpoint, staff, vendor } from '@cityos/contract'
import { z } from 'zod'

export const StockLevel = z.object({
  id: z.string(),
  inventory_item_id: z.string(),
  location: z.object({ id: z.string(), name: z.string() }),
  variant_id: z.string(),
  product_id: z.string(),
  product_title: I18nText,
  variant_title: z.string(),
  sku: z.string(),
  vendor_id: z.string(),
  on_hand: z.int(),
  reserved: z.int(),
  safety: z.int(),
  incoming: z.int(),
  /** on_hand − reserved − safety. */
  available: z.int(),
  /** At or below this number the stock counts as low. */
  threshold: z.int(),
  state: z.enum(['in', 'low', 'out']),
  version: z.int(),
  updated_at: z.string(),
})
export type StockLevel = z.infer<typeof StockLevel>

export const MovementKind = z.enum(['receive', 'sell', 'return', 'adjust', 'transfer', 'damage', 'count'])
export type MovementKind = z.infer<typeof MovementKind>

export const StockMovement = z.object({
  id: z.string(),
  kind: MovementKind,
  quantity: z.int(),
  on_hand_after: z.int(),
  reason: z.string().nullable(),
  reference: z.string().nullable(),
  actor: z.string(),
  created_at: z.string(),
})
export type StockMovement = z.infer<typeof StockMovement>

export const StockLocation = z.object({
  id: z.string(),
  handle: z.string(),
  name: I18nText,
  vendor_id: z.string().nullable(),
  is_default: z.boolean(),
})
export type StockLocation = z.infer<typeof StockLocation>

const ById = z.object({ id: z.string() })

function stockEndpoints(surface: 'admin' | 'vendor') {
  const may = (action: string) => (surface === 'admin' ? staff(action, 'stock') : vendor(action, 'stock'))
  return {
    list: listEndpoint({
      id: `${surface}.stock.list`,
      method: 'GET',
      path: `/v1/${surface}/stock`,
      summary: 'Stock levels, the lowest first; q searches titles and SKUs',
      access: may('read'),
      query: z.object({
        state: z.enum(['in', 'low', 'out']).optional(),
        product_id: z.string().optional(),
        location_id: z.string().optional(),
        vendor_id: z.string().optional(),
      }),
      response: StockLevel,
    }),
    adjust: endpoint({
      id: `${surface}.stock.adjust`,
      method: 'POST',
      path: `/v1/${surface}/stock/{id}/adjust`,
      summary: 'Changes what is on hand by `delta`, or counts it (`counted`, with the `version` that was read)',
      access: may('write'),
      params: ById,
      body: z
        .object({
          delta: z.int().min(-1_000_000).max(1_000_000).optional(),
          counted: z.int().min(0).max(10_000_000).optional(),
          version: z.int().optional(),
          kind: z.enum(['receive', 'adjust', 'damage', 'count']).default('adjust'),
          reason: z.string().trim().min(3).max(300),
        })
        .refine((body) => (body.delta === undefined) !== (body.counted === undefined), { message: 'Give delta or counted, not both' }),
      response: StockLevel,
      errors: ['below_reserved', 'stale_version'],
    }),
    update: endpoint({
      id: `${surface}.stock.update`,
      method: 'PATCH',
      path: `/v1/${surface}/stock/{id}`,
      summary: 'Changes safety stock and the low-stock threshold',
      access: may('write'),
      params: ById,
      body: z.object({ safety: z.int().min(0), threshold: z.int().min(0) }).partial(),
      response: StockLevel,
      errors: ['below_reserved'],
    }),
    movements: listEndpoint({
      id: `${surface}.stock.movements`,
      method: 'GET',
      path: `/v1/${surface}/stock/{id}/movements`,
      summary: 'What happened to a stock level, newest first',
      access: may('read'),
      params: ById,
      response: StockMovement,
    }),
    locations: listEndpoint({
      id: `${surface}.stock-location.list`,
      method: 'GET',
      path: `/v1/${surface}/stock-locations`,
      summary: 'Where stock is kept',
      access: may('read'),
      response: StockLocation,
    }),
  }
}

export const {
  list: adminListStock,
  adjust: adminAdjustStock,
  update: adminUpdateStock,
  movements: adminListStockMovements,
  locations: adminListStockLocations,
} = stockEndpoints('admin')
export const {
  list: vendorListStock,
  adjust: vendorAdjustStock,
  update: vendorUpdateStock,
  movements: vendorListStockMovements,
  locations: vendorListStockLocations,
} = stockEndpoints('vendor')
