import { Alert, AlertTitle, Box } from '@mui/material'
import { useRecordContext, useTranslate } from 'react-admin'

/** What going live still needs. */
export function StoreMissing() {
  const t = useTranslate()
  const missing = (useRecordContext()?.['missing'] as string[] | undefined) ?? []
  if (missing.length === 0) return null
  return (
    <Alert severity="info">
      <AlertTitle>{t('store.missing')}</AlertTitle>
      <Box component="ul" sx={{ margin: 0, paddingInlineStart: 2.5 }}>
        {missing.map((name) => (
          <li key={name}>{t(`requirement.${name}`, { _: name })}</li>
        ))}
      </Box>
    </Alert>
  )
}
