import { EndpointDialog, formatDate, Loaded, Panel, RemoveButton, RowsTable, useConsoleLocale, useRead } from '@cityos/console/kit'
import AddIcon from '@mui/icons-material/Add'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { vendorCreateException, vendorListExceptions, vendorRemoveException } from '../../contract.ts'

/** Days that differ from the week: closed, or open beside it. */
export function ProviderExceptions({ providerId }: { providerId: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [adding, setAdding] = useState(false)
  const read = useRead(vendorListExceptions, { params: { id: providerId }, query: { limit: 100 } })
  return (
    <Panel
      title={t('booking.exceptions')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setAdding(true)}>
          {t('booking.add_exception')}
        </Button>
      }
    >
      <Loaded read={read} rows={2}>
        {(data) => (
          <RowsTable
            title={t('booking.exceptions')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('booking.no_exceptions')}
            columns={[
              { label: 'field.date', cell: (row) => formatDate(row.date, locale) },
              { label: 'field.kind', cell: (row) => t(`choice.kind.${row.kind}`) },
              {
                label: 'field.hours',
                cell: (row) => (row.start ? <bdi dir="ltr">{`${row.start}–${row.end}`}</bdi> : t('booking.whole_day')),
              },
              { label: 'field.note', cell: (row) => <bdi>{row.note ?? '–'}</bdi> },
            ]}
            buttons={(row) => (
              <RemoveButton
                endpoint={vendorRemoveException}
                params={{ id: providerId, child_id: row.id }}
                name={formatDate(row.date, locale)}
              />
            )}
          />
        )}
      </Loaded>
      {adding && (
        <EndpointDialog
          title={t('booking.add_exception')}
          endpoint={vendorCreateException}
          params={{ id: providerId }}
          onClose={() => setAdding(false)}
        />
      )}
    </Panel>
  )
}
