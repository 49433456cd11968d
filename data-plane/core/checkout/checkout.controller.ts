import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { answerChallenge, completeCart, getChallenge } from '../cart/contract.ts'
import { CheckoutService } from './checkout.service.ts'

@Controller()
export class CheckoutController {
  constructor(private readonly checkouts: CheckoutService) {}

  @Handle(completeCart)
  complete(ctx: RequestContext, input: Input<typeof completeCart>) {
    return this.checkouts.complete(ctx, input.params.id, input.body)
  }

  @Handle(getChallenge)
  challenge(ctx: RequestContext, input: Input<typeof getChallenge>) {
    return this.checkouts.challenge(ctx, input.params.id)
  }

  @Handle(answerChallenge)
  answer(ctx: RequestContext, input: Input<typeof answerChallenge>) {
    return this.checkouts.answerChallenge(ctx, input.params.id, input.body.approve)
  }
}
