import { type LedgerEntry, listLedgerAccounts, listLedgerEntries } from '@cityos/data-plane/contract'
import AccountBalanceIcon from '@mui/icons-material/AccountBalanceOutlined'
import ListAltIcon from '@mui/icons-material/ListAltOutlined'
import { lazy } from 'react'
import { RecordLink } from '../../fields/record-link.tsx'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const Accounts = lazy(() => import('./accounts-page.tsx').then((module) => ({ default: module.AccountsPage })))
const entry = (record: unknown) => record as LedgerEntry

export const accountScreen: Screen = {
  name: 'accounts',
  icon: AccountBalanceIcon,
  endpoints: { list: listLedgerAccounts },
  columns: [
    {
      source: 'code',
      render: (record) => (
        <RecordLink to={`/entries?filter=${encodeURIComponent(JSON.stringify({ account_id: record.id }))}`}>
          <bdi dir="ltr">{String(record['code'])}</bdi>
        </RecordLink>
      ),
    },
    'kind',
    'currency',
    { source: 'balance', card: 'aside' },
    'held',
  ],
  filters: ['kind', 'currency'],
  title: (record) => String(record['code']),
  list: Accounts,
  menu: { group: 'money' },
}

export const entryScreen: Screen = {
  name: 'entries',
  icon: ListAltIcon,
  endpoints: { list: listLedgerEntries },
  columns: [
    { source: 'account_code', render: (record) => <Ident value={entry(record).account_code} /> },
    { source: 'amount', card: 'aside' },
    { source: 'kind', label: 'field.posting' },
    { source: 'at', label: 'field.when' },
    {
      source: 'order_id',
      label: 'field.order',
      render: (record) =>
        entry(record).order_id ? (
          <RecordLink to={`/orders/${entry(record).order_id}/show`}>{entry(record).order_id?.slice(-8)}</RecordLink>
        ) : (
          '–'
        ),
    },
    { source: 'memo', card: 'none' },
  ],
  filters: ['account_id', 'order_id'],
  title: (record) => String(record['account_code']),
  menu: { group: 'money' },
}
