import {
  EndpointDialog,
  formatNumber,
  formatPercent,
  Ident,
  InlineField,
  Loaded,
  MoneyText,
  Panel,
  RowsTable,
  StatusChip,
  useConsoleLocale,
  useRead,
  When,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Button, IconButton } from '@mui/material'
import { useState } from 'react'
import { SelectInput, useTranslate } from 'react-admin'
import { createVouchers, listVouchers, type ManagedEvent, type ManagedVoucher, updateVoucher, withdrawVoucher } from '../../contract.ts'
import { VoucherValue } from './voucher-value.tsx'

/** Codes that change a price or keep tickets for somebody. */
export function EventVouchers({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<ManagedVoucher | null>(null)
  const [ending, setEnding] = useState<ManagedVoucher | null>(null)
  const [search, setSearch] = useState('')
  const read = useRead(
    listVouchers,
    { params: { id: event.id }, query: { q: search.trim() || undefined, limit: 100 } },
    { placeholderData: (before) => before },
  )
  const types = event.ticket_types.map((type) => ({ id: type.id, name: pickText(type.name, locale) }))
  const currency = event.ticket_types[0]?.price.currency ?? 'SAR'
  return (
    <Panel
      title={t('event.tab_vouchers')}
      dense
      actions={
        <>
          <InlineField
            label={t('event.find_voucher')}
            value={search}
            onChange={(item) => setSearch(item.target.value)}
            slotProps={{ htmlInput: { dir: 'ltr' } }}
          />
          <Button startIcon={<AddIcon />} onClick={() => setAdding(true)}>
            {t('event.add_vouchers')}
          </Button>
        </>
      }
    >
      <Loaded read={read}>
        {(data) => (
          <RowsTable
            title={t('event.tab_vouchers')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('event.no_vouchers')}
            columns={[
              { label: 'field.code', cell: (row) => <Ident value={row.code} copy /> },
              { label: 'field.effect', cell: (row) => <Effect voucher={row} currency={currency} /> },
              {
                label: 'field.used',
                cell: (row) => <bdi dir="ltr">{`${formatNumber(row.redeemed, locale)} / ${formatNumber(row.max_usages, locale)}`}</bdi>,
                end: true,
              },
              {
                label: 'field.ticket_type',
                cell: (row) => <bdi>{types.find((type) => type.id === row.ticket_type_id)?.name ?? t('shell.all')}</bdi>,
              },
              { label: 'field.blocks_quota', cell: (row) => t(`ra.boolean.${row.blocks_quota}`) },
              { label: 'field.valid_until', cell: (row) => <When at={row.valid_until} /> },
              { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
              { label: 'field.comment', cell: (row) => <bdi>{row.waiting_list ? t('event.for_waiting') : row.comment || '–'}</bdi> },
            ]}
            buttons={(row) =>
              row.status === 'active' && (
                <>
                  <IconButton size="small" aria-label={`${t('ra.action.edit')} ${row.code}`} onClick={() => setEditing(row)}>
                    <EditIcon />
                  </IconButton>
                  <Button size="small" color="error" onClick={() => setEnding(row)}>
                    {t('action.withdraw')}
                  </Button>
                </>
              )
            }
          />
        )}
      </Loaded>
      {adding && (
        <EndpointDialog
          title={t('event.add_vouchers')}
          endpoint={createVouchers}
          params={{ id: event.id }}
          fields={[
            'count',
            'code',
            'effect',
            { source: 'value', input: <VoucherValue currency={currency} /> },
            'max_usages',
            'blocks_quota',
            {
              source: 'ticket_type_id',
              input: (
                <SelectInput
                  source="ticket_type_id"
                  label="field.ticket_type"
                  choices={types}
                  translateChoice={false}
                  emptyText={t('shell.all')}
                  fullWidth
                />
              ),
            },
            'valid_until',
            'comment',
          ]}
          onClose={() => setAdding(false)}
        />
      )}
      {editing && (
        <EndpointDialog
          title={editing.code}
          endpoint={updateVoucher}
          params={{ id: editing.id }}
          record={editing}
          onClose={() => setEditing(null)}
        />
      )}
      {ending && (
        <EndpointDialog
          title={`${t('action.withdraw')} ${ending.code}`}
          consequence={t('event.withdraw_text')}
          endpoint={withdrawVoucher}
          params={{ id: ending.id }}
          submitLabel={t('action.withdraw')}
          danger
          onClose={() => setEnding(null)}
        />
      )}
    </Panel>
  )
}

function Effect({ voucher, currency }: { voucher: ManagedVoucher; currency: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (voucher.effect === 'none') return <>{t('choice.effect.none')}</>
  return (
    <>
      {t(`choice.effect.${voucher.effect}`)}{' '}
      {voucher.effect === 'percent' ? formatPercent(voucher.value, locale) : <MoneyText value={{ amount: voucher.value, currency }} />}
    </>
  )
}
