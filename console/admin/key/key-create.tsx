import { adminCreatePublishableKey } from '@cityos/data-plane/contract'
import { Button, Stack, TextField } from '@mui/material'
import { type FormEvent, useState } from 'react'
import { Title, useTranslate } from 'react-admin'
import { useSend } from '../../api/query.ts'
import { Panel } from '../../screen/facts.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'
import { KeyOnce } from './key-once.tsx'

const originPattern = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/

/** A key for a front end of one's own, and the addresses it may be used from. */
export function KeyCreate() {
  const t = useTranslate()
  const failed = useFailureNotice()
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const send = useSend(adminCreatePublishableKey)
  const origins = text.split(/\s+/).filter(Boolean)
  const wrong = origins.find((origin) => !originPattern.test(origin))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!wrong) send.mutate({ body: { name: name.trim(), origins } }, { onError: failed })
  }
  return (
    <Stack spacing={2} sx={{ maxWidth: 640, paddingBlockStart: 2 }}>
      <Title title="resources.keys.create" />
      <Panel>
        <Stack component="form" spacing={2} onSubmit={submit}>
          <TextField
            label={t('field.name')}
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
            slotProps={{ htmlInput: { maxLength: 80 } }}
          />
          <TextField
            label={t('field.origins')}
            multiline
            minRows={3}
            value={text}
            onChange={(event) => setText(event.target.value)}
            error={Boolean(wrong)}
            helperText={wrong ? t('key.origin_format', { origin: wrong }) : t('key.origins_help')}
            slotProps={{ htmlInput: { dir: 'ltr', spellCheck: false } }}
          />
          <Button type="submit" variant="contained" loading={send.isPending} sx={{ alignSelf: 'flex-start' }}>
            {t('resources.keys.create')}
          </Button>
        </Stack>
      </Panel>
      {send.data && <KeyOnce secret={send.data.key} />}
    </Stack>
  )
}
