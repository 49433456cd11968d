import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  pinTenant,
  readFreeze,
  readUpgradeRules,
  removeMaintenanceWindow,
  setFreeze,
  setInternal,
  setMaintenanceWindow,
  unpinTenant,
} from './fleet-rules.contract.ts'
import { FleetRulesService } from './fleet-rules.service.ts'
import { upgradeTenant } from './rollout.contract.ts'

@Controller()
export class FleetRulesController {
  constructor(private readonly rules: FleetRulesService) {}

  @Handle(readFreeze)
  freeze() {
    return this.rules.freeze()
  }

  @Handle(setFreeze)
  setFreeze(ctx: RequestContext, input: Input<typeof setFreeze>) {
    return this.rules.setFreeze(ctx, input.body)
  }

  @Handle(readUpgradeRules)
  read(ctx: RequestContext, input: Input<typeof readUpgradeRules>) {
    return this.rules.read(ctx, input.params.id)
  }

  @Handle(pinTenant)
  pin(ctx: RequestContext, input: Input<typeof pinTenant>) {
    return this.rules.pin(ctx, input.params.id, input.body)
  }

  @Handle(unpinTenant)
  unpin(ctx: RequestContext, input: Input<typeof unpinTenant>) {
    return this.rules.unpin(ctx, input.params.id)
  }

  @Handle(setMaintenanceWindow)
  setWindow(ctx: RequestContext, input: Input<typeof setMaintenanceWindow>) {
    return this.rules.setWindow(ctx, input.params.id, input.body)
  }

  @Handle(removeMaintenanceWindow)
  removeWindow(ctx: RequestContext, input: Input<typeof removeMaintenanceWindow>) {
    return this.rules.removeWindow(ctx, input.params.id)
  }

  @Handle(setInternal)
  setInternal(ctx: RequestContext, input: Input<typeof setInternal>) {
    return this.rules.setInternal(ctx, input.params.id, input.body.internal)
  }

  @Handle(upgradeTenant)
  upgrade(ctx: RequestContext, input: Input<typeof upgradeTenant>) {
    return this.rules.upgrade(ctx, input.params.id, input.body)
  }
}
