import {
  type Approval,
  ApprovalStatus,
  approveApproval,
  listApprovals,
  readApproval,
  rejectApproval,
  withdrawApproval,
} from '@cityos/control-plane/contract'
import HowToRegIcon from '@mui/icons-material/HowToRegOutlined'
import { lazy } from 'react'
import { useTranslate } from 'react-admin'
import { StatusChip } from '../../fields/status.tsx'
import { Ident } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const ApprovalPage = lazy(() => import('./approval-page.tsx').then((module) => ({ default: module.ApprovalPage })))

export const approvalVerbs = { approve: approveApproval, reject: rejectApproval, withdraw: withdrawApproval }

function Kind({ approval }: { approval: Approval }) {
  const t = useTranslate()
  return <>{t(`approval_kind.${approval.kind}`, { _: approval.kind })}</>
}

export const approvalScreen: Screen = {
  name: 'approvals',
  icon: HowToRegIcon,
  endpoints: { list: listApprovals, read: readApproval, actions: approvalVerbs },
  columns: [
    { source: 'kind', render: (record) => <Kind approval={record as unknown as Approval} /> },
    { source: 'status', render: (record) => <StatusChip status={String(record['status'])} /> },
    { source: 'tenant_slug', label: 'field.tenant', render: (record) => <Ident value={record['tenant_slug'] as string | null} /> },
    { source: 'requested_by', render: (record) => <bdi>{String(record['requested_by'])}</bdi> },
    'reason',
    'created_at',
    { source: 'expires_at', label: 'field.decide_until' },
  ],
  tabs: { values: ApprovalStatus.options },
  title: (record) => String(record['tenant_slug'] ?? record.id),
  show: ApprovalPage,
  menu: { group: 'fleet', key: 'v' },
}
