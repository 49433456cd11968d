import { Alert, AlertTitle } from '@mui/material'
import { useTranslate } from 'react-admin'
import { Ident } from '../../fields/values.tsx'

/** A whole key: the server tells it in one answer only. */
export function KeyOnce({ secret }: { secret: string }) {
  const t = useTranslate()
  return (
    <Alert severity="success">
      <AlertTitle>{t('key.once')}</AlertTitle>
      <Ident value={secret} copy />
    </Alert>
  )
}
