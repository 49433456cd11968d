import type { StaffSession } from '@cityos/contract'
import { Alert } from '@mui/material'
import { useGetIdentity, useTranslate } from 'react-admin'
import { formatWhen, useConsoleLocale } from '../fields/format.ts'

/** Says, for as long as it lasts, that somebody is here under support access: who, until when, and what they may do. */
export function SupportBanner() {
  const { identity } = useGetIdentity()
  const t = useTranslate()
  const locale = useConsoleLocale()
  const support = identity?.['support'] as StaffSession['support'] | undefined
  if (!support) return null
  return (
    <Alert severity="warning" role="status" square sx={{ position: 'sticky', insetBlockStart: 0, zIndex: 1 }}>
      {t(support.read_only ? 'shell.support_reads' : 'shell.support_writes', { by: support.by, until: formatWhen(support.until, locale) })}
    </Alert>
  )
}
