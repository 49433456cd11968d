import { FailureAlert, formatTimeIn, useConsoleLocale, useFailureNotice, useNow, useSend } from '@cityos/console/kit'
import PauseIcon from '@mui/icons-material/PauseCircleOutlined'
import PlayIcon from '@mui/icons-material/PlayCircleOutlined'
import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, MenuItem, Stack, TextField } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { type ManagedRestaurant, pauseVendorRestaurant, unpauseVendorRestaurant } from '../../contract.ts'

const lengths = [15, 30, 60, 120] as const
const delays = [10, 15, 20, 30, 45] as const

/** Open, busy or paused, said plainly; and the switch between them. */
export function PauseButton({ restaurant }: { restaurant: ManagedRestaurant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const failed = useFailureNotice()
  const now = useNow(30_000)
  const pause = useSend(pauseVendorRestaurant)
  const resume = useSend(unpauseVendorRestaurant)
  const [asking, setAsking] = useState(false)
  const [how, setHow] = useState<'pause' | 'rush'>('pause')
  const [length, setLength] = useState<number>(30)
  const [delay, setDelay] = useState<number>(15)
  const slow = restaurant.rush_extra_minutes > 0
  const until = restaurant.paused_until ? formatTimeIn(restaurant.paused_until, restaurant.timezone, locale) : null
  const send = () =>
    pause.mutate(
      {
        params: { id: restaurant.id },
        body: { until: length === 0 ? null : new Date(now + length * 60_000).toISOString(), extra_minutes: how === 'rush' ? delay : 0 },
      },
      { onSuccess: () => setAsking(false) },
    )
  if (restaurant.is_paused || slow)
    return (
      <Alert
        severity="warning"
        sx={{ paddingBlock: 0, alignItems: 'center' }}
        action={
          <Button
            color="inherit"
            startIcon={<PlayIcon />}
            loading={resume.isPending}
            onClick={() => resume.mutate({ params: { id: restaurant.id } }, { onError: failed })}
          >
            {t('restaurant.as_usual')}
          </Button>
        }
      >
        {restaurant.is_paused
          ? t(until ? 'restaurant.paused_until' : 'restaurant.paused', { time: until ?? '' })
          : t('restaurant.rush', { count: restaurant.rush_extra_minutes })}
      </Alert>
    )
  return (
    <>
      <Button startIcon={<PauseIcon />} variant="outlined" color="warning" onClick={() => setAsking(true)}>
        {t('restaurant.pause')}
      </Button>
      {asking && (
        <Dialog open onClose={() => setAsking(false)} fullWidth maxWidth="xs" aria-labelledby="pause-title">
          <DialogTitle id="pause-title">{t('restaurant.pause')}</DialogTitle>
          <DialogContent>
            <Stack spacing={2} sx={{ paddingBlockStart: 1 }}>
              <TextField
                select
                label={t('restaurant.how')}
                value={how}
                onChange={(event) => setHow(event.target.value as 'pause' | 'rush')}
              >
                <MenuItem value="pause">{t('restaurant.take_none')}</MenuItem>
                <MenuItem value="rush">{t('restaurant.take_slower')}</MenuItem>
              </TextField>
              {how === 'rush' && (
                <TextField select label={t('field.extra_minutes')} value={delay} onChange={(event) => setDelay(Number(event.target.value))}>
                  {delays.map((minutes) => (
                    <MenuItem key={minutes} value={minutes}>
                      {t('restaurant.minutes_more', { count: minutes })}
                    </MenuItem>
                  ))}
                </TextField>
              )}
              <TextField select label={t('restaurant.how_long')} value={length} onChange={(event) => setLength(Number(event.target.value))}>
                {lengths.map((minutes) => (
                  <MenuItem key={minutes} value={minutes}>
                    {t('restaurant.in_minutes', { count: minutes })}
                  </MenuItem>
                ))}
                <MenuItem value={0}>{t('restaurant.until_opened')}</MenuItem>
              </TextField>
              <FailureAlert error={pause.error} />
            </Stack>
          </DialogContent>
          <DialogActions sx={{ padding: 2 }}>
            <Button onClick={() => setAsking(false)}>{t('ra.action.cancel')}</Button>
            <Button variant="contained" color="warning" loading={pause.isPending} onClick={send}>
              {t('restaurant.pause')}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
