import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { confirmAdminPayment, getAdminPayment, listAdminPayments } from '../payment/contract.ts'
import { PaymentDesk } from './payment-desk.ts'

@Controller()
export class AdminPaymentController {
  constructor(private readonly payments: PaymentDesk) {}

  @Handle(listAdminPayments)
  list(ctx: RequestContext, input: Input<typeof listAdminPayments>) {
    return this.payments.list(ctx, input.query)
  }

  @Handle(getAdminPayment)
  get(ctx: RequestContext, input: Input<typeof getAdminPayment>) {
    return this.payments.get(ctx, input.params.id)
  }

  @Handle(confirmAdminPayment)
  confirm(ctx: RequestContext, input: Input<typeof confirmAdminPayment>) {
    return this.payments.confirm(ctx, input.params.id, input.body.reference)
  }
}
