import { CreateCell, createCell } from '@cityos/control-plane/contract'
import { Alert, Button, Stack, TextField, Typography } from '@mui/material'
import { useState } from 'react'
import { Title, useRedirect, useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Panel } from '../../screen/facts.tsx'
import { draftOf, readDraft } from './cell-draft.ts'

/** A cell is described by the same document an installation's values have: it can be written, kept and compared as a whole. */
export function CellCreate() {
  const t = useTranslate()
  const redirect = useRedirect()
  const [text, setText] = useState(draftOf)
  const [wrong, setWrong] = useState<string | null>(null)
  const create = useSend(createCell)
  const fault = wrong ?? create.error?.message
  const add = () => {
    const read = readDraft(text, CreateCell)
    setWrong('fault' in read ? read.fault : null)
    if ('cell' in read) create.mutate({ body: read.cell }, { onSuccess: (added) => redirect('show', 'cells', added.name) })
  }
  return (
    <Panel>
      <Title title={t('resources.cells.create')} />
      <Stack spacing={2}>
        <Typography>{t('cell.document_text')}</Typography>
        {fault && <Alert severity="error">{fault}</Alert>}
        <TextField
          label={t('cell.document')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          multiline
          minRows={20}
          fullWidth
          slotProps={{ htmlInput: { dir: 'ltr', spellCheck: false, style: { fontFamily: 'monospace', fontSize: 13 } } }}
        />
        <Button variant="contained" loading={create.isPending} onClick={add} sx={{ alignSelf: 'start' }}>
          {t('resources.cells.create')}
        </Button>
      </Stack>
    </Panel>
  )
}
