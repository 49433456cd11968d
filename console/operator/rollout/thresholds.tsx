import type { GateThresholds, Rollout } from '@cityos/control-plane/contract'
import { useTranslate } from 'react-admin'
import { formatBytes, formatDuration, formatNumber, leftToRight, useConsoleLocale } from '../../fields/format.ts'
import { Facts, Panel } from '../../screen/facts.tsx'
import { useSeconds } from './words.ts'

/** What the rings are measured by: every threshold of the gate, and how the rollout goes about it. */
export function Thresholds({ rollout }: { rollout: Rollout }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const seconds = useSeconds()
  const threshold = useThresholdText()
  return (
    <Panel title={t('rollout.settings')}>
      <Facts
        facts={[
          { label: 'rollout.soak', value: seconds(rollout.soak_seconds) },
          { label: 'rollout.parallel', value: formatNumber(rollout.parallel, locale) },
          { label: 'rollout.rehearse', value: t(rollout.rehearse ? 'ra.boolean.true' : 'ra.boolean.false') },
          ...(Object.keys(rollout.thresholds) as (keyof GateThresholds)[]).map((name) => ({
            label: `threshold.${name}`,
            value: <bdi>{threshold(name, rollout.thresholds[name])}</bdi>,
          })),
        ]}
      />
    </Panel>
  )
}

/** A threshold in its unit: shares as per cent, factors as times. */
export function useThresholdText(): (name: keyof GateThresholds, value: number) => string {
  const locale = useConsoleLocale()
  return (name, value) => {
    if (name.endsWith('_bytes')) return formatBytes(value, locale)
    if (name.endsWith('_ms')) return formatDuration(value, locale)
    if (name.endsWith('_budget')) return leftToRight(`${formatNumber(Math.round(value * 10_000) / 100, locale)}%`)
    return name === 'burn_rate' || name.endsWith('_factor') ? leftToRight(`${formatNumber(value, locale)} ×`) : formatNumber(value, locale)
  }
}
