import type { RolloutPreview, RolloutReason } from '@cityos/control-plane/contract'
import { Alert, Box, Chip, Stack, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { Panel } from '../../screen/facts.tsx'
import { TenantRows } from './rollout-tenants.tsx'
import { ringText, useSeconds } from './words.ts'

/** What a rollout would do: the rings as a plot, how long it takes, and who is held up by what. */
export function PlanPreview({ plan }: { plan: RolloutPreview }) {
  const t = useTranslate()
  const seconds = useSeconds()
  return (
    <Stack spacing={2}>
      {plan.refused && <Alert severity="warning">{t(`error.${plan.refused.code}`, { _: plan.refused.message })}</Alert>}
      <Panel title={t('rollout.preview')}>
        <Stack spacing={2}>
          <Typography>
            {t('rollout.predicted', { time: seconds(plan.predicted_seconds) })} {t(`rollout.from_${plan.predicted_from}`)}
          </Typography>
          <RingsPlot plan={plan} />
        </Stack>
      </Panel>
      <HeldUp plan={plan} />
    </Stack>
  )
}

/** A row for each ring: a bar as long as its share of the fleet, beginning where the ring before it ended. */
function RingsPlot({ plan }: { plan: RolloutPreview }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const seconds = useSeconds()
  const total = Math.max(
    1,
    plan.rings.reduce((sum, ring) => sum + ring.tenants, 0),
  )
  const before = plan.rings.map((_, index) => plan.rings.slice(0, index).reduce((sum, ring) => sum + ring.tenants, 0))
  return (
    <Box component="ol" aria-label={t('rollout.rings')} sx={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 1.5 }}>
      {plan.rings.map((ring, index) => (
        <Box component="li" key={ring.position}>
          <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'baseline' }}>
            <Typography sx={{ fontWeight: 600, minWidth: 88 }}>
              <bdi>{ringText(t, ring.name)}</bdi>
            </Typography>
            <Typography variant="body2">
              {t('fleet.tenants_on', { smart_count: ring.tenants, count: formatNumber(ring.tenants, locale) })}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {t('rollout.may_fail', { count: formatNumber(ring.max_failures, locale) })} · {seconds(ring.predicted_seconds)}
            </Typography>
          </Stack>
          <Box
            aria-hidden
            sx={{
              position: 'relative',
              height: 12,
              borderRadius: 1,
              backgroundColor: 'action.hover',
              marginBlock: 0.5,
              overflow: 'hidden',
            }}
          >
            <Box
              sx={{
                position: 'absolute',
                insetBlock: 0,
                insetInlineStart: `${((before[index] ?? 0) / total) * 100}%`,
                width: `${(ring.tenants / total) * 100}%`,
                minWidth: ring.tenants > 0 ? 4 : 0,
                borderRadius: 1,
                backgroundColor: ring.kind === 'control' ? 'secondary.main' : 'primary.main',
              }}
            />
          </Box>
          {ring.sample.length > 0 && (
            <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
              <bdi dir="ltr">{ring.sample.map((tenant) => tenant.slug).join(', ')}</bdi>
              {ring.tenants > ring.sample.length && ' …'}
            </Typography>
          )}
        </Box>
      ))}
    </Box>
  )
}

/** Tenants that cannot be upgraded, or not at any time, by what holds them up. */
function HeldUp({ plan }: { plan: RolloutPreview }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [chosen, setChosen] = useState<RolloutReason | null>(null)
  const reasons = (Object.keys(plan.reasons) as RolloutReason[]).filter((reason) => plan.reasons[reason] > 0)
  if (reasons.length === 0) return <Alert severity="success">{t('rollout.nobody_held_up')}</Alert>
  const held = plan.tenants.filter((tenant) => tenant.reason !== null && (chosen === null || tenant.reason === chosen))
  return (
    <Panel title={t('rollout.held_up')} dense>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', padding: 2, paddingBlockEnd: 0 }}>
        {reasons.map((reason) => (
          <Chip
            key={reason}
            label={`${t(`rollout_reason.${reason}`)} · ${formatNumber(plan.reasons[reason], locale)}`}
            color={chosen === reason ? 'primary' : 'default'}
            variant={chosen === reason ? 'filled' : 'outlined'}
            aria-pressed={chosen === reason}
            onClick={() => setChosen(chosen === reason ? null : reason)}
          />
        ))}
      </Stack>
      <TenantRows tenants={held.slice(0, 100)} onSkip={null} />
    </Panel>
  )
}
