import { Alert, AlertTitle, Box } from '@mui/material'
import { useRecordContext, useTranslate } from 'react-admin'
import { useRequirement } from '../../screen/requirement.ts'

/** What going live still needs. */
export function StoreMissing() {
  const t = useTranslate()
  const requirement = useRequirement()
  const missing = (useRecordContext()?.['missing'] as string[] | undefined) ?? []
  if (missing.length === 0) return null
  return (
    <Alert severity="info">
      <AlertTitle>{t('store.missing')}</AlertTitle>
      <Box component="ul" sx={{ margin: 0, paddingInlineStart: 2.5 }}>
        {missing.map((name) => (
          <li key={name}>{requirement(name)}</li>
        ))}
      </Box>
    </Alert>
  )
}
