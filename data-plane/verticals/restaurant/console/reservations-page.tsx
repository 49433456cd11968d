import {
  ActionButtons,
  addDays,
  dateIn,
  EmptyState,
  FailureState,
  formatNumber,
  formatTimeIn,
  InlineField,
  ListSkeleton,
  MoneyText,
  RowsTable,
  StatusChip,
  useConsoleLocale,
  useNow,
  useRead,
} from '@cityos/console/kit'
import { Box, Button, Card, MenuItem, Stack, Typography } from '@mui/material'
import type { ReactNode } from 'react'
import { Title, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import {
  cancelVendorReservation,
  completeVendorReservation,
  confirmVendorReservation,
  listVendorReservations,
  type ManagedRestaurant,
  seatVendorReservation,
  TableReservationStatus,
} from '../contract.ts'
import { OfRestaurant } from './chosen-restaurant.tsx'

export const reservationActions = {
  confirm: confirmVendorReservation,
  seat: seatVendorReservation,
  complete: completeVendorReservation,
  cancel: cancelVendorReservation,
}

/** The book of tables for one day. */
export function ReservationsPage() {
  return (
    <>
      <Title title="resources.table-reservations.title" />
      <OfRestaurant>{(restaurant, picker) => <DayBook key={restaurant.id} restaurant={restaurant} picker={picker} />}</OfRestaurant>
    </>
  )
}

function DayBook({ restaurant, picker }: { restaurant: ManagedRestaurant; picker: ReactNode }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [search, setSearch] = useSearchParams()
  const today = dateIn(useNow(60_000), restaurant.timezone)
  const date = search.get('date') ?? today
  const status = TableReservationStatus.safeParse(search.get('status')).data
  const go = (part: Record<string, string | undefined>) =>
    setSearch((before) => {
      for (const [name, value] of Object.entries(part)) value ? before.set(name, value) : before.delete(name)
      return before
    })
  const { data, error, refetch } = useRead(
    listVendorReservations,
    { query: { restaurant_id: restaurant.id, date, limit: 100, ...(status ? { status } : {}) } },
    { refetchInterval: 15_000, placeholderData: (before) => before },
  )
  const guests = (data?.items ?? [])
    .filter((item) => ['requested', 'confirmed', 'seated'].includes(item.status))
    .reduce((sum, item) => sum + item.party_size, 0)
  return (
    <Box sx={{ paddingBlockStart: 1.5 }}>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center', marginBlockEnd: 1.5 }}>
        {picker}
        <InlineField
          type="date"
          label={t('field.date')}
          value={date}
          onChange={(event) => go({ date: event.target.value })}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr' } }}
        />
        <Button disabled={date === today} onClick={() => go({ date: undefined })}>
          {t('restaurant.today')}
        </Button>
        <Button onClick={() => go({ date: addDays(date, 1) })}>{t('restaurant.next_day')}</Button>
        <InlineField
          select
          label={t('field.status')}
          value={status ?? ''}
          onChange={(event) => go({ status: event.target.value })}
          sx={{ minWidth: 140 }}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        >
          <MenuItem value="">{t('shell.all')}</MenuItem>
          {TableReservationStatus.options.map((item) => (
            <MenuItem key={item} value={item}>
              {t(`status.${item}`)}
            </MenuItem>
          ))}
        </InlineField>
        <Box sx={{ flex: 1 }} />
        {data && <Typography color="textSecondary">{t('restaurant.guests_expected', { count: formatNumber(guests, locale) })}</Typography>}
      </Stack>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton />
      ) : data.total === 0 ? (
        <EmptyState title={t('resources.table-reservations.empty')} text={t('resources.table-reservations.empty_text')} />
      ) : (
        <Card>
          <RowsTable
            title={t('resources.table-reservations.title')}
            rows={data.items}
            rowKey={(row) => row.id}
            empty={t('resources.table-reservations.empty')}
            columns={[
              { label: 'field.time', cell: (row) => <strong>{formatTimeIn(row.starts_at, row.restaurant.timezone, locale)}</strong> },
              { label: 'field.guest', cell: (row) => <bdi>{row.guest_name}</bdi> },
              { label: 'field.party_size', cell: (row) => formatNumber(row.party_size, locale), end: true },
              { label: 'field.tables', cell: (row) => <bdi>{row.tables.join(' + ') || '–'}</bdi> },
              {
                label: 'field.phone',
                cell: (row) => (
                  <a href={`tel:${row.phone}`}>
                    <bdi dir="ltr">{row.phone}</bdi>
                  </a>
                ),
              },
              {
                label: 'field.note',
                cell: (row) => (
                  <bdi>{[row.occasion && t(`choice.occasion.${row.occasion}`), row.note].filter(Boolean).join(' · ') || '–'}</bdi>
                ),
              },
              {
                label: 'field.deposit',
                cell: (row) => <MoneyText value={row.deposit && row.deposit.amount > 0 ? row.deposit : null} />,
                end: true,
              },
              { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
            ]}
            buttons={(row) => (
              <ActionButtons resource="table-reservations" record={row} names={row.actions} endpoints={reservationActions} size="small" />
            )}
          />
        </Card>
      )}
    </Box>
  )
}
