import {
  Chart,
  FailureState,
  Figure,
  Figures,
  formatDay,
  formatNumber,
  formatPercent,
  ListSkeleton,
  MoneyText,
  Panel,
  RowsTable,
  StatusChip,
  TranslatedText,
  useConsoleLocale,
  useRead,
  When,
} from '@cityos/console/kit'
import { currencyExponent, formatMoney } from '@cityos/contract'
import { Box, Stack } from '@mui/material'
import { useTranslate } from 'react-admin'
import type { adminEventSales, eventSales } from '../../contract.ts'
import { DateName } from './date-name.tsx'

/** How an event sells: figures, days, types, quotas, and when the money comes. */
export function SalesPanel({
  endpoint,
  eventId,
  timezone,
}: {
  endpoint: typeof eventSales | typeof adminEventSales
  eventId: string
  timezone: string
}) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(endpoint as typeof eventSales, { params: { id: eventId } }, { refetchInterval: 20_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  const number = (value: number) => formatNumber(value, locale)
  const { currency } = data.gross
  const factor = 10 ** currencyExponent(currency)
  const money = (value: number) => formatMoney({ amount: Math.round(value * factor), currency }, locale)
  const days = data.by_day.map((day) => formatDay(`${day.day}T12:00:00Z`, locale))
  return (
    <Stack spacing={2}>
      <Figures>
        <Figure label={t('field.sold')} value={number(data.sold)} />
        <Figure label={t('field.held')} value={number(data.held)} />
        <Figure label={t('field.checked_in')} value={number(data.checked_in)} />
        <Figure label={t('field.refunded')} value={number(data.refunded)} />
        <Figure label={t('event.gross')} value={<MoneyText value={data.gross} />} />
        <Figure label={t('event.fees')} value={<MoneyText value={data.fees} />} />
        <Figure label={t('event.refunds')} value={<MoneyText value={data.refunds} />} />
        <Figure label={t('event.tab_waiting')} value={number(data.waiting)} />
      </Figures>
      {data.by_day.length > 0 && (
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: '1fr 1fr' } }}>
          <Chart
            title={t('event.tickets_by_day')}
            kind="bar"
            points={days}
            series={[{ label: t('field.sold'), values: data.by_day.map((day) => day.tickets) }]}
            format={number}
          />
          <Chart
            title={t('event.sales_by_day')}
            kind="line"
            points={days}
            series={[{ label: t('event.gross'), values: data.by_day.map((day) => day.gross.amount / factor) }]}
            format={money}
          />
        </Box>
      )}
      <Panel title={t('event.by_type')} dense>
        <RowsTable
          title={t('event.by_type')}
          rows={data.by_type}
          rowKey={(row) => row.ticket_type_id}
          empty={t('event.no_types')}
          columns={[
            { label: 'field.name', cell: (row) => <TranslatedText value={row.name} /> },
            { label: 'field.sold', cell: (row) => number(row.sold), end: true },
            { label: 'field.held', cell: (row) => number(row.held), end: true },
            { label: 'field.checked_in', cell: (row) => number(row.checked_in), end: true },
            { label: 'field.refunded', cell: (row) => number(row.refunded), end: true },
            { label: 'event.gross', cell: (row) => <MoneyText value={row.gross} />, end: true },
          ]}
        />
      </Panel>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: '1fr 1fr' } }}>
        <Panel title={t('event.quotas')} dense>
          <RowsTable
            title={t('event.quotas')}
            rows={data.quotas}
            rowKey={(row) => row.id}
            empty={t('event.no_quotas')}
            columns={[
              { label: 'field.name', cell: (row) => <bdi>{row.name}</bdi> },
              {
                label: 'field.used',
                cell: (row) => <bdi dir="ltr">{`${number(row.used)} / ${row.size === null ? '∞' : number(row.size)}`}</bdi>,
                end: true,
              },
              { label: 'event.kept_by_vouchers', cell: (row) => number(row.blocked), end: true },
            ]}
          />
        </Panel>
        <Panel title={t('event.dates')} dense>
          <RowsTable
            title={t('event.dates')}
            rows={data.by_date}
            rowKey={(row) => row.event_date_id}
            empty={t('event.no_dates')}
            columns={[
              { label: 'field.date', cell: (row) => <DateName at={row.starts_at} timezone={timezone} /> },
              { label: 'field.sold', cell: (row) => number(row.sold), end: true },
              { label: 'field.checked_in', cell: (row) => number(row.checked_in), end: true },
            ]}
          />
        </Panel>
      </Box>
      <Panel title={t('event.payout')}>
        <Stack direction="row" sx={{ gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusChip status={data.payout.status} />
          <span>
            {t('event.release_at')} <When at={data.payout.release_at} />
          </span>
          {data.payout.advanced_bps > 0 && <span>{t('event.advanced', { share: formatPercent(data.payout.advanced_bps, locale) })}</span>}
        </Stack>
      </Panel>
    </Stack>
  )
}
