import { TextField, type TextFieldProps } from '@mui/material'

/** A text field that is as wide as it needs to be: for rows of controls over a page. */
export function InlineField(props: TextFieldProps) {
  return <TextField fullWidth={false} margin="none" {...props} />
}
