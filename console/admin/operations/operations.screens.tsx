import {
  type AuditEntry,
  type DeadLetter,
  listAudit,
  listDeliveries,
  listTimers,
  requeueDelivery,
  requeueTimer,
  type ScheduledTimer,
} from '@cityos/data-plane/contract'
import MarkEmailUnreadIcon from '@mui/icons-material/MarkEmailUnreadOutlined'
import PolicyIcon from '@mui/icons-material/PolicyOutlined'
import ScheduleIcon from '@mui/icons-material/ScheduleOutlined'
import { Box } from '@mui/material'
import { lazy } from 'react'
import { Ident } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import type { Screen } from '../../screen/screen.ts'

const AuditPage = lazy(() => import('./audit-page.tsx').then((module) => ({ default: module.AuditPage })))
const entry = (record: unknown) => record as AuditEntry
const letter = (record: unknown) => record as DeadLetter
const timer = (record: unknown) => record as ScheduledTimer

function Change({ before, after }: Pick<AuditEntry, 'before' | 'after'>) {
  const text = [before && JSON.stringify(before), after && JSON.stringify(after)].filter(Boolean).join(' → ')
  return (
    <Box
      component="code"
      dir="ltr"
      title={text}
      sx={{ fontSize: 12, display: 'block', maxWidth: 340, maxHeight: 56, overflow: 'hidden', overflowWrap: 'anywhere' }}
    >
      {text}
    </Box>
  )
}

export const tenantAuditScreen: Screen = {
  name: 'audit',
  icon: PolicyIcon,
  endpoints: { list: listAudit },
  columns: [
    { source: 'action', render: (record) => <Ident value={entry(record).action} /> },
    { source: 'at', label: 'field.when' },
    { source: 'actor', render: (record) => <Ident value={`${entry(record).actor.kind} ${entry(record).actor.id ?? ''}`} /> },
    {
      source: 'resource_type',
      label: 'field.resource',
      render: (record) => <Ident value={`${entry(record).resource_type} ${entry(record).resource_id}`} />,
    },
    'reason',
    {
      source: 'after',
      label: 'field.changes',
      card: 'none',
      render: (record) => <Change before={entry(record).before} after={entry(record).after} />,
    },
    { source: 'request_id', card: 'none' },
  ],
  filters: ['action', 'resource_type', 'resource_id', 'actor_id'],
  title: (record) => String(record['action']),
  list: AuditPage,
  menu: { group: 'upkeep', key: 'a' },
}

export const outboxScreen: Screen = {
  name: 'outbox',
  icon: MarkEmailUnreadIcon,
  endpoints: { list: listDeliveries },
  columns: [
    { source: 'event_type', label: 'field.event', render: (record) => <Ident value={letter(record).event_type} /> },
    'status',
    { source: 'consumer', render: (record) => <Ident value={letter(record).consumer} /> },
    'attempts',
    { source: 'last_error', render: (record) => <span dir="auto">{letter(record).last_error}</span> },
    'next_attempt_at',
    { source: 'occurred_at', card: 'none' },
    {
      source: 'id',
      label: 'field.actions',
      render: (record) => (
        <ActionButtons resource="outbox" record={record} names={['requeue']} endpoints={{ requeue: requeueDelivery }} size="small" />
      ),
    },
  ],
  filters: ['consumer'],
  tabs: { values: ['pending', 'dead'] },
  title: (record) => String(record['event_type']),
  menu: { group: 'upkeep' },
}

export const timerScreen: Screen = {
  name: 'timers',
  icon: ScheduleIcon,
  endpoints: { list: listTimers },
  columns: [
    { source: 'kind', label: 'field.timer_kind', render: (record) => <Ident value={timer(record).kind} /> },
    'status',
    'due_at',
    { source: 'ref', render: (record) => <Ident value={timer(record).ref} /> },
    { source: 'attempts', card: 'none' },
    { source: 'last_error', card: 'none' },
    {
      source: 'id',
      label: 'field.actions',
      render: (record) => (
        <ActionButtons
          resource="timers"
          record={record}
          names={timer(record).status === 'dead' ? ['requeue'] : []}
          endpoints={{ requeue: requeueTimer }}
          size="small"
        />
      ),
    },
  ],
  tabs: { values: ['pending', 'dead'] },
  title: (record) => String(record['kind']),
  menu: { group: 'upkeep' },
}
