import { dateIn, formatWhenIn, Loaded, Panel, RemoveButton, RowsTable, useConsoleLocale, useNow, useRead } from '@cityos/console/kit'
import BlockIcon from '@mui/icons-material/Block'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { vendorListBlocks, vendorRemoveBlock } from '../../contract.ts'
import { BlockDialog } from './block-dialog.tsx'

/** Times from today on at which a provider is not to be had. */
export function ProviderBlocks({ provider, timezone }: { provider: { id: string; name: string }; timezone: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [adding, setAdding] = useState(false)
  const today = dateIn(useNow(3_600_000), timezone)
  const read = useRead(vendorListBlocks, {
    params: { id: provider.id },
    query: { from: `${today}T00:00:00Z`, limit: 50 },
  })
  return (
    <Panel
      title={t('booking.blocks')}
      dense
      actions={
        <Button startIcon={<BlockIcon />} onClick={() => setAdding(true)}>
          {t('booking.block_time')}
        </Button>
      }
    >
      <Loaded read={read} rows={2}>
        {(data) => (
          <RowsTable
            title={t('booking.blocks')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('booking.no_blocks')}
            columns={[
              { label: 'field.start', cell: (row) => formatWhenIn(row.start, timezone, locale) },
              { label: 'field.end', cell: (row) => formatWhenIn(row.end, timezone, locale) },
              { label: 'field.source', cell: (row) => t(`choice.source.${row.source}`) },
              { label: 'field.note', cell: (row) => <bdi>{row.note ?? '–'}</bdi> },
            ]}
            buttons={(row) => (
              <RemoveButton
                endpoint={vendorRemoveBlock}
                params={{ id: provider.id, child_id: row.id }}
                name={formatWhenIn(row.start, timezone, locale)}
              />
            )}
          />
        )}
      </Loaded>
      {adding && <BlockDialog providers={[provider]} date={today} timezone={timezone} onClose={() => setAdding(false)} />}
    </Panel>
  )
}
