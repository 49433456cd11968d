import {
  addDays,
  Chart,
  dateIn,
  EmptyState,
  FailureState,
  formatNumber,
  formatPercent,
  InlineField,
  ListSkeleton,
  Panel,
  RowsTable,
  useConsoleLocale,
  useNow,
  useRead,
} from '@cityos/console/kit'
import { Box, Stack } from '@mui/material'
import { useState } from 'react'
import { Title, useTranslate } from 'react-admin'
import { listRestaurantSla } from '../contract.ts'

/** How kitchens answer: minutes to accept, what they refuse, how late they are. */
export function SlaPage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const today = dateIn(useNow(3_600_000), 'UTC')
  const [from, setFrom] = useState<string | null>(null)
  const [to, setTo] = useState<string | null>(null)
  const first = from ?? addDays(today, -30)
  const last = to ?? today
  const { data, error, refetch } = useRead(
    listRestaurantSla,
    { query: { from: `${first}T00:00:00Z`, to: `${last}T23:59:59Z`, limit: 100 } },
    { placeholderData: (before) => before },
  )
  const day = (label: string, value: string, change: (value: string | null) => void) => (
    <InlineField
      type="date"
      label={label}
      value={value}
      onChange={(event) => change(event.target.value || null)}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr' } }}
    />
  )
  const seconds = (value: number | null) =>
    value === null ? '–' : t('restaurant.seconds', { count: formatNumber(Math.round(value), locale) })
  const named = data?.items.filter((row) => row.accept_p95_s !== null) ?? []
  return (
    <Stack spacing={2} sx={{ paddingBlockStart: 1.5 }}>
      <Title title="resources.restaurant-sla.title" />
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
        {day(t('field.from'), first, setFrom)}
        {day(t('field.to'), last, setTo)}
      </Stack>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton />
      ) : data.total === 0 ? (
        <EmptyState title={t('resources.restaurant-sla.empty')} text={t('resources.restaurant-sla.empty_text')} />
      ) : (
        <>
          {named.length > 0 && (
            <Box>
              <Chart
                title={t('restaurant.accept_time')}
                kind="bar"
                points={named.map((row) => row.restaurant.name)}
                series={[
                  { label: t('field.accept_p50_s'), values: named.map((row) => row.accept_p50_s ?? 0) },
                  { label: t('field.accept_p95_s'), values: named.map((row) => row.accept_p95_s ?? 0) },
                ]}
                format={(value) => seconds(value)}
              />
            </Box>
          )}
          <Panel dense>
            <RowsTable
              title={t('resources.restaurant-sla.title')}
              rows={data.items}
              rowKey={(row) => row.restaurant.id}
              empty={t('resources.restaurant-sla.empty')}
              columns={[
                { label: 'field.restaurant', cell: (row) => <bdi>{row.restaurant.name}</bdi> },
                { label: 'field.orders', cell: (row) => formatNumber(row.orders, locale), end: true },
                { label: 'field.accept_p50_s', cell: (row) => seconds(row.accept_p50_s), end: true },
                { label: 'field.accept_p95_s', cell: (row) => seconds(row.accept_p95_s), end: true },
                { label: 'field.rejected_bps', cell: (row) => formatPercent(row.rejected_bps, locale), end: true },
                { label: 'field.auto_rejected_bps', cell: (row) => formatPercent(row.auto_rejected_bps, locale), end: true },
                { label: 'field.vendor_cancelled_bps', cell: (row) => formatPercent(row.vendor_cancelled_bps, locale), end: true },
                { label: 'field.late_bps', cell: (row) => formatPercent(row.late_bps, locale), end: true },
              ]}
            />
          </Panel>
        </>
      )}
    </Stack>
  )
}
