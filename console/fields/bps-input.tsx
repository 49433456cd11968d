import { InputAdornment, TextField } from '@mui/material'
import { useState } from 'react'
import { useInput, useTranslate, ValidationError, type Validator } from 'react-admin'
import { latinNumber } from './minor-units.ts'

interface BpsInputProps {
  source: string
  label: string
  validate?: Validator | Validator[]
}

/** `12.5` → 1250; null when it is no percentage of at most two decimals. */
export function bpsFromText(text: string): number | null {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(latinNumber(text))
  if (!match) return null
  const bps = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return bps <= 10_000 ? bps : null
}

export const textFromBps = (bps: number): string =>
  bps % 100 === 0 ? String(bps / 100) : `${Math.floor(bps / 100)}.${String(bps % 100).padStart(2, '0')}`

/** A rate typed in percent, kept as integer basis points. */
export function BpsInput({ source, label, validate }: BpsInputProps) {
  const t = useTranslate()
  const { field, fieldState, isRequired } = useInput({ source, validate })
  const [text, setText] = useState(typeof field.value === 'number' ? textFromBps(field.value) : '')
  const unread = text.trim() !== '' && bpsFromText(text) === null
  const message = fieldState.error?.message
  return (
    <TextField
      fullWidth
      label={t(label)}
      required={isRequired}
      value={text}
      error={unread || Boolean(message)}
      helperText={unread ? t('form.not_a_percentage') : message ? <ValidationError error={message} /> : undefined}
      onChange={(event) => {
        setText(event.target.value)
        field.onChange(bpsFromText(event.target.value))
      }}
      onBlur={field.onBlur}
      slotProps={{
        htmlInput: { inputMode: 'decimal', dir: 'ltr' },
        input: { endAdornment: <InputAdornment position="end">%</InputAdornment> },
      }}
    />
  )
}
