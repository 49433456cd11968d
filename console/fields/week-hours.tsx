import { formatLocale } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import CloseIcon from '@mui/icons-material/Close'
import { Box, Button, IconButton, Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useConsoleLocale } from './format.ts'
import { InlineField } from './inline-field.tsx'

/** One stretch of a weekday, `HH:MM` on the place's clock. */
export interface Stretch {
  start: string
  end: string
}

/** Days of a week by number, 0 = Sunday … 6 = Saturday. */
export type Week = Record<number, Stretch[]>

export const weekdays = [0, 1, 2, 3, 4, 5, 6] as const
export const emptyWeek = (): Week => Object.fromEntries(weekdays.map((day) => [day, []]))

/**
 * i18n key of what is wrong with a day; null when it can be sent.
 * @param overnight an end before the start means the next day
 */
export function dayFailure(stretches: readonly Stretch[], overnight: boolean): string | null {
  if (stretches.some((stretch) => !stretch.start || !stretch.end || (!overnight && stretch.end <= stretch.start)))
    return 'form.end_after_start'
  const sorted = [...stretches].sort((one, other) => one.start.localeCompare(other.start))
  return sorted.some((stretch, index) => index > 0 && beginsBeforeEnd(stretch, sorted[index - 1])) ? 'form.stretches_overlap' : null
}

const beginsBeforeEnd = (stretch: Stretch, before: Stretch | undefined): boolean =>
  before !== undefined && (before.end <= before.start || stretch.start < before.end)

export const weekFails = (week: Week, overnight: boolean): boolean =>
  weekdays.some((day) => dayFailure(week[day] ?? [], overnight) !== null)

/** A weekday by name in the reader's language. */
export function useWeekdayName(): (day: number) => string {
  const locale = useConsoleLocale()
  const format = new Intl.DateTimeFormat(formatLocale[locale], { weekday: 'long', timeZone: 'UTC' })
  return (day) => format.format(new Date(Date.UTC(2026, 10, 22 + (day % 7))))
}

interface WeekHoursProps {
  week: Week
  onChange: (week: Week) => void
  overnight?: boolean
  /** What an empty day is called. */
  off: string
}

/** A week of hours, day by day; days start on Sunday. */
export function WeekHours({ week, onChange, overnight = false, off }: WeekHoursProps) {
  const t = useTranslate()
  const name = useWeekdayName()
  const change = (day: number, stretches: Stretch[]) => onChange({ ...week, [day]: stretches })
  return (
    <Stack spacing={1}>
      {weekdays.map((day) => {
        const stretches = week[day] ?? []
        const failure = dayFailure(stretches, overnight)
        return (
          <Box
            key={day}
            sx={{
              display: 'grid',
              gridTemplateColumns: { xs: '1fr', sm: '120px 1fr' },
              gap: 1,
              paddingBlock: 0.5,
              borderBlockEnd: 1,
              borderColor: 'divider',
            }}
          >
            <Typography sx={{ paddingBlockStart: 1 }}>{name(day)}</Typography>
            <Stack spacing={1}>
              {stretches.map((stretch, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no identity but their place
                <Stack key={index} direction="row" spacing={1} sx={{ alignItems: 'center' }}>
                  <TimeField
                    label={t('field.start')}
                    day={name(day)}
                    value={stretch.start}
                    onChange={(start) => change(day, stretches.with(index, { ...stretch, start }))}
                  />
                  <span aria-hidden>–</span>
                  <TimeField
                    label={t('field.end')}
                    day={name(day)}
                    value={stretch.end}
                    onChange={(end) => change(day, stretches.with(index, { ...stretch, end }))}
                  />
                  <IconButton
                    aria-label={t('shell.remove', { name: `${name(day)} ${stretch.start}` })}
                    onClick={() => change(day, stretches.toSpliced(index, 1))}
                  >
                    <CloseIcon />
                  </IconButton>
                </Stack>
              ))}
              {failure && (
                <Typography variant="body2" color="error">
                  {t(failure)}
                </Typography>
              )}
              <Stack direction="row" spacing={1} sx={{ alignItems: 'center' }}>
                {stretches.length === 0 && <Typography color="textSecondary">{off}</Typography>}
                <Button
                  size="small"
                  startIcon={<AddIcon />}
                  aria-label={`${t('form.add_hours')}, ${name(day)}`}
                  onClick={() => change(day, [...stretches, following(stretches)])}
                >
                  {t('form.add_hours')}
                </Button>
              </Stack>
            </Stack>
          </Box>
        )
      })}
    </Stack>
  )
}

/** What is likely to come next: a working day first, then the evening after it. */
function following(stretches: Stretch[]): Stretch {
  const start = stretches.at(-1)?.end
  if (!start) return { start: '09:00', end: '17:00' }
  return { start, end: start < '21:00' ? '22:00' : '23:59' }
}

/** A day that ends at midnight is `24:00` on the wire, which a time input does not know: it shows 23:59. */
function TimeField({ label, day, value, onChange }: { label: string; day: string; value: string; onChange: (value: string) => void }) {
  return (
    <InlineField
      type="time"
      label={label}
      value={value === '24:00' ? '23:59' : value}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr', step: 300, 'aria-label': `${label}, ${day}` } }}
      sx={{ width: 128 }}
    />
  )
}
