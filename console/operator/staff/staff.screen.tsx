import { listStaff, readStaff, type StaffUser } from '@cityos/control-plane/contract'
import GroupIcon from '@mui/icons-material/GroupOutlined'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import type { Screen } from '../../screen/screen.ts'

const StaffPage = lazy(() => import('./staff-page.tsx').then((module) => ({ default: module.StaffPage })))
const InviteStaff = lazy(() => import('./invite-staff.tsx').then((module) => ({ default: module.InviteStaff })))

function Grants({ grants }: { grants: StaffUser['grants'] }) {
  const t = useTranslate()
  return <>{grants.map((grant) => t(`role.${grant.role}`) + (grant.tenant_id ? ` (${grant.tenant_id.slice(-6)})` : '')).join(', ')}</>
}

export const staffScreen: Screen = {
  name: 'staff',
  icon: GroupIcon,
  endpoints: { list: listStaff, read: readStaff },
  columns: [
    { source: 'name', render: (record) => <bdi>{String(record['name'] || record['email'])}</bdi> },
    { source: 'email', render: (record) => <bdi dir="ltr">{String(record['email'])}</bdi> },
    { source: 'grants', label: 'field.roles', render: (record) => <Grants grants={record['grants'] as StaffUser['grants']} /> },
    'status',
    'last_sign_in_at',
  ],
  title: (record) => String(record['email']),
  filters: ['status', 'role', 'email'],
  show: StaffPage,
  create: InviteStaff,
  menu: { group: 'platform', key: 's' },
}
