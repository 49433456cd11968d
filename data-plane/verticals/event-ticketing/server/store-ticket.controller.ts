import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  getMyTicket,
  listMyTickets,
  listOrderTickets,
  openTicket,
  refundTicket,
  renameTicket,
  ticketPdf,
  ticketQr,
  ticketRefundQuote,
  transferTicket,
} from '../contract.ts'
import { MyTickets } from './my-tickets.service.ts'
import { TicketDocuments } from './ticket-documents.ts'

@Controller()
export class StoreTicketController {
  constructor(
    private readonly tickets: MyTickets,
    private readonly documents: TicketDocuments,
  ) {}

  @Handle(listMyTickets)
  list(ctx: RequestContext, { query }: Input<typeof listMyTickets>) {
    return this.tickets.list(ctx, query)
  }

  @Handle(getMyTicket)
  get(ctx: RequestContext, { params }: Input<typeof getMyTicket>) {
    return this.tickets.get(ctx, params.id)
  }

  @Handle(listOrderTickets)
  ofOrder(ctx: RequestContext, { params, query }: Input<typeof listOrderTickets>) {
    return this.tickets.ofOrder(ctx, params.number, query.token)
  }

  @Handle(openTicket)
  open(ctx: RequestContext, { params, query }: Input<typeof openTicket>) {
    return this.tickets.open(ctx, params.id, query.access)
  }

  @Handle(ticketQr)
  qr(_ctx: RequestContext, { params, query }: Input<typeof ticketQr>) {
    return this.documents.qr(params.id, query.access)
  }

  @Handle(ticketPdf)
  pdf(ctx: RequestContext, { params, query }: Input<typeof ticketPdf>) {
    return this.documents.pdf(params.id, query.access, query.locale ?? ctx.locale)
  }

  @Handle(transferTicket)
  transfer(ctx: RequestContext, { params, body }: Input<typeof transferTicket>) {
    return this.tickets.transfer(ctx, params.id, body)
  }

  @Handle(renameTicket)
  rename(ctx: RequestContext, { params, body }: Input<typeof renameTicket>) {
    return this.tickets.rename(ctx, params.id, body)
  }

  @Handle(ticketRefundQuote)
  quote(ctx: RequestContext, { params }: Input<typeof ticketRefundQuote>) {
    return this.tickets.refundQuote(ctx, params.id)
  }

  @Handle(refundTicket)
  refund(ctx: RequestContext, { params, body }: Input<typeof refundTicket>) {
    return this.tickets.refund(ctx, params.id, body)
  }
}
