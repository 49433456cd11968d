import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'

/** When a person last asked for something; probes and the other plane do not count. */
@Injectable()
export class Activity {
  #lastRequestAt: Date | null = null
  #monotonic = performance.now()

  constructor(private readonly clock: Clock) {}

  get lastRequestAt(): Date | null {
    return this.#lastRequestAt
  }

  /** Milliseconds since the last request, or since the start. */
  get idleMilliseconds(): number {
    return performance.now() - this.#monotonic
  }

  touch(ctx: RequestContext): void {
    if (ctx.surface === 'internal') return
    this.#lastRequestAt = this.clock.now()
    this.#monotonic = performance.now()
  }
}
