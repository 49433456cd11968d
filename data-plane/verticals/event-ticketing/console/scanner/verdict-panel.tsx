import { formatNumber, formatTimeIn, Ident, useConsoleLocale } from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import CancelIcon from '@mui/icons-material/Cancel'
import CheckCircleIcon from '@mui/icons-material/CheckCircle'
import QrCodeIcon from '@mui/icons-material/QrCode2'
import WarningIcon from '@mui/icons-material/Warning'
import { Box, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { type Light, lightOf } from './offline-check.ts'
import type { Verdict } from './scanner.ts'

/** Fixed colours with white or black letters, the same in light and dark: they are read from a metre away. */
const looks: Record<Light, { ground: string; ink: string; Icon: typeof CheckCircleIcon }> = {
  green: { ground: '#14632f', ink: '#ffffff', Icon: CheckCircleIcon },
  amber: { ground: '#ffb938', ink: '#000000', Icon: WarningIcon },
  red: { ground: '#a61b12', ink: '#ffffff', Icon: CancelIcon },
}

interface VerdictPanelProps {
  verdict: Verdict | null
  timezone: string | undefined
  busy: boolean
}

/** The answer to a scan: one colour, one sign, one word, and who it is. */
export function VerdictPanel({ verdict, timezone, busy }: VerdictPanelProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (!verdict)
    return (
      <Stack
        role="status"
        sx={{
          alignItems: 'center',
          justifyContent: 'center',
          minHeight: 168,
          border: 2,
          borderStyle: 'dashed',
          borderColor: 'divider',
          borderRadius: 3,
          color: 'text.secondary',
          textAlign: 'center',
          padding: 2,
        }}
      >
        <QrCodeIcon sx={{ fontSize: 48 }} />
        <Typography>{t(busy ? 'event.checking' : 'event.show_ticket')}</Typography>
      </Stack>
    )
  const { ground, ink, Icon } = looks[lightOf(verdict.result)]
  const passed = verdict.result === 'ok'
  return (
    <Stack
      key={verdict.key}
      role="alert"
      sx={{ backgroundColor: ground, color: ink, borderRadius: 3, padding: 2, minHeight: 168, opacity: busy ? 0.6 : 1 }}
      spacing={1}
    >
      <Stack direction="row" spacing={1.5} sx={{ alignItems: 'center' }}>
        <Icon sx={{ fontSize: 64 }} aria-hidden />
        <Typography component="p" sx={{ fontSize: '1.75rem', fontWeight: 700, lineHeight: 1.2 }}>
          {t(passed && verdict.kind === 'exit' ? 'event.result_ok_exit' : `event.result_${verdict.result}`)}
        </Typography>
      </Stack>
      {verdict.firstAt && timezone && (
        <Typography sx={{ fontSize: '1.125rem', fontWeight: 600 }}>
          {t('event.first_at', { time: formatTimeIn(verdict.firstAt, timezone, locale) })}
        </Typography>
      )}
      {verdict.name && (
        <Typography sx={{ fontSize: '1.25rem', fontWeight: 600 }}>
          <bdi>{verdict.name}</bdi>
        </Typography>
      )}
      <Typography>
        {verdict.type && <bdi>{pickText(verdict.type, locale)}</bdi>}
        {verdict.seat && (
          <>
            {' · '}
            {t('field.seat')} <bdi dir="ltr">{verdict.seat}</bdi>
          </>
        )}
        {verdict.allowed !== null &&
          verdict.allowed > 1 &&
          ` · ${t('event.entry_of', { count: formatNumber(verdict.entries ?? 0, locale), all: formatNumber(verdict.allowed, locale) })}`}
      </Typography>
      <Box sx={{ marginBlockStart: 'auto !important' }}>
        <Ident value={verdict.code} /> {verdict.offline && `· ${t('event.decided_here')}`}
      </Box>
    </Stack>
  )
}

/** The last scans of this device. */
export function History({ verdicts, timezone }: { verdicts: Verdict[]; timezone: string | undefined }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (verdicts.length < 2) return null
  return (
    <Box component="section">
      <Typography variant="h3" component="h2" sx={{ marginBlockEnd: 0.5 }}>
        {t('event.before')}
      </Typography>
      <Stack component="ol" spacing={0.5} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {verdicts.slice(1).map((verdict) => {
          const { ground, Icon } = looks[lightOf(verdict.result)]
          return (
            <Stack key={verdict.key} component="li" direction="row" spacing={1} sx={{ alignItems: 'center' }}>
              <Icon sx={{ color: ground, fontSize: 20 }} aria-hidden />
              <Typography variant="body2" sx={{ flex: 1 }} noWrap>
                <bdi>{verdict.name ?? verdict.code}</bdi> · {t(`event.result_${verdict.result}`)}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                {formatTimeIn(verdict.at, timezone ?? 'UTC', locale)}
              </Typography>
            </Stack>
          )
        })}
      </Stack>
    </Box>
  )
}
