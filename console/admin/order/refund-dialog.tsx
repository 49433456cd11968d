import { formatMoney, newId } from '@cityos/contract'
import { type AdminOrder, refundOrder } from '@cityos/data-plane/contract'
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControlLabel,
  Radio,
  RadioGroup,
  Stack,
  TextField,
  Typography,
} from '@mui/material'
import { type FormEvent, useRef, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { useConsoleLocale } from '../../fields/format.ts'
import { MoneyField } from '../../fields/money-input.tsx'
import { MoneyText } from '../../fields/values.tsx'
import { FailureAlert } from '../../shell/failure-notice.tsx'
import { lineLeft, type RefundDraft, refundable, refundFailure, refundRequest, refundTotal } from './refund.ts'

interface RefundDialogProps {
  order: AdminOrder
  part: AdminOrder['sub_orders'][number]
  onClose: () => void
}

/** Gives money back for one vendor's part: all that is left, or an amount by line. The sum is on the button. */
export function RefundDialog({ order, part, onClose }: RefundDialogProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const [draft, setDraft] = useState<RefundDraft>({ whole: true, lines: {}, shipping: null, reason: '' })
  const [shown, setShown] = useState(false)
  const key = useRef(newId('key'))
  const send = useSend(refundOrder)
  const left = refundable(order, part)
  const failure = refundFailure(order, part, draft)
  const total = formatMoney({ amount: refundTotal(order, part, draft), currency: order.currency }, locale)
  const change = (next: Partial<RefundDraft>) => {
    setDraft((before) => ({ ...before, ...next }))
    key.current = newId('key')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShown(true)
    if (failure) return
    send.mutate(
      { params: { id: order.id }, body: refundRequest(part, draft), idempotencyKey: key.current },
      {
        onSuccess: () => {
          notify(t('refund.done', { total }), { type: 'success' })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      open
      onClose={send.isPending ? undefined : onClose}
      fullWidth
      maxWidth="sm"
      slotProps={{ paper: { component: 'form', onSubmit: submit, noValidate: true } as object }}
    >
      <DialogTitle>{t('refund.title', { vendor: part.vendor.name })}</DialogTitle>
      <DialogContent>
        <Stack spacing={2}>
          <Typography>
            {t('refund.left')} <MoneyText value={left.amount} strong />
          </Typography>
          <RadioGroup value={draft.whole ? 'whole' : 'part'} onChange={(_, value) => change({ whole: value === 'whole' })}>
            <FormControlLabel value="whole" control={<Radio />} label={t('refund.whole')} />
            <FormControlLabel value="part" control={<Radio />} label={t('refund.part')} />
          </RadioGroup>
          {!draft.whole &&
            part.lines.map((line) => (
              <Stack key={line.id} direction={{ xs: 'column', sm: 'row' }} spacing={1} sx={{ alignItems: { sm: 'center' } }}>
                <Typography sx={{ flex: 1 }}>
                  <bdi>{line.title}</bdi> × {line.quantity}
                  <Typography component="span" variant="body2" color="textSecondary" sx={{ display: 'block' }}>
                    {t('refund.left')} <MoneyText value={{ amount: lineLeft(line), currency: order.currency }} />
                  </Typography>
                </Typography>
                <Stack sx={{ width: { xs: '100%', sm: 200 } }}>
                  <MoneyField
                    label={t('field.amount')}
                    currency={order.currency}
                    value={draft.lines[line.id] ?? null}
                    onChange={(amount) => change({ lines: { ...draft.lines, [line.id]: amount } })}
                  />
                </Stack>
              </Stack>
            ))}
          {!draft.whole && left.shipping.amount > 0 && (
            <MoneyField
              label={t('refund.shipping', { left: formatMoney(left.shipping, locale) })}
              currency={order.currency}
              value={draft.shipping}
              onChange={(shipping) => change({ shipping })}
            />
          )}
          <TextField
            label={t('field.reason')}
            required
            multiline
            minRows={2}
            value={draft.reason}
            onChange={(event) => change({ reason: event.target.value })}
            slotProps={{ htmlInput: { dir: 'auto', maxLength: 500 } }}
          />
          {shown && failure && <Alert severity="error">{t(failure)}</Alert>}
          <FailureAlert error={send.error} />
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2 }}>
        <Button onClick={onClose} disabled={send.isPending}>
          {t('form.go_back')}
        </Button>
        <Button type="submit" variant="contained" color="error" loading={send.isPending}>
          {t('refund.submit', { total })}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
