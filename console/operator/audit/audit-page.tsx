import { exportAudit, verifyAudit } from '@cityos/control-plane/contract'
import { Alert, Box, Button } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useClient } from '../../api/query.ts'
import { formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { When } from '../../fields/values.tsx'
import { ExportCsv } from '../../screen/export-csv.tsx'
import { ScreenList } from '../../screen/screen-list.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'
import { auditScreen } from './audit.screen.tsx'

type Verified = Awaited<ReturnType<typeof callVerify>>
const callVerify = (client: ReturnType<typeof useClient>) => client(verifyAudit, {})

/** The platform's audit trail, and the proof that nothing in it was changed or taken out. */
export function AuditPage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const client = useClient()
  const failed = useFailureNotice()
  const [busy, setBusy] = useState(false)
  const [found, setFound] = useState<Verified | null>(null)
  const verify = async () => {
    setBusy(true)
    try {
      setFound(await callVerify(client))
    } catch (error) {
      failed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Box>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', paddingBlockStart: 2, flexWrap: 'wrap' }}>
        <Button variant="outlined" loading={busy} onClick={() => void verify()}>
          {t('audit_trail.verify')}
        </Button>
        {found && (
          <Alert severity={found.verified ? 'success' : 'error'}>
            {found.verified ? (
              t('audit_trail.whole', { count: formatNumber(found.entries, locale), anchors: formatNumber(found.anchors, locale) })
            ) : (
              <>
                {t(`audit_trail.${found.broken?.reason ?? 'entry_changed'}`, { entry: found.first_broken ?? '' })}{' '}
                <When at={found.broken?.at ?? null} />
              </>
            )}
          </Alert>
        )}
      </Box>
      <ScreenList screen={auditScreen} />
    </Box>
  )
}

/** What the search finds, as a file with the hashes of the chain; the export is an entry itself. */
export function ExportAudit() {
  return <ExportCsv file="audit.csv" read={(client, query) => client(exportAudit, { query: { ...query, format: 'csv' } })} />
}
