import { pickText } from '@cityos/contract'
import { type ProductRow, ProductStatus } from '@cityos/data-plane/contract'
import Inventory2Icon from '@mui/icons-material/Inventory2Outlined'
import { Avatar, Stack } from '@mui/material'
import { lazy } from 'react'
import { Ident, TranslatedText } from '../fields/values.tsx'
import type { Screen } from '../screen/screen.ts'
import type { ProductApi } from './product-api.ts'

const ProductPage = lazy(() => import('./product-page.tsx').then((module) => ({ default: module.ProductPage })))
const ProductCreate = lazy(() => import('./product-create.tsx').then((module) => ({ default: module.ProductCreate })))

const row = (record: unknown) => record as ProductRow

/** The product screens of one surface: the same pages over that surface's operations. */
export function productScreen(api: ProductApi, menu: Screen['menu']): Screen {
  return {
    name: 'products',
    icon: Inventory2Icon,
    endpoints: { list: api.list, read: api.get, create: api.create },
    columns: [
      {
        source: 'title',
        render: (record) => (
          <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
            <Avatar
              variant="rounded"
              src={row(record).picture?.url}
              alt=""
              sx={{ width: 36, height: 36, backgroundColor: 'action.hover' }}
            />
            <TranslatedText value={row(record).title} />
          </Stack>
        ),
      },
      'status',
      ...(api.vendors ? [{ source: 'vendor', render: (record: unknown) => <bdi>{row(record).vendor.name}</bdi> }] : []),
      { source: 'category', card: 'none' as const, render: (record) => <bdi>{row(record).category?.name ?? '–'}</bdi> },
      { source: 'price_from', label: 'field.price' },
      { source: 'variant_count', card: 'none' as const },
      { source: 'available', label: 'field.available' },
      { source: 'handle', card: 'none' as const, render: (record) => <Ident value={row(record).handle} /> },
      { source: 'updated_at', card: 'none' as const },
    ],
    filters: ['stock'],
    tabs: { values: ProductStatus.options },
    search: 'product.search',
    title: (record) => pickText(row(record).title, 'en'),
    show: () => <ProductPage api={api} />,
    create: () => <ProductCreate api={api} />,
    menu,
  }
}
