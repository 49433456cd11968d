import { Readable } from 'node:stream'
import type { Input } from '@cityos/contract'
import { Handle, RawAnswer, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  creditInvoice,
  exportInvoices,
  listInvoices,
  payInvoice,
  readInvoice,
  readRevenue,
  refundInvoice,
  voidInvoice,
  writeOffInvoice,
} from './invoice.contract.ts'
import { csvOf } from './invoice.csv.ts'
import { InvoiceService } from './invoice.service.ts'
import { RevenueService } from './revenue.service.ts'
import {
  changeBillingProfile,
  changeSubscription,
  previewSubscription,
  readBillingProfile,
  readSubscription,
} from './subscription.contract.ts'
import { SubscriptionService } from './subscription.service.ts'

@Controller()
export class BillingController {
  constructor(
    private readonly invoices: InvoiceService,
    private readonly subscriptions: SubscriptionService,
    private readonly revenue: RevenueService,
  ) {}

  @Handle(listInvoices)
  list(ctx: RequestContext, input: Input<typeof listInvoices>) {
    return this.invoices.list(ctx, input.query)
  }

  @Handle(exportInvoices)
  export(ctx: RequestContext, input: Input<typeof exportInvoices>) {
    const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="invoices.csv"' }
    return new RawAnswer(200, headers, Readable.from(csvOf(this.invoices.rows(ctx, input.query))))
  }

  @Handle(readInvoice)
  read(ctx: RequestContext, input: Input<typeof readInvoice>) {
    return this.invoices.read(ctx, input.params.id)
  }

  @Handle(payInvoice)
  pay(ctx: RequestContext, input: Input<typeof payInvoice>) {
    return this.invoices.pay(ctx, input.params.id, input.body)
  }

  @Handle(creditInvoice)
  credit(ctx: RequestContext, input: Input<typeof creditInvoice>) {
    return this.invoices.credit(ctx, input.params.id, input.body)
  }

  @Handle(refundInvoice)
  refund(ctx: RequestContext, input: Input<typeof refundInvoice>) {
    return this.invoices.credit(ctx, input.params.id, input.body)
  }

  @Handle(voidInvoice)
  void(ctx: RequestContext, input: Input<typeof voidInvoice>) {
    return this.invoices.void(ctx, input.params.id, input.body.reason)
  }

  @Handle(writeOffInvoice)
  writeOff(ctx: RequestContext, input: Input<typeof writeOffInvoice>) {
    return this.invoices.writeOff(ctx, input.params.id, input.body.reason)
  }

  @Handle(readRevenue)
  readRevenue(ctx: RequestContext, input: Input<typeof readRevenue>) {
    return this.revenue.read(ctx, input.query.currency)
  }

  @Handle(readSubscription)
  readSubscription(ctx: RequestContext, input: Input<typeof readSubscription>) {
    return this.subscriptions.read(ctx, input.params.id)
  }

  @Handle(previewSubscription)
  preview(ctx: RequestContext, input: Input<typeof previewSubscription>) {
    return this.subscriptions.preview(ctx, input.params.id, input.body)
  }

  @Handle(changeSubscription)
  change(ctx: RequestContext, input: Input<typeof changeSubscription>) {
    return this.subscriptions.change(ctx, input.params.id, input.body)
  }

  @Handle(readBillingProfile)
  profile(ctx: RequestContext, input: Input<typeof readBillingProfile>) {
    return this.subscriptions.profile(ctx, input.params.id)
  }

  @Handle(changeBillingProfile)
  changeProfile(ctx: RequestContext, input: Input<typeof changeBillingProfile>) {
    return this.subscriptions.changeProfile(ctx, input.params.id, input.body)
  }
}
