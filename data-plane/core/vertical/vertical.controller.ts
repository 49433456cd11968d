import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { getAdminVertical, listAdminVerticals, listStoreVerticals } from './contract.ts'
import { Verticals } from './verticals.service.ts'

@Controller()
export class VerticalController {
  constructor(private readonly verticals: Verticals) {}

  @Handle(listStoreVerticals)
  enabled() {
    return this.verticals.enabled()
  }

  @Handle(listAdminVerticals)
  list(_ctx: RequestContext, input: Input<typeof listAdminVerticals>) {
    return this.verticals.list(input.query)
  }

  @Handle(getAdminVertical)
  get(_ctx: RequestContext, input: Input<typeof getAdminVertical>) {
    return this.verticals.get(input.params.name)
  }
}
