import { pickText } from '@cityos/contract'
import type { StockLevel } from '@cityos/data-plane/contract'
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Divider,
  MenuItem,
  Stack,
  TextField,
  Typography,
} from '@mui/material'
import { type FormEvent, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { useRead, useSend } from '../api/query.ts'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { latinNumber } from '../fields/minor-units.ts'
import { When } from '../fields/values.tsx'
import { useFailureWords } from '../shell/failure-words.ts'
import type { StockApi } from './stock.screen.tsx'

const kinds = ['receive', 'count', 'damage', 'adjust'] as const

/** Reads a whole number, also in Arabic digits; null when it is none. */
export function wholeNumber(text: string): number | null {
  const plain = latinNumber(text)
  return /^[+-]?\d{1,7}$/.test(plain) ? Number(plain) : null
}

/** Corrects one stock level: goods came in, were counted, were damaged. What happened before is shown beneath. */
export function AdjustStockButton({ api, level }: { api: StockApi; level: StockLevel }) {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        size="small"
        variant="outlined"
        onClick={(event) => {
          event.stopPropagation()
          setOpen(true)
        }}
      >
        {t('stock.adjust')}
      </Button>
      {open && <AdjustDialog api={api} level={level} onClose={() => setOpen(false)} />}
    </>
  )
}

function AdjustDialog({ api, level, onClose }: { api: StockApi; level: StockLevel; onClose: () => void }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const words = useFailureWords()
  const [kind, setKind] = useState<(typeof kinds)[number]>('receive')
  const [amount, setAmount] = useState('')
  const [reason, setReason] = useState('')
  const [threshold, setThreshold] = useState(String(level.threshold))
  const send = useSend(api.adjust)
  const update = useSend(api.update)
  const movements = useRead(api.movements, { params: { id: level.id }, query: { limit: 5 } })
  const number = wholeNumber(amount)
  const delta = number === null ? null : kind === 'damage' ? -Math.abs(number) : number
  const after = delta === null ? null : kind === 'count' ? delta : level.on_hand + delta
  const limit = wholeNumber(threshold)
  const moved = limit !== null && limit !== level.threshold
  const ready = delta !== null && reason.trim().length >= 3
  const done = () => {
    notify(t('stock.done'), { type: 'success' })
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const setLimit = () => (moved ? update.mutate({ params: { id: level.id }, body: { threshold: limit } }, { onSuccess: done }) : done())
    if (delta === null) return setLimit()
    send.mutate(
      {
        params: { id: level.id },
        body: { kind, reason: reason.trim(), ...(kind === 'count' ? { counted: delta, version: level.version } : { delta }) },
      },
      { onSuccess: setLimit },
    )
  }
  const failure = send.error ?? update.error
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="xs"
      onClick={(event) => event.stopPropagation()}
      slotProps={{ paper: { component: 'form', onSubmit: submit } as object }}
    >
      <DialogTitle>
        {pickText(level.product_title, locale)} {level.variant_title && <bdi>· {level.variant_title}</bdi>}
      </DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ paddingBlockStart: 1 }}>
          <TextField select label={t('field.kind')} value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
            {kinds.map((name) => (
              <MenuItem key={name} value={name}>
                {t(`stock.kind_${name}`)}
              </MenuItem>
            ))}
          </TextField>
          <TextField
            label={t(kind === 'count' ? 'stock.counted' : 'stock.amount')}
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
            error={amount !== '' && number === null}
            helperText={
              after === null
                ? t('stock.now', { count: formatNumber(level.on_hand, locale) })
                : t('stock.after', { before: formatNumber(level.on_hand, locale), after: formatNumber(after, locale) })
            }
            slotProps={{ htmlInput: { inputMode: 'numeric', dir: 'ltr', autoComplete: 'off' } }}
          />
          <TextField
            label={t('field.reason')}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            slotProps={{ htmlInput: { dir: 'auto', maxLength: 300 } }}
          />
          <TextField
            label={t('field.threshold')}
            value={threshold}
            onChange={(event) => setThreshold(event.target.value)}
            helperText={t('stock.threshold_help')}
            slotProps={{ htmlInput: { inputMode: 'numeric', dir: 'ltr' } }}
          />
          {failure && <Alert severity="error">{words(failure)}</Alert>}
          <Divider />
          <Typography variant="h3">{t('stock.history')}</Typography>
          {movements.data?.items.map((movement) => (
            <Stack key={movement.id} direction="row" sx={{ justifyContent: 'space-between', gap: 1 }}>
              <Typography variant="body2">
                {t(`choice.movement.${movement.kind}`)}{' '}
                <bdi dir="ltr">{movement.quantity > 0 ? `+${movement.quantity}` : movement.quantity}</bdi>
                {movement.reason && <bdi> · {movement.reason}</bdi>}
              </Typography>
              <Typography variant="body2" color="textSecondary">
                <When at={movement.created_at} ago />
              </Typography>
            </Stack>
          ))}
          {movements.data?.total === 0 && <Typography color="textSecondary">{t('stock.no_history')}</Typography>}
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose}>{t('ra.action.cancel')}</Button>
        <Button
          type="submit"
          variant="contained"
          disabled={!ready && !(moved && amount === '')}
          loading={send.isPending || update.isPending}
        >
          {t('ra.action.save')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
