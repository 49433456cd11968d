import {
  creditInvoice,
  type Invoice,
  listInvoices,
  payInvoice,
  readInvoice,
  refundInvoice,
  voidInvoice,
  writeOffInvoice,
} from '@cityos/control-plane/contract'
import ReceiptIcon from '@mui/icons-material/ReceiptLongOutlined'
import { lazy } from 'react'
import { RecordLink } from '../../fields/record-link.tsx'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, MoneyText } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const InvoicePage = lazy(() => import('./invoice-page.tsx').then((module) => ({ default: module.InvoicePage })))
const ExportInvoices = lazy(() => import('./export-invoices.tsx').then((module) => ({ default: module.ExportInvoices })))
const invoice = (record: unknown) => record as Invoice

export const invoiceVerbs = {
  pay: payInvoice,
  credit: creditInvoice,
  refund: refundInvoice,
  void: voidInvoice,
  uncollectible: writeOffInvoice,
}

export const invoiceScreen: Screen = {
  name: 'invoices',
  icon: ReceiptIcon,
  endpoints: { list: listInvoices, read: readInvoice },
  columns: [
    { source: 'number', sortable: true, render: (record) => <Ident value={invoice(record).number ?? invoice(record).id} /> },
    {
      source: 'status',
      render: (record) => <StatusChip status={invoice(record).is_overdue ? 'overdue' : invoice(record).status} />,
    },
    {
      source: 'tenant_slug',
      label: 'field.tenant',
      render: (record) => <RecordLink to={`/tenants/${invoice(record).tenant_id}/show`}>{invoice(record).tenant_slug}</RecordLink>,
    },
    'kind',
    { source: 'total', sortable: true, end: true, render: (record) => <MoneyText value={invoice(record).total} /> },
    { source: 'balance', end: true, render: (record) => <MoneyText value={invoice(record).balance} strong={invoice(record).is_overdue} /> },
    'issued_at',
    { source: 'due_at', sortable: true },
  ],
  filters: ['tenant', 'kind', 'overdue'],
  tabs: { values: ['draft', 'open', 'paid', 'void', 'uncollectible'] },
  tools: ExportInvoices,
  title: (record) => String(record['number'] ?? record.id),
  show: InvoicePage,
  menu: { group: 'finance', key: 'i' },
}
