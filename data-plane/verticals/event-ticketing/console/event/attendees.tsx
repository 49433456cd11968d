import {
  FailureState,
  formatNumber,
  Ident,
  InlineField,
  ListSkeleton,
  MoneyText,
  Panel,
  RowsTable,
  StatusChip,
  saveText,
  TranslatedText,
  useClient,
  useConsoleLocale,
  useFailureNotice,
  useRead,
  When,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import DownloadIcon from '@mui/icons-material/Download'
import { Button, MenuItem, Pagination, Stack } from '@mui/material'
import { useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { exportAttendees, listAttendees, type ManagedEvent, TicketStatus } from '../../contract.ts'

const perPage = 25

/** Who has a ticket; with the whole list as a file for the door or the caterer. */
export function EventAttendees({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const client = useClient()
  const notify = useNotify()
  const failed = useFailureNotice()
  const [page, setPage] = useState(1)
  const [search, setSearch] = useState('')
  const [status, setStatus] = useState<TicketStatus | ''>('')
  const [type, setType] = useState('')
  const [busy, setBusy] = useState(false)
  const filter = { ...(status ? { status } : {}), ...(type ? { ticket_type_id: type } : {}) }
  const { data, error, refetch } = useRead(
    listAttendees,
    { params: { id: event.id }, query: { ...filter, q: search.trim() || undefined, limit: perPage, offset: (page - 1) * perPage } },
    { placeholderData: (before) => before },
  )
  const download = async () => {
    setBusy(true)
    try {
      const file = await client(exportAttendees, { params: { id: event.id }, query: filter })
      saveText(file.filename, file.csv)
      notify(t('event.exported', { smart_count: file.rows }), { type: 'success' })
    } catch (thrown) {
      failed(thrown)
    } finally {
      setBusy(false)
    }
  }
  const select = (label: string, value: string, change: (value: string) => void, choices: { id: string; name: string }[]) => (
    <InlineField
      select
      label={label}
      value={value}
      onChange={(item) => {
        setPage(1)
        change(item.target.value)
      }}
      sx={{ minWidth: 150 }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value="">{t('shell.all')}</MenuItem>
      {choices.map((choice) => (
        <MenuItem key={choice.id} value={choice.id}>
          {choice.name}
        </MenuItem>
      ))}
    </InlineField>
  )
  return (
    <Stack spacing={1.5}>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
        <InlineField
          label={t('event.find_attendee')}
          value={search}
          onChange={(item) => {
            setPage(1)
            setSearch(item.target.value)
          }}
          sx={{ minWidth: 260 }}
          slotProps={{ htmlInput: { dir: 'auto' } }}
        />
        {select(
          t('field.status'),
          status,
          (value) => setStatus(value as TicketStatus | ''),
          TicketStatus.options.map((id) => ({ id, name: t(`status.${id}`) })),
        )}
        {select(
          t('field.ticket_type'),
          type,
          setType,
          event.ticket_types.map((item) => ({ id: item.id, name: pickText(item.name, locale) })),
        )}
        <Button startIcon={<DownloadIcon />} variant="outlined" loading={busy} onClick={() => void download()}>
          {t('event.export')}
        </Button>
      </Stack>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton />
      ) : (
        <Panel title={t('event.tickets', { smart_count: data.total, count: formatNumber(data.total, locale) })} dense>
          <RowsTable
            title={t('event.tab_attendees')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('event.no_attendees')}
            columns={[
              { label: 'field.code', cell: (row) => <Ident value={row.code} /> },
              { label: 'field.attendee_name', cell: (row) => <bdi>{row.attendee_name ?? '–'}</bdi> },
              { label: 'field.email', cell: (row) => <Ident value={row.attendee_email} /> },
              { label: 'field.ticket_type', cell: (row) => <TranslatedText value={row.ticket_type.name} /> },
              { label: 'field.seat', cell: (row) => <Ident value={row.seat_id} /> },
              { label: 'field.price', cell: (row) => <MoneyText value={row.price} />, end: true },
              { label: 'field.order', cell: (row) => <Ident value={row.order_number} /> },
              { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
              { label: 'field.checked_in_at', cell: (row) => <When at={row.checked_in_at} /> },
            ]}
          />
        </Panel>
      )}
      {data && data.total > perPage && (
        <Pagination count={Math.ceil(data.total / perPage)} page={page} onChange={(_, next) => setPage(next)} />
      )}
    </Stack>
  )
}
