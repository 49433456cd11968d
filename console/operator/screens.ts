import type { Screen } from '../screen/screen.ts'
import { alertScreen } from './alert/alert.screen.tsx'
import { approvalScreen } from './approval/approval.screen.tsx'
import { auditScreen } from './audit/audit.screen.tsx'
import { addOnScreen } from './billing/add-on.screen.tsx'
import { invoiceScreen } from './billing/invoice.screen.tsx'
import { cellScreen } from './cell/cell.screen.tsx'
import { policyScreen } from './governance/policy.screen.tsx'
import { hierarchyScreens } from './hierarchy/hierarchy.screens.tsx'
import { mailScreen } from './mail/mail.screen.tsx'
import { nodeScreen } from './node/node.screen.tsx'
import { operationScreen } from './operation/operation.screen.tsx'
import { planScreen } from './plan/plan.screen.tsx'
import { releaseScreen } from './release/release.screen.tsx'
import { rolloutScreen } from './rollout/rollout.screen.tsx'
import { staffScreen } from './staff/staff.screen.tsx'
import { tenantScreen } from './tenant/tenant.screen.tsx'

/** Every resource of the operator's console, in the order of the menu. */
export const operatorScreens: Screen[] = [
  tenantScreen,
  operationScreen,
  approvalScreen,
  alertScreen,
  rolloutScreen,
  releaseScreen,
  cellScreen,
  invoiceScreen,
  planScreen,
  addOnScreen,
  nodeScreen,
  policyScreen,
  ...hierarchyScreens,
  staffScreen,
  auditScreen,
  mailScreen,
]
