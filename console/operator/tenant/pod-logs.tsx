import { readPodLogs } from '@cityos/control-plane/contract'
import { Box, FormControlLabel, Switch, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

/** The last lines of one pod, or of the container before its last restart: why that one ended. */
export function PodLogs({ tenantId, pod }: { tenantId: string; pod: string }) {
  const t = useTranslate()
  const [previous, setPrevious] = useState(false)
  const call = { params: { id: tenantId, pod }, query: { lines: 500, previous: previous ? 'true' : 'false' } }
  const { data, error, refetch } = useRead(readPodLogs, call, { refetchInterval: 5_000 })
  return (
    <Panel
      title={pod}
      actions={
        <FormControlLabel
          control={<Switch checked={previous} onChange={(event) => setPrevious(event.target.checked)} />}
          label={t('cluster.previous')}
        />
      }
    >
      {error && !data && <FailureState error={error} retry={refetch} />}
      {!error && !data && <ListSkeleton />}
      {data?.lines.length === 0 && <Typography color="textSecondary">{t('tenant.no_logs')}</Typography>}
      {data && data.lines.length > 0 && (
        <Box
          component="pre"
          dir="ltr"
          tabIndex={0}
          role="region"
          aria-label={pod}
          sx={{
            margin: 0,
            maxHeight: 420,
            overflow: 'auto',
            fontSize: 12,
            lineHeight: 1.6,
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
          }}
        >
          {data.lines.join('\n')}
        </Box>
      )}
    </Panel>
  )
}
