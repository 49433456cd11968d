import { readTenantHealth, type Tenant } from '@cityos/control-plane/contract'
import { Alert, Table, TableBody, TableCell, TableHead, TableRow, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatBytes, formatDuration, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { When } from '../../fields/values.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'

/** What the driver sees of the process, and what the data plane last said about what it depends on. */
export function TenantHealth({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(readTenantHealth, { params: { id: tenant.id } }, { refetchInterval: 10_000 })
  if (error && !data)
    return (
      <Panel title={t('tenant.health')}>
        <FailureState error={error} retry={refetch} />
      </Panel>
    )
  if (!data) return <ListSkeleton rows={3} />
  const bytes = (value: number | null) => (value === null ? '–' : formatBytes(value, locale))
  return (
    <Panel title={t('tenant.health')}>
      {data.last_error && (
        <Alert severity="warning" sx={{ marginBlockEnd: 2 }}>
          {data.last_error}
        </Alert>
      )}
      <Facts
        columns={160}
        facts={[
          { label: 'field.runtime', value: <StatusChip status={data.runtime} /> },
          { label: 'field.connected', value: t(data.connected ? 'ra.boolean.true' : 'ra.boolean.false') },
          { label: 'field.memory', value: bytes(data.memory_bytes) },
          { label: 'field.database_size', value: bytes(data.report?.usage.database_bytes ?? null) },
          { label: 'field.restarts', value: formatNumber(data.restarts, locale) },
          { label: 'field.started_at', value: <When at={data.started_at} ago /> },
          { label: 'field.next_wake_at', value: <When at={data.next_wake_at} /> },
          { label: 'field.reported_at', value: <When at={data.reported_at} ago /> },
        ]}
      />
      {data.report ? (
        <Table size="small" sx={{ marginBlockStart: 2 }}>
          <TableHead>
            <TableRow>
              <TableCell>{t('field.dependency')}</TableCell>
              <TableCell>{t('field.status')}</TableCell>
              <TableCell sx={{ textAlign: 'end' }}>{t('field.latency')}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {Object.entries(data.report.dependencies).map(([name, state]) => (
              <TableRow key={name}>
                <TableCell>
                  {t(`dependency.${name}`, { _: name })}
                  {state.message && (
                    <Typography variant="body2" color="textSecondary">
                      {state.message}
                    </Typography>
                  )}
                </TableCell>
                <TableCell>
                  <StatusChip status={state.status} />
                </TableCell>
                <TableCell sx={{ textAlign: 'end' }}>
                  {state.latency_ms === null ? '–' : formatDuration(state.latency_ms, locale)}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      ) : (
        <Typography color="textSecondary" sx={{ marginBlockStart: 2 }}>
          {t('tenant.no_report')}
        </Typography>
      )}
    </Panel>
  )
}
