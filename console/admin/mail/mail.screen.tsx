import { listTenantMail, readTenantMail, requeueTenantMail, type TenantMail } from '@cityos/data-plane/contract'
import MailIcon from '@mui/icons-material/MailOutlined'
import { lazy } from 'react'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const MailText = lazy(() => import('../../mail/mail-text.tsx').then((module) => ({ default: module.MailText })))
const mail = (record: unknown) => record as TenantMail

/** What the shop writes to customers and vendors; without an SMTP server it is read here. */
export const tenantMailScreen: Screen = {
  name: 'messages',
  icon: MailIcon,
  endpoints: { list: listTenantMail, read: readTenantMail, actions: { requeue: requeueTenantMail } },
  columns: [
    { source: 'subject', render: (record) => <bdi>{mail(record).subject ?? mail(record).kind}</bdi> },
    { source: 'to', render: (record) => <bdi dir="ltr">{mail(record).to}</bdi> },
    'status',
    { source: 'created_at', label: 'field.when' },
    { source: 'kind', render: (record) => <Ident value={mail(record).kind} />, card: 'none' },
    { source: 'attempts', card: 'none' },
    { source: 'last_error', card: 'none' },
  ],
  filters: ['to', 'kind'],
  tabs: { values: ['queued', 'sent', 'dead', 'skipped'] },
  title: (record) => mail(record).subject ?? mail(record).kind,
  detail: MailText,
  menu: { group: 'upkeep' },
}
