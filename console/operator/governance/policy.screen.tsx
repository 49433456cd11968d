import {
  activatePolicy,
  approvePolicy,
  listPolicies,
  type Policy,
  readPolicy,
  removePolicy,
  withdrawPolicy,
} from '@cityos/control-plane/contract'
import GavelIcon from '@mui/icons-material/GavelOutlined'
import { lazy } from 'react'
import { TranslatedText } from '../../fields/values.tsx'
import type { Screen } from '../../screen/screen.ts'

const PolicyPage = lazy(() => import('./policy-page.tsx').then((module) => ({ default: module.PolicyPage })))
const DraftPolicy = lazy(() => import('./draft-policy.tsx').then((module) => ({ default: module.DraftPolicy })))
const policy = (record: unknown) => record as Policy

export const policyScreen: Screen = {
  name: 'policies',
  icon: GavelIcon,
  endpoints: {
    list: listPolicies,
    read: readPolicy,
    remove: removePolicy,
    actions: { approve: approvePolicy, activate: activatePolicy, withdraw: withdrawPolicy },
  },
  columns: [
    'name',
    'status',
    { source: 'subject', label: 'policy.subject', render: (record) => <TranslatedText value={policy(record).subject.name} /> },
    'domain',
    'version',
    { source: 'activated_at', label: 'policy.activated_at' },
  ],
  filters: ['domain'],
  tabs: { values: ['draft', 'approved', 'active', 'superseded'] },
  tools: DraftPolicy,
  title: (record) => String(policy(record).name.en),
  show: PolicyPage,
  menu: { group: 'city' },
}
