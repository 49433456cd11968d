import {
  EndpointDialog,
  formatNumber,
  Ident,
  Loaded,
  Panel,
  RowsTable,
  StatusChip,
  useConsoleLocale,
  useRead,
  When,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { listWaitingEntries, type ManagedEvent, type ManagedWaitingEntry, prioritiseWaiting } from '../../contract.ts'
import { DateName } from './date-name.tsx'

/** Who waits, in the order they are served. */
export function EventWaitingList({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [moving, setMoving] = useState<ManagedWaitingEntry | null>(null)
  const read = useRead(listWaitingEntries, { params: { id: event.id }, query: { limit: 100 } })
  const date = (id: string) => event.dates.find((item) => item.id === id)?.starts_at
  return (
    <Panel title={t('event.tab_waiting')} dense>
      <Loaded read={read}>
        {(data) => (
          <RowsTable
            title={t('event.tab_waiting')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('event.nobody_waits')}
            columns={[
              { label: 'field.email', cell: (row) => <Ident value={row.email} /> },
              {
                label: 'field.ticket_type',
                cell: (row) => <bdi>{pickText(event.ticket_types.find((type) => type.id === row.ticket_type_id)?.name ?? {}, locale)}</bdi>,
              },
              { label: 'field.date', cell: (row) => <DateName at={date(row.event_date_id) ?? row.created_at} timezone={event.timezone} /> },
              { label: 'field.quantity', cell: (row) => formatNumber(row.quantity, locale), end: true },
              { label: 'field.priority', cell: (row) => formatNumber(row.priority, locale), end: true },
              { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
              { label: 'field.offered_until', cell: (row) => <When at={row.offered_until} ago /> },
              { label: 'field.created_at', cell: (row) => <When at={row.created_at} ago /> },
            ]}
            buttons={(row) =>
              row.status === 'waiting' && (
                <Button size="small" onClick={() => setMoving(row)}>
                  {t('action.prioritise')}
                </Button>
              )
            }
          />
        )}
      </Loaded>
      {moving && (
        <EndpointDialog
          title={t('action.prioritise')}
          consequence={t('event.priority_text')}
          endpoint={prioritiseWaiting}
          params={{ id: moving.id }}
          record={{ priority: moving.priority }}
          onClose={() => setMoving(null)}
        />
      )}
    </Panel>
  )
}
