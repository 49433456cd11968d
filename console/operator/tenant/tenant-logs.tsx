import { readTenantLogs, type Tenant } from '@cityos/control-plane/contract'
import { Box, Button, TextField, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

/** The last lines the data plane has written, newest at the end; filtered here. */
export function TenantLogs({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const [wanted, setWanted] = useState('')
  const { data, error, refetch, isFetching } = useRead(readTenantLogs, { params: { id: tenant.id }, query: { lines: 500 } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  const lines = data.lines.filter((line) => line.toLowerCase().includes(wanted.toLowerCase()))
  return (
    <Panel
      title={t('tenant.logs')}
      actions={
        <Box sx={{ display: 'flex', gap: 1 }}>
          <TextField label={t('shell.filter')} value={wanted} onChange={(event) => setWanted(event.target.value)} />
          <Button variant="outlined" loading={isFetching} onClick={() => void refetch()}>
            {t('ra.action.refresh')}
          </Button>
        </Box>
      }
    >
      {lines.length === 0 ? (
        <Typography color="textSecondary">{t('tenant.no_logs')}</Typography>
      ) : (
        <Box
          component="pre"
          dir="ltr"
          tabIndex={0}
          role="region"
          aria-label={t('tenant.logs')}
          sx={{
            margin: 0,
            maxHeight: 520,
            overflow: 'auto',
            fontSize: 12,
            lineHeight: 1.6,
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
          }}
        >
          {lines.join('\n')}
        </Box>
      )}
    </Panel>
  )
}
