import type { Rollout, RolloutCounts, RolloutRing, RolloutTenant } from '@cityos/control-plane/contract'
import ArrowForwardIcon from '@mui/icons-material/ArrowForward'
import { Box, Button, Card, LinearProgress, Stack, Typography } from '@mui/material'
import type { ReactNode } from 'react'
import { useTranslate } from 'react-admin'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { useNow } from '../../fields/now.ts'
import { StatusChip, toneOf } from '../../fields/status.tsx'
import { ringText, useFigureText, useSeconds } from './words.ts'

type TenantStatus = RolloutTenant['status']

/** In the order in which a bar shows them: what is done first. */
const order: readonly TenantStatus[] = [
  'upgraded',
  'upgrading',
  'pending',
  'rolling_back',
  'rolled_back',
  'failed',
  'skipped',
  'blocked',
  'not_reached',
]

const colorOf = (status: TenantStatus): string => {
  const tone = toneOf(status)
  if (status === 'pending') return 'action.disabled'
  return tone === 'default' ? 'text.disabled' : `${tone}.main`
}

function Mark({ status }: { status: TenantStatus }) {
  return (
    <Box
      aria-hidden
      component="span"
      sx={{ width: 10, height: 10, borderRadius: '3px', backgroundColor: colorOf(status), display: 'inline-block' }}
    />
  )
}

/** One bar, a part for each status that some tenant has; the words stand below it. */
export function CountsBar({ counts, height = 10 }: { counts: RolloutCounts; height?: number }) {
  const parts = order.filter((status) => counts[status] > 0)
  return (
    <Box aria-hidden sx={{ display: 'flex', gap: '2px', height, borderRadius: 1, overflow: 'hidden', backgroundColor: 'action.hover' }}>
      {parts.map((status) => (
        <Box key={status} sx={{ flex: counts[status], backgroundColor: colorOf(status), transition: 'flex 200ms' }} />
      ))}
    </Box>
  )
}

/** The same in words: how many tenants stand how. */
export function CountsText({
  counts,
  chosen,
  onChoose,
}: {
  counts: RolloutCounts
  chosen?: string | null
  onChoose?: (status: TenantStatus | null) => void
}) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const parts = order.filter((status) => counts[status] > 0)
  return (
    <Stack direction="row" sx={{ flexWrap: 'wrap', columnGap: 1 }}>
      {parts.map((status) => {
        const text = `${t(`status.${status}`)} ${formatNumber(counts[status], locale)}`
        return onChoose ? (
          <Button
            key={status}
            size="small"
            color="inherit"
            aria-pressed={chosen === status}
            variant={chosen === status ? 'outlined' : 'text'}
            startIcon={<Mark status={status} />}
            onClick={() => onChoose(chosen === status ? null : status)}
          >
            {text}
          </Button>
        ) : (
          <Typography key={status} variant="body2" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5 }}>
            <Mark status={status} />
            {text}
          </Typography>
        )
      })}
    </Stack>
  )
}

interface RingTilesProps {
  rollout: Rollout
  /** Position of the ring whose gate and tenants are shown. */
  chosen: number | null
  onChoose: (position: number | null) => void
  onSkip: (ring: RolloutRing) => void
}

/** The rings in their order: how each stands, how long it is still watched, and how close it came to its budget. */
export function RingTiles({ rollout, chosen, onChoose, onSkip }: RingTilesProps) {
  const t = useTranslate()
  return (
    <Box
      component="ol"
      aria-label={t('rollout.rings')}
      sx={{
        listStyle: 'none',
        margin: 0,
        padding: 0,
        display: 'grid',
        gap: 1.5,
        gridTemplateColumns: { xs: '1fr', sm: 'repeat(auto-fill, minmax(216px, 1fr))' },
      }}
    >
      {rollout.rings.map((ring, index) => (
        <Box component="li" key={ring.position} sx={{ minWidth: 0 }}>
          <RingTile
            ring={ring}
            current={ring.position === rollout.current_ring}
            chosen={ring.position === chosen}
            last={index === rollout.rings.length - 1}
            onChoose={() => onChoose(ring.position === chosen ? null : ring.position)}
            onSkip={
              rollout.actions.includes('skip') && ['pending', 'upgrading', 'soaking'].includes(ring.status) ? () => onSkip(ring) : null
            }
          />
        </Box>
      ))}
    </Box>
  )
}

