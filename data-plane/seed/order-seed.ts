import { type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'

/** Orders of the demo shop. */
@Injectable()
export class OrderSeed {
  async run(_ctx: RequestContext): Promise<number> {
    return 0
  }
}
