import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  adminCancelBooking,
  adminGetBooking,
  adminGetBookingDispute,
  adminListBookings,
  adminMarkNoShow,
  vendorCancelBooking,
  vendorCheckIn,
  vendorCompleteBooking,
  vendorConfirmBooking,
  vendorCreateBooking,
  vendorDeclineBooking,
  vendorGetBooking,
  vendorListBookings,
  vendorMarkNoShow,
  vendorReassignBooking,
  vendorRescheduleBooking,
  vendorStartBooking,
} from '../contract.ts'
import { KeeperBookings } from './keeper-bookings.ts'
import { ManualBookings } from './manual-bookings.ts'

/** Bookings for vendors: their own. */
@Controller()
export class VendorBookingController {
  constructor(
    private readonly bookings: KeeperBookings,
    private readonly manual: ManualBookings,
  ) {}

  @Handle(vendorListBookings)
  list(ctx: RequestContext, { query }: Input<typeof vendorListBookings>) {
    return this.bookings.list(ctx, query)
  }

  @Handle(vendorGetBooking)
  get(ctx: RequestContext, { params }: Input<typeof vendorGetBooking>) {
    return this.bookings.get(ctx, params.id)
  }

  @Handle(vendorCreateBooking)
  create(ctx: RequestContext, { body }: Input<typeof vendorCreateBooking>) {
    return this.manual.create(ctx, body)
  }

  @Handle(vendorConfirmBooking)
  confirm(ctx: RequestContext, { params }: Input<typeof vendorConfirmBooking>) {
    return this.bookings.confirm(ctx, params.id)
  }

  @Handle(vendorDeclineBooking)
  decline(ctx: RequestContext, { params, body }: Input<typeof vendorDeclineBooking>) {
    return this.bookings.decline(ctx, params.id, body.reason)
  }

  @Handle(vendorCancelBooking)
  cancel(ctx: RequestContext, { params, body }: Input<typeof vendorCancelBooking>) {
    return this.bookings.cancel(ctx, params.id, body.reason)
  }

  @Handle(vendorMarkNoShow)
  noShow(ctx: RequestContext, { params, body }: Input<typeof vendorMarkNoShow>) {
    return this.bookings.noShow(ctx, params.id, body.party)
  }

  @Handle(vendorCheckIn)
  checkIn(ctx: RequestContext, { params }: Input<typeof vendorCheckIn>) {
    return this.bookings.checkIn(ctx, params.id)
  }

  @Handle(vendorStartBooking)
  start(ctx: RequestContext, { params }: Input<typeof vendorStartBooking>) {
    return this.bookings.start(ctx, params.id)
  }

  @Handle(vendorCompleteBooking)
  complete(ctx: RequestContext, { params }: Input<typeof vendorCompleteBooking>) {
    return this.bookings.complete(ctx, params.id)
  }

  @Handle(vendorRescheduleBooking)
  reschedule(ctx: RequestContext, { params, body }: Input<typeof vendorRescheduleBooking>) {
    return this.bookings.reschedule(ctx, params.id, body)
  }

  @Handle(vendorReassignBooking)
  reassign(ctx: RequestContext, { params, body }: Input<typeof vendorReassignBooking>) {
    return this.bookings.reassign(ctx, params.id, body)
  }
}

/** Bookings for staff: everybody's. */
@Controller()
export class AdminBookingController {
  constructor(private readonly bookings: KeeperBookings) {}

  @Handle(adminListBookings)
  list(ctx: RequestContext, { query }: Input<typeof adminListBookings>) {
    return this.bookings.list(ctx, query)
  }

  @Handle(adminGetBooking)
  get(ctx: RequestContext, { params }: Input<typeof adminGetBooking>) {
    return this.bookings.get(ctx, params.id)
  }

  @Handle(adminCancelBooking)
  cancel(ctx: RequestContext, { params, body }: Input<typeof adminCancelBooking>) {
    return this.bookings.cancel(ctx, params.id, body.reason)
  }

  @Handle(adminMarkNoShow)
  noShow(ctx: RequestContext, { params, body }: Input<typeof adminMarkNoShow>) {
    return this.bookings.noShow(ctx, params.id, body.party)
  }

  @Handle(adminGetBookingDispute)
  dispute(ctx: RequestContext, { params }: Input<typeof adminGetBookingDispute>) {
    return this.bookings.dispute(ctx, params.id)
  }
}
