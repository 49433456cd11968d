import { adminListPublishableKeys, type PublishableKey } from '@cityos/data-plane/contract'
import KeyIcon from '@mui/icons-material/KeyOutlined'
import { lazy } from 'react'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'
import { KeyActions } from './key-actions.tsx'

const KeyCreate = lazy(() => import('./key-create.tsx').then((module) => ({ default: module.KeyCreate })))
const row = (record: unknown) => record as PublishableKey

export const keyScreen: Screen = {
  name: 'keys',
  icon: KeyIcon,
  endpoints: { list: adminListPublishableKeys },
  columns: [
    'name',
    { source: 'prefix', label: 'field.key', render: (record) => <Ident value={`${row(record).prefix}…`} /> },
    {
      source: 'origins',
      render: (record) =>
        row(record).origins.map((origin) => (
          <div key={origin}>
            <Ident value={origin} />
          </div>
        )),
    },
    'last_rotated_at',
    'revoked_at',
    { source: 'id', label: 'field.actions', render: (record) => <KeyActions row={row(record)} /> },
  ],
  title: (record) => String(record['name']),
  create: KeyCreate,
  menu: { group: 'shop' },
}
