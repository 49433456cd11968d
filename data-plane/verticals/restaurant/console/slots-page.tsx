import {
  addDays,
  dateIn,
  EmptyState,
  FailureState,
  formatDate,
  formatNumber,
  formatRangeIn,
  InlineField,
  ListSkeleton,
  Panel,
  RowsTable,
  useConsoleLocale,
  useNow,
  useRead,
} from '@cityos/console/kit'
import { Box, Button, LinearProgress, MenuItem, Stack, Typography } from '@mui/material'
import { type ReactNode, useState } from 'react'
import { Title, useTranslate } from 'react-admin'
import { listKitchenSlots, type ManagedRestaurant, RestaurantService } from '../contract.ts'
import { OfRestaurant } from './chosen-restaurant.tsx'

/** How full the kitchen is, slot by slot: orders and preparation points. */
export function SlotsPage() {
  return (
    <>
      <Title title="resources.restaurant-slots.title" />
      <OfRestaurant>{(restaurant, picker) => <Slots key={restaurant.id} restaurant={restaurant} picker={picker} />}</OfRestaurant>
    </>
  )
}

function Slots({ restaurant, picker }: { restaurant: ManagedRestaurant; picker: ReactNode }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const now = useNow(60_000)
  const today = dateIn(now, restaurant.timezone)
  const [date, setDate] = useState<string | null>(null)
  const [service, setService] = useState<RestaurantService | ''>('')
  const day = date ?? today
  const { data, error, refetch } = useRead(
    listKitchenSlots,
    { params: { id: restaurant.id }, query: { date: day, ...(service ? { service } : {}) } },
    { refetchInterval: 30_000, placeholderData: (before) => before },
  )
  return (
    <Box sx={{ paddingBlockStart: 1.5 }}>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', marginBlockEnd: 1.5 }}>
        {picker}
        <InlineField
          type="date"
          label={t('field.date')}
          value={day}
          onChange={(event) => setDate(event.target.value || null)}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr' } }}
        />
        <InlineField
          select
          label={t('field.service')}
          value={service}
          onChange={(event) => setService(event.target.value as RestaurantService | '')}
          sx={{ minWidth: 140 }}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        >
          <MenuItem value="">{t('shell.all')}</MenuItem>
          {restaurant.services.map((item) => (
            <MenuItem key={item} value={item}>
              {t(`choice.service.${item}`)}
            </MenuItem>
          ))}
        </InlineField>
        <Button onClick={() => setDate(addDays(day, 1))}>{t('restaurant.next_day')}</Button>
      </Stack>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton rows={8} />
      ) : data.slots.length === 0 ? (
        <EmptyState title={t('restaurant.no_slots')} text={t('restaurant.no_slots_text')} />
      ) : (
        <Panel title={formatDate(data.date, locale)} dense>
          <RowsTable
            title={t('resources.restaurant-slots.title')}
            rows={data.slots.filter((slot) => data.date !== today || Date.parse(slot.ends_at) > now)}
            rowKey={(slot) => `${slot.service}-${slot.starts_at}`}
            empty={t('restaurant.no_slots')}
            columns={[
              {
                label: 'field.time',
                cell: (slot) => <bdi>{formatRangeIn(slot.starts_at, slot.ends_at, data.timezone, locale)}</bdi>,
              },
              { label: 'field.service', cell: (slot) => t(`choice.service.${slot.service}`) },
              { label: 'field.orders', cell: (slot) => <Load used={slot.orders_used} cap={slot.orders_cap} label={t('field.orders')} /> },
              {
                label: 'field.prep_points',
                cell: (slot) => <Load used={slot.points_used} cap={slot.points_cap} label={t('field.prep_points')} />,
              },
            ]}
          />
        </Panel>
      )}
    </Box>
  )
}

/** Taken of what there is: a bar and the two numbers. */
function Load({ used, cap, label }: { used: number; cap: number; label: string }) {
  const locale = useConsoleLocale()
  const share = cap === 0 ? 100 : Math.min(100, (100 * used) / cap)
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: 'center', minWidth: 140 }}>
      <LinearProgress
        variant="determinate"
        value={share}
        color={share >= 100 ? 'error' : share >= 75 ? 'warning' : 'primary'}
        aria-label={label}
        sx={{ flex: 1, height: 8, borderRadius: 4, backgroundColor: 'action.selected' }}
      />
      <Typography variant="body2" sx={{ minWidth: 56, textAlign: 'end' }}>
        <bdi dir="ltr">{`${formatNumber(used, locale)} / ${formatNumber(cap, locale)}`}</bdi>
      </Typography>
    </Stack>
  )
}
