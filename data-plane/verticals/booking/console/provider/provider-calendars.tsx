import { EndpointDialog, Ident, Panel, RemoveButton, RowsTable, useFailureNotice, useRead, useSend, When } from '@cityos/console/kit'
import AddIcon from '@mui/icons-material/Add'
import { Box, Button, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import {
  vendorCreateImport,
  vendorGetFeedAddress,
  vendorListImports,
  vendorRemoveImport,
  vendorRotateFeedAddress,
  vendorRunImport,
} from '../../contract.ts'

/** The address other calendars read this one at, and the calendars that block it. */
export function ProviderCalendars({ providerId }: { providerId: string }) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const [adding, setAdding] = useState(false)
  const params = { id: providerId }
  const feed = useRead(vendorGetFeedAddress, { params })
  const imports = useRead(vendorListImports, { params })
  const rotate = useSend(vendorRotateFeedAddress)
  const run = useSend(vendorRunImport)
  return (
    <Panel title={t('booking.calendars')}>
      <Stack spacing={2}>
        <Box>
          <Typography>{t('booking.feed_text')}</Typography>
          <Stack direction="row" sx={{ alignItems: 'center', gap: 1, flexWrap: 'wrap' }}>
            <Box sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
              <Ident value={feed.data?.url} copy />
            </Box>
            <Button size="small" loading={rotate.isPending} onClick={() => rotate.mutate({ params }, { onError: failed })}>
              {t('booking.new_feed')}
            </Button>
          </Stack>
        </Box>
        <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'center' }}>
          <Typography variant="h3" component="h3">
            {t('booking.imports')}
          </Typography>
          <Button startIcon={<AddIcon />} onClick={() => setAdding(true)}>
            {t('booking.add_import')}
          </Button>
        </Stack>
        <RowsTable
          title={t('booking.imports')}
          rows={imports.data ?? []}
          rowKey={(row) => row.id}
          empty={t('booking.no_imports')}
          columns={[
            { label: 'field.host', cell: (row) => <Ident value={row.host} /> },
            { label: 'field.last_imported_at', cell: (row) => <When at={row.last_imported_at} ago /> },
            { label: 'field.block_count', cell: (row) => row.block_count, end: true },
            {
              label: 'field.last_error',
              cell: (row) => (row.last_error ? t(`booking.import_${row.last_error}`, { _: t('booking.import_failed') }) : '–'),
            },
          ]}
          buttons={(row) => (
            <>
              <Button
                size="small"
                loading={run.isPending}
                onClick={() => run.mutate({ params: { ...params, child_id: row.id } }, { onError: failed })}
              >
                {t('booking.read_now')}
              </Button>
              <RemoveButton endpoint={vendorRemoveImport} params={{ ...params, child_id: row.id }} name={row.host} />
            </>
          )}
        />
      </Stack>
      {adding && (
        <EndpointDialog title={t('booking.add_import')} endpoint={vendorCreateImport} params={params} onClose={() => setAdding(false)} />
      )}
    </Panel>
  )
}
