import { formatMoney } from '@cityos/contract'
import { readTenantUsage, type Tenant, type UsageSample } from '@cityos/control-plane/contract'
import { Box, LinearProgress, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Chart } from '../../chart/chart.tsx'
import { formatBytes, formatNumber, formatWhen, useConsoleLocale } from '../../fields/format.ts'
import { Facts, Panel } from '../../screen/facts.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../../shell/states.tsx'

/** What the tenant uses now, against its plan, and over the last two days. */
export function TenantUsage({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(
    readTenantUsage,
    { params: { id: tenant.id }, query: { hours: 48 } },
    { refetchInterval: 30_000 },
  )
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  const { now, history, limits, currency } = data
  if (!now) return <EmptyState title={t('tenant.no_usage')} text={t('tenant.no_report')} />
  const number = (value: number) => formatNumber(value, locale)
  const points = history.map((sample) => formatWhen(sample.at, locale))
  const values = (name: keyof Omit<UsageSample, 'at'>) => history.map((sample) => sample[name])
  return (
    <Stack spacing={2}>
      <Panel title={t('tenant.usage_now')}>
        <Facts
          columns={150}
          facts={[
            { label: 'field.orders', value: number(now.orders) },
            { label: 'field.sales', value: <bdi>{formatMoney({ amount: now.gmv_amount, currency }, locale)}</bdi> },
            { label: 'field.products', value: <Limited used={now.products} limit={limits['products']} format={number} /> },
            { label: 'field.customers', value: number(now.customers) },
            { label: 'field.requests', value: number(now.requests) },
            {
              label: 'field.database_size',
              value: (
                <Limited
                  used={now.database_bytes}
                  limit={limits['storage_mb'] === undefined ? undefined : limits['storage_mb'] * 1_000_000}
                  format={(bytes) => formatBytes(bytes, locale)}
                />
              ),
            },
            { label: 'field.memory', value: formatBytes(now.memory_bytes, locale) },
          ]}
        />
      </Panel>
      {history.length > 1 && (
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' } }}>
          <Chart
            title={t('field.requests')}
            points={points}
            kind="line"
            format={number}
            series={[{ label: t('field.requests'), values: values('requests') }]}
          />
          <Chart
            title={t('field.orders')}
            points={points}
            kind="line"
            format={number}
            series={[{ label: t('field.orders'), values: values('orders') }]}
          />
          <Chart
            title={t('field.memory')}
            points={points}
            kind="line"
            format={(bytes) => formatBytes(bytes * 1_000_000, locale)}
            series={[{ label: t('field.memory'), values: values('memory_bytes').map((bytes) => bytes / 1_000_000) }]}
          />
          <Chart
            title={t('field.database_size')}
            points={points}
            kind="line"
            format={(bytes) => formatBytes(bytes * 1_000_000, locale)}
            series={[{ label: t('field.database_size'), values: values('database_bytes').map((bytes) => bytes / 1_000_000) }]}
          />
        </Box>
      )}
    </Stack>
  )
}

function Limited({ used, limit, format }: { used: number; limit: number | undefined; format: (value: number) => string }) {
  const t = useTranslate()
  if (limit === undefined) return <>{format(used)}</>
  const share = limit === 0 ? 100 : Math.min(100, (used / limit) * 100)
  return (
    <Box>
      <Typography component="span">{t('tenant.of_limit', { used: format(used), limit: format(limit) })}</Typography>
      <LinearProgress
        variant="determinate"
        value={share}
        color={share > 90 ? 'error' : share > 75 ? 'warning' : 'primary'}
        aria-hidden
        sx={{ borderRadius: 2, marginBlockStart: 0.5 }}
      />
    </Box>
  )
}
