import { Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'

const name = 'latest'

/**
 * Time that never goes back, for deciding what has run out: a code that has expired stays expired when somebody sets
 * the machine's clock back, also after a restart. Within a process it goes on with the monotonic clock from the latest
 * moment seen; across processes the registry remembers that moment.
 */
@Injectable()
export class Expiry {
  #latest = 0
  #seenAt = 0

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  now(): Date {
    const machine = this.clock.now().getTime()
    const known = this.#latest + (performance.now() - this.#seenAt)
    if (this.#latest !== 0 && known > machine) return new Date(Math.floor(known))
    this.#latest = machine
    this.#seenAt = performance.now()
    return new Date(machine)
  }

  /** @param seconds may be negative */
  in(seconds: number): Date {
    return new Date(this.now().getTime() + seconds * 1000)
  }

  /** Takes up what other processes, or this one before its restart, have seen. */
  async load(): Promise<void> {
    const row = await this.registry.db.time_mark.findUnique({ where: { name } })
    if (!row || row.at.getTime() <= this.now().getTime()) return
    this.#latest = row.at.getTime()
    this.#seenAt = performance.now()
  }

  /** Remembers the latest moment seen. */
  async save(): Promise<void> {
    const at = this.now()
    await this.registry.db.$executeRaw`
      INSERT INTO time_mark (name, at) VALUES (${name}, ${at})
      ON CONFLICT (name) DO UPDATE SET at = GREATEST(time_mark.at, EXCLUDED.at)`
  }
}
