import {
  type CustomDomain,
  claimDomain,
  listDomains,
  makeDomainCanonical,
  removeDomain,
  type Tenant,
  verifyDomain,
} from '@cityos/control-plane/contract'
import { Alert, Button, Stack } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead, useSend } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, When } from '../../fields/values.tsx'
import { Confirm } from '../../screen/confirm.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { useFailureNotice } from '../../shell/failure-notice.tsx'
import { EmptyState, Loaded } from '../../shell/states.tsx'

/** Addresses of its own: what has to be set in DNS, whether it was found, and how long the certificate is good. */
export function TenantDomains({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const [claiming, setClaiming] = useState(false)
  const read = useRead(listDomains, { params: { id: tenant.id }, query: { limit: 50 } }, { refetchInterval: 10_000 })
  return (
    <Stack spacing={2}>
      <Stack direction="row" sx={{ justifyContent: 'flex-end' }}>
        <Button variant="contained" onClick={() => setClaiming(true)}>
          {t('domain.claim')}
        </Button>
      </Stack>
      <Loaded read={read} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('domain.none')} text={t('domain.none_text')} />
          ) : (
            items.map((domain) => <Domain key={domain.id} domain={domain} />)
          )
        }
      </Loaded>
      {claiming && (
        <EndpointDialog
          title={t('domain.claim')}
          consequence={t('domain.claim_text')}
          endpoint={claimDomain}
          params={{ id: tenant.id }}
          submitLabel={t('domain.claim')}
          onClose={() => setClaiming(false)}
        />
      )}
    </Stack>
  )
}

function Domain({ domain }: { domain: CustomDomain }) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const [removing, setRemoving] = useState(false)
  const params = { id: domain.tenant_id, host: domain.host }
  const verify = useSend(verifyDomain)
  const lead = useSend(makeDomainCanonical)
  const remove = useSend(removeDomain)
  return (
    <Panel
      title={domain.display_host}
      actions={
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusChip status={domain.status} />
          {domain.actions.includes('verify') && (
            <Button
              size="small"
              variant="outlined"
              loading={verify.isPending}
              onClick={() => verify.mutate({ params }, { onError: failed })}
            >
              {t('domain.verify')}
            </Button>
          )}
          {domain.actions.includes('canonical') && (
            <Button size="small" variant="outlined" loading={lead.isPending} onClick={() => lead.mutate({ params }, { onError: failed })}>
              {t('domain.canonical')}
            </Button>
          )}
          {domain.actions.includes('remove') && (
            <Button size="small" variant="outlined" color="error" onClick={() => setRemoving(true)}>
              {t('domain.remove')}
            </Button>
          )}
        </Stack>
      }
    >
      <Stack spacing={2}>
        {domain.failure && <Alert severity="warning">{domain.failure.message}</Alert>}
        <Facts
          facts={[
            { label: 'field.checked_at', value: <When at={domain.checked_at} ago /> },
            { label: 'field.verified_at', value: <When at={domain.verified_at} /> },
            { label: 'field.certificate', value: domain.certificate ? <When at={domain.certificate.not_after} /> : '–' },
          ]}
        />
        <RowsTable
          title={t('domain.records')}
          rows={domain.records}
          rowKey={(record) => `${record.type} ${record.name} ${record.value}`}
          empty={t('domain.no_records')}
          columns={[
            { label: 'field.name', cell: (record) => <Ident value={record.name} copy /> },
            { label: 'field.kind', cell: (record) => <Ident value={record.type} /> },
            { label: 'field.value', cell: (record) => <Ident value={record.value} copy /> },
          ]}
        />
      </Stack>
      {removing && (
        <Confirm
          title={t('domain.remove')}
          consequence={t('domain.remove_text')}
          confirmLabel={t('domain.remove')}
          typed={domain.host}
          busy={remove.isPending}
          failure={remove.error}
          danger
          onConfirm={() => remove.mutate({ params }, { onSuccess: () => setRemoving(false) })}
          onClose={() => setRemoving(false)}
        />
      )}
    </Panel>
  )
}
