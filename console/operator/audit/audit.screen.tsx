import { type AuditEntry, listAudit } from '@cityos/control-plane/contract'
import PolicyIcon from '@mui/icons-material/PolicyOutlined'
import { Box } from '@mui/material'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const entry = (record: unknown) => record as AuditEntry

export const auditScreen: Screen = {
  name: 'audit',
  icon: PolicyIcon,
  endpoints: { list: listAudit },
  columns: [
    { source: 'action', render: (record) => <Ident value={entry(record).action} /> },
    { source: 'at', label: 'field.when' },
    { source: 'actor', render: (record) => <bdi>{entry(record).actor_name ?? entry(record).actor}</bdi> },
    { source: 'resource', render: (record) => <Ident value={`${entry(record).resource.type} ${entry(record).resource.id}`} /> },
    'reason',
    {
      source: 'changes',
      card: 'none',
      render: (record) => (
        <Box
          component="code"
          dir="ltr"
          sx={{ fontSize: 12, display: 'block', maxWidth: 320, maxHeight: 60, overflow: 'hidden', overflowWrap: 'anywhere' }}
        >
          {Object.keys(entry(record).changes).length > 0 ? JSON.stringify(entry(record).changes) : ''}
        </Box>
      ),
    },
    { source: 'request_id', card: 'none', render: (record) => <Ident value={entry(record).request_id} /> },
  ],
  filters: ['actor', 'action', 'tenant_id'],
  title: (record) => String(record['action']),
  menu: { group: 'platform', key: 'a' },
}
