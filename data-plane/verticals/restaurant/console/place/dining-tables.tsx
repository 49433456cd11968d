import { EndpointDialog, Loaded, Panel, RemoveButton, RowsTable, TranslatedText, useRead } from '@cityos/console/kit'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Button, IconButton } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { createDiningTable, type DiningTable, listDiningTables, removeDiningTable, updateDiningTable } from '../../contract.ts'

/** Tables that can be reserved; those of one group can be put together. */
export function DiningTables({ restaurantId }: { restaurantId: string }) {
  const t = useTranslate()
  const [editing, setEditing] = useState<DiningTable | 'new' | null>(null)
  const read = useRead(listDiningTables, { query: { restaurant_id: restaurantId, limit: 100 } })
  return (
    <Panel
      title={t('restaurant.tables')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setEditing('new')}>
          {t('restaurant.add_table')}
        </Button>
      }
    >
      <Loaded read={read} rows={4}>
        {(data) => (
          <RowsTable
            title={t('restaurant.tables')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('restaurant.no_tables')}
            columns={[
              { label: 'field.table', cell: (row) => <bdi>{row.name}</bdi> },
              { label: 'field.area', cell: (row) => <TranslatedText value={row.area} /> },
              { label: 'field.seats', cell: (row) => <bdi dir="ltr">{`${row.seats_min}–${row.seats_max}`}</bdi>, end: true },
              { label: 'field.join_group', cell: (row) => <bdi>{row.join_group ?? '–'}</bdi> },
              { label: 'field.active', cell: (row) => t(`ra.boolean.${row.active}`) },
            ]}
            buttons={(row) => (
              <>
                <IconButton size="small" aria-label={`${t('ra.action.edit')} ${row.name}`} onClick={() => setEditing(row)}>
                  <EditIcon />
                </IconButton>
                <RemoveButton endpoint={removeDiningTable} params={{ id: row.id }} name={row.name} />
              </>
            )}
          />
        )}
      </Loaded>
      {editing === 'new' && (
        <EndpointDialog
          title={t('restaurant.add_table')}
          endpoint={createDiningTable}
          fixed={{ restaurant_id: restaurantId }}
          onClose={() => setEditing(null)}
        />
      )}
      {editing && editing !== 'new' && (
        <EndpointDialog
          title={editing.name}
          endpoint={updateDiningTable}
          params={{ id: editing.id }}
          record={editing}
          onClose={() => setEditing(null)}
        />
      )}
    </Panel>
  )
}
