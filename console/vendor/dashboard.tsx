import { currencyExponent, formatMoney } from '@cityos/contract'
import { getVendorDashboard, vendorGetProfile, vendorListStock, vendorPause, vendorResume } from '@cityos/data-plane/contract'
import { Alert, Box, Button, Stack } from '@mui/material'
import { Title, useTranslate } from 'react-admin'
import { useRead, useSend } from '../api/query.ts'
import { Chart } from '../chart/chart.tsx'
import { formatDay, formatNumber, useConsoleLocale } from '../fields/format.ts'
import { StatusChip } from '../fields/status.tsx'
import { MoneyText } from '../fields/values.tsx'
import { TopTable } from '../order/top-table.tsx'
import { Figure, Figures } from '../screen/figures.tsx'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import { FailureState, ListSkeleton } from '../shell/states.tsx'

const filtered = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`

/** The vendor's first screen: what to do now, today's money, and the pause switch (ux guide §12). */
export function VendorDashboard() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(getVendorDashboard, {}, { refetchInterval: 20_000 })
  const out = useRead(vendorListStock, { query: { state: 'out', limit: 1 } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  const number = (value: number) => formatNumber(value, locale)
  const currency = data.sales_30d.currency
  const factor = 10 ** currencyExponent(currency)
  const today = data.by_day.at(-1)
  return (
    <Stack spacing={2} sx={{ paddingBlockStart: 2 }}>
      <Title title="menu.dashboard" />
      <ShopState />
      <Figures>
        <Figure
          label={t('vendor.to_accept')}
          value={number(data.to_accept)}
          alarm={data.to_accept > 0}
          to={`/orders?${filtered({ status: 'confirmed' })}`}
        />
        <Figure label={t('vendor.to_fulfil')} value={number(data.to_fulfil)} to={`/orders?${filtered({ status: 'preparing' })}`} />
        <Figure label={t('vendor.late')} value={number(data.late)} alarm={data.late > 0} to={`/orders?${filtered({ late: true })}`} />
        <Figure label={t('todo.stock')} value={number(out.data?.total ?? 0)} to={`/stock?${filtered({ state: 'out' })}`} />
        <Figure label={t('dashboard.sales_today')} value={today ? <MoneyText value={today.sales} /> : '–'} />
        <Figure label={t('dashboard.sales_30d')} value={<MoneyText value={data.sales_30d} />} />
        <Figure label={t('vendor.available_balance')} value={<MoneyText value={data.available_balance} />} />
        <Figure label={t('vendor.pending_balance')} value={<MoneyText value={data.pending_balance} />} />
      </Figures>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: '1fr 1fr' } }}>
        <Chart
          title={t('dashboard.sales_by_day')}
          kind="bar"
          points={data.by_day.map((day) => formatDay(day.date, locale))}
          series={[{ label: t('field.sales'), values: data.by_day.map((day) => day.sales.amount / factor) }]}
          format={(value) => formatMoney({ amount: Math.round(value * factor), currency }, locale)}
        />
        <TopTable
          title={t('dashboard.top_products')}
          rows={data.top_products.map((item) => ({ name: item.title, count: item.quantity, sales: item.sales }))}
          countLabel={t('field.units')}
        />
      </Box>
    </Stack>
  )
}

/** Open, on vacation, restricted: said plainly, with the one thing that can be done about it. */
function ShopState() {
  const t = useTranslate()
  const failed = useFailureNotice()
  const { data: vendor } = useRead(vendorGetProfile)
  const pause = useSend(vendorPause)
  const resume = useSend(vendorResume)
  if (!vendor) return null
  const change = vendor.actions.includes('pause') ? pause : vendor.actions.includes('resume') ? resume : null
  const held = vendor.status === 'restricted' || vendor.status === 'suspended'
  return (
    <Stack spacing={1}>
      <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
        <StatusChip status={vendor.status} />
        <Box sx={{ flex: 1 }} />
        {change && (
          <Button variant="outlined" loading={change.isPending} onClick={() => change.mutate({}, { onError: failed })}>
            {t(change === pause ? 'vendor.pause' : 'vendor.come_back')}
          </Button>
        )}
      </Stack>
      {held && <Alert severity="warning">{t('vendor.held', { reason: vendor.status_reason ?? '' })}</Alert>}
      {vendor.status === 'vacation' && <Alert severity="info">{t('vendor.on_vacation')}</Alert>}
    </Stack>
  )
}
