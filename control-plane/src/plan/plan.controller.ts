import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { archivePlan, changeAddOn, changePlan, createPlan, listAddOns, listPlans, offerPlan, readPlan } from './plan.contract.ts'
import { PlanService } from './plan.service.ts'

@Controller()
export class PlanController {
  constructor(private readonly plans: PlanService) {}

  @Handle(listPlans)
  list(ctx: RequestContext, input: Input<typeof listPlans>) {
    return this.plans.list(ctx, input.query)
  }

  @Handle(readPlan)
  read(ctx: RequestContext, input: Input<typeof readPlan>) {
    return this.plans.read(ctx, input.params.code)
  }

  @Handle(createPlan)
  create(ctx: RequestContext, input: Input<typeof createPlan>) {
    return this.plans.create(ctx, input.body)
  }

  @Handle(changePlan)
  change(ctx: RequestContext, input: Input<typeof changePlan>) {
    return this.plans.change(ctx, input.params.code, input.body)
  }

  @Handle(archivePlan)
  archive(ctx: RequestContext, input: Input<typeof archivePlan>) {
    return this.plans.setOffered(ctx, input.params.code, false)
  }

  @Handle(offerPlan)
  offer(ctx: RequestContext, input: Input<typeof offerPlan>) {
    return this.plans.setOffered(ctx, input.params.code, true)
  }

  @Handle(listAddOns)
  addOns(ctx: RequestContext, input: Input<typeof listAddOns>) {
    return this.plans.listAddOns(ctx, input.query)
  }

  @Handle(changeAddOn)
  changeAddOn(ctx: RequestContext, input: Input<typeof changeAddOn>) {
    return this.plans.changeAddOn(ctx, input.params.vertical, input.body)
  }
}
