import { Box, Stack, Typography } from '@mui/material'
import { Title, useTranslate } from 'react-admin'
import { Panel } from '../../screen/facts.tsx'

const topics = ['create', 'watch', 'asleep', 'suspend', 'close', 'failed', 'cli'] as const

/** What an operator does most, each in a few sentences; the commands are the same ones the CLI takes. */
export function HelpPage() {
  const t = useTranslate()
  return (
    <Stack spacing={2} sx={{ maxWidth: 760, paddingBlockStart: 2 }}>
      <Title title="menu.help" />
      {topics.map((topic) => (
        <Panel key={topic} title={t(`help.${topic}`)}>
          <Typography sx={{ maxWidth: '70ch' }}>{t(`help.${topic}_text`)}</Typography>
          {topic === 'cli' && (
            <Box component="pre" dir="ltr" tabIndex={0} sx={{ overflowX: 'auto', fontSize: 13, marginBlockEnd: 0 }}>
              {[
                './cityos tenant list',
                './cityos tenant create SLUG --name … --owner EMAIL --wait',
                './cityos tenant show SLUG',
                './cityos operation list',
                './cityos status',
              ].join('\n')}
            </Box>
          )}
        </Panel>
      ))}
    </Stack>
  )
}
