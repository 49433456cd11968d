import { EndpointDialog, formatDate, Loaded, Panel, RemoveButton, RowsTable, useConsoleLocale, useRead } from '@cityos/console/kit'
import AddIcon from '@mui/icons-material/Add'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { createOpeningException, listOpeningExceptions, removeOpeningException } from '../../contract.ts'

/** Days that differ from the week: holidays, Ramadan, prayer breaks. */
export function OpeningExceptions({ restaurantId }: { restaurantId: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [adding, setAdding] = useState(false)
  const read = useRead(listOpeningExceptions, { query: { restaurant_id: restaurantId, limit: 100 } })
  return (
    <Panel
      title={t('restaurant.exceptions')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setAdding(true)}>
          {t('restaurant.add_exception')}
        </Button>
      }
    >
      <Loaded read={read} rows={2}>
        {(data) => (
          <RowsTable
            title={t('restaurant.exceptions')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('restaurant.no_exceptions')}
            columns={[
              {
                label: 'field.date',
                cell: (row) =>
                  row.from_date === row.to_date
                    ? formatDate(row.from_date, locale)
                    : `${formatDate(row.from_date, locale)} – ${formatDate(row.to_date, locale)}`,
              },
              { label: 'field.service', cell: (row) => (row.service ? t(`choice.service.${row.service}`) : t('shell.all')) },
              { label: 'field.kind', cell: (row) => t(`choice.kind.${row.kind}`) },
              {
                label: 'field.hours',
                cell: (row) => (row.opens_at ? <bdi dir="ltr">{`${row.opens_at}–${row.closes_at}`}</bdi> : t('restaurant.whole_day')),
              },
              { label: 'field.reason', cell: (row) => t(`choice.reason.${row.reason}`) },
            ]}
            buttons={(row) => (
              <RemoveButton endpoint={removeOpeningException} params={{ id: row.id }} name={formatDate(row.from_date, locale)} />
            )}
          />
        )}
      </Loaded>
      {adding && (
        <EndpointDialog
          title={t('restaurant.add_exception')}
          endpoint={createOpeningException}
          fixed={{ restaurant_id: restaurantId }}
          onClose={() => setAdding(false)}
        />
      )}
    </Panel>
  )
}
