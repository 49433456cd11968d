import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'

export interface SeedResult {
  changed: boolean
  /** Demo sign-ins; only in test tenants. */
  sign_ins?: Record<string, string>[]
}

/** Where the demo data comes from; filled at boot by the seed's module. */
@Injectable()
export class SeedSource {
  #seed: ((ctx: RequestContext) => Promise<SeedResult>) | undefined

  use(seed: (ctx: RequestContext) => Promise<SeedResult>): void {
    this.#seed = seed
  }

  /** @throws DomainError not_found when this release carries no seed */
  run(ctx: RequestContext): Promise<SeedResult> {
    if (!this.#seed) throw new DomainError('not_found')
    return this.#seed(ctx)
  }
}
