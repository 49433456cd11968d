import { addDays, dateIn, FailureAlert, momentIn, useSend } from '@cityos/console/kit'
import { newId } from '@cityos/contract'
import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  FormControlLabel,
  Stack,
  Switch,
  TextField,
  Typography,
} from '@mui/material'
import { type FormEvent, useRef, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { adminPostponeEvent, type ManagedEvent, postponeEvent } from '../../contract.ts'
import { DateName } from './date-name.tsx'

interface PostponeDialogProps {
  event: ManagedEvent
  surface?: 'vendor' | 'admin'
  onClose: () => void
}

/** Postpones an event: to new times, or until they are known. Tickets stay valid and may be given back. */
export function PostponeDialog({ event, surface = 'vendor', onClose }: PostponeDialogProps) {
  const t = useTranslate()
  const notify = useNotify()
  const send = useSend(surface === 'admin' ? adminPostponeEvent : postponeEvent)
  const key = useRef(newId('key'))
  const dates = event.dates.filter((date) => date.status === 'scheduled')
  const [known, setKnown] = useState(false)
  const [reason, setReason] = useState('')
  const [days, setDays] = useState<Record<string, string>>(() =>
    Object.fromEntries(dates.map((date) => [date.id, addDays(dateIn(date.starts_at, event.timezone), 7)])),
  )
  const submit = (form: FormEvent) => {
    form.preventDefault()
    const moved = dates.map((date) => {
      const shift = Date.parse(`${days[date.id]}T00:00:00Z`) - Date.parse(`${dateIn(date.starts_at, event.timezone)}T00:00:00Z`)
      const move = (at: string) => momentIn(dateIn(Date.parse(at) + shift, event.timezone), clock(at, event.timezone), event.timezone)
      return {
        event_date_id: date.id,
        starts_at: move(date.starts_at),
        ends_at: move(date.ends_at),
        doors_at: date.doors_at ? move(date.doors_at) : null,
      }
    })
    send.mutate(
      { params: { id: event.id }, body: { reason, dates: known ? moved : [] }, idempotencyKey: key.current },
      {
        onSuccess: () => {
          notify(t('shell.done'), { type: 'success' })
          onClose()
        },
        onError: () => {
          key.current = newId('key')
        },
      },
    )
  }
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" slotProps={{ paper: { component: 'form', onSubmit: submit } as object }}>
      <DialogTitle>{t('action.postpone')}</DialogTitle>
      <DialogContent>
        <Stack spacing={2}>
          <DialogContentText>{t('consequence.events.postpone')}</DialogContentText>
          <TextField
            label={t('field.reason')}
            required
            multiline
            minRows={2}
            value={reason}
            onChange={(change) => setReason(change.target.value)}
            slotProps={{ htmlInput: { dir: 'auto', minLength: 3, maxLength: 500 } }}
          />
          <FormControlLabel control={<Switch checked={known} onChange={(_, on) => setKnown(on)} />} label={t('event.new_date_known')} />
          {known &&
            dates.map((date) => (
              <Stack key={date.id} direction="row" spacing={2} sx={{ alignItems: 'center' }}>
                <Typography sx={{ flex: 1 }}>
                  <DateName at={date.starts_at} timezone={event.timezone} />
                </Typography>
                <TextField
                  type="date"
                  label={t('event.new_day')}
                  required
                  value={days[date.id] ?? ''}
                  onChange={(change) => setDays({ ...days, [date.id]: change.target.value })}
                  slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr' } }}
                />
              </Stack>
            ))}
          <FailureAlert error={send.error} />
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose}>{t('ra.action.cancel')}</Button>
        <Button type="submit" variant="contained" color="warning" loading={send.isPending} disabled={reason.trim().length < 3}>
          {t('action.postpone')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

const clock = (at: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB-u-nu-latn', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(at))
