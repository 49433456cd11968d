import { formatMoney } from '@cityos/contract'
import { readRevenue } from '@cityos/control-plane/contract'
import { Box, Stack } from '@mui/material'
import { Title, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Chart } from '../../chart/chart.tsx'
import { formatMonth, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Ident, MoneyText } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { Figure, Figures } from '../../screen/figures.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

/** What tenants bring in by the month, what is open and overdue, and the last twelve months. */
export function RevenuePage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(readRevenue, {}, { refetchInterval: 60_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  const number = (value: number) => formatNumber(value, locale)
  const money = (amount: number) => formatMoney({ amount, currency: data.currency }, locale)
  const invoices = (filter: Record<string, unknown>) => `/invoices?filter=${encodeURIComponent(JSON.stringify(filter))}`
  return (
    <Box sx={{ paddingBlockStart: 2 }}>
      <Title title="menu.revenue" />
      <Stack spacing={2}>
        <Figures>
          <Figure label={t('billing.mrr')} value={<MoneyText value={data.mrr} />} />
          <Figure label={t('billing.open')} value={<MoneyText value={data.open} />} to={invoices({ status: 'open' })} />
          <Figure
            label={t('billing.overdue', { count: number(data.overdue_count) })}
            value={<MoneyText value={data.overdue} />}
            alarm={data.overdue_count > 0}
            to={invoices({ overdue: true })}
          />
          <Figure label={t('billing.subscriptions_active')} value={number(data.subscriptions.active)} />
          <Figure label={t('billing.subscriptions_trialing')} value={number(data.subscriptions.trialing)} />
          <Figure
            label={t('billing.subscriptions_past_due')}
            value={number(data.subscriptions.past_due + data.subscriptions.unpaid)}
            alarm={data.subscriptions.past_due + data.subscriptions.unpaid > 0}
          />
        </Figures>
        <Chart
          title={t('billing.by_month')}
          kind="bar"
          points={data.by_month.map((each) => formatMonth(each.month, locale))}
          format={(major) => money(Math.round(major * 100))}
          series={(['invoiced', 'paid', 'credited'] as const).map((name) => ({
            label: t(`billing.${name}`),
            values: data.by_month.map((each) => each[name].amount / 100),
          }))}
        />
        <Panel title={t('billing.by_plan')} dense>
          <RowsTable
            title={t('billing.by_plan')}
            rows={data.by_plan}
            rowKey={(row) => row.plan}
            empty={t('billing.no_subscriptions')}
            columns={[
              { label: 'field.plan', cell: (row) => <Ident value={row.plan} /> },
              { label: 'field.tenants', end: true, cell: (row) => number(row.subscriptions) },
              { label: 'billing.mrr', end: true, cell: (row) => <MoneyText value={row.mrr} /> },
            ]}
          />
        </Panel>
      </Stack>
    </Box>
  )
}