interface RingTileProps {
  ring: RolloutRing
  current: boolean
  chosen: boolean
  last: boolean
  onChoose: () => void
  onSkip: (() => void) | null
}

function RingTile({ ring, current, chosen, last, onChoose, onSkip }: RingTileProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Card
      variant="outlined"
      aria-current={current ? 'step' : undefined}
      sx={{
        height: '100%',
        padding: 1.5,
        borderWidth: chosen || current ? 2 : 1,
        borderColor: chosen ? 'secondary.main' : current ? 'primary.main' : 'divider',
      }}
    >
      <Stack spacing={1} sx={{ height: '100%' }}>
        <Stack direction="row" sx={{ alignItems: 'center', gap: 1 }}>
          <Typography variant="h3" component="h3" sx={{ flex: 1 }}>
            <bdi>{ringText(t, ring.name)}</bdi>
          </Typography>
          <StatusChip status={ring.status} />
          {!last && (
            <ArrowForwardIcon
              aria-hidden
              fontSize="small"
              color="disabled"
              sx={{ transform: (theme) => (theme.direction === 'rtl' ? 'scaleX(-1)' : 'none') }}
            />
          )}
        </Stack>
        <CountsBar counts={ring.counts} />
        {ring.tenants > 0 ? <CountsText counts={ring.counts} /> : <Typography variant="body2">{t('rollout.nobody')}</Typography>}
        <Typography variant="body2" color="textSecondary">
          {t('rollout.may_fail', { count: formatNumber(ring.max_failures, locale) })}
        </Typography>
        {ring.status === 'soaking' && <Soak ring={ring} />}
        {ring.gate && <Burn ring={ring} />}
        <Stack direction="row" sx={{ gap: 0.5, marginBlockStart: 'auto !important' }}>
          <Button size="small" aria-pressed={chosen} onClick={onChoose}>
            {t(chosen ? 'rollout.show_all' : 'rollout.show_ring')}
          </Button>
          {onSkip && (
            <Button size="small" color="inherit" onClick={onSkip}>
              {t(ring.status === 'soaking' ? 'rollout.end_soak' : 'rollout.skip')}
            </Button>
          )}
        </Stack>
      </Stack>
    </Card>
  )
}

function Soak({ ring }: { ring: RolloutRing }) {
  const t = useTranslate()
  const seconds = useSeconds()
  const now = useNow(1000)
  if (!ring.soak_until || !ring.soak_started_at) return null
  const whole = Date.parse(ring.soak_until) - Date.parse(ring.soak_started_at)
  const left = Math.max(0, Date.parse(ring.soak_until) - now)
  const text = t('rollout.soak_left', { left: seconds(Math.round(left / 1000)) })
  return (
    <Box>
      <Typography variant="body2">{text}</Typography>
      <LinearProgress variant="determinate" value={whole > 0 ? ((whole - left) / whole) * 100 : 100} aria-label={text} />
    </Box>
  )
}

/** The figure that is closest to its limit. */
function Burn({ ring }: { ring: RolloutRing }) {
  const t = useTranslate()
  const text = useFigureText()
  const judged = (ring.gate?.figures ?? []).filter((figure) => figure.value !== null && figure.verdict !== 'not_enough')
  const worst = judged.toSorted((one, other) => nearness(other) - nearness(one))[0]
  let words: ReactNode = t(`gate_basis.${ring.gate?.basis ?? 'none'}`)
  if (worst)
    words = t('rollout.closest', {
      figure: t(`gate_figure.${worst.name}`),
      value: text(worst.value, worst.unit),
      limit: text(worst.limit, worst.unit),
    })
  return (
    <Typography variant="body2" color={worst?.verdict === 'exceeded' ? 'error' : 'textSecondary'}>
      {words}
    </Typography>
  )
}

const nearness = (figure: { value: number | null; limit: number }): number => (figure.value ?? 0) / (figure.limit || 1)
