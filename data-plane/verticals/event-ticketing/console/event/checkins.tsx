import {
  EndpointDialog,
  formatNumber,
  formatWhenIn,
  Loaded,
  Panel,
  RemoveButton,
  RowsTable,
  useConsoleLocale,
  useRead,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import QrCodeScannerIcon from '@mui/icons-material/QrCodeScanner'
import { Button, IconButton } from '@mui/material'
import { useState } from 'react'
import { Link, SelectArrayInput, SelectInput, useTranslate } from 'react-admin'
import {
  type CheckinList,
  createCheckinList,
  deleteCheckinList,
  listCheckinLists,
  type ManagedEvent,
  updateCheckinList,
} from '../../contract.ts'
import { listName } from '../list-name.ts'
import { CheckinScans } from './checkin-scans.tsx'
import { DateName } from './date-name.tsx'

/** Lists people are checked in on: one for each door or kind of ticket. */
export function EventCheckins({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<CheckinList | 'new' | null>(null)
  const [watching, setWatching] = useState<CheckinList | null>(null)
  const read = useRead(listCheckinLists, { query: { event_id: event.id, limit: 100 } }, { refetchInterval: 15_000 })
  const types = event.ticket_types.map((type) => ({ id: type.id, name: pickText(type.name, locale) }))
  return (
    <Panel
      title={t('event.tab_checkin')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setEditing('new')}>
          {t('event.add_list')}
        </Button>
      }
    >
      <Loaded read={read} rows={2}>
        {(data) => (
          <RowsTable
            title={t('event.tab_checkin')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('event.no_lists')}
            columns={[
              { label: 'field.name', cell: (row) => <bdi>{listName(t, row.name)}</bdi> },
              {
                label: 'field.date',
                cell: (row) => (row.event_date_id ? <DateName at={row.starts_at} timezone={event.timezone} /> : t('event.all_dates')),
              },
              {
                label: 'field.ticket_type',
                cell: (row) => (
                  <bdi>
                    {row.ticket_type_ids
                      .map((id) => types.find((type) => type.id === id)?.name)
                      .filter(Boolean)
                      .join(' · ') || t('shell.all')}
                  </bdi>
                ),
              },
              {
                label: 'field.entered',
                cell: (row) => <bdi dir="ltr">{`${formatNumber(row.entered, locale)} / ${formatNumber(row.total, locale)}`}</bdi>,
                end: true,
              },
              { label: 'field.allow_exit', cell: (row) => t(`ra.boolean.${row.allow_exit}`) },
            ]}
            buttons={(row) => (
              <>
                <Button size="small" variant="contained" startIcon={<QrCodeScannerIcon />} component={Link} to={`/scan/${row.id}`}>
                  {t('event.scan')}
                </Button>
                <Button size="small" onClick={() => setWatching(row)}>
                  {t('event.scans')}
                </Button>
                <IconButton size="small" aria-label={`${t('ra.action.edit')} ${row.name}`} onClick={() => setEditing(row)}>
                  <EditIcon />
                </IconButton>
                {row.entered === 0 && data.items.length > 1 && (
                  <RemoveButton endpoint={deleteCheckinList} params={{ id: row.id }} name={row.name} />
                )}
              </>
            )}
          />
        )}
      </Loaded>
      {editing && (
        <EndpointDialog
          {...(editing === 'new'
            ? { title: t('event.add_list'), endpoint: createCheckinList, params: { id: event.id } }
            : { title: editing.name, endpoint: updateCheckinList, params: { id: editing.id }, record: { ...editing } })}
          fields={[
            'name',
            {
              source: 'event_date_id',
              input: (
                <SelectInput
                  source="event_date_id"
                  label="field.date"
                  choices={event.dates.map((date) => ({ id: date.id, name: formatWhenIn(date.starts_at, event.timezone, locale) }))}
                  translateChoice={false}
                  emptyText={t('event.all_dates')}
                  fullWidth
                />
              ),
            },
            {
              source: 'ticket_type_ids',
              input: (
                <SelectArrayInput
                  source="ticket_type_ids"
                  label="field.ticket_type"
                  choices={types}
                  translateChoice={false}
                  helperText={t('event.list_types_help')}
                  fullWidth
                />
              ),
            },
            'allow_exit',
          ]}
          onClose={() => setEditing(null)}
        />
      )}
      {watching && <CheckinScans list={watching} onClose={() => setWatching(null)} />}
    </Panel>
  )
}
