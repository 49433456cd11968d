import { BpsInput, MoneyField } from '@cityos/console/kit'
import { FormDataConsumer, useInput, useTranslate } from 'react-admin'

/** What a voucher takes off, or what the price becomes: a share in percent, an amount in the event's currency, or nothing to type. */
export function VoucherValue({ currency }: { currency: string }) {
  return (
    <FormDataConsumer>
      {({ formData }) => {
        const effect = formData['effect'] as string | undefined
        if (effect === 'percent') return <BpsInput source="value" label="field.share" />
        if (effect === 'set_price' || effect === 'amount') return <Amount key={effect} currency={currency} />
        return null
      }}
    </FormDataConsumer>
  )
}

function Amount({ currency }: { currency: string }) {
  const t = useTranslate()
  const { field } = useInput({ source: 'value' })
  const amount = typeof field.value === 'number' ? { amount: field.value, currency } : null
  return (
    <MoneyField label={t('field.amount')} currency={currency} value={amount} onChange={(money) => field.onChange(money?.amount ?? null)} />
  )
}
