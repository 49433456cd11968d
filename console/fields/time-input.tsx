import { TextField } from '@mui/material'
import { useInput, useTranslate, ValidationError, type Validator } from 'react-admin'

interface TimeOfDayInputProps {
  source: string
  label: string
  validate?: Validator | Validator[]
}

/** A time of day on the place's own clock, `HH:MM`: kept as the text it is, never a moment of some day. */
export function TimeOfDayInput({ source, label, validate }: TimeOfDayInputProps) {
  const t = useTranslate()
  const { field, fieldState, isRequired } = useInput({ source, validate })
  const message = fieldState.error?.message
  return (
    <TextField
      type="time"
      label={t(label)}
      required={isRequired}
      value={(field.value as string | null) ?? ''}
      onChange={(event) => field.onChange(event.target.value || null)}
      onBlur={field.onBlur}
      error={Boolean(message)}
      helperText={message ? <ValidationError error={message} /> : undefined}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr', step: 300 } }}
      sx={{ minWidth: 130 }}
    />
  )
}
