import { exportInvoices } from '@cityos/control-plane/contract'
import DownloadIcon from '@mui/icons-material/Download'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useListContext, useTranslate } from 'react-admin'
import { useClient } from '../../api/query.ts'
import { saveText } from '../../fields/save-text.ts'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** What the list is narrowed to, as a file for the accountant. */
export function ExportInvoices() {
  const t = useTranslate()
  const client = useClient()
  const failed = useFailureNotice()
  const { filterValues } = useListContext()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      saveText('invoices.csv', await client(exportInvoices, { query: filterValues }))
    } catch (error) {
      failed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button size="small" startIcon={<DownloadIcon />} loading={busy} onClick={() => void save()}>
      {t('shell.export_csv')}
    </Button>
  )
}
