import { getVendorOrder, listVendorOrders } from '@cityos/data-plane/contract'
import ReceiptIcon from '@mui/icons-material/ReceiptLongOutlined'
import { lazy } from 'react'
import type { Screen } from '../screen/screen.ts'

const OrderBoard = lazy(() => import('./order-board.tsx').then((module) => ({ default: module.OrderBoard })))
const VendorOrderPage = lazy(() => import('./order-page.tsx').then((module) => ({ default: module.VendorOrderPage })))

export const vendorOrderScreen: Screen = {
  name: 'orders',
  icon: ReceiptIcon,
  endpoints: { list: listVendorOrders, read: getVendorOrder },
  columns: ['number', 'status', 'placed_at', 'total'],
  title: (record) => String(record['number']),
  list: OrderBoard,
  show: VendorOrderPage,
  menu: { group: 'selling', key: 'o' },
}
