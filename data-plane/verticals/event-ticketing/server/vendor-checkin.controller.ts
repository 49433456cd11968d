import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  createCheckinList,
  deleteCheckinList,
  getCheckinList,
  listCheckinLists,
  listCheckins,
  scanTicket,
  syncCheckinList,
  updateCheckinList,
  uploadScans,
} from '../contract.ts'
import { CheckinService } from './checkin.service.ts'
import { CheckinLists } from './checkin-lists.service.ts'

@Controller()
export class VendorCheckinController {
  constructor(
    private readonly lists: CheckinLists,
    private readonly checkins: CheckinService,
  ) {}

  @Handle(listCheckinLists)
  list(ctx: RequestContext, { query }: Input<typeof listCheckinLists>) {
    return this.lists.list(ctx, query)
  }

  @Handle(getCheckinList)
  get(ctx: RequestContext, { params }: Input<typeof getCheckinList>) {
    return this.lists.get(ctx, params.id)
  }

  @Handle(createCheckinList)
  create(ctx: RequestContext, { params, body }: Input<typeof createCheckinList>) {
    return this.lists.create(ctx, params.id, body)
  }

  @Handle(updateCheckinList)
  update(ctx: RequestContext, { params, body }: Input<typeof updateCheckinList>) {
    return this.lists.update(ctx, params.id, body)
  }

  @Handle(deleteCheckinList)
  async remove(ctx: RequestContext, { params }: Input<typeof deleteCheckinList>) {
    await this.lists.remove(ctx, params.id)
    return {}
  }

  @Handle(scanTicket)
  scan(ctx: RequestContext, { body }: Input<typeof scanTicket>) {
    return this.checkins.scan(ctx, body)
  }

  @Handle(listCheckins)
  scans(ctx: RequestContext, { params, query }: Input<typeof listCheckins>) {
    return this.lists.scans(ctx, params.id, query)
  }

  @Handle(syncCheckinList)
  sync(ctx: RequestContext, { params, query }: Input<typeof syncCheckinList>) {
    return this.lists.sync(ctx, params.id, query)
  }

  @Handle(uploadScans)
  upload(ctx: RequestContext, { params, body }: Input<typeof uploadScans>) {
    return this.checkins.upload(ctx, params.id, body)
  }
}
