import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { readFleet } from './fleet.contract.ts'
import { FleetService } from './fleet.service.ts'

@Controller()
export class FleetController {
  constructor(private readonly fleet: FleetService) {}

  @Handle(readFleet)
  read(ctx: RequestContext, _input: Input<typeof readFleet>) {
    return this.fleet.read(ctx)
  }
}
