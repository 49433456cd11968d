import { exportAdminOrders } from '@cityos/data-plane/contract'
import DownloadIcon from '@mui/icons-material/Download'
import { Button } from '@mui/material'
import { useState } from 'react'
import { useListContext, useNotify, useTranslate } from 'react-admin'
import { useClient } from '../../api/query.ts'
import { saveText } from '../../fields/save-text.ts'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** The orders of the list, as it is filtered now, as a file for a spreadsheet. */
export function ExportOrders() {
  const t = useTranslate()
  const client = useClient()
  const notify = useNotify()
  const failed = useFailureNotice()
  const { filterValues } = useListContext()
  const [busy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    try {
      const { q: _, ...query } = filterValues
      const file = await client(exportAdminOrders, { query })
      saveText(file.filename, file.csv)
      notify('order.exported', { type: 'success', messageArgs: { smart_count: file.rows } })
    } catch (thrown) {
      failed(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button startIcon={<DownloadIcon />} loading={busy} onClick={() => void download()}>
      {t('order.export')}
    </Button>
  )
}
