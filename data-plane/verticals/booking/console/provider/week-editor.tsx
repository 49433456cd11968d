import { FailureState, ListSkeleton, Panel, useConsoleLocale, useFailureNotice, useRead, useSend } from '@cityos/console/kit'
import { formatLocale } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import CloseIcon from '@mui/icons-material/Close'
import { Box, Button, IconButton, Stack, TextField, Typography } from '@mui/material'
import { useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { type AvailabilityRule, vendorListRules, vendorReplaceRules } from '../../contract.ts'
import { dayFailure, rulesOf, type Stretch, type Week, weekdays, weekOf } from './week.ts'

/** The hours a provider works every week. */
export function WeekEditor({ providerId }: { providerId: string }) {
  const t = useTranslate()
  const { data, error, refetch } = useRead(vendorListRules, { params: { id: providerId } })
  return (
    <Panel title={t('booking.week')}>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : data ? (
        <WeekForm key={JSON.stringify(data)} providerId={providerId} rules={data} />
      ) : (
        <ListSkeleton rows={7} />
      )}
    </Panel>
  )
}

function WeekForm({ providerId, rules }: { providerId: string; rules: AvailabilityRule[] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const failed = useFailureNotice()
  const send = useSend(vendorReplaceRules)
  const { week: before, dated } = weekOf(rules)
  const [week, setWeek] = useState<Week>(before)
  const change = (day: number, stretches: Stretch[]) => setWeek({ ...week, [day]: stretches })
  const changed = JSON.stringify(week) !== JSON.stringify(before)
  const wrong = weekdays.some((day) => dayFailure(week[day] ?? []) !== null)
  const name = (day: number) =>
    new Intl.DateTimeFormat(formatLocale[locale], { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 10, 22 + (day % 7))))
  return (
    <Stack spacing={1}>
      {weekdays.map((day) => {
        const stretches = week[day] ?? []
        const failure = dayFailure(stretches)
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
                    onChange={(start) => change(day, replace(stretches, index, { ...stretch, start }))}
                  />
                  <span aria-hidden>–</span>
                  <TimeField
                    label={t('field.end')}
                    day={name(day)}
                    value={stretch.end}
                    onChange={(end) => change(day, replace(stretches, index, { ...stretch, end }))}
                  />
                  <IconButton
                    aria-label={t('shell.remove', { name: `${name(day)} ${stretch.start}` })}
                    onClick={() =>
                      change(
                        day,
                        stretches.filter((_, at) => at !== index),
                      )
                    }
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
                {stretches.length === 0 && <Typography color="textSecondary">{t('booking.day_off')}</Typography>}
                <Button
                  size="small"
                  startIcon={<AddIcon />}
                  aria-label={`${t('booking.add_hours')}, ${name(day)}`}
                  onClick={() => change(day, [...stretches, nextStretch(stretches)])}
                >
                  {t('booking.add_hours')}
                </Button>
              </Stack>
            </Stack>
          </Box>
        )
      })}
      {dated.length > 0 && <Typography color="textSecondary">{t('booking.dated_rules', { smart_count: dated.length })}</Typography>}
      <Button
        variant="contained"
        disabled={!changed || wrong}
        loading={send.isPending}
        sx={{ alignSelf: 'flex-start' }}
        onClick={() =>
          send.mutate(
            { params: { id: providerId }, body: { rules: rulesOf(week, dated) } },
            { onSuccess: () => notify(t('shell.done'), { type: 'success' }), onError: failed },
          )
        }
      >
        {t('ra.action.save')}
      </Button>
    </Stack>
  )
}

const replace = (stretches: Stretch[], index: number, next: Stretch): Stretch[] =>
  stretches.map((stretch, at) => (at === index ? next : stretch))
const nextStretch = (stretches: Stretch[]): Stretch =>
  stretches.length === 0 ? { start: '09:00', end: '17:00' } : { start: stretches.at(-1)?.end ?? '17:00', end: '21:00' }

function TimeField({ label, day, value, onChange }: { label: string; day: string; value: string; onChange: (value: string) => void }) {
  return (
    <TextField
      type="time"
      label={label}
      value={value === '24:00' ? '23:59' : value}
      onChange={(event) => onChange(event.target.value === '23:59' ? '24:00' : event.target.value)}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr', step: 300, 'aria-label': `${label}, ${day}` } }}
      sx={{ width: 128 }}
    />
  )
}
