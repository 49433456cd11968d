import { Handle } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { getAdminGovernance, getStoreGovernance } from './contract.ts'
import { Governance } from './governance.service.ts'

@Controller()
export class GovernanceController {
  constructor(
    private readonly governance: Governance,
    private readonly tenant: TenantContext,
  ) {}

  @Handle(getStoreGovernance)
  shown() {
    const { rules, ...shown } = this.governance.shown()
    const { residency: _r, health_residency: _h, verticals_allowed: _a, verticals_denied: _d, ...open } = rules
    return { ...shown, rules: open }
  }

  @Handle(getAdminGovernance)
  all() {
    const exemptions = (this.tenant.document.policy?.exemptions ?? []).map(({ rule, value, until }) => ({ rule, value, until }))
    return { ...this.governance.shown(), exemptions }
  }
}
