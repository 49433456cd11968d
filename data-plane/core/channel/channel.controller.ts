import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { Channels } from './channel.service.ts'
import { linkChannelProducts, listChannelProducts } from './contract.ts'

@Controller()
export class ChannelController {
  constructor(private readonly channels: Channels) {}

  @Handle(listChannelProducts)
  products(_ctx: RequestContext, { params, query }: Input<typeof listChannelProducts>) {
    return this.channels.products(params.id, query)
  }

  @Handle(linkChannelProducts)
  link(ctx: RequestContext, { params, body }: Input<typeof linkChannelProducts>) {
    return this.channels.link(ctx, params.id, body)
  }
}
