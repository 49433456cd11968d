import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  cancelTableReservation,
  cancelVendorReservation,
  completeVendorReservation,
  confirmVendorReservation,
  getTableReservation,
  getVendorReservation,
  listMyTableReservations,
  listTableTimes,
  listVendorReservations,
  reserveTable,
  seatVendorReservation,
} from '../contract.ts'
import { Reservations } from './reservations.ts'
import { Tables } from './tables.ts'

/** Reserved tables: for guests, and for the house. */
@Controller()
export class TableController {
  constructor(
    private readonly tables: Tables,
    private readonly reservations: Reservations,
  ) {}

  @Handle(listTableTimes)
  times(_ctx: RequestContext, { params, query }: Input<typeof listTableTimes>) {
    return this.tables.times(params.handle, query)
  }

  @Handle(reserveTable)
  reserve(ctx: RequestContext, { body }: Input<typeof reserveTable>) {
    return this.reservations.place(ctx, body)
  }

  @Handle(listMyTableReservations)
  mine(ctx: RequestContext, { query }: Input<typeof listMyTableReservations>) {
    return this.reservations.listMine(ctx, query)
  }

  @Handle(getTableReservation)
  get(ctx: RequestContext, { params, query }: Input<typeof getTableReservation>) {
    return this.reservations.get(ctx, params.id, query.token)
  }

  @Handle(cancelTableReservation)
  cancel(ctx: RequestContext, { params, query, body }: Input<typeof cancelTableReservation>) {
    return this.reservations.cancel(ctx, params.id, query.token, body)
  }

  @Handle(listVendorReservations)
  list(ctx: RequestContext, { query }: Input<typeof listVendorReservations>) {
    return this.reservations.listVendors(ctx, query)
  }

  @Handle(getVendorReservation)
  getVendors(ctx: RequestContext, { params }: Input<typeof getVendorReservation>) {
    return this.reservations.getVendors(ctx, params.id)
  }

  @Handle(confirmVendorReservation)
  confirm(ctx: RequestContext, { params }: Input<typeof confirmVendorReservation>) {
    return this.reservations.confirm(ctx, params.id)
  }

  @Handle(seatVendorReservation)
  seat(ctx: RequestContext, { params }: Input<typeof seatVendorReservation>) {
    return this.reservations.seat(ctx, params.id)
  }

  @Handle(completeVendorReservation)
  complete(ctx: RequestContext, { params }: Input<typeof completeVendorReservation>) {
    return this.reservations.complete(ctx, params.id)
  }

  @Handle(cancelVendorReservation)
  cancelVendors(ctx: RequestContext, { params, body }: Input<typeof cancelVendorReservation>) {
    return this.reservations.cancelByVendor(ctx, params.id, body.reason)
  }
}
