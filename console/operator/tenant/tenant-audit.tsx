import { listAudit, type Tenant } from '@cityos/control-plane/contract'
import { Button } from '@mui/material'
import { Link, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { Ident, When } from '../../fields/values.tsx'
import { Panel } from '../../screen/facts.tsx'
import { RowsTable } from '../../screen/rows-table.tsx'
import { Loaded } from '../../shell/states.tsx'

/** The latest entries of the audit trail about this tenant; the rest is one click away. */
export function TenantAudit({ tenant }: { tenant: Tenant }) {
  const t = useTranslate()
  const read = useRead(listAudit, { query: { tenant_id: tenant.id, limit: 50 } })
  return (
    <Panel
      title={t('tenant.audit')}
      dense
      actions={
        <Button component={Link} to={`/audit?filter=${encodeURIComponent(JSON.stringify({ tenant_id: tenant.id }))}`}>
          {t('tenant.whole_trail')}
        </Button>
      }
    >
      <Loaded read={read}>
        {({ items }) => (
          <RowsTable
            title={t('tenant.audit')}
            rows={items}
            rowKey={(row) => row.id}
            empty={t('resources.audit.empty')}
            columns={[
              { label: 'field.action', cell: (row) => <Ident value={row.action} /> },
              { label: 'field.when', cell: (row) => <When at={row.at} /> },
              { label: 'field.actor', cell: (row) => <bdi>{row.actor_name ?? row.actor}</bdi> },
              { label: 'field.resource', cell: (row) => <Ident value={`${row.resource.type} ${row.resource.id}`} /> },
              { label: 'field.reason', cell: (row) => <bdi>{row.reason ?? '–'}</bdi> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
