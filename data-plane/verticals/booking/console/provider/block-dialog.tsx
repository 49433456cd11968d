import { FailureAlert, momentIn, useSend } from '@cityos/console/kit'
import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, MenuItem, Stack, TextField } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { Link, useTranslate } from 'react-admin'
import { vendorCreateBlock } from '../../contract.ts'

interface BlockDialogProps {
  providers: { id: string; name: string }[]
  providerId?: string
  date: string
  timezone: string
  onClose: () => void
}

/** Takes a time out of a provider's calendar. Bookings that are already there stay, and are named. */
export function BlockDialog({ providers, providerId, date: first, timezone, onClose }: BlockDialogProps) {
  const t = useTranslate()
  const send = useSend(vendorCreateBlock)
  const [who, setWho] = useState(providerId ?? providers[0]?.id ?? '')
  const [date, setDate] = useState(first)
  const [start, setStart] = useState('12:00')
  const [end, setEnd] = useState('13:00')
  const [note, setNote] = useState('')
  const conflicts = send.data?.conflicts ?? []
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate(
      {
        params: { id: who },
        body: { start: momentIn(date, start, timezone), end: momentIn(date, end, timezone), note: note.trim() || null },
      },
      { onSuccess: (block) => block.conflicts.length === 0 && onClose() },
    )
  }
  const time = { inputLabel: { shrink: true }, htmlInput: { dir: 'ltr', step: 300 } }
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" slotProps={{ paper: { component: 'form', onSubmit: submit } as object }}>
      <DialogTitle>{t('booking.block_time')}</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ paddingBlockStart: 1 }}>
          <TextField select label={t('field.provider')} value={who} onChange={(event) => setWho(event.target.value)}>
            {providers.map((provider) => (
              <MenuItem key={provider.id} value={provider.id}>
                {provider.name}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            type="date"
            label={t('field.date')}
            value={date}
            required
            onChange={(event) => setDate(event.target.value)}
            slotProps={time}
          />
          <Stack direction="row" spacing={2}>
            <TextField
              type="time"
              label={t('field.start')}
              value={start}
              required
              onChange={(event) => setStart(event.target.value)}
              slotProps={time}
              fullWidth
            />
            <TextField
              type="time"
              label={t('field.end')}
              value={end}
              required
              onChange={(event) => setEnd(event.target.value)}
              slotProps={time}
              fullWidth
            />
          </Stack>
          <TextField
            label={t('field.note')}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            slotProps={{ htmlInput: { dir: 'auto', maxLength: 200 } }}
          />
          <FailureAlert error={send.error} />
          {conflicts.length > 0 && (
            <Alert severity="warning">
              {t('booking.block_conflicts')}
              <Stack>
                {conflicts.map((conflict) => (
                  <Link key={conflict.booking_id} to={`/bookings/${conflict.booking_id}/show`}>
                    <bdi dir="ltr">{conflict.reference}</bdi>
                  </Link>
                ))}
              </Stack>
            </Alert>
          )}
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose}>{t(conflicts.length > 0 ? 'ra.action.close' : 'ra.action.cancel')}</Button>
        {conflicts.length === 0 && (
          <Button type="submit" variant="contained" loading={send.isPending} disabled={end <= start}>
            {t('booking.block_time')}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  )
}
