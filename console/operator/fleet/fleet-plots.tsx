import { formatMoney } from '@cityos/contract'
import { type Fleet, listAlerts, listApprovals, readRevenue } from '@cityos/control-plane/contract'
import ChevronRightIcon from '@mui/icons-material/ChevronRight'
import { Box, Button, List, ListItemButton, Stack, Typography } from '@mui/material'
import { Link, useCanAccess, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Chart } from '../../chart/chart.tsx'
import { formatDay, formatMonth, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { Figure } from '../../screen/figures.tsx'
import { EmptyState, FailureState } from '../../shell/states.tsx'

/** Operations, new tenants and states over time; revenue for those who may see it. */
export function FleetPlots({ fleet }: { fleet: Fleet }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const number = (value: number) => formatNumber(value, locale)
  const days = fleet.days.map(({ day }) => formatDay(`${day}T12:00:00Z`, locale))
  const states = Object.entries(fleet.counts).filter(([, count]) => count > 0)
  const { canAccess: mayRevenue } = useCanAccess({ resource: 'revenue', action: 'list' })
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' } }}>
      <Chart
        title={t('fleet.operations_by_day')}
        kind="bar"
        points={days}
        format={number}
        series={[
          { label: t('status.succeeded'), values: fleet.days.map((day) => day.succeeded) },
          { label: t('status.failed'), values: fleet.days.map((day) => day.failed) },
        ]}
      />
      <Chart
        title={t('fleet.tenants_by_status')}
        kind="bar"
        points={states.map(([state]) => t(`status.${state}`))}
        format={number}
        series={[{ label: t('field.tenants'), values: states.map(([, count]) => count) }]}
      />
      <Chart
        title={t('fleet.tenants_created')}
        kind="line"
        points={days}
        format={number}
        series={[{ label: t('field.tenants'), values: fleet.days.map((day) => day.tenants_created) }]}
      />
      {mayRevenue && <RevenuePlot />}
    </Box>
  )
}

/** What was invoiced and paid in the last twelve months; nothing for those who may not see it. */
function RevenuePlot() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(readRevenue, {}, { staleTime: 60_000 })
  if (error?.status === 403) return null
  if (error && !data)
    return (
      <Panel title={t('fleet.revenue')}>
        <FailureState error={error} retry={refetch} />
      </Panel>
    )
  if (!data) return null
  if (data.by_month.every((month) => month.invoiced.amount === 0 && month.paid.amount === 0))
    return (
      <Panel title={t('fleet.revenue')}>
        <EmptyState title={t('fleet.no_revenue')} text={t('fleet.no_revenue_text')} />
      </Panel>
    )
  return (
    <Chart
      title={t('fleet.revenue')}
      kind="bar"
      points={data.by_month.map(({ month }) => formatMonth(month, locale))}
      format={(major) => formatMoney({ amount: Math.round(major * 100), currency: data.currency }, locale)}
      series={[
        { label: t('fleet.invoiced'), values: data.by_month.map((month) => month.invoiced.amount / 100) },
        { label: t('status.paid'), values: data.by_month.map((month) => month.paid.amount / 100) },
      ]}
    />
  )
}

/** Alerts nobody has solved, the newest five. */
export function OpenAlerts() {
  const t = useTranslate()
  const { data } = useRead(listAlerts, { query: { status: 'unresolved', limit: 5 } }, { refetchInterval: 15_000 })
  if (!data || data.total === 0) return null
  return (
    <Panel
      title={t('resources.alerts.title')}
      dense
      actions={
        <Button component={Link} to="/alerts">
          {t('shell.all')}
        </Button>
      }
    >
      <List component="div" disablePadding>
        {data.items.map((alert) => (
          <ListItemButton key={alert.id} component={Link} to="/alerts" divider sx={{ color: 'inherit' }}>
            <Stack direction="row" sx={{ width: '100%', alignItems: 'center', gap: 1, flexWrap: 'wrap' }}>
              <Box sx={{ flex: 1, minWidth: 140 }}>
                <Typography sx={{ fontWeight: 600 }}>{alert.title}</Typography>
                <Typography variant="body2" color="textSecondary">
                  <When at={alert.opened_at} ago />
                </Typography>
              </Box>
              <StatusChip status={alert.severity} />
              <ChevronRightIcon sx={{ transform: (theme) => (theme.direction === 'rtl' ? 'scaleX(-1)' : 'none') }} />
            </Stack>
          </ListItemButton>
        ))}
      </List>
    </Panel>
  )
}

/** How many requests wait for a second person. */
export function PendingApprovals() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data } = useRead(listApprovals, { query: { status: 'pending', limit: 1 } }, { refetchInterval: 15_000 })
  if (!data) return null
  return (
    <Figure
      label={t('fleet.pending_approvals')}
      value={formatNumber(data.total, locale)}
      alarm={data.total > 0}
      to={`/approvals?filter=${encodeURIComponent('{"status":"pending"}')}`}
    />
  )
}
