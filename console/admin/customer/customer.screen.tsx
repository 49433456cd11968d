import { type AdminCustomer, getAdminCustomer, listAdminCustomers, lockCustomer, unlockCustomer } from '@cityos/data-plane/contract'
import PeopleIcon from '@mui/icons-material/PeopleOutlined'
import { lazy } from 'react'
import { Ident, MoneyText } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const CustomerDetail = lazy(() => import('./customer-detail.tsx').then((module) => ({ default: module.CustomerDetail })))
const person = (record: unknown) => record as AdminCustomer

export const customerScreen: Screen = {
  name: 'customers',
  icon: PeopleIcon,
  endpoints: { list: listAdminCustomers, read: getAdminCustomer, actions: { lock: lockCustomer, unlock: unlockCustomer } },
  columns: [
    { source: 'name', render: (record) => <bdi>{person(record).name ?? '–'}</bdi> },
    { source: 'email', render: (record) => <Ident value={person(record).email} /> },
    { source: 'phone', render: (record) => <Ident value={person(record).phone} /> },
    'status',
    { source: 'orders', label: 'field.orders' },
    {
      source: 'spent',
      render: (record) => person(record).spent.map((money) => <MoneyText key={money.currency} value={money} />),
      end: true,
    },
    { source: 'last_order_at', card: 'none' },
    { source: 'created_at', card: 'none' },
  ],
  filters: ['status'],
  search: 'customer.search',
  title: (record) => String(record['name'] ?? record['email'] ?? record.id),
  detail: CustomerDetail,
  menu: { group: 'selling', key: 'c' },
}
