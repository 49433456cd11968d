import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  assignAttendees,
  bestSeats,
  eventAvailability,
  eventCalendar,
  eventFacets,
  getEvent,
  getSeatMap,
  getWaitingListEntry,
  holdTickets,
  joinWaitingList,
  leaveWaitingList,
  listEventDates,
  listEvents,
  listSeats,
  myWaitingList,
  orderTickets,
  releaseTickets,
} from '../contract.ts'
import { SeatViews } from './seat-views.service.ts'
import { StoreEvents } from './store-events.service.ts'
import { TicketSales } from './ticket-sales.service.ts'
import { WaitingList } from './waiting-list.service.ts'

@Controller()
export class StoreEventController {
  constructor(
    private readonly events: StoreEvents,
    private readonly seats: SeatViews,
    private readonly sales: TicketSales,
    private readonly waiting: WaitingList,
  ) {}

  @Handle(listEvents)
  list(ctx: RequestContext, { query }: Input<typeof listEvents>) {
    return this.events.list(ctx, query)
  }

  @Handle(eventFacets)
  facets() {
    return this.events.facets()
  }

  @Handle(eventCalendar)
  calendar(ctx: RequestContext, { query }: Input<typeof eventCalendar>) {
    return this.events.calendar(ctx, query)
  }

  @Handle(getEvent)
  get(ctx: RequestContext, { params }: Input<typeof getEvent>) {
    return this.events.detail(ctx, params.handle)
  }

  @Handle(listEventDates)
  dates(_ctx: RequestContext, { params }: Input<typeof listEventDates>) {
    return this.events.dates(params.id)
  }

  @Handle(eventAvailability)
  availability(ctx: RequestContext, { params, query }: Input<typeof eventAvailability>) {
    return this.events.availability(ctx, params.id, query)
  }

  @Handle(getSeatMap)
  seatMap(ctx: RequestContext, { params }: Input<typeof getSeatMap>) {
    return this.seats.map(ctx, params.id)
  }

  @Handle(listSeats)
  seatLetters(_ctx: RequestContext, { params, query }: Input<typeof listSeats>) {
    return this.seats.seats(params.id, query)
  }

  @Handle(bestSeats)
  best(_ctx: RequestContext, { params, query }: Input<typeof bestSeats>) {
    return this.seats.best(params.id, query)
  }

  @Handle(holdTickets)
  hold(ctx: RequestContext, { body }: Input<typeof holdTickets>) {
    return this.sales.hold(ctx, body)
  }

  @Handle(assignAttendees)
  assign(ctx: RequestContext, { params, body }: Input<typeof assignAttendees>) {
    return this.sales.assign(ctx, params.id, body)
  }

  @Handle(releaseTickets)
  async release(ctx: RequestContext, { params, query }: Input<typeof releaseTickets>) {
    await this.sales.release(ctx, query.cart_id, params.id)
    return {}
  }

  @Handle(orderTickets)
  order(ctx: RequestContext, { body }: Input<typeof orderTickets>) {
    return this.sales.order(ctx, body)
  }

  @Handle(joinWaitingList)
  join(ctx: RequestContext, { params, body }: Input<typeof joinWaitingList>) {
    return this.waiting.join(ctx, params.id, body)
  }

  @Handle(getWaitingListEntry)
  entry(ctx: RequestContext, { params, query }: Input<typeof getWaitingListEntry>) {
    return this.waiting.get(ctx, params.id, query.token)
  }

  @Handle(leaveWaitingList)
  async leave(ctx: RequestContext, { params, query }: Input<typeof leaveWaitingList>) {
    await this.waiting.leave(ctx, params.id, query.token)
    return {}
  }

  @Handle(myWaitingList)
  mine(ctx: RequestContext) {
    return this.waiting.mine(ctx)
  }
}
