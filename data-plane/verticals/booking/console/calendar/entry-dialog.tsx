import { FailureState, formatWhenIn, ListSkeleton, RemoveButton, useConsoleLocale, useRead } from '@cityos/console/kit'
import { Button, Dialog, DialogActions, DialogContent, DialogTitle, Stack, Typography } from '@mui/material'
import { Link, useTranslate } from 'react-admin'
import { type CalendarEntry, vendorGetBooking, vendorRemoveBlock } from '../../contract.ts'
import { BookingFacts } from '../booking-facts.tsx'
import { BookingVerbs } from '../booking-verbs.tsx'

interface EntryDialogProps {
  entry: CalendarEntry
  timezone: string
  providers: { id: string; name: string }[]
  onClose: () => void
}

/** What a block of the calendar is, and what can be done with it now. */
export function EntryDialog({ entry, timezone, providers, onClose }: EntryDialogProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const names = providers.filter((provider) => entry.provider_ids.includes(provider.id)).map((provider) => provider.name)
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="calendar-entry">
      <DialogTitle id="calendar-entry">
        <bdi>{entry.title}</bdi>
      </DialogTitle>
      <DialogContent>
        {entry.kind === 'booking' ? (
          <OneBooking id={entry.id} />
        ) : (
          <Stack spacing={1.5}>
            <Typography>
              {formatWhenIn(entry.start, timezone, locale)} – {formatWhenIn(entry.end, timezone, locale)}
            </Typography>
            <Typography color="textSecondary">
              <bdi>{names.join(' · ')}</bdi>
            </Typography>
            {entry.kind === 'group' &&
              entry.booking_ids.map((id, index) => (
                <Button key={id} component={Link} to={`/bookings/${id}/show`} variant="outlined">
                  {t('booking.open_booking', { number: index + 1 })}
                </Button>
              ))}
            {entry.kind === 'block' && entry.provider_ids[0] && (
              <Stack direction="row" sx={{ alignItems: 'center' }}>
                <Typography>{t('booking.free_again')}</Typography>
                <RemoveButton
                  endpoint={vendorRemoveBlock}
                  params={{ id: entry.provider_ids[0], child_id: entry.id }}
                  name={entry.title}
                  onDone={onClose}
                />
              </Stack>
            )}
          </Stack>
        )}
      </DialogContent>
      <DialogActions>
        {entry.kind === 'booking' && (
          <Button component={Link} to={`/bookings/${entry.id}/show`}>
            {t('booking.whole')}
          </Button>
        )}
        <Button onClick={onClose}>{t('ra.action.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}

function OneBooking({ id }: { id: string }) {
  const { data, error, refetch } = useRead(vendorGetBooking, { params: { id } }, { refetchInterval: 15_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={3} />
  return (
    <Stack spacing={2}>
      <BookingFacts booking={data} brief />
      <BookingVerbs booking={data} />
    </Stack>
  )
}
