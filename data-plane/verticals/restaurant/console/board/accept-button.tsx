import { FailureAlert, formatTimeIn, useConsoleLocale, useSend } from '@cityos/console/kit'
import { newId } from '@cityos/contract'
import MoreTimeIcon from '@mui/icons-material/MoreTimeOutlined'
import {
  Button,
  ButtonGroup,
  Chip,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  Stack,
  TextField,
  Tooltip,
} from '@mui/material'
import { useRef, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { acceptKitchenOrder, type FoodOrderSummary } from '../../contract.ts'

const choices = [10, 15, 20, 30, 45, 60] as const

/** One touch accepts at the promised time; the clock beside it asks for another one. */
export function AcceptButton({ order }: { order: FoodOrderSummary }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const send = useSend(acceptKitchenOrder)
  const key = useRef(newId('key'))
  const [asking, setAsking] = useState(false)
  const [minutes, setMinutes] = useState('')
  const accept = (ready?: number) =>
    send.mutate(
      { params: { id: order.id }, body: ready ? { ready_in_minutes: ready } : {}, idempotencyKey: key.current },
      {
        onSuccess: () => {
          setAsking(false)
          notify(t('action_done.accept', { _: t('shell.done') }), { type: 'success' })
        },
        onError: () => {
          key.current = newId('key')
          setAsking(true)
        },
      },
    )
  const typed = Number(minutes)
  const valid = minutes === '' || (Number.isInteger(typed) && typed >= 1 && typed <= 240)
  return (
    <>
      <ButtonGroup variant="contained" size="large">
        <Button loading={send.isPending && !asking} onClick={() => accept()}>
          {t('action.accept')}
        </Button>
        <Tooltip title={t('restaurant.accept_with_time')}>
          <Button
            aria-label={t('restaurant.accept_with_time')}
            onClick={() => {
              send.reset()
              setAsking(true)
            }}
          >
            <MoreTimeIcon />
          </Button>
        </Tooltip>
      </ButtonGroup>
      {asking && (
        <Dialog open onClose={() => setAsking(false)} fullWidth maxWidth="xs" aria-labelledby={`accept-${order.id}`}>
          <DialogTitle id={`accept-${order.id}`}>{t('restaurant.accept_order', { number: order.call_number })}</DialogTitle>
          <DialogContent>
            <Stack spacing={2}>
              <DialogContentText>
                {t('restaurant.promised_until', { time: formatTimeIn(order.promised_ready_at, order.restaurant.timezone, locale) })}
              </DialogContentText>
              <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
                {choices.map((choice) => (
                  <Chip
                    key={choice}
                    label={t('restaurant.in_minutes', { count: choice })}
                    onClick={() => setMinutes(String(choice))}
                    color={minutes === String(choice) ? 'primary' : 'default'}
                    aria-pressed={minutes === String(choice)}
                  />
                ))}
              </Stack>
              <TextField
                label={t('field.ready_in_minutes')}
                type="number"
                value={minutes}
                error={!valid}
                onChange={(event) => setMinutes(event.target.value)}
                slotProps={{ htmlInput: { min: 1, max: 240, dir: 'ltr' } }}
              />
              <FailureAlert error={send.error} />
            </Stack>
          </DialogContent>
          <DialogActions sx={{ padding: 2 }}>
            <Button onClick={() => setAsking(false)}>{t('ra.action.cancel')}</Button>
            <Button
              variant="contained"
              disabled={!valid}
              loading={send.isPending}
              onClick={() => accept(minutes === '' ? undefined : typed)}
            >
              {t('action.accept')}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
