import { pauseRollout, type Rollout, type RolloutRing, resumeRollout, rollBackRollout, startRollout } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Box, LinearProgress, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import type { Connection } from '../../api/event-stream.ts'
import { formatNumber, formatPercent, leftToRight, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { FreezeBanner } from './freeze.tsx'
import { Gate } from './gate.tsx'
import { CountsBar, CountsText, RingTiles } from './rings.tsx'
import { RolloutTenants } from './rollout-tenants.tsx'
import { RolloutTimeline } from './rollout-timeline.tsx'
import { SkipDialog, type Skipped } from './skip-dialog.tsx'
import { Thresholds } from './thresholds.tsx'
import { isOver, useRollout } from './use-rollout.ts'
import { ringText, unitOf, useFigureText } from './words.ts'

const verbs = { start: startRollout, resume: resumeRollout, pause: pauseRollout, 'roll-back': rollBackRollout }

/** One rollout, live: ring by ring, tenant by tenant, what the gate sees, and what happened in words. */
export function RolloutPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { rollout, events, lines, connection, error, refetch } = useRollout(id)
  const [picked, setPicked] = useState<number | null>(null)
  const [skipping, setSkipping] = useState<Skipped | null>(null)
  if (error && !rollout) return <FailureState error={error} retry={refetch} />
  if (!rollout) return <ListSkeleton rows={8} />
  const shown = rollout.rings.find((ring) => ring.position === picked) ?? ringToWatch(rollout)
  const skipRing = (ring: RolloutRing) =>
    setSkipping({ ring: ring.position, name: ringText(t, ring.name), soaking: ring.status === 'soaking' })
  return (
    <Box>
      <Title title={t('rollout.of', { release: leftToRight(rollout.to) })} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <ActionButtons resource="rollouts" record={rollout} names={rollout.actions} endpoints={verbs} onDone={refetch} />
      </TopToolbar>
      <Stack spacing={2}>
        <FreezeBanner />
        <Head rollout={rollout} connection={connection} />
        <RingTiles rollout={rollout} chosen={picked} onChoose={setPicked} onSkip={skipRing} />
        {shown && <Gate rollout={rollout} ring={shown} />}
        <RolloutTenants
          rollout={rollout}
          ring={picked}
          onSkip={(tenant) => setSkipping({ tenantId: tenant.tenant_id, name: tenant.tenant_slug, soaking: false })}
        />
        <RolloutTimeline rollout={rollout} events={events} total={lines} />
        <Thresholds rollout={rollout} />
      </Stack>
      {skipping && <SkipDialog rollout={rollout} skipped={skipping} onClose={() => setSkipping(null)} />}
    </Box>
  )
}

/** The ring whose gate is worth seeing when nobody has chosen: the one under way, the one that failed, or the last that was watched. */
export function ringToWatch(rollout: Rollout): RolloutRing | undefined {
  const current = rollout.rings.find((ring) => ring.position === rollout.current_ring && ring.gate)
  const failed = rollout.rings.find((ring) => ring.name === rollout.failure?.ring && ring.gate)
  return failed ?? current ?? rollout.rings.findLast((ring) => ring.gate)
}

function Head({ rollout, connection }: { rollout: Rollout; connection: Connection }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const done = rollout.counts.upgraded + rollout.counts.rolled_back + rollout.counts.failed + rollout.counts.skipped
  const progress = t('rollout.progress', {
    done: formatNumber(rollout.counts.upgraded, locale),
    total: formatNumber(rollout.tenants, locale),
  })
  return (
    <Panel>
      <Stack spacing={2}>
        <Stack spacing={1} role="status" aria-live="polite">
          <Stack direction="row" sx={{ gap: 1, alignItems: 'center', flexWrap: 'wrap' }}>
            <StatusChip status={rollout.status} />
            <Typography sx={{ flex: 1 }}>{progress}</Typography>
            {!isOver(rollout) && (
              <Typography variant="body2" color="textSecondary">
                {t(connection === 'reconnecting' ? 'operation.reconnecting' : 'operation.safe_to_leave')}
              </Typography>
            )}
          </Stack>
          {isOver(rollout) ? (
            <CountsBar counts={rollout.counts} />
          ) : (
            <LinearProgress
              variant="determinate"
              value={rollout.tenants === 0 ? 0 : (done / rollout.tenants) * 100}
              color={rollout.status === 'rolling_back' ? 'warning' : 'primary'}
              aria-label={progress}
              sx={{ height: 8, borderRadius: 4 }}
            />
          )}
          <CountsText counts={rollout.counts} />
        </Stack>
        <Outcome rollout={rollout} />
        <Facts
          facts={[
            {
              label: 'rollout.to',
              value: <Link to={`/releases/${encodeURIComponent(rollout.to)}/show`}>{<bdi dir="ltr">{rollout.to}</bdi>}</Link>,
            },
            { label: 'field.requested_by', value: <bdi>{rollout.requested_by}</bdi> },
            { label: 'field.started_at', value: <When at={rollout.started_at} /> },
            { label: 'field.finished_at', value: <When at={rollout.finished_at} /> },
            { label: 'rollout.predicted_end', value: <When at={isOver(rollout) ? null : rollout.predicted_end_at} /> },
            { label: 'rollout.control', value: formatPercent(rollout.control_share * 10_000, locale) },
            { label: 'field.id', value: <Ident value={rollout.id} copy /> },
          ]}
        />
      </Stack>
    </Panel>
  )
}

function Outcome({ rollout }: { rollout: Rollout }) {
  const t = useTranslate()
  const figure = useFigureText()
  const { failure } = rollout
  if (failure) {
    const unit = unitOf(failure.figure)
    return (
      <Alert severity="error">
        <AlertTitle>
          {t(rollout.status === 'rolling_back' ? 'rollout.goes_back' : 'rollout.went_back', { ring: ringText(t, failure.ring) })}{' '}
          <When at={failure.at} />
        </AlertTitle>
        {failure.value === null
          ? t(`gate_figure.${failure.figure}`, { _: failure.message })
          : t('rollout.past_limit', {
              figure: t(`gate_figure.${failure.figure}`, { _: failure.figure }),
              value: figure(failure.value, unit),
              limit: figure(failure.limit, unit),
            })}
        <Box dir="auto" sx={{ marginBlockStart: 0.5 }}>
          {failure.message}
        </Box>
        <Box sx={{ marginBlockStart: 0.5, fontWeight: 600 }}>{t('rollout.rows_kept')}</Box>
      </Alert>
    )
  }
  if (rollout.status === 'paused')
    return (
      <Alert severity="warning">
        {t('rollout.paused_text')} <bdi>{rollout.paused_reason}</bdi>
      </Alert>
    )
  if (rollout.status === 'succeeded') return <Alert severity="success">{t('rollout.succeeded_text')}</Alert>
  if (rollout.status === 'planned') return <Alert severity="info">{t('rollout.planned_text')}</Alert>
  return null
}
