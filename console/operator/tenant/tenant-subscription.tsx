import { type BilledUsage, readSubscription, type Tenant } from '@cityos/control-plane/contract'
import { Stack } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Chart } from '../../chart/chart.tsx'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, MoneyText, When } from '../../fields/values.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'

/** What the tenant pays for, its period, and what it has used of what is included. */
export function TenantSubscription({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const read = useRead(readSubscription, { params: { id: tenant.id } })
  return (
    <Loaded read={read} rows={4}>
      {(subscription) => (
        <Stack spacing={2}>
          <Panel title={t('subscription.title')}>
            <Facts
              facts={[
                { label: 'field.status', value: <StatusChip status={subscription.status} /> },
                { label: 'field.plan', value: <Ident value={subscription.plan} /> },
                { label: 'field.recurring', value: <MoneyText value={subscription.recurring} /> },
                {
                  label: 'field.period',
                  value: (
                    <>
                      <When at={subscription.period.start} /> – <When at={subscription.period.end} />
                    </>
                  ),
                },
                { label: 'field.trial_ends_at', value: <When at={subscription.trial_ends_at} /> },
                { label: 'field.credit', value: <MoneyText value={subscription.credit} /> },
              ]}
            />
          </Panel>
          <Panel title={t('subscription.items')} dense>
            <RowsTable
              title={t('subscription.items')}
              rows={subscription.items}
              rowKey={(item) => item.code}
              empty={t('subscription.no_items')}
              columns={[
                { label: 'field.name', cell: (item) => <Ident value={item.code} /> },
                { label: 'field.price', cell: (item) => <MoneyText value={item.price} />, end: true },
                { label: 'field.started_at', cell: (item) => <When at={item.started_at} /> },
                { label: 'field.suspended_at', cell: (item) => <When at={item.suspended_at} /> },
              ]}
            />
          </Panel>
          <QuotaChart usage={subscription.usage} format={(value) => formatNumber(value, locale)} />
        </Stack>
      )}
    </Loaded>
  )
}

/** Share of each quota that is used, in percent; what has no quota is left out. */
function QuotaChart({ usage, format }: { usage: BilledUsage[]; format: (value: number) => string }) {
  const t = useTranslate()
  const limited = usage.filter((item) => item.quota !== null && item.quota > 0)
  return (
    <>
      <Panel title={t('subscription.usage')} dense>
        <RowsTable
          title={t('subscription.usage')}
          rows={usage}
          rowKey={(item) => item.metric}
          empty={t('tenant.no_usage')}
          columns={[
            { label: 'field.metric', cell: (item) => t(`metric.${item.metric}`) },
            { label: 'field.used', cell: (item) => format(item.used), end: true },
            { label: 'field.quota', cell: (item) => (item.quota === null ? t('subscription.unlimited') : format(item.quota)), end: true },
          ]}
        />
      </Panel>
      {limited.some((item) => item.used > 0) && (
        <Chart
          title={t('subscription.quota_used')}
          points={limited.map((item) => t(`metric.${item.metric}`))}
          kind="bar"
          format={(value) => `${format(value)} %`}
          series={[
            { label: t('subscription.quota_used'), values: limited.map((item) => Math.round((item.used / (item.quota ?? 1)) * 1000) / 10) },
          ]}
        />
      )}
    </>
  )
}
