import { type Approval, readApproval } from '@cityos/control-plane/contract'
import { Alert, Box, Button, Stack, Typography } from '@mui/material'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { formatBytes, formatNumber, useConsoleLocale } from '../../fields/format.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { approvalVerbs } from './approval.screen.tsx'

const moment = /^\d{4}-\d\d-\d\dT/

/** One request for a second person: who asks, why, and exactly what would happen. */
export function ApprovalPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { data: approval, error, refetch } = useRead(readApproval, { params: { id } }, { refetchInterval: 5_000 })
  if (error && !approval) return <FailureState error={error} retry={refetch} />
  if (!approval) return <ListSkeleton rows={5} />
  const kind = t(`approval_kind.${approval.kind}`, { _: approval.kind })
  return (
    <Box>
      <Title title={approval.tenant_slug ? `${kind}: ${approval.tenant_slug}` : kind} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <ActionButtons
          resource="approvals"
          record={approval}
          names={approval.actions}
          endpoints={approvalVerbs}
          typed={{ approve: approval.tenant_slug ?? undefined }}
          onDone={() => void refetch()}
        />
      </TopToolbar>
      <Stack spacing={2}>
        <Panel>
          <Stack spacing={2}>
            <Box>
              <StatusChip status={approval.status} />
            </Box>
            {approval.advice && <NobodyElse approval={approval} />}
            <Facts
              facts={[
                {
                  label: 'field.tenant',
                  value: approval.tenant_id ? <Link to={`/tenants/${approval.tenant_id}/show`}>{approval.tenant_slug}</Link> : '–',
                },
                { label: 'field.requested_by', value: <bdi>{approval.requested_by}</bdi> },
                { label: 'field.reason', value: <bdi>{approval.reason || '–'}</bdi> },
                { label: 'field.created_at', value: <When at={approval.created_at} /> },
                { label: 'field.decide_until', value: <When at={approval.expires_at} /> },
              ]}
            />
          </Stack>
        </Panel>
        <WhatHappens approval={approval} />
        {approval.decided_at && <Decision approval={approval} />}
      </Stack>
    </Box>
  )
}

/** The server's advice to whoever waits for a second person that there is not, as the console can follow it. */
function NobodyElse({ approval }: { approval: Approval }) {
  const t = useTranslate()
  if (approval.kind === 'support-access') return <Alert severity="info">{t('approval_nobody.tenant')}</Alert>
  const invite = (
    <Button component={Link} to="/staff" color="inherit" size="small">
      {t('approval_nobody.invite')}
    </Button>
  )
  return (
    <Alert severity="info" action={invite}>
      {t('approval_nobody.platform')}
    </Alert>
  )
}

/** The details the server keeps for the second person, by name; what it says of the time afterwards stands above in the reader's language. */
function WhatHappens({ approval }: { approval: Approval }) {
  const t = useTranslate()
  const { afterwards, ...details } = approval.details
  const text = details['to_cell'] ? 'tenant-move-to-cell' : approval.kind
  return (
    <Panel title={t('approval.what_happens')}>
      <Stack spacing={2}>
        <Typography>{t(`approval_text.${text}`, { _: afterwards ?? '' })}</Typography>
        <Box
          component="dl"
          sx={{ display: 'grid', gridTemplateColumns: { sm: 'max-content minmax(0, 1fr)' }, columnGap: 3, rowGap: 1, margin: 0 }}
        >
          {Object.entries(details).map(([name, value]) => (
            <Box key={name} sx={{ display: 'contents' }}>
              <Typography component="dt" color="textSecondary">
                {t(`approval_detail.${name}`, { _: name.replaceAll('_', ' ') })}
              </Typography>
              <Typography component="dd" sx={{ margin: 0, overflowWrap: 'anywhere' }}>
                <Detail name={name} value={value} />
              </Typography>
            </Box>
          ))}
        </Box>
      </Stack>
    </Panel>
  )
}

/** One of the details: moments, sizes and states are shown as such. */
function Detail({ name, value }: { name: string; value: Approval['details'][string] }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (value === null || value === '') return <>–</>
  if (typeof value === 'boolean') return <>{t(value ? 'ra.boolean.true' : 'ra.boolean.false')}</>
  if (typeof value === 'number') return <bdi>{name.endsWith('_bytes') ? formatBytes(value, locale) : formatNumber(value, locale)}</bdi>
  if (name === 'status') return <StatusChip status={value} />
  return moment.test(value) ? <When at={value} /> : <span dir="auto">{value}</span>
}

function Decision({ approval }: { approval: Approval }) {
  const t = useTranslate()
  return (
    <Panel
      title={t('approval.decision')}
      actions={
        approval.operation_id && (
          <Button component={Link} to={`/operations/${approval.operation_id}/show`}>
            {t('tenant.watch')}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          { label: 'field.decided_by', value: <bdi>{approval.decided_by ?? '–'}</bdi> },
          { label: 'field.when', value: <When at={approval.decided_at} /> },
          { label: 'field.reason', value: <bdi>{approval.decision_reason ?? '–'}</bdi> },
          { label: 'field.id', value: <Ident value={approval.id} copy /> },
        ]}
      />
    </Panel>
  )
}
