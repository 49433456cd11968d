import { ActionButtons, type ConsoleParts, type Screen, TranslatedText } from '@cityos/console/kit'
import EventIcon from '@mui/icons-material/ConfirmationNumberOutlined'
import RefundIcon from '@mui/icons-material/CurrencyExchangeOutlined'
import { lazy } from 'react'
import {
  adminGetEvent,
  adminListEvents,
  EventStatus,
  listRefundBatches,
  type ManagedEventCard,
  type RefundBatch,
  retryRefundBatch,
} from '../contract.ts'
import { eventColumns } from './columns.tsx'
import { titleOf } from './title-of.ts'

const AdminEventPage = lazy(() => import('./admin-event-page.tsx').then((module) => ({ default: module.AdminEventPage })))

const events: Screen = {
  name: 'events',
  icon: EventIcon,
  endpoints: { list: adminListEvents, read: adminGetEvent },
  columns: [
    ...eventColumns.slice(0, 2),
    { source: 'vendor', render: (record) => <TranslatedText value={(record as unknown as ManagedEventCard).vendor.name} /> },
    ...eventColumns.slice(2),
  ],
  tabs: { values: EventStatus.options },
  title: (record) => titleOf(record['title']),
  show: AdminEventPage,
  menu: { key: 'e' },
}

const batch = (record: unknown) => record as RefundBatch

const refunds: Screen = {
  name: 'event-refund-batches',
  icon: RefundIcon,
  endpoints: { list: listRefundBatches, actions: { retry: retryRefundBatch } },
  columns: [
    { source: 'event_title', label: 'field.event', render: (record) => <TranslatedText value={batch(record).event_title} /> },
    'status',
    { source: 'lines', render: (record) => <bdi dir="ltr">{`${batch(record).done} / ${batch(record).lines}`}</bdi>, end: true },
    'failed',
    'refunded',
    'last_error',
    'created_at',
    'finished_at',
    {
      source: 'actions',
      label: 'shell.actions',
      render: (record) => (
        <ActionButtons
          resource="event-refund-batches"
          record={record}
          names={batch(record).failed > 0 ? ['retry'] : []}
          endpoints={{ retry: retryRefundBatch }}
          size="small"
        />
      ),
    },
  ],
  tabs: { values: ['running', 'stuck', 'done'] satisfies RefundBatch['status'][] },
  title: (record) => titleOf(record['event_title']),
}

/** The tenant's part of events. */
export const parts: ConsoleParts = [events, refunds]
