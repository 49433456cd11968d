import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'

export interface VerticalSeeded {
  /** Rows written now; 0 when all of it was there. */
  added: number
  /** Demo sign-ins of its vendors: `{ role, of, email, password }`. */
  signIns?: Record<string, string>[]
}

export interface VerticalSeed {
  /** Its code in the tenant document; it is seeded only where it is on. */
  vertical: string
  /** Idempotent: a second run finds everything and changes nothing. */
  run: (ctx: RequestContext) => Promise<VerticalSeeded>
}

/** Demo data of the verticals; filled at boot by their modules, run by the seeder after the shop's own. */
@Injectable()
export class Seeds {
  readonly #seeds: VerticalSeed[] = []

  register(seed: VerticalSeed): void {
    this.#seeds.push(seed)
  }

  /** Those that run for these verticals, in the order of their names: which module boots first changes nothing. */
  of(enabled: readonly string[]): VerticalSeed[] {
    return this.#seeds.filter((seed) => enabled.includes(seed.vertical)).sort((a, b) => (a.vertical < b.vertical ? -1 : 1))
  }
}
