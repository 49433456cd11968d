import { type Money, pickText } from '@cityos/contract'
import type { ManagedProduct, ManagedVariant } from '@cityos/data-plane/contract'
import { getTenant } from '@cityos/data-plane/contract'
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  FormControlLabel,
  MenuItem,
  Stack,
  Switch,
  TextField,
} from '@mui/material'
import { type FormEvent, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { useRead, useSend } from '../api/query.ts'
import { useConsoleLocale } from '../fields/format.ts'
import { MoneyField } from '../fields/money-input.tsx'
import { useFailureWords } from '../shell/failure-words.ts'
import type { ProductApi } from './product-api.ts'

interface VariantDialogProps {
  api: ProductApi
  product: ManagedProduct
  /** Null: a new one. */
  variant: ManagedVariant | null
  onClose: () => void
}

const whole = (text: string, least: number): number => Math.max(least, Math.trunc(Number(text)) || 0)

/** One variant: its options, number, limits, and its price in every currency of the tenant. */
export function VariantDialog({ api, product, variant, onClose }: VariantDialogProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const words = useFailureWords()
  const notify = useNotify()
  const tenant = useRead(getTenant)
  const currencies = tenant.data?.currencies ?? []
  const [sku, setSku] = useState(variant?.sku ?? '')
  const [options, setOptions] = useState<Record<string, string>>(variant?.options ?? {})
  const [tracked, setTracked] = useState(variant?.track_inventory ?? true)
  const [least, setLeast] = useState(String(variant?.minimum_quantity ?? 1))
  const [most, setMost] = useState(String(variant?.maximum_quantity ?? 99))
  const [stock, setStock] = useState('0')
  const [prices, setPrices] = useState<Record<string, Money | null>>(
    Object.fromEntries((variant?.prices ?? []).map((price) => [price.currency, { amount: price.amount, currency: price.currency }])),
  )
  const add = useSend(api.addVariant)
  const change = useSend(api.updateVariant)
  const price = useSend(api.setPrices)
  const archive = useSend(api.archiveVariant)
  const failure = add.error ?? change.error ?? price.error ?? archive.error
  const busy = add.isPending || change.isPending || price.isPending || archive.isPending
  const complete = sku.trim() !== '' && product.options.every((option) => options[option.code])

  const done = () => {
    notify('ra.notification.updated', { type: 'success', messageArgs: { smart_count: 1 } })
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const facts = {
      sku: sku.trim(),
      options,
      track_inventory: tracked,
      minimum_quantity: whole(least, 1),
      maximum_quantity: whole(most, 1),
    }
    const amounts = currencies.map((currency) => ({ currency, amount: prices[currency]?.amount ?? null }))
    const set = amounts.filter((item): item is Money => item.amount !== null)
    if (!variant)
      return add.mutate({ params: { id: product.id }, body: { ...facts, prices: set, on_hand: whole(stock, 0) } }, { onSuccess: done })
    const known = new Set(variant.prices.map((item) => item.currency))
    const moved = amounts.filter((item) => item.amount !== null || known.has(item.currency))
    change.mutate(
      { params: { id: variant.id }, body: facts },
      {
        onSuccess: () =>
          moved.length > 0 ? price.mutate({ params: { id: variant.id }, body: { prices: moved } }, { onSuccess: done }) : done(),
      },
    )
  }
  return (
    <Dialog
      open
      onClose={busy ? undefined : onClose}
      fullWidth
      maxWidth="sm"
      slotProps={{ paper: { component: 'form', onSubmit: submit } as object }}
    >
      <DialogTitle>{variant ? t('product.edit_variant', { name: variant.title || variant.sku }) : t('product.add_variant')}</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ paddingBlockStart: 1 }}>
          {product.options.map((option) => (
            <TextField
              key={option.code}
              select
              required
              label={pickText(option.name, locale)}
              value={options[option.code] ?? ''}
              onChange={(event) => setOptions({ ...options, [option.code]: event.target.value })}
            >
              {option.values.map((value) => (
                <MenuItem key={value.code} value={value.code}>
                  {pickText(value.name, locale)}
                </MenuItem>
              ))}
            </TextField>
          ))}
          <TextField
            label={t('field.sku')}
            required
            autoFocus
            value={sku}
            onChange={(event) => setSku(event.target.value)}
            slotProps={{ htmlInput: { dir: 'ltr', maxLength: 64 } }}
          />
          {currencies.map((currency) => (
            <MoneyField
              key={currency}
              label={t('product.price_in', { currency })}
              currency={currency}
              value={prices[currency] ?? null}
              onChange={(value) => setPrices((before) => ({ ...before, [currency]: value }))}
            />
          ))}
          <Stack direction="row" spacing={2}>
            <TextField
              fullWidth
              type="number"
              label={t('field.minimum_quantity')}
              value={least}
              onChange={(event) => setLeast(event.target.value)}
              slotProps={{ htmlInput: { min: 1 } }}
            />
            <TextField
              fullWidth
              type="number"
              label={t('field.maximum_quantity')}
              value={most}
              onChange={(event) => setMost(event.target.value)}
              slotProps={{ htmlInput: { min: 1 } }}
            />
          </Stack>
          <FormControlLabel
            control={<Switch checked={tracked} onChange={(_, on) => setTracked(on)} />}
            label={t('field.track_inventory')}
          />
          {!variant && tracked && (
            <TextField
              type="number"
              label={t('field.on_hand')}
              value={stock}
              onChange={(event) => setStock(event.target.value)}
              slotProps={{ htmlInput: { min: 0 } }}
            />
          )}
          {failure && <Alert severity="error">{words(failure)}</Alert>}
        </Stack>
      </DialogContent>
      <DialogActions sx={{ padding: 2, justifyContent: 'space-between' }}>
        {variant ? (
          <Button color="error" disabled={busy} onClick={() => archive.mutate({ params: { id: variant.id } }, { onSuccess: done })}>
            {t('action.archive')}
          </Button>
        ) : (
          <span />
        )}
        <span>
          <Button onClick={onClose} disabled={busy}>
            {t('ra.action.cancel')}
          </Button>
          <Button type="submit" variant="contained" loading={busy} disabled={!complete}>
            {t('ra.action.save')}
          </Button>
        </span>
      </DialogActions>
    </Dialog>
  )
}
