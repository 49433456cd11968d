import { type Alert, acknowledgeAlert, listAlerts } from '@cityos/control-plane/contract'
import NotificationsIcon from '@mui/icons-material/NotificationsOutlined'
import { Stack, Typography } from '@mui/material'
import { RecordLink } from '../../fields/record-link.tsx'
import { StatusChip } from '../../fields/status.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import type { Screen } from '../../screen/screen.ts'

const alert = (record: unknown) => record as Alert

export const alertScreen: Screen = {
  name: 'alerts',
  icon: NotificationsIcon,
  endpoints: { list: listAlerts },
  columns: [
    {
      source: 'title',
      render: (record) => (
        <Stack>
          <Typography component="span" sx={{ fontWeight: 600 }}>
            {alert(record).title}
          </Typography>
          <Typography component="span" variant="body2" color="textSecondary">
            {alert(record).advice}
          </Typography>
        </Stack>
      ),
    },
    { source: 'severity', card: 'aside', render: (record) => <StatusChip status={alert(record).severity} /> },
    { source: 'status', render: (record) => <StatusChip status={alert(record).status} /> },
    {
      source: 'tenant_slug',
      label: 'field.tenant',
      render: (record) =>
        alert(record).tenant_id ? (
          <RecordLink to={`/tenants/${alert(record).tenant_id}/show`}>{alert(record).tenant_slug}</RecordLink>
        ) : (
          '–'
        ),
    },
    'opened_at',
    'acknowledged_by',
    {
      source: 'actions',
      label: 'field.actions',
      render: (record) => (
        <ActionButtons
          resource="alerts"
          record={record}
          names={alert(record).actions}
          endpoints={{ acknowledge: acknowledgeAlert }}
          size="small"
        />
      ),
    },
  ],
  filters: ['severity'],
  tabs: { values: ['unresolved', 'open', 'acknowledged', 'closed'] },
  title: (record) => String(record['title']),
  menu: { group: 'fleet', key: 'l' },
}
