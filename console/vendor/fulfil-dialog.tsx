import { newId } from '@cityos/contract'
import { fulfilVendorOrder, getVendorOrder, type VendorOrder } from '@cityos/data-plane/contract'
import AddIcon from '@mui/icons-material/Add'
import RemoveIcon from '@mui/icons-material/Remove'
import {
  Alert,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  IconButton,
  Stack,
  TextField,
  Typography,
} from '@mui/material'
import { type FormEvent, useRef, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { useRead, useSend } from '../api/query.ts'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { useFailureWords } from '../shell/failure-words.ts'
import { FailureState, ListSkeleton } from '../shell/states.tsx'
import { type Handover, handoverFailure, handoverLines, openLines } from './fulfil.ts'

/** Hands over all that is open, or some units of some lines. */
export function FulfilButton({ id }: { id: string }) {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="contained" size="large" onClick={() => setOpen(true)}>
        {t('action.fulfil')}
      </Button>
      {open && <FulfilDialog id={id} onClose={() => setOpen(false)} />}
    </>
  )
}

function FulfilDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslate()
  const { data: order, error, refetch } = useRead(getVendorOrder, { params: { id } })
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm">
      <DialogTitle>{t('action.fulfil')}</DialogTitle>
      {error && !order ? (
        <FailureState error={error} retry={refetch} />
      ) : order ? (
        <FulfilForm order={order} onClose={onClose} />
      ) : (
        <ListSkeleton rows={2} />
      )}
    </Dialog>
  )
}

function FulfilForm({ order, onClose }: { order: VendorOrder; onClose: () => void }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const words = useFailureWords()
  const [handover, setHandover] = useState<Handover>({})
  const [carrier, setCarrier] = useState('')
  const [tracking, setTracking] = useState('')
  const send = useSend(fulfilVendorOrder)
  const key = useRef(newId('key'))
  const failure = handoverFailure(order, handover)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (failure) return
    const lines = handoverLines(order, handover)
    send.mutate(
      {
        params: { id: order.id },
        body: { ...(lines ? { lines } : {}), carrier: carrier.trim() || null, tracking_number: tracking.trim() || null },
        idempotencyKey: key.current,
      },
      {
        onSuccess: () => {
          notify(t('action_done.fulfil'), { type: 'success' })
          onClose()
        },
      },
    )
  }
  const set = (line: string, quantity: number) => {
    key.current = newId('key')
    setHandover({ ...handover, [line]: quantity })
  }
  return (
    <form onSubmit={submit}>
      <DialogContent>
        <Stack spacing={2}>
          {openLines(order).map((line) => {
            const quantity = handover[line.id] ?? line.quantity_open
            return (
              <Stack key={line.id} direction="row" spacing={1} sx={{ alignItems: 'center' }}>
                <Box sx={{ flex: 1, minWidth: 0 }}>
                  <Typography>
                    <bdi>{line.title}</bdi>
                  </Typography>
                  <Typography variant="body2" color="textSecondary">
                    {line.subtitle && <bdi>{line.subtitle} · </bdi>}
                    {t('order.open_units', { count: formatNumber(line.quantity_open, locale) })}
                  </Typography>
                </Box>
                <IconButton
                  aria-label={t('vendor.less', { name: line.title })}
                  disabled={quantity <= 0}
                  onClick={() => set(line.id, quantity - 1)}
                >
                  <RemoveIcon />
                </IconButton>
                <Typography component="output" sx={{ minWidth: 28, textAlign: 'center', fontWeight: 600 }}>
                  {formatNumber(quantity, locale)}
                </Typography>
                <IconButton
                  aria-label={t('vendor.more', { name: line.title })}
                  disabled={quantity >= line.quantity_open}
                  onClick={() => set(line.id, quantity + 1)}
                >
                  <AddIcon />
                </IconButton>
              </Stack>
            )
          })}
          <TextField
            label={t('field.carrier')}
            value={carrier}
            onChange={(event) => setCarrier(event.target.value)}
            slotProps={{ htmlInput: { dir: 'auto', maxLength: 80 } }}
          />
          <TextField
            label={t('field.tracking_number')}
            value={tracking}
            onChange={(event) => setTracking(event.target.value)}
            slotProps={{ htmlInput: { dir: 'ltr', maxLength: 80, autoComplete: 'off' } }}
          />
          {failure && <Alert severity="warning">{t(failure)}</Alert>}
          {send.error && <Alert severity="error">{words(send.error)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose} disabled={send.isPending}>
          {t('ra.action.cancel')}
        </Button>
        <Button type="submit" variant="contained" size="large" disabled={Boolean(failure)} loading={send.isPending}>
          {t('action.fulfil')}
        </Button>
      </DialogActions>
    </form>
  )
}
