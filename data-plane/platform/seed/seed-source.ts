import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { TimerScheduler } from '../timer/timer-scheduler.ts'

export interface SeedResult {
  changed: boolean
  /** Demo sign-ins; only in test tenants. */
  sign_ins?: Record<string, string>[]
}

/** Where the demo data comes from; filled at boot by the seed's module. */
@Injectable()
export class SeedSource {
  #seed: ((ctx: RequestContext) => Promise<SeedResult>) | undefined

  constructor(private readonly timers: TimerScheduler) {}

  use(seed: (ctx: RequestContext) => Promise<SeedResult>): void {
    this.#seed = seed
  }

  /** @throws DomainError not_found when this release carries no seed */
  async run(ctx: RequestContext): Promise<SeedResult> {
    const seed = this.#seed
    if (!seed) throw new DomainError('not_found')
    return this.timers.pausedFor(() => seed(ctx))
  }
}
