import { type AdminOrder, noteAdminOrder } from '@cityos/data-plane/contract'
import { Button, Stack, TextField, Typography } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'

/** Notes among staff; shoppers and vendors never see them. */
export function OrderNotes({ order }: { order: AdminOrder }) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const [text, setText] = useState('')
  const send = useSend(noteAdminOrder)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim())
      send.mutate({ params: { id: order.id }, body: { text: text.trim() } }, { onSuccess: () => setText(''), onError: failed })
  }
  return (
    <Panel title={t('order.notes')}>
      <Stack spacing={1.5}>
        {order.notes.map((note) => (
          <div key={note.id}>
            <Typography dir="auto" sx={{ whiteSpace: 'pre-wrap' }}>
              {note.text}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              <bdi>{note.author}</bdi> · <When at={note.at} ago />
            </Typography>
          </div>
        ))}
        <Stack component="form" spacing={1} onSubmit={submit}>
          <TextField
            label={t('order.new_note')}
            multiline
            minRows={2}
            value={text}
            onChange={(event) => setText(event.target.value)}
            slotProps={{ htmlInput: { dir: 'auto', maxLength: 2000 } }}
          />
          <Button type="submit" variant="outlined" disabled={!text.trim()} loading={send.isPending} sx={{ alignSelf: 'flex-start' }}>
            {t('order.add_note')}
          </Button>
        </Stack>
      </Stack>
    </Panel>
  )
}
