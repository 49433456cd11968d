import { formatWhenIn, Ident, InlineField, Loaded, RowsTable, TranslatedText, useConsoleLocale, useRead } from '@cityos/console/kit'
import { Button, Dialog, DialogActions, DialogContent, DialogTitle, MenuItem, Pagination } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { type CheckinList, listCheckins, ScanResult } from '../../contract.ts'
import { listName } from '../list-name.ts'

const perPage = 20

/** Every scan at a door, newest first: who came in, and what was refused and why. */
export function CheckinScans({ list, onClose }: { list: CheckinList; onClose: () => void }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [page, setPage] = useState(1)
  const [result, setResult] = useState<ScanResult | ''>('')
  const read = useRead(
    listCheckins,
    { params: { id: list.id }, query: { ...(result ? { result } : {}), limit: perPage, offset: (page - 1) * perPage } },
    { refetchInterval: 15_000, placeholderData: (before) => before },
  )
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="md" aria-labelledby="scans-title">
      <DialogTitle id="scans-title">{t('event.scans_of', { name: listName(t, list.name) })}</DialogTitle>
      <DialogContent>
        <InlineField
          select
          label={t('field.result')}
          value={result}
          onChange={(item) => {
            setPage(1)
            setResult(item.target.value as ScanResult | '')
          }}
          sx={{ minWidth: 200, marginBlock: 1 }}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        >
          <MenuItem value="">{t('shell.all')}</MenuItem>
          {ScanResult.options.map((name) => (
            <MenuItem key={name} value={name}>
              {t(`event.result_${name}`)}
            </MenuItem>
          ))}
        </InlineField>
        <Loaded read={read}>
          {(data) => (
            <>
              <RowsTable
                title={t('event.scans')}
                rows={data.items}
                rowKey={(row) => row.id}
                empty={t('event.no_scans')}
                columns={[
                  { label: 'field.time', cell: (row) => formatWhenIn(row.scanned_at, list.event.timezone, locale) },
                  {
                    label: 'field.result',
                    cell: (row) => t(row.result === 'ok' && row.kind === 'exit' ? 'event.result_ok_exit' : `event.result_${row.result}`),
                  },
                  { label: 'field.code', cell: (row) => <Ident value={row.ticket?.code} /> },
                  { label: 'field.attendee_name', cell: (row) => <bdi>{row.ticket?.attendee_name ?? '–'}</bdi> },
                  { label: 'field.ticket_type', cell: (row) => <TranslatedText value={row.ticket?.ticket_type} /> },
                  { label: 'field.seat', cell: (row) => <Ident value={row.ticket?.seat_id} /> },
                ]}
              />
              {data.total > perPage && (
                <Pagination count={Math.ceil(data.total / perPage)} page={page} onChange={(_, next) => setPage(next)} />
              )}
            </>
          )}
        </Loaded>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose}>{t('ra.action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}
