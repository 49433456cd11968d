import { listRollouts } from '@cityos/control-plane/contract'
import { Button, Stack, Typography } from '@mui/material'
import { Link, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { CountsBar, CountsText } from './rings.tsx'
import { ringText } from './words.ts'

/** The rollout under way, if there is one: where it is and how far. */
export function RunningRollout() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data } = useRead(listRollouts, { query: { active: 'true', limit: 1 } }, { refetchInterval: 5_000 })
  const rollout = data?.items[0]
  if (!rollout) return null
  const ring = rollout.rings.find((each) => each.position === rollout.current_ring)
  return (
    <Panel
      title={t('rollout.running')}
      actions={
        <Button component={Link} to={`/rollouts/${rollout.id}/show`} variant="outlined">
          {t('rollout.watch')}
        </Button>
      }
    >
      <Stack spacing={1}>
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusChip status={rollout.status} />
          <Ident value={rollout.to} />
          {ring && (
            <Typography>
              {t('rollout.ring')} <bdi>{ringText(t, ring.name)}</bdi>: {t(`status.${ring.status}`)}
            </Typography>
          )}
          <Typography color="textSecondary" sx={{ marginInlineStart: 'auto' }}>
            {t('rollout.progress', { done: formatNumber(rollout.counts.upgraded, locale), total: formatNumber(rollout.tenants, locale) })}
          </Typography>
        </Stack>
        <CountsBar counts={rollout.counts} />
        <CountsText counts={rollout.counts} />
      </Stack>
    </Panel>
  )
}
