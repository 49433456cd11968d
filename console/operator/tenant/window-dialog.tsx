import { formatLocale } from '@cityos/contract'
import { type MaintenanceWindow, setMaintenanceWindow, type Tenant } from '@cityos/control-plane/contract'
import { Box, Stack, TextField, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { Confirm } from '../../screen/confirm.tsx'

/** Days as ISO numbers them, Monday 1 … Sunday 7, in the order a week is shown here. */
const week = [7, 1, 2, 3, 4, 5, 6]

/** A weekday by its ISO number, in the reader's language. */
export function useIsoDays(): (day: number) => string {
  const locale = useConsoleLocale()
  const format = new Intl.DateTimeFormat(formatLocale[locale], { weekday: 'long', timeZone: 'UTC' })
  return (day) => format.format(new Date(Date.UTC(2026, 10, 22 + (day % 7))))
}

interface WindowDialogProps {
  tenant: Tenant
  /** The present one; null: there is none. */
  window: MaintenanceWindow | null
  onClose: () => void
}

/** Asks on which days and between which hours rollouts may touch a tenant, on the tenant's own clock. */
export function WindowDialog({ tenant, window, onClose }: WindowDialogProps) {
  const t = useTranslate()
  const name = useIsoDays()
  const send = useSend(setMaintenanceWindow)
  const [days, setDays] = useState(window?.days ?? [7, 1, 2, 3, 4])
  const [from, setFrom] = useState(window?.from ?? '02:00')
  const [to, setTo] = useState(window?.to ?? '05:00')
  const zone = window?.time_zone ?? tenant.timezone
  const time = (label: string, value: string, onChange: (value: string) => void) => (
    <TextField
      type="time"
      label={t(label)}
      value={value}
      required
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr', step: 300 } }}
    />
  )
  return (
    <Confirm
      title={t('upgrade.set_window')}
      consequence={t('upgrade.window_text')}
      confirmLabel={t('upgrade.set_window')}
      busy={send.isPending}
      failure={send.error}
      onConfirm={() => {
        if (days.length > 0 && from && to)
          send.mutate({ params: { id: tenant.id }, body: { days: [...days].sort(), from, to, time_zone: zone } }, { onSuccess: onClose })
      }}
      onClose={onClose}
    >
      <ToggleButtonGroup
        value={days}
        onChange={(_, chosen: number[]) => setDays(chosen)}
        aria-label={t('upgrade.days')}
        sx={{ flexWrap: 'wrap' }}
      >
        {week.map((day) => (
          <ToggleButton key={day} value={day} sx={{ minHeight: 44 }}>
            {name(day)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {days.length === 0 && <Typography color="error">{t('upgrade.no_days')}</Typography>}
      <Stack direction="row" sx={{ gap: 2 }}>
        {time('field.start', from, setFrom)}
        {time('field.end', to, setTo)}
      </Stack>
      <Box>
        <Typography variant="body2" color="textSecondary">
          {t('form.place_time', { zone })} {to <= from && t('upgrade.past_midnight')}
        </Typography>
      </Box>
    </Confirm>
  )
}
