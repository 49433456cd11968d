import type { Operation } from '@cityos/control-plane/contract'
import { cancelOperation, resumeOperation, retryOperation } from '@cityos/control-plane/contract'
import { Alert, AlertTitle, Box, Button, LinearProgress, Stack, Typography } from '@mui/material'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { StatusChip } from '../../fields/status.tsx'
import { When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { ForceButton } from './force-button.tsx'
import { Journal } from './journal.tsx'
import { Timeline } from './timeline.tsx'
import { isOver, useOperation } from './use-operation.ts'

const verbs = { cancel: cancelOperation, resume: resumeOperation, retry: retryOperation }

/** One operation, live: what it does, how far it is, what it waits for and what may be asked of it. */
export function OperationPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { operation, events, connection, error, refetch } = useOperation(id)
  if (error && !operation) return <FailureState error={error} retry={refetch} />
  if (!operation) return <ListSkeleton />
  const kind = t(`operation_kind.${operation.kind}`)
  return (
    <Box>
      <Title title={`${kind}: ${operation.tenant_slug}`} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" spacing={1}>
          <ActionButtons resource="operations" record={operation} names={operation.actions} endpoints={verbs} onDone={refetch} />
          {operation.actions.includes('force') && <ForceButton operation={operation} />}
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        <Panel>
          <Stack spacing={2}>
            <Progress operation={operation} connection={connection} />
            <Outcome operation={operation} />
            <Facts
              facts={[
                { label: 'field.tenant', value: <Link to={`/tenants/${operation.tenant_id}/show`}>{operation.tenant_slug}</Link> },
                { label: 'field.requested_by', value: <bdi>{operation.requested_by}</bdi> },
                { label: 'field.started_at', value: <When at={operation.started_at} /> },
                { label: 'field.finished_at', value: <When at={operation.finished_at} /> },
                { label: 'field.deadline_at', value: <When at={operation.deadline_at} /> },
                {
                  label: 'field.way_back',
                  value: t(operation.past_pivot ? 'operation.past_pivot' : 'operation.before_pivot', {
                    step: t(`step.${operation.pivot}`, { _: operation.pivot }),
                  }),
                },
              ]}
            />
          </Stack>
        </Panel>
        <Panel title={t('operation.steps')} dense>
          <Timeline operation={operation} />
        </Panel>
        <Journal events={events} />
      </Stack>
    </Box>
  )
}

function Progress({ operation, connection }: { operation: Operation; connection: string }) {
  const t = useTranslate()
  const { done, total } = operation.progress
  const undoing = operation.status === 'undoing'
  return (
    <Stack spacing={1} role="status" aria-live="polite">
      <Stack direction="row" spacing={1} sx={{ alignItems: 'center', flexWrap: 'wrap' }}>
        <StatusChip status={operation.status} />
        <Typography sx={{ flex: 1 }}>{t('operation.progress', { done, total })}</Typography>
        {!isOver(operation) && (
          <Typography variant="body2" color="textSecondary">
            {t(connection === 'reconnecting' ? 'operation.reconnecting' : 'operation.safe_to_leave')}
          </Typography>
        )}
      </Stack>
      <LinearProgress
        variant="determinate"
        value={total === 0 ? 0 : (done / total) * 100}
        color={operation.status === 'failed' ? 'error' : undoing ? 'warning' : operation.status === 'succeeded' ? 'success' : 'primary'}
        aria-label={t('operation.progress', { done, total })}
        sx={{ height: 8, borderRadius: 4 }}
      />
    </Stack>
  )
}

function Outcome({ operation }: { operation: Operation }) {
  const t = useTranslate()
  if (operation.failure)
    return (
      <Alert severity="error">
        <AlertTitle>{t('operation.failed_at', { step: t(`step.${operation.failure.step}`, { _: operation.failure.step }) })}</AlertTitle>
        <Box>{operation.failure.message}</Box>
        <Box sx={{ marginBlockStart: 1, fontWeight: 600 }}>{operation.failure.way_out}</Box>
      </Alert>
    )
  if (operation.blocked_by)
    return (
      <Alert severity="warning">
        <AlertTitle>
          {t('operation.blocked', { step: t(`step.${operation.blocked_by.step}`, { _: operation.blocked_by.step }) })}
        </AlertTitle>
        <Box>{operation.blocked_by.what}</Box>
        <Box sx={{ marginBlockStart: 0.5 }}>{t('operation.blocked_owner', { owner: operation.blocked_by.owner })}</Box>
      </Alert>
    )
  if (operation.status === 'cancelled') return <Alert severity="info">{t('operation.cancelled_text')}</Alert>
  if (operation.cancel_requested) return <Alert severity="info">{t('operation.cancelling')}</Alert>
  if (operation.status === 'succeeded')
    return (
      <Alert
        severity="success"
        action={
          <Button component={Link} to={`/tenants/${operation.tenant_id}/show`} color="inherit">
            {t('operation.open_tenant')}
          </Button>
        }
      >
        {t(operation.kind === 'tenant-create' ? 'operation.tenant_ready' : 'operation.succeeded_text')}
      </Alert>
    )
  return null
}
