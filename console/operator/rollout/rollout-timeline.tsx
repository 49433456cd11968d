import { listRolloutEvents, type Rollout, type RolloutEvent, type RolloutEventKind } from '@cityos/control-plane/contract'
import { Box, FormControlLabel, Stack, Switch, Typography } from '@mui/material'
import { useState } from 'react'
import { Link, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatClock, formatWhen, useConsoleLocale } from '../../fields/format.ts'
import { type Tone, toneOf } from '../../fields/status.tsx'
import { Panel } from '../../screen/facts.tsx'
import { Pager } from '../../screen/pager.tsx'
import { useEventText } from './words.ts'

const tones: Partial<Record<RolloutEventKind, Tone>> = {
  tenant_upgraded: 'success',
  ring_passed: 'success',
  succeeded: 'success',
  tenant_failed: 'error',
  tenant_wedged: 'error',
  ring_failed: 'error',
  tenant_back_failed: 'error',
  rolled_back: 'error',
  paused: 'warning',
  tenant_waits: 'warning',
  tenant_deferred: 'warning',
  tenant_goes_back: 'warning',
  roll_back_asked: 'warning',
  ring_rolled_back: 'warning',
}
const size = 100

/** What happened, the newest first, in words; older lines are read page by page. */
export function RolloutTimeline({ rollout, events, total }: { rollout: Rollout; events: RolloutEvent[]; total: number }) {
  const t = useTranslate()
  const [looks, setLooks] = useState(false)
  const [page, setPage] = useState(0)
  const older = useRead(
    listRolloutEvents,
    { params: { id: rollout.id }, query: { limit: size, offset: page * size } },
    { enabled: page > 0 },
  )
  const lines = page === 0 ? events : (older.data?.items ?? [])
  const shown = lines.filter((event) => looks || event.kind !== 'gate_looked')
  return (
    <Panel
      title={t('rollout.timeline')}
      dense
      actions={
        <FormControlLabel
          control={<Switch size="small" checked={looks} onChange={(_, on) => setLooks(on)} />}
          label={t('rollout.with_looks')}
        />
      }
    >
      {shown.length === 0 ? (
        <Typography color="textSecondary" sx={{ padding: 2 }}>
          {t('rollout.nothing_yet')}
        </Typography>
      ) : (
        <Box
          component="ol"
          tabIndex={0}
          aria-label={t('rollout.timeline')}
          sx={{ listStyle: 'none', margin: 0, padding: 2, maxHeight: 480, overflowY: 'auto' }}
        >
          {shown.map((event) => (
            <Line key={event.sequence} event={event} />
          ))}
        </Box>
      )}
      <Pager total={total} page={page} size={size} onPage={setPage} />
    </Panel>
  )
}

function Line({ event }: { event: RolloutEvent }) {
  const text = useEventText()
  const locale = useConsoleLocale()
  const tone = event.gate?.verdict === 'failed' ? 'error' : (tones[event.kind] ?? toneOf(event.kind))
  const color = tone === 'default' ? 'text.disabled' : `${tone}.main`
  return (
    <Stack component="li" direction="row" sx={{ gap: 1.5, paddingBlock: 0.5 }}>
      <Box aria-hidden sx={{ width: 10, height: 10, borderRadius: '50%', backgroundColor: color, marginBlockStart: 0.9, flexShrink: 0 }} />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography sx={{ overflowWrap: 'anywhere' }} dir="auto">
          {event.tenant_id ? (
            <Link to={`/tenants/${event.tenant_id}/show`} sx={{ color: 'inherit' }}>
              {text(event)}
            </Link>
          ) : (
            text(event)
          )}
        </Typography>
        <Typography component="time" dateTime={event.at} variant="body2" color="textSecondary" title={formatWhen(event.at, locale)}>
          {formatClock(event.at, locale)}
        </Typography>
      </Box>
    </Stack>
  )
}
