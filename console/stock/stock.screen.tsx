import {
  adminAdjustStock,
  adminListStock,
  adminListStockMovements,
  adminUpdateStock,
  type StockLevel,
  vendorAdjustStock,
  vendorListStock,
  vendorListStockMovements,
  vendorUpdateStock,
} from '@cityos/data-plane/contract'
import WarehouseIcon from '@mui/icons-material/WarehouseOutlined'
import { Stack, Typography } from '@mui/material'
import { StatusChip } from '../fields/status.tsx'
import { Ident, TranslatedText } from '../fields/values.tsx'
import type { Screen } from '../screen/screen.ts'
import { AdjustStockButton } from './adjust-stock.tsx'

/** The stock operations of one surface. */
export const adminStock = { list: adminListStock, adjust: adminAdjustStock, update: adminUpdateStock, movements: adminListStockMovements }
export type StockApi = typeof adminStock
export const vendorStock: StockApi = {
  list: vendorListStock,
  adjust: vendorAdjustStock,
  update: vendorUpdateStock,
  movements: vendorListStockMovements,
}

const level = (record: unknown) => record as StockLevel

/** Stock levels, the lowest first, each with a way to correct it. */
export function stockScreen(api: StockApi, menu: Screen['menu']): Screen {
  return {
    name: 'stock',
    icon: WarehouseIcon,
    endpoints: { list: api.list },
    columns: [
      {
        source: 'product_title',
        label: 'field.product',
        render: (record) => (
          <Stack>
            <TranslatedText value={level(record).product_title} />
            {level(record).variant_title && (
              <Typography variant="body2" color="textSecondary">
                <bdi>{level(record).variant_title}</bdi>
              </Typography>
            )}
          </Stack>
        ),
      },
      { source: 'sku', render: (record) => <Ident value={level(record).sku} /> },
      { source: 'state', label: 'field.stock', card: 'aside', render: (record) => <StatusChip status={level(record).state} /> },
      { source: 'location', card: 'none', render: (record) => <bdi>{level(record).location.name}</bdi> },
      'on_hand',
      'reserved',
      'available',
      { source: 'threshold', card: 'none' },
      { source: 'id', label: 'field.actions', render: (record) => <AdjustStockButton api={api} level={level(record)} /> },
    ],
    filters: ['state'],
    search: 'stock.search',
    title: (record) => String(record['sku']),
    menu,
  }
}
