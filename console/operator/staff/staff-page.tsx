import {
  disableStaff,
  enableStaff,
  grantRole,
  listStaffSessions,
  readStaff,
  resetTotp,
  revokeGrant,
  revokeStaffSessions,
  type StaffGrant,
  type StaffUser,
} from '@cityos/control-plane/contract'
import { Box, Button, Stack } from '@mui/material'
import { useState } from 'react'
import { ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Confirm } from '../../screen/confirm.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { FailureState, ListSkeleton, Loaded } from '../../shell/states.tsx'

const verbs = { enable: enableStaff, disable: disableStaff, revoke_sessions: revokeStaffSessions }

/** One member of staff: what they may do and where, where they are signed in, and what can be done about it. */
export function StaffPage() {
  const id = String(useGetRecordId())
  const { data: user, error, refetch } = useRead(readStaff, { params: { id } })
  if (error && !user) return <FailureState error={error} retry={refetch} />
  if (!user) return <ListSkeleton rows={5} />
  return (
    <Box>
      <Title title={user.name || user.email} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <ActionButtons
          resource="staff"
          record={user}
          names={user.actions}
          endpoints={verbs}
          typed={{ revoke_sessions: user.email }}
          onDone={() => void refetch()}
        />
      </TopToolbar>
      <Stack spacing={2}>
        <Panel>
          <Facts
            facts={[
              { label: 'field.name', value: <bdi>{user.name || '–'}</bdi> },
              { label: 'field.email', value: <Ident value={user.email} copy /> },
              { label: 'field.status', value: <StatusChip status={user.status} /> },
              { label: 'field.last_sign_in_at', value: <When at={user.last_sign_in_at} /> },
              { label: 'field.created_at', value: <When at={user.created_at} /> },
            ]}
          />
        </Panel>
        <Grants user={user} />
        <Sessions user={user} />
      </Stack>
    </Box>
  )
}

/** Roles with their reach; each can be taken back, a denial takes away what a role would give. */
function Grants({ user }: { user: StaffUser }) {
  const t = useTranslate()
  const [adding, setAdding] = useState(false)
  const [revoking, setRevoking] = useState<StaffGrant | null>(null)
  const revoke = useSend(revokeGrant)
  const may = user.actions.includes('grant')
  return (
    <Panel
      title={t('field.roles')}
      dense
      actions={
        may && (
          <Button variant="contained" onClick={() => setAdding(true)}>
            {t('staff.grant')}
          </Button>
        )
      }
    >
      <RowsTable
        title={t('field.roles')}
        rows={user.grants}
        rowKey={(grant) => grant.id}
        empty={t('staff.no_grants')}
        columns={[
          { label: 'field.role', cell: (grant) => t(`role.${grant.role}`, { _: grant.role }) },
          { label: 'field.reach', cell: (grant) => (grant.tenant_id ? <Ident value={grant.tenant_id} /> : t('staff.city_wide')) },
          { label: 'field.nodes', cell: (grant) => grant.nodes?.map((node) => <Ident key={node} value={node} />) },
          { label: 'field.deny', cell: (grant) => t(grant.deny ? 'staff.denies' : 'staff.allows') },
          { label: 'field.created_at', cell: (grant) => <When at={grant.created_at} /> },
        ]}
        buttons={
          may
            ? (grant) => (
                <Button size="small" color="error" onClick={() => setRevoking(grant)}>
                  {t('action.revoke')}
                </Button>
              )
            : undefined
        }
      />
      {adding && (
        <EndpointDialog
          title={t('staff.grant')}
          consequence={t('staff.grant_text')}
          endpoint={grantRole}
          params={{ id: user.id }}
          fields={['role', 'tenant_id', 'nodes', 'deny']}
          references={{ tenant_id: { resource: 'tenants' }, nodes: { resource: 'nodes' } }}
          submitLabel={t('staff.grant')}
          prepare={(body) => ({ ...body, tenant_id: body['tenant_id'] || null, nodes: body['nodes'] ?? [] })}
          onClose={() => setAdding(false)}
        />
      )}
      {revoking && (
        <Confirm
          title={t('action.revoke')}
          consequence={t('staff.revoke_text', { role: t(`role.${revoking.role}`) })}
          confirmLabel={t('action.revoke')}
          busy={revoke.isPending}
          failure={revoke.error}
          danger
          onConfirm={() => revoke.mutate({ params: { id: user.id, grant_id: revoking.id } }, { onSuccess: () => setRevoking(null) })}
          onClose={() => setRevoking(null)}
        />
      )}
    </Panel>
  )
}

function Sessions({ user }: { user: StaffUser }) {
  const t = useTranslate()
  const read = useRead(listStaffSessions, { params: { id: user.id } })
  return (
    <Panel
      title={t('staff.sessions')}
      dense
      actions={<ActionButtons resource="staff" record={user} names={['reset-totp']} endpoints={{ 'reset-totp': resetTotp }} size="small" />}
    >
      <Loaded read={read} rows={2}>
        {(sessions) => (
          <RowsTable
            title={t('staff.sessions')}
            rows={sessions}
            rowKey={(session) => session.id}
            empty={t('staff.no_sessions')}
            columns={[
              { label: 'field.started_at', cell: (session) => <When at={session.created_at} /> },
              { label: 'field.last_used_at', cell: (session) => <When at={session.last_used_at} ago /> },
              { label: 'field.ip', cell: (session) => <Ident value={session.ip} /> },
              { label: 'field.device', cell: (session) => <bdi dir="ltr">{session.user_agent ?? '–'}</bdi> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
