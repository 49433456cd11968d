import { Alert, Box } from '@mui/material'
import { useRecordContext, useTranslate } from 'react-admin'
import { Panel } from '../screen/facts.tsx'

/** The words of a message while this machine keeps them; its HTML stands in a frame that may run nothing. */
export function MailText() {
  const t = useTranslate()
  const record = useRecordContext<{ id: string; subject: string | null; text: string | null; html: string | null }>()
  if (!record) return null
  if (record.html === null && record.text === null) return <Alert severity="info">{t('mail.words_gone')}</Alert>
  return (
    <Panel title={t('mail.words')}>
      {record.html === null ? (
        <Box component="pre" dir="auto" sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>
          {record.text}
        </Box>
      ) : (
        <Box
          component="iframe"
          title={record.subject ?? t('mail.words')}
          sandbox="allow-popups"
          srcDoc={record.html}
          sx={{ width: '100%', height: 520, border: 0, borderRadius: 1, backgroundColor: '#fff' }}
        />
      )}
    </Panel>
  )
}
