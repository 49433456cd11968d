import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  cancelMyBooking,
  checkInMyBooking,
  createBooking,
  createBookingHold,
  getCalendarFeed,
  getMyBooking,
  getMyBookingCalendar,
  getService,
  listMyBookings,
  listOrderBookings,
  listServiceCategories,
  listServices,
  listSlots,
  quoteMyBookingRefund,
  rescheduleMyBooking,
} from '../contract.ts'
import { CalendarFiles } from './calendar-files.ts'
import { CustomerBookings } from './customer-bookings.ts'
import { Services } from './services.ts'
import { Slots } from './slots.ts'

@Controller()
export class StoreBookingController {
  constructor(
    private readonly services: Services,
    private readonly slots: Slots,
    private readonly bookings: CustomerBookings,
    private readonly calendars: CalendarFiles,
  ) {}

  @Handle(listServices)
  list(ctx: RequestContext, { query }: Input<typeof listServices>) {
    return this.services.list(ctx, query)
  }

  @Handle(listServiceCategories)
  categories(ctx: RequestContext) {
    return this.services.categories(ctx)
  }

  @Handle(getService)
  get(ctx: RequestContext, { params }: Input<typeof getService>) {
    return this.services.get(ctx, params.handle)
  }

  @Handle(listSlots)
  search(ctx: RequestContext, { params, query }: Input<typeof listSlots>) {
    return this.slots.search(ctx, params.id, query)
  }

  @Handle(createBookingHold)
  hold(ctx: RequestContext, { body }: Input<typeof createBookingHold>) {
    return this.bookings.hold(ctx, body)
  }

  @Handle(createBooking)
  create(ctx: RequestContext, { body }: Input<typeof createBooking>) {
    return this.bookings.create(ctx, body)
  }

  @Handle(listMyBookings)
  listMine(ctx: RequestContext, { query }: Input<typeof listMyBookings>) {
    return this.bookings.list(ctx, query)
  }

  @Handle(listOrderBookings)
  ofOrder(ctx: RequestContext, { params, query }: Input<typeof listOrderBookings>) {
    return this.bookings.ofOrder(ctx, params.number, query.token)
  }

  @Handle(getMyBooking)
  getMine(ctx: RequestContext, { params, query }: Input<typeof getMyBooking>) {
    return this.bookings.get(ctx, params.id, query.token)
  }

  @Handle(quoteMyBookingRefund)
  quote(ctx: RequestContext, { params, query }: Input<typeof quoteMyBookingRefund>) {
    return this.bookings.refundQuote(ctx, params.id, query.token)
  }

  @Handle(cancelMyBooking)
  cancel(ctx: RequestContext, { params, query, body }: Input<typeof cancelMyBooking>) {
    return this.bookings.cancel(ctx, params.id, query.token, body)
  }

  @Handle(rescheduleMyBooking)
  reschedule(ctx: RequestContext, { params, query, body }: Input<typeof rescheduleMyBooking>) {
    return this.bookings.reschedule(ctx, params.id, query.token, body)
  }

  @Handle(checkInMyBooking)
  checkIn(ctx: RequestContext, { params, query }: Input<typeof checkInMyBooking>) {
    return this.bookings.checkIn(ctx, params.id, query.token)
  }

  @Handle(getMyBookingCalendar)
  calendar(ctx: RequestContext, { params, query }: Input<typeof getMyBookingCalendar>) {
    return this.bookings.calendarFile(ctx, params.id, query.token)
  }

  @Handle(getCalendarFeed)
  feed(ctx: RequestContext, { params }: Input<typeof getCalendarFeed>) {
    return this.calendars.feed(ctx, params.secret)
  }
}
