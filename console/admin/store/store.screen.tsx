import { pickText } from '@cityos/contract'
import {
  adminArchiveStore,
  adminGetStore,
  adminListStores,
  adminMaintainStore,
  adminPublishStore,
  adminUpdateStore,
  type ManagedStore,
  StoreStatus,
} from '@cityos/data-plane/contract'
import StorefrontIcon from '@mui/icons-material/StorefrontOutlined'
import { BooleanInput, TextInput } from 'react-admin'
import { TranslatedInput } from '../../fields/translated-input.tsx'
import type { Screen } from '../../screen/screen.ts'
import { StoreMissing } from './store-missing.tsx'

const latin = { htmlInput: { dir: 'ltr' } }

export const storeScreen: Screen = {
  name: 'stores',
  icon: StorefrontIcon,
  endpoints: {
    list: adminListStores,
    read: adminGetStore,
    update: adminUpdateStore,
    actions: { publish: adminPublishStore, maintain: adminMaintainStore, archive: adminArchiveStore },
  },
  columns: [
    'name',
    'status',
    'kind',
    { source: 'is_default', label: 'field.default_store' },
    'default_currency',
    'locales',
    { source: 'updated_at', card: 'none' },
  ],
  facts: ['name', 'status', 'tagline', 'handle', 'kind', 'currencies', 'default_currency', 'locales', 'maintenance_message', 'updated_at'],
  tabs: { values: StoreStatus.options },
  title: (record) => pickText((record as unknown as ManagedStore).name, 'en'),
  detail: StoreMissing,
  form: [
    'name',
    'tagline',
    'kind',
    'maintenance_message',
    { heading: 'store.contact' },
    { source: 'contact.email', input: <TextInput source="contact.email" type="email" label="field.email" fullWidth slotProps={latin} /> },
    { source: 'contact.phone', input: <TextInput source="contact.phone" type="tel" label="field.phone" fullWidth slotProps={latin} /> },
    { heading: 'store.legal' },
    { source: 'legal.legal_name', input: <TranslatedInput source="legal.legal_name" label="field.legal_name" /> },
    { source: 'legal.cr_no', input: <TextInput source="legal.cr_no" label="field.cr_no" fullWidth slotProps={latin} /> },
    { source: 'legal.vat_registered', input: <BooleanInput source="legal.vat_registered" label="field.vat_registered" /> },
    { source: 'legal.vat_no', input: <TextInput source="legal.vat_no" label="field.vat_no" fullWidth slotProps={latin} /> },
  ],
  menu: { group: 'shop' },
}
