import { endSupportAccess, listSupportAccess, requestSupportAccess, type Tenant } from '@cityos/control-plane/contract'
import { Button, Typography } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { EndpointDialog } from '../../screen/endpoint-dialog.tsx'
import { Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'

/** Who of the platform was, is or would be let into the tenant's console, and why. */
export function TenantSupport({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const [asking, setAsking] = useState(false)
  const read = useRead(listSupportAccess, { query: { tenant_id: tenant.id, limit: 50 } }, { refetchInterval: 10_000 })
  return (
    <Panel
      title={t('support.title')}
      dense
      actions={
        <Button variant="contained" onClick={() => setAsking(true)}>
          {t('support.ask')}
        </Button>
      }
    >
      <Typography color="textSecondary" sx={{ paddingInline: 2 }}>
        {t('support.text')}
      </Typography>
      <Loaded read={read} rows={3}>
        {({ items }) => (
          <RowsTable
            title={t('support.title')}
            rows={items}
            rowKey={(row) => row.id}
            empty={t('support.none')}
            columns={[
              { label: 'field.actor', cell: (row) => <bdi>{row.staff_name}</bdi> },
              { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
              { label: 'field.rights', cell: (row) => t(row.read_only ? 'support.reads' : 'support.writes') },
              { label: 'field.reason', cell: (row) => <bdi>{row.reason}</bdi> },
              { label: 'field.decided_by', cell: (row) => <bdi>{row.decided_by ?? '–'}</bdi> },
              { label: 'field.until', cell: (row) => <When at={row.ended_at ?? row.ends_at} /> },
            ]}
            buttons={(row) => (
              <>
                {row.status === 'active' && (
                  <Button size="small" href={row.console_url} target="_blank" rel="noreferrer">
                    {t('support.open')}
                  </Button>
                )}
                <ActionButtons resource="support" record={row} names={row.actions} endpoints={{ end: endSupportAccess }} size="small" />
              </>
            )}
          />
        )}
      </Loaded>
      {asking && (
        <EndpointDialog
          title={t('support.ask')}
          consequence={t('support.ask_text')}
          endpoint={requestSupportAccess}
          params={{ id: tenant.id }}
          submitLabel={t('support.ask')}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  )
}
