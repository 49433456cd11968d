import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import * as contract from '../contract.ts'
import { Attendees } from './attendees.ts'
import { EventVerbs } from './event-verbs.service.ts'
import { ManagedEvents } from './managed-events.ts'
import { Payouts } from './payouts.service.ts'
import { RefundBatches } from './refund-batches.service.ts'
import { SalesFigures } from './sales-figures.ts'

@Controller()
export class AdminEventController {
  constructor(
    private readonly events: ManagedEvents,
    private readonly verbs: EventVerbs,
    private readonly attendees: Attendees,
    private readonly payouts: Payouts,
    private readonly batches: RefundBatches,
    private readonly figures: SalesFigures,
  ) {}

  @Handle(contract.adminListEvents)
  list(ctx: RequestContext, { query }: Input<typeof contract.adminListEvents>) {
    return this.events.list(ctx, query)
  }

  @Handle(contract.adminGetEvent)
  get(ctx: RequestContext, { params }: Input<typeof contract.adminGetEvent>) {
    return this.events.get(ctx, params.id)
  }

  @Handle(contract.adminEventSales)
  sales(ctx: RequestContext, { params }: Input<typeof contract.adminEventSales>) {
    return this.figures.of(ctx, params.id)
  }

  @Handle(contract.approveEvent)
  approve(ctx: RequestContext, { params }: Input<typeof contract.approveEvent>) {
    return this.verbs.approve(ctx, params.id)
  }

  @Handle(contract.returnEvent)
  return(ctx: RequestContext, { params, body }: Input<typeof contract.returnEvent>) {
    return this.verbs.return(ctx, params.id, body.reason)
  }

  @Handle(contract.freezeSales)
  freeze(ctx: RequestContext, { params, body }: Input<typeof contract.freezeSales>) {
    return this.verbs.freeze(ctx, params.id, body.reason)
  }

  @Handle(contract.unfreezeSales)
  unfreeze(ctx: RequestContext, { params }: Input<typeof contract.unfreezeSales>) {
    return this.verbs.freeze(ctx, params.id, null)
  }

  @Handle(contract.adminCancelEvent)
  cancel(ctx: RequestContext, { params, body }: Input<typeof contract.adminCancelEvent>) {
    return this.verbs.cancel(ctx, params.id, body.reason)
  }

  @Handle(contract.adminPostponeEvent)
  postpone(ctx: RequestContext, { params, body }: Input<typeof contract.adminPostponeEvent>) {
    return this.verbs.postpone(ctx, params.id, body)
  }

  @Handle(contract.blockTicket)
  block(ctx: RequestContext, { params, body }: Input<typeof contract.blockTicket>) {
    return this.attendees.move(ctx, params.id, 'block', body.reason)
  }

  @Handle(contract.unblockTicket)
  unblock(ctx: RequestContext, { params, body }: Input<typeof contract.unblockTicket>) {
    return this.attendees.move(ctx, params.id, 'unblock', body.reason)
  }

  @Handle(contract.getEventPayout)
  payout(_ctx: RequestContext, { params }: Input<typeof contract.getEventPayout>) {
    return this.payouts.get(params.id)
  }

  @Handle(contract.advancePayout)
  advance(ctx: RequestContext, { params, body }: Input<typeof contract.advancePayout>) {
    return this.payouts.advance(ctx, params.id, body.advance_bps, body.reason)
  }

  @Handle(contract.listRefundBatches)
  refundBatches(_ctx: RequestContext, { query }: Input<typeof contract.listRefundBatches>) {
    return this.batches.list(query)
  }

  @Handle(contract.retryRefundBatch)
  retry(_ctx: RequestContext, { params }: Input<typeof contract.retryRefundBatch>) {
    return this.batches.retry(params.id)
  }
}
