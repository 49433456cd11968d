import type { Client } from '@cityos/contract'
import DownloadIcon from '@mui/icons-material/Download'
import { Button } from '@mui/material'
import { useState } from 'react'
import { type FilterPayload, useListContext, useTranslate } from 'react-admin'
import { useClient } from '../api/query.ts'
import { saveText } from '../fields/save-text.ts'
import { useFailureNotice } from '../shell/failure-notice.tsx'

/** What the list around it is narrowed to, all of it, as a file; `read` asks the server for its text. */
export function ExportCsv({ file, read }: { file: string; read: (client: Client, filter: FilterPayload) => Promise<string> }) {
  const t = useTranslate()
  const client = useClient()
  const failed = useFailureNotice()
  const { filterValues } = useListContext()
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      saveText(file, await read(client, filterValues))
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
