import { type Fleet, readFleet } from '@cityos/control-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import ChevronRightIcon from '@mui/icons-material/ChevronRight'
import { Box, Button, List, ListItemButton, Stack, Typography } from '@mui/material'
import { Link, Title, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatBytes, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { toneOf } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { Figure, Figures } from '../../screen/figures.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../../shell/states.tsx'
import { OperationRows } from '../operation/operation-rows.tsx'
import { FreezeBanner } from '../rollout/freeze.tsx'
import { RunningRollout } from '../rollout/running-rollout.tsx'
import { FleetPlots, OpenAlerts, PendingApprovals } from './fleet-plots.tsx'

/** The fleet at a glance: what is wrong first, then how much there is, then what happens. */
export function FleetPage() {
  const t = useTranslate()
  const { data, error, refetch } = useRead(readFleet, {}, { refetchInterval: 10_000 })
  return (
    <Box sx={{ paddingBlockStart: 2 }}>
      <Title title="menu.dashboard" />
      {error && !data ? <FailureState error={error} retry={refetch} /> : data ? <Shown fleet={data} /> : <ListSkeleton rows={8} />}
      {data?.tenants === 0 && (
        <EmptyState title={t('resources.tenants.empty')} text={t('resources.tenants.empty_text')}>
          <Button component={Link} to="/tenants/create" variant="contained" startIcon={<AddIcon />}>
            {t('resources.tenants.create')}
          </Button>
        </EmptyState>
      )}
    </Box>
  )
}

function Shown({ fleet }: { fleet: Fleet }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const number = (value: number) => formatNumber(value, locale)
  return (
    <Stack spacing={2}>
      <Panel
        title={t('fleet.health')}
        actions={
          <Button component={Link} to="/tenants/create" variant="contained" startIcon={<AddIcon />}>
            {t('resources.tenants.create')}
          </Button>
        }
      >
        <HealthBar counts={fleet.counts} total={fleet.tenants} />
        <HealthBar counts={fleet.runtimes} total={Object.values(fleet.runtimes).reduce((sum, count) => sum + count, 0)} filter="runtime" />
      </Panel>
      {fleet.attention.length > 0 && <Attention fleet={fleet} />}
      <FreezeBanner />
      <RunningRollout />
      <OpenAlerts />
      <Figures>
        <Figure label={t('field.tenants')} value={number(fleet.tenants)} to="/tenants" />
        <Figure label={t('fleet.active_operations')} value={number(fleet.operations.active)} to="/operations" />
        <Figure
          label={t('fleet.failed_last_day')}
          value={number(fleet.operations.failed_last_day)}
          alarm={fleet.operations.failed_last_day > 0}
          to={`/operations?filter=${encodeURIComponent('{"status":"failed"}')}`}
        />
        <PendingApprovals />
        <Figure label={t('field.orders')} value={number(fleet.usage.orders)} />
        <Figure label={t('field.products')} value={number(fleet.usage.products)} />
        <Figure label={t('field.customers')} value={number(fleet.usage.customers)} />
        <Figure label={t('field.database_size')} value={formatBytes(fleet.usage.database_bytes, locale)} />
        <Figure label={t('field.memory')} value={formatBytes(fleet.usage.memory_bytes, locale)} />
      </Figures>
      <FleetPlots fleet={fleet} />
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '2fr 1fr' } }}>
        <Panel title={t('fleet.recent')} dense>
          {fleet.recent_operations.length > 0 ? (
            <OperationRows operations={fleet.recent_operations} withTenant />
          ) : (
            <Typography color="textSecondary" sx={{ padding: 2 }}>
              {t('resources.operations.empty')}
            </Typography>
          )}
        </Panel>
        <Panel title={t('resources.releases.title')}>
          <Stack spacing={1}>
            {fleet.releases.map((release) => (
              <Stack key={release.version} direction="row" sx={{ justifyContent: 'space-between', gap: 1 }}>
                <Ident value={release.version} />
                <Typography color="textSecondary">
                  {t('fleet.tenants_on', { smart_count: release.tenants, count: number(release.tenants) })}
                </Typography>
              </Stack>
            ))}
            <Typography variant="body2" color="textSecondary">
              {t('fleet.control_plane')} <Ident value={fleet.control_plane.version} /> · <When at={fleet.control_plane.started_at} ago />
            </Typography>
          </Stack>
        </Panel>
      </Box>
    </Stack>
  )
}

/** One bar, a part for each state that somebody is in, and the same in words below: each word leads to its list. */
function HealthBar({ counts, total, filter = 'status' }: { counts: Record<string, number>; total: number; filter?: 'status' | 'runtime' }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const parts = Object.entries(counts).filter(([, count]) => count > 0)
  if (total === 0) return null
  const color = (state: string) => {
    const tone = toneOf(state)
    return tone === 'default' ? 'text.disabled' : `${tone}.main`
  }
  return (
    <Box sx={{ marginBlockEnd: 1.5 }}>
      <Box aria-hidden sx={{ display: 'flex', gap: '2px', height: 14, borderRadius: 1, overflow: 'hidden' }}>
        {parts.map(([state, count]) => (
          <Box key={state} sx={{ flex: count, backgroundColor: color(state) }} />
        ))}
      </Box>
      <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 0.5, marginBlockStart: 0.5 }}>
        {parts.map(([state, count]) => (
          <Button
            key={state}
            size="small"
            color="inherit"
            component={Link}
            to={`/tenants?filter=${encodeURIComponent(JSON.stringify({ [filter]: state }))}`}
            startIcon={<Box aria-hidden sx={{ width: 10, height: 10, borderRadius: '3px', backgroundColor: color(state) }} />}
          >
            {t(`status.${state}`)} {formatNumber(count, locale)}
          </Button>
        ))}
      </Stack>
    </Box>
  )
}

function Attention({ fleet }: { fleet: Fleet }) {
  const t = useTranslate()
  const shown = fleet.attention.slice(0, 6)
  const failed = `/tenants?filter=${encodeURIComponent('{"status":"failed"}')}`
  return (
    <Panel
      title={t('fleet.attention')}
      dense
      actions={
        fleet.attention.length > shown.length && (
          <Button component={Link} to={failed}>
            {t('shell.all')}
          </Button>
        )
      }
    >
      <List component="div" disablePadding>
        {shown.map((item) => (
          <ListItemButton
            key={`${item.tenant_id}-${item.what}`}
            component={Link}
            to={item.operation_id ? `/operations/${item.operation_id}/show` : `/tenants/${item.tenant_id}/show`}
            divider
            sx={{ color: 'inherit', borderInlineStart: 4, borderInlineStartColor: 'error.main' }}
          >
            <Box sx={{ flex: 1 }}>
              <Typography sx={{ fontWeight: 600 }}>
                <bdi dir="ltr">{item.tenant_slug}</bdi>
              </Typography>
              <Typography variant="body2">{t(`attention.${item.what}`, { _: item.what })}</Typography>
            </Box>
            <ChevronRightIcon sx={{ transform: (theme) => (theme.direction === 'rtl' ? 'scaleX(-1)' : 'none') }} />
          </ListItemButton>
        ))}
      </List>
    </Panel>
  )
}
