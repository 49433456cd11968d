import { verifyAuditChain } from '@cityos/data-plane/contract'
import { Alert, Box, Button } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { ScreenList } from '../../screen/screen-list.tsx'
import { useFailureWords } from '../../shell/failure-words.ts'
import { tenantAuditScreen } from './operations.screens.tsx'

/** The audit trail, and the proof that nothing in it was changed or taken out. */
export function AuditPage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const words = useFailureWords()
  const send = useSend(verifyAuditChain)
  const found = send.data
  return (
    <Box>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', paddingBlockStart: 2, flexWrap: 'wrap' }}>
        <Button variant="outlined" loading={send.isPending} onClick={() => send.mutate({})}>
          {t('audit.verify')}
        </Button>
        {found && (
          <Alert severity={found.verified ? 'success' : 'error'}>
            {found.verified
              ? t('audit.whole', { count: formatNumber(found.entries, locale) })
              : t('audit.broken', { position: found.broken?.position ?? 0 })}
          </Alert>
        )}
        {send.error && <Alert severity="error">{words(send.error)}</Alert>}
      </Box>
      <ScreenList screen={tenantAuditScreen} />
    </Box>
  )
}
