import { type AdminOrderSummary, getAdminDashboard, getAdminOrder, listAdminOrders, SubOrderStatus } from '@cityos/data-plane/contract'
import ReceiptIcon from '@mui/icons-material/ReceiptLongOutlined'
import { lazy } from 'react'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, Names } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const OrderPage = lazy(() => import('./order-page.tsx').then((module) => ({ default: module.OrderPage })))
const ExportOrders = lazy(() => import('./export-orders.tsx').then((module) => ({ default: module.ExportOrders })))
const summary = (record: unknown) => record as AdminOrderSummary

function useOrderCounts(): Record<string, number> | undefined {
  const { data } = useRead(getAdminDashboard)
  return data && Object.fromEntries(data.by_status.map((item) => [item.status, item.count]))
}

export const orderScreen: Screen = {
  name: 'orders',
  icon: ReceiptIcon,
  endpoints: { list: listAdminOrders, read: getAdminOrder },
  columns: [
    { source: 'number', render: (record) => <Ident value={summary(record).number} /> },
    'status',
    { source: 'payment_status', card: 'aside', render: (record) => <StatusChip status={summary(record).payment_status} /> },
    { source: 'placed_at', label: 'field.placed_at', card: 'line' },
    { source: 'email', render: (record) => <Ident value={summary(record).email} /> },
    { source: 'vendors', render: (record) => <Names values={summary(record).vendors} /> },
    { source: 'count', label: 'field.units', card: 'none' },
    'total',
  ],
  filters: ['vendor_id', 'customer_id'],
  tabs: { values: SubOrderStatus.options, useCounts: useOrderCounts },
  search: 'order.search',
  tools: ExportOrders,
  title: (record) => String(record['number']),
  show: OrderPage,
  menu: { group: 'selling', key: 'o' },
}
