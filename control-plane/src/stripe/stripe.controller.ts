import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { openBillingPortal } from '../billing/subscription.contract.ts'
import { receiveStripe } from './stripe.contract.ts'
import { StripeService } from './stripe.service.ts'

@Controller()
export class StripeController {
  constructor(private readonly stripe: StripeService) {}

  @Handle(receiveStripe)
  receive(ctx: RequestContext, input: Input<typeof receiveStripe>) {
    return this.stripe.receive(input.body, String(ctx.headers['stripe-signature'] ?? ''))
  }

  @Handle(openBillingPortal)
  portal(ctx: RequestContext, input: Input<typeof openBillingPortal>) {
    return this.stripe.portal(ctx, input.params.id)
  }
}
