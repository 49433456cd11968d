import type { Money } from '@cityos/contract'
import { InputAdornment, TextField } from '@mui/material'
import { type ReactNode, useEffect, useState } from 'react'
import { useInput, useTranslate, ValidationError, type Validator } from 'react-admin'
import { minorFromText, textFromMinor } from './minor-units.ts'

interface MoneyFieldProps {
  label: string
  currency: string
  value: Money | null
  onChange: (value: Money | null) => void
  onBlur?: () => void
  failure?: ReactNode
  required?: boolean
  name?: string
}

/** An amount typed in major units (`49.95`), kept as integer minor units. What cannot be read is said, never guessed. */
export function MoneyField({ label, currency, value, onChange, onBlur, failure, required, name }: MoneyFieldProps) {
  const t = useTranslate()
  const [text, setText] = useState(value ? textFromMinor(value.amount, currency) : '')
  const unread = text.trim() !== '' && minorFromText(text, currency) === null
  const amount = value?.amount
  useEffect(() => {
    if (amount === undefined) return
    setText((shown) => (minorFromText(shown, currency) === amount ? shown : textFromMinor(amount, currency)))
  }, [amount, currency])
  return (
    <TextField
      fullWidth
      label={label}
      name={name}
      required={required}
      value={text}
      error={unread || Boolean(failure)}
      helperText={unread ? t('form.not_an_amount', { currency }) : failure}
      onChange={(event) => {
        setText(event.target.value)
        const minor = minorFromText(event.target.value, currency)
        onChange(minor === null ? null : { amount: minor, currency })
      }}
      onBlur={onBlur}
      slotProps={{
        htmlInput: { inputMode: 'decimal', dir: 'ltr', autoComplete: 'off' },
        input: { startAdornment: <InputAdornment position="start">{currency}</InputAdornment> },
      }}
    />
  )
}

interface MoneyInputProps {
  source: string
  label: string
  currency: string
  validate?: Validator | Validator[]
}

/** MoneyField in a react-admin form. */
export function MoneyInput({ source, label, currency, validate }: MoneyInputProps) {
  const t = useTranslate()
  const { field, fieldState, isRequired } = useInput({ source, validate })
  const message = fieldState.error?.message
  return (
    <MoneyField
      name={source}
      label={t(label)}
      currency={currency}
      value={(field.value as Money) || null}
      onChange={field.onChange}
      onBlur={field.onBlur}
      required={isRequired}
      failure={message ? <ValidationError error={message} /> : undefined}
    />
  )
}
