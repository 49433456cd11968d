import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import * as contract from '../contract.ts'
import { Attendees } from './attendees.ts'
import { EventParts } from './event-parts.service.ts'
import { EventVerbs } from './event-verbs.service.ts'
import { EventWriter } from './event-writer.ts'
import { ManagedEvents } from './managed-events.ts'
import { SalesFigures } from './sales-figures.ts'
import { SeatMaps } from './seat-maps.service.ts'
import { Vouchers } from './vouchers.service.ts'
import { WaitingAdmin } from './waiting-admin.ts'

@Controller()
export class VendorEventController {
  constructor(
    private readonly events: ManagedEvents,
    private readonly writer: EventWriter,
    private readonly parts: EventParts,
    private readonly verbs: EventVerbs,
    private readonly maps: SeatMaps,
    private readonly vouchers: Vouchers,
    private readonly waiting: WaitingAdmin,
    private readonly figures: SalesFigures,
    private readonly attendees: Attendees,
  ) {}

  @Handle(contract.listManagedEvents)
  list(ctx: RequestContext, { query }: Input<typeof contract.listManagedEvents>) {
    return this.events.list(ctx, query)
  }

  @Handle(contract.createEvent)
  create(ctx: RequestContext, { body }: Input<typeof contract.createEvent>) {
    return this.writer.create(ctx, body)
  }

  @Handle(contract.getManagedEvent)
  get(ctx: RequestContext, { params }: Input<typeof contract.getManagedEvent>) {
    return this.events.get(ctx, params.id)
  }

  @Handle(contract.updateEvent)
  update(ctx: RequestContext, { params, body }: Input<typeof contract.updateEvent>) {
    return this.writer.update(ctx, params.id, body)
  }

  @Handle(contract.deleteEvent)
  async remove(ctx: RequestContext, { params }: Input<typeof contract.deleteEvent>) {
    await this.writer.remove(ctx, params.id)
    return {}
  }

  @Handle(contract.submitEvent)
  submit(ctx: RequestContext, { params }: Input<typeof contract.submitEvent>) {
    return this.verbs.submit(ctx, params.id)
  }

  @Handle(contract.startSale)
  startSale(ctx: RequestContext, { params }: Input<typeof contract.startSale>) {
    return this.verbs.startSale(ctx, params.id)
  }

  @Handle(contract.resumeEvent)
  resume(ctx: RequestContext, { params }: Input<typeof contract.resumeEvent>) {
    return this.verbs.resume(ctx, params.id)
  }

  @Handle(contract.cancelEvent)
  cancel(ctx: RequestContext, { params, body }: Input<typeof contract.cancelEvent>) {
    return this.verbs.cancel(ctx, params.id, body.reason)
  }

  @Handle(contract.postponeEvent)
  postpone(ctx: RequestContext, { params, body }: Input<typeof contract.postponeEvent>) {
    return this.verbs.postpone(ctx, params.id, body)
  }

  @Handle(contract.createEventDate)
  addDate(ctx: RequestContext, { params, body }: Input<typeof contract.createEventDate>) {
    return this.parts.addDate(ctx, params.id, body)
  }

  @Handle(contract.updateEventDate)
  updateDate(ctx: RequestContext, { params, body }: Input<typeof contract.updateEventDate>) {
    return this.parts.updateDate(ctx, params.id, body)
  }

  @Handle(contract.deleteEventDate)
  removeDate(ctx: RequestContext, { params }: Input<typeof contract.deleteEventDate>) {
    return this.parts.removeDate(ctx, params.id)
  }

  @Handle(contract.cancelEventDate)
  cancelDate(ctx: RequestContext, { params, body }: Input<typeof contract.cancelEventDate>) {
    return this.verbs.cancelDate(ctx, params.id, body.reason)
  }

  @Handle(contract.createTicketType)
  addType(ctx: RequestContext, { params, body }: Input<typeof contract.createTicketType>) {
    return this.parts.addType(ctx, params.id, body)
  }

  @Handle(contract.updateTicketType)
  updateType(ctx: RequestContext, { params, body }: Input<typeof contract.updateTicketType>) {
    return this.parts.updateType(ctx, params.id, body)
  }

