import { type AddOn, changeAddOn, listAddOns } from '@cityos/control-plane/contract'
import ExtensionIcon from '@mui/icons-material/ExtensionOutlined'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

export const addOnScreen: Screen = {
  name: 'add-ons',
  icon: ExtensionIcon,
  endpoints: { list: listAddOns, update: changeAddOn, key: 'vertical' },
  columns: [
    'name',
    { source: 'vertical', render: (record) => <Ident value={String(record['vertical'])} /> },
    { source: 'price', card: 'aside' },
    'offered',
    { source: 'subscriptions', label: 'field.tenants' },
  ],
  filters: ['offered'],
  currency: (record) => (record as AddOn | undefined)?.price.currency ?? 'SAR',
  title: (record) => String(record['vertical']),
  menu: { group: 'finance' },
}
