import { type AuditEntry, listAudit } from '@cityos/control-plane/contract'
import PolicyIcon from '@mui/icons-material/PolicyOutlined'
import { Box } from '@mui/material'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const AuditPage = lazy(() => import('./audit-page.tsx').then((module) => ({ default: module.AuditPage })))
const ExportAudit = lazy(() => import('./audit-page.tsx').then((module) => ({ default: module.ExportAudit })))
const entry = (record: unknown) => record as AuditEntry

/** Who acted, and under support access in whose name. */
function Actor({ entry: { actor, actor_name, on_behalf_of, on_behalf_of_name } }: { entry: AuditEntry }) {
  const t = useTranslate()
  return (
    <>
      <bdi>{actor_name ?? actor}</bdi>
      {on_behalf_of && (
        <Box component="span" sx={{ display: 'block', fontSize: 12 }}>
          {t('audit_trail.for', { name: on_behalf_of_name ?? on_behalf_of })}
        </Box>
      )}
    </>
  )
}

export const auditScreen: Screen = {
  name: 'audit',
  icon: PolicyIcon,
  endpoints: { list: listAudit },
  columns: [
    { source: 'action', render: (record) => <Ident value={entry(record).action} /> },
    { source: 'at', label: 'field.when' },
    { source: 'actor', render: (record) => <Actor entry={entry(record)} /> },
    { source: 'resource', render: (record) => <Ident value={`${entry(record).resource.type} ${entry(record).resource.id}`} /> },
    'reason',
    {
      source: 'changes',
      card: 'none',
      render: (record) => (
        <Box component="code" dir="ltr" sx={{ fontSize: 12, display: 'block', minWidth: 220, maxWidth: 360, overflowWrap: 'anywhere' }}>
          {Object.keys(entry(record).changes).length > 0 ? JSON.stringify(entry(record).changes) : ''}
        </Box>
      ),
    },
    { source: 'request_id', card: 'none', optional: true, render: (record) => <Ident value={entry(record).request_id} /> },
  ],
  filters: ['actor', 'action', 'tenant_id', 'resource_type', 'resource_id', 'from', 'to'],
  search: 'audit_trail.search',
  list: AuditPage,
  tools: ExportAudit,
  title: (record) => String(record['action']),
  menu: { group: 'platform', key: 'a' },
}
