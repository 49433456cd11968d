import { currencyExponent, formatMoney } from '@cityos/contract'
import { adminListProducts, adminListStock, adminListVendors, getAdminDashboard, listAdminPayments } from '@cityos/data-plane/contract'
import { Box, List, ListItemButton, Stack, Typography } from '@mui/material'
import { Link, Title, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Chart } from '../../chart/chart.tsx'
import { formatDay, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { MoneyText } from '../../fields/values.tsx'
import { TopTable } from '../../order/top-table.tsx'
import { Panel } from '../../screen/facts.tsx'
import { Figure, Figures } from '../../screen/figures.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

const filtered = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`

/** The tenant's first screen: what waits, today's sales, the last thirty days. */
export function AdminDashboard() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(getAdminDashboard, {}, { refetchInterval: 60_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={8} />
  const number = (value: number) => formatNumber(value, locale)
  const currency = data.sales_30d.currency
  const factor = 10 ** currencyExponent(currency)
  const today = data.by_day.at(-1)
  const points = data.by_day.map((day) => formatDay(day.date, locale))
  return (
    <Stack spacing={2} sx={{ paddingBlockStart: 2 }}>
      <Title title="menu.dashboard" />
      <ToDo openOrders={data.open_orders} />
      <Figures>
        <Figure label={t('dashboard.orders_today')} value={number(today?.orders ?? 0)} to="/orders" />
        <Figure label={t('dashboard.sales_today')} value={today ? <MoneyText value={today.sales} /> : '–'} />
        <Figure label={t('dashboard.orders_30d')} value={number(data.orders_30d)} />
        <Figure label={t('dashboard.sales_30d')} value={<MoneyText value={data.sales_30d} />} />
        <Figure label={t('dashboard.average_order')} value={<MoneyText value={data.average_order} />} />
        <Figure label={t('dashboard.refunds_30d')} value={<MoneyText value={data.refunds_30d} />} />
        <Figure label={t('dashboard.commission_30d')} value={<MoneyText value={data.commission_30d} />} />
        <Figure label={t('field.customers')} value={number(data.customers)} to="/customers" />
        <Figure label={t('dashboard.open_carts')} value={number(data.open_carts)} />
      </Figures>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: '1fr 1fr' } }}>
        <Chart
          title={t('dashboard.sales_by_day')}
          kind="bar"
          points={points}
          series={[{ label: t('field.sales'), values: data.by_day.map((day) => day.sales.amount / factor) }]}
          format={(value) => formatMoney({ amount: Math.round(value * factor), currency }, locale)}
        />
        <Chart
          title={t('dashboard.orders_by_day')}
          kind="line"
          points={points}
          series={[{ label: t('field.orders'), values: data.by_day.map((day) => day.orders) }]}
          format={number}
        />
        <TopTable
          title={t('dashboard.top_products')}
          rows={data.top_products.map((item) => ({ name: item.title, count: item.quantity, sales: item.sales }))}
          countLabel={t('field.units')}
        />
        <TopTable
          title={t('dashboard.top_vendors')}
          rows={data.top_vendors.map((item) => ({
            name: item.vendor.name,
            count: item.orders,
            sales: item.sales,
            to: `/vendors/${item.vendor.id}/show`,
          }))}
          countLabel={t('field.orders')}
        />
      </Box>
    </Stack>
  )
}

/** What waits for somebody: each line leads to the list that shortens it. */
function ToDo({ openOrders }: { openOrders: number }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const review = useRead(adminListProducts, { query: { status: 'pending_review', limit: 1 } })
  const applied = useRead(adminListVendors, { query: { status: 'in-review', limit: 1 } })
  const pending = useRead(listAdminPayments, { query: { status: 'pending', method: 'bank_transfer', limit: 1 } })
  const out = useRead(adminListStock, { query: { state: 'out', limit: 1 } })
  const lines: [string, number | undefined, string][] = [
    ['todo.orders', openOrders, `/orders?${filtered({ status: 'confirmed' })}`],
    ['todo.payments', pending.data?.total, `/payments?${filtered({ status: 'pending' })}`],
    ['todo.products', review.data?.total, `/products?${filtered({ status: 'pending_review' })}`],
    ['todo.vendors', applied.data?.total, `/vendors?${filtered({ status: 'in-review' })}`],
    ['todo.stock', out.data?.total, `/stock?${filtered({ state: 'out' })}`],
  ]
  const waiting = lines.filter(([, count]) => (count ?? 0) > 0)
  return (
    <Panel title={t('todo.title')} dense>
      {waiting.length === 0 ? (
        <Typography color="textSecondary" sx={{ padding: 2 }}>
          {t('todo.nothing')}
        </Typography>
      ) : (
        <List component="div">
          {waiting.map(([label, count, to]) => (
            <ListItemButton key={label} component={Link} to={to} sx={{ color: 'inherit', gap: 2 }}>
              <Typography sx={{ fontWeight: 600, minWidth: 40, textAlign: 'end' }}>{formatNumber(count ?? 0, locale)}</Typography>
              <Typography>{t(label)}</Typography>
            </ListItemButton>
          ))}
        </List>
      )}
    </Panel>
  )
}
