import {
  EndpointDialog,
  type FormField,
  formatNumber,
  Loaded,
  MoneyText,
  Panel,
  RemoveButton,
  RowsTable,
  TranslatedText,
  useConsoleLocale,
  useRead,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Button, IconButton } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import {
  createDeliveryArea,
  type DeliveryArea,
  listDeliveryAreas,
  type ManagedRestaurant,
  removeDeliveryArea,
  updateDeliveryArea,
} from '../../contract.ts'
import { AreaInput, AreaPicture } from './area-input.tsx'

/** Where it delivers, for how much. */
export function DeliveryAreas({ restaurant }: { restaurant: ManagedRestaurant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<DeliveryArea | 'new' | null>(null)
  const read = useRead(listDeliveryAreas, { query: { restaurant_id: restaurant.id, limit: 100 } })
  const fields: FormField[] = [
    'name',
    'fee',
    'minimum_order',
    'free_over',
    { source: 'polygon', input: <AreaInput source="polygon" center={restaurant.location} /> },
    'max_distance_m',
  ]
  const close = () => setEditing(null)
  return (
    <Panel
      title={t('restaurant.areas')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setEditing('new')}>
          {t('restaurant.add_area')}
        </Button>
      }
    >
      <Loaded read={read} rows={3}>
        {(data) => (
          <RowsTable
            title={t('restaurant.areas')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('restaurant.no_areas')}
            columns={[
              { label: 'field.name', cell: (row) => <TranslatedText value={row.name} /> },
              { label: 'restaurant.shape', cell: (row) => <AreaPicture polygon={row.polygon} center={restaurant.location} size={56} /> },
              { label: 'field.fee', cell: (row) => <MoneyText value={row.fee} />, end: true },
              { label: 'field.minimum_order', cell: (row) => <MoneyText value={row.minimum_order} />, end: true },
              { label: 'field.free_over', cell: (row) => <MoneyText value={row.free_over} />, end: true },
              {
                label: 'field.max_distance_m',
                cell: (row) => (row.max_distance_m === null ? '–' : formatNumber(row.max_distance_m, locale)),
                end: true,
              },
            ]}
            buttons={(row) => (
              <>
                <IconButton
                  size="small"
                  aria-label={`${t('ra.action.edit')} ${pickText(row.name, locale)}`}
                  onClick={() => setEditing(row)}
                >
                  <EditIcon />
                </IconButton>
                <RemoveButton endpoint={removeDeliveryArea} params={{ id: row.id }} name={pickText(row.name, locale)} />
              </>
            )}
          />
        )}
      </Loaded>
      {editing === 'new' && (
        <EndpointDialog
          title={t('restaurant.add_area')}
          endpoint={createDeliveryArea}
          fixed={{ restaurant_id: restaurant.id }}
          fields={fields}
          currency={restaurant.currency}
          onClose={close}
        />
      )}
      {editing && editing !== 'new' && (
        <EndpointDialog
          title={pickText(editing.name, locale)}
          endpoint={updateDeliveryArea}
          params={{ id: editing.id }}
          record={editing}
          fields={fields}
          currency={restaurant.currency}
          onClose={close}
        />
      )}
    </Panel>
  )
}
