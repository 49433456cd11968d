import { type GateReport, listRolloutEvents, type Rollout, type RolloutRing } from '@cityos/control-plane/contract'
import { Alert, Box, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Chart } from '../../chart/chart.tsx'
import { formatClock, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { isOver } from './use-rollout.ts'
import { ringText, useFigureText, useSeconds } from './words.ts'

/** What the gate sees in one ring: both arms beside each other over the soak, and each figure against its limit. */
export function Gate({ rollout, ring }: { rollout: Rollout; ring: RolloutRing }) {
  const t = useTranslate()
  const { data } = useRead(
    listRolloutEvents,
    { params: { id: rollout.id }, query: { kind: 'gate_looked', ring: ring.name, limit: 100 } },
    { refetchInterval: isOver(rollout) ? false : 3_000 },
  )
  const past = (data?.items ?? []).flatMap((event) => (event.gate ? [event.gate] : [])).reverse()
  const looks = ring.gate && past.at(-1)?.at !== ring.gate.at ? [...past, ring.gate] : past
  const last = looks.at(-1)
  if (!last)
    return (
      <Panel title={t('rollout.gate', { ring: ringText(t, ring.name) })}>
        <Typography color="textSecondary">{t('rollout.no_gate')}</Typography>
      </Panel>
    )
  return (
    <Stack spacing={2}>
      <Verdict ring={ring} report={last} />
      <Plots looks={looks} />
    </Stack>
  )
}

function Verdict({ ring, report }: { ring: RolloutRing; report: GateReport }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const text = useFigureText()
  const seconds = useSeconds()
  const arm = (count: number) => formatNumber(count, locale)
  return (
    <Panel title={t('rollout.gate', { ring: ringText(t, ring.name) })} dense actions={<StatusChip status={report.verdict} />}>
      <Box sx={{ paddingInline: 2, paddingBlockStart: 1 }}>
        {report.basis === 'probes' && <Alert severity="info">{t('rollout.probes_decide')}</Alert>}
        <Typography variant="body2" color="textSecondary">
          {t('rollout.arms', { upgraded: arm(report.upgraded.requests), control: arm(report.control.requests) })}{' '}
          {t('rollout.windows', { short: seconds(report.short_window), long: seconds(report.long_window) })} <When at={report.at} ago />
        </Typography>
      </Box>
      <RowsTable
        title={t('rollout.figures')}
        rows={report.figures}
        rowKey={(figure) => figure.name}
        empty={t('rollout.no_gate')}
        columns={[
          { label: 'rollout.figure', cell: (figure) => t(`gate_figure.${figure.name}`) },
          { label: 'rollout.value', end: true, cell: (figure) => <bdi>{text(figure.value, figure.unit)}</bdi> },
          { label: 'rollout.short', end: true, cell: (figure) => <bdi>{text(figure.short, figure.unit)}</bdi> },
          { label: 'rollout.limit', end: true, cell: (figure) => <bdi>{text(figure.limit, figure.unit)}</bdi> },
          { label: 'field.status', cell: (figure) => <StatusChip status={figure.verdict} /> },
        ]}
      />
    </Panel>
  )
}

type Arm = GateReport['upgraded']
const share = (part: number, whole: number): number => (whole > 0 ? (part / whole) * 100 : 0)
const plots = {
  error_rate: (arm: Arm) => share(arm.errors, arm.requests),
  latency_p95: (arm: Arm) => arm.p95_ms ?? 0,
  failed_checkouts: (arm: Arm) => share(arm.failed_checkouts, arm.checkouts),
  memory: (arm: Arm) => (arm.memory_bytes ?? 0) / 1e6,
} as const
const units: Record<keyof typeof plots, string> = { error_rate: '%', latency_p95: ' ms', failed_checkouts: '%', memory: ' MB' }

function Plots({ looks }: { looks: GateReport[] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const points = looks.map((look) => formatClock(look.at, locale))
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' } }}>
      {(Object.keys(plots) as (keyof typeof plots)[]).map((name) => (
        <Chart
          key={name}
          title={t(`gate_plot.${name}`)}
          kind={looks.length > 1 ? 'line' : 'bar'}
          points={points}
          format={(value) => `${formatNumber(Math.round(value * 100) / 100, locale)}${units[name]}`}
          series={[
            { label: t('rollout.upgraded_arm'), values: looks.map((look) => plots[name](look.upgraded)) },
            { label: t('rollout.control_arm'), values: looks.map((look) => plots[name](look.control)) },
          ]}
        />
      ))}
    </Box>
  )
}
