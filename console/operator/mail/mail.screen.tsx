import { listMail, type Mail, readMail, requeueMail } from '@cityos/control-plane/contract'
import MailIcon from '@mui/icons-material/MailOutlined'
import { lazy } from 'react'
import type { Screen } from '../../screen/screen.ts'

const MailText = lazy(() => import('../../mail/mail-text.tsx').then((module) => ({ default: module.MailText })))
const mail = (record: unknown) => record as Mail

export const mailScreen: Screen = {
  name: 'mail',
  icon: MailIcon,
  endpoints: { list: listMail, read: readMail, actions: { requeue: requeueMail } },
  columns: [
    { source: 'subject', render: (record) => <bdi>{mail(record).subject ?? mail(record).template}</bdi> },
    { source: 'to', render: (record) => <bdi dir="ltr">{mail(record).to}</bdi> },
    'status',
    { source: 'created_at', label: 'field.when' },
    { source: 'attempts', card: 'none' },
    { source: 'last_error', card: 'none' },
  ],
  filters: ['to', 'template', 'tenant_id'],
  tabs: { values: ['queued', 'sent', 'dead'] },
  title: (record) => mail(record).subject ?? mail(record).template,
  detail: MailText,
  menu: { group: 'platform' },
}
