import { TextField } from '@mui/material'
import { useState } from 'react'
import { useInput, useTranslate, ValidationError } from 'react-admin'
import { latinNumber } from './minor-units.ts'

/** Whole numbers typed with spaces or commas between them: `60, 90`. */
export function NumbersInput({ source, label }: { source: string; label: string }) {
  const t = useTranslate()
  const { field, fieldState } = useInput({ source })
  const [text, setText] = useState(Array.isArray(field.value) ? (field.value as number[]).join(', ') : '')
  const message = fieldState.error?.message
  const change = (typed: string) => {
    setText(typed)
    const parts = typed
      .split(/[\s,،;]+/)
      .map(latinNumber)
      .filter(Boolean)
    field.onChange(parts.map(Number).filter(Number.isInteger))
  }
  return (
    <TextField
      fullWidth
      label={t(label)}
      value={text}
      error={Boolean(message)}
      helperText={message ? <ValidationError error={message} /> : t('form.numbers_help')}
      onChange={(event) => change(event.target.value)}
      onBlur={field.onBlur}
      slotProps={{ htmlInput: { dir: 'ltr', inputMode: 'numeric' } }}
    />
  )
}