  @Handle(contract.deleteTicketType)
  removeType(ctx: RequestContext, { params }: Input<typeof contract.deleteTicketType>) {
    return this.parts.removeType(ctx, params.id)
  }

  @Handle(contract.createQuota)
  addQuota(ctx: RequestContext, { params, body }: Input<typeof contract.createQuota>) {
    return this.parts.addQuota(ctx, params.id, body)
  }

  @Handle(contract.updateQuota)
  updateQuota(ctx: RequestContext, { params, body }: Input<typeof contract.updateQuota>) {
    return this.parts.updateQuota(ctx, params.id, body)
  }

  @Handle(contract.deleteQuota)
  removeQuota(ctx: RequestContext, { params }: Input<typeof contract.deleteQuota>) {
    return this.parts.removeQuota(ctx, params.id)
  }

  @Handle(contract.listSeatMaps)
  listMaps(ctx: RequestContext, { query }: Input<typeof contract.listSeatMaps>) {
    return this.maps.list(ctx, query)
  }

  @Handle(contract.createSeatMap)
  createMap(ctx: RequestContext, { body }: Input<typeof contract.createSeatMap>) {
    return this.maps.create(ctx, body)
  }

  @Handle(contract.getManagedSeatMap)
  getMap(ctx: RequestContext, { params }: Input<typeof contract.getManagedSeatMap>) {
    return this.maps.get(ctx, params.id)
  }

  @Handle(contract.updateSeatMap)
  updateMap(ctx: RequestContext, { params, body }: Input<typeof contract.updateSeatMap>) {
    return this.maps.update(ctx, params.id, body)
  }

  @Handle(contract.deleteSeatMap)
  async removeMap(ctx: RequestContext, { params }: Input<typeof contract.deleteSeatMap>) {
    await this.maps.remove(ctx, params.id)
    return {}
  }

  @Handle(contract.seatEvent)
  seat(ctx: RequestContext, { params, body }: Input<typeof contract.seatEvent>) {
    return this.maps.seatEvent(ctx, params.id, body.seat_map_id)
  }

  @Handle(contract.blockSeats)
  block(ctx: RequestContext, { params, body }: Input<typeof contract.blockSeats>) {
    return this.maps.block(ctx, params.id, body)
  }

  @Handle(contract.listVouchers)
  listVouchers(ctx: RequestContext, { params, query }: Input<typeof contract.listVouchers>) {
    return this.vouchers.list(ctx, params.id, query)
  }

  @Handle(contract.createVouchers)
  createVouchers(ctx: RequestContext, { params, body }: Input<typeof contract.createVouchers>) {
    return this.vouchers.create(ctx, params.id, body)
  }

  @Handle(contract.updateVoucher)
  updateVoucher(ctx: RequestContext, { params, body }: Input<typeof contract.updateVoucher>) {
    return this.vouchers.update(ctx, params.id, body)
  }

  @Handle(contract.withdrawVoucher)
  withdrawVoucher(ctx: RequestContext, { params }: Input<typeof contract.withdrawVoucher>) {
    return this.vouchers.withdraw(ctx, params.id)
  }

  @Handle(contract.listWaitingEntries)
  listWaiting(ctx: RequestContext, { params, query }: Input<typeof contract.listWaitingEntries>) {
    return this.waiting.list(ctx, params.id, query)
  }

  @Handle(contract.prioritiseWaiting)
  prioritise(ctx: RequestContext, { params, body }: Input<typeof contract.prioritiseWaiting>) {
    return this.waiting.prioritise(ctx, params.id, body.priority)
  }

  @Handle(contract.eventSales)
  sales(ctx: RequestContext, { params }: Input<typeof contract.eventSales>) {
    return this.figures.of(ctx, params.id)
  }

  @Handle(contract.listAttendees)
  listAttendees(ctx: RequestContext, { params, query }: Input<typeof contract.listAttendees>) {
    return this.attendees.list(ctx, params.id, query)
  }

  @Handle(contract.exportAttendees)
  exportAttendees(ctx: RequestContext, { params, query }: Input<typeof contract.exportAttendees>) {
    return this.attendees.export(ctx, params.id, query)
  }
}
