import type { AnyEndpoint } from '@cityos/contract'
import { Avatar, Stack } from '@mui/material'
import { useState } from 'react'
import { useInput, useRecordContext, useTranslate } from 'react-admin'
import { useClient } from '../api/query.ts'
import { uploadFile } from '../api/upload.ts'
import { useFailureNotice } from '../shell/failure-notice.tsx'
import { UploadButton } from './upload-button.tsx'

interface PictureInputProps {
  /** Field that takes the file's id. */
  source: string
  /** `adminCreateUploadSession` or `vendorCreateUploadSession`. */
  session: AnyEndpoint
}

/** One picture of a form: uploaded at once, kept with the form's save. */
export function PictureInput({ source, session }: PictureInputProps) {
  const t = useTranslate()
  const client = useClient()
  const failed = useFailureNotice()
  const record = useRecordContext<{ id: string; picture?: { url: string; alt: string } | null }>()
  const { field } = useInput({ source })
  const [shown, setShown] = useState(record?.picture?.url)
  const [busy, setBusy] = useState(false)
  const upload = async (file: File | undefined) => {
    if (!file) return
    setBusy(true)
    try {
      field.onChange((await uploadFile(client, session, file)).id)
      setShown(URL.createObjectURL(file))
    } catch (thrown) {
      failed(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack direction="row" spacing={2} sx={{ alignItems: 'center', marginBlockEnd: 2 }}>
      <Avatar
        variant="rounded"
        src={shown}
        alt={record?.picture?.alt ?? ''}
        sx={{ width: 72, height: 72, backgroundColor: 'action.hover' }}
      />
      <UploadButton variant="outlined" loading={busy} onFiles={([file]) => void upload(file)}>
        {t('form.choose_picture')}
      </UploadButton>
    </Stack>
  )
}
