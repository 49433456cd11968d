import type { Operation, OperationStep } from '@cityos/control-plane/contract'
import CheckCircleIcon from '@mui/icons-material/CheckCircle'
import ErrorIcon from '@mui/icons-material/Error'
import FlagIcon from '@mui/icons-material/FlagOutlined'
import RadioButtonUncheckedIcon from '@mui/icons-material/RadioButtonUnchecked'
import SkipNextIcon from '@mui/icons-material/SkipNext'
import UndoIcon from '@mui/icons-material/Undo'
import { Box, Chip, CircularProgress, Stack, Typography } from '@mui/material'
import { type ReactElement, useEffect, useState } from 'react'
import { useTranslate } from 'react-admin'
import { formatDuration, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { isOver } from './use-operation.ts'

const icons: Record<OperationStep['status'], ReactElement> = {
  pending: <RadioButtonUncheckedIcon color="disabled" />,
  running: <CircularProgress size={20} aria-hidden />,
  done: <CheckCircleIcon color="success" />,
  failed: <ErrorIcon color="error" />,
  undoing: <CircularProgress size={20} color="warning" aria-hidden />,
  undone: <UndoIcon color="warning" />,
  skipped: <SkipNextIcon color="disabled" />,
}

/** The time now, once a second, while something runs. */
function useSeconds(active: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!active) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [active])
  return now
}

/** Milliseconds a step has taken so far; null before it starts. */
export function elapsed(step: OperationStep, now: number): number | null {
  if (step.duration_ms !== null) return step.duration_ms
  if (!step.started_at) return null
  const end = step.finished_at ? Date.parse(step.finished_at) : now
  return Math.max(0, end - Date.parse(step.started_at))
}

/** Steps in order, each with its state in words, the time it took, its tries and what it last said. */
export function Timeline({ operation }: { operation: Operation }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const now = useSeconds(!isOver(operation))
  const longest = Math.max(1, ...operation.steps.map((step) => elapsed(step, now) ?? 0))
  return (
    <Box component="ol" sx={{ listStyle: 'none', margin: 0, padding: 2, paddingBlockStart: 1 }}>
      {operation.steps.map((step, index) => {
        const took = elapsed(step, now)
        return (
          <Box
            component="li"
            key={step.name}
            aria-current={step.status === 'running' ? 'step' : undefined}
            sx={{ display: 'flex', gap: 1.5 }}
          >
            <Stack sx={{ alignItems: 'center', paddingBlockStart: 0.5 }}>
              {icons[step.status]}
              {index < operation.steps.length - 1 && (
                <Box
                  sx={{
                    width: 2,
                    flex: 1,
                    minHeight: 16,
                    backgroundColor: step.status === 'done' ? 'success.main' : 'divider',
                    marginBlock: 0.5,
                  }}
                />
              )}
            </Stack>
            <Box sx={{ flex: 1, minWidth: 0, paddingBlockEnd: 1.5 }}>
              <Stack direction="row" sx={{ alignItems: 'baseline', gap: 1, flexWrap: 'wrap' }}>
                <Typography sx={{ fontWeight: step.status === 'running' ? 600 : 400 }}>
                  {t(`step.${step.name}`, { _: step.name })}
                </Typography>
                <Typography variant="body2" color="textSecondary">
                  {t(`status.${step.status}`)}
                </Typography>
                {step.attempts > 1 && (
                  <Chip
                    size="small"
                    color="warning"
                    variant="outlined"
                    label={t('operation.attempts', { smart_count: step.attempts, count: formatNumber(step.attempts, locale) })}
                  />
                )}
                {step.pivot && <Chip size="small" icon={<FlagIcon />} variant="outlined" label={t('operation.pivot')} />}
                {operation.forced_steps.includes(step.name) && (
                  <Chip size="small" color="error" variant="outlined" label={t('operation.forced')} />
                )}
                {took !== null && (
                  <Typography variant="body2" sx={{ marginInlineStart: 'auto' }}>
                    <bdi>{formatDuration(took, locale)}</bdi>
                  </Typography>
                )}
              </Stack>
              {took !== null && (
                <Box dir="ltr" sx={{ height: 3, borderRadius: 2, backgroundColor: 'action.hover', marginBlockStart: 0.5 }}>
                  <Box
                    sx={{
                      height: 3,
                      borderRadius: 2,
                      width: `${Math.max(1, (took / longest) * 100)}%`,
                      backgroundColor: step.status === 'failed' ? 'error.main' : 'primary.main',
                    }}
                  />
                </Box>
              )}
              {step.message && (
                <Typography
                  variant="body2"
                  color={step.status === 'failed' ? 'error' : 'textSecondary'}
                  sx={{ marginBlockStart: 0.5, overflowWrap: 'anywhere' }}
                  dir="auto"
                >
                  {step.message}
                </Typography>
              )}
            </Box>
          </Box>
        )
      })}
    </Box>
  )
}
