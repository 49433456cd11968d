import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  acceptKitchenOrder,
  cancelKitchenOrder,
  deliverKitchenOrder,
  dispatchKitchenOrder,
  failKitchenDelivery,
  getKitchenOrder,
  listKitchenOrders,
  listKitchenSlots,
  pickUpKitchenOrder,
  prepareKitchenOrder,
  printKitchenTicket,
  readyKitchenOrder,
  rejectKitchenOrder,
  watchKitchenOrders,
} from '../contract.ts'
import { KitchenBoard } from './kitchen-board.ts'
import { KitchenDesk } from './kitchen-desk.ts'

/** The kitchen's board and what it does with an order. */
@Controller()
export class KitchenController {
  constructor(
    private readonly board: KitchenBoard,
    private readonly desk: KitchenDesk,
  ) {}

  @Handle(listKitchenOrders)
  list(ctx: RequestContext, { query }: Input<typeof listKitchenOrders>) {
    return this.board.list(ctx, query)
  }

  @Handle(watchKitchenOrders)
  watch(ctx: RequestContext) {
    return this.board.watch(ctx)
  }

  @Handle(getKitchenOrder)
  get(ctx: RequestContext, { params }: Input<typeof getKitchenOrder>) {
    return this.board.get(ctx, params.id)
  }

  @Handle(printKitchenTicket)
  print(ctx: RequestContext, { params }: Input<typeof printKitchenTicket>) {
    return this.board.print(ctx, params.id)
  }

  @Handle(listKitchenSlots)
  slots(ctx: RequestContext, { params, query }: Input<typeof listKitchenSlots>) {
    return this.board.slots(ctx, params.id, query)
  }

  @Handle(acceptKitchenOrder)
  async accept(ctx: RequestContext, { params, body }: Input<typeof acceptKitchenOrder>) {
    await this.desk.accept(ctx, params.id, body.ready_in_minutes)
    return this.board.get(ctx, params.id)
  }

  @Handle(rejectKitchenOrder)
  async reject(ctx: RequestContext, { params, body }: Input<typeof rejectKitchenOrder>) {
    await this.desk.reject(ctx, params.id, body.reason)
    return this.board.get(ctx, params.id)
  }

  @Handle(prepareKitchenOrder)
  async prepare(ctx: RequestContext, { params }: Input<typeof prepareKitchenOrder>) {
    await this.desk.step(ctx, params.id, 'prepare')
    return this.board.get(ctx, params.id)
  }

  @Handle(readyKitchenOrder)
  async ready(ctx: RequestContext, { params }: Input<typeof readyKitchenOrder>) {
    await this.desk.step(ctx, params.id, 'ready')
    return this.board.get(ctx, params.id)
  }

  @Handle(dispatchKitchenOrder)
  async dispatch(ctx: RequestContext, { params, body }: Input<typeof dispatchKitchenOrder>) {
    await this.desk.step(ctx, params.id, 'dispatch', { courier_id: body.courier_id })
    return this.board.get(ctx, params.id)
  }

  @Handle(deliverKitchenOrder)
  async deliver(ctx: RequestContext, { params }: Input<typeof deliverKitchenOrder>) {
    await this.desk.handOver(ctx, params.id, 'deliver')
    return this.board.get(ctx, params.id)
  }

  @Handle(pickUpKitchenOrder)
  async pickUp(ctx: RequestContext, { params }: Input<typeof pickUpKitchenOrder>) {
    await this.desk.handOver(ctx, params.id, 'pick-up')
    return this.board.get(ctx, params.id)
  }

  @Handle(failKitchenDelivery)
  async fail(ctx: RequestContext, { params, body }: Input<typeof failKitchenDelivery>) {
    await this.desk.failDelivery(ctx, params.id, body.reason)
    return this.board.get(ctx, params.id)
  }

  @Handle(cancelKitchenOrder)
  async cancel(ctx: RequestContext, { params, body }: Input<typeof cancelKitchenOrder>) {
    await this.desk.cancel(ctx, params.id, body.reason)
    return this.board.get(ctx, params.id)
  }
}
