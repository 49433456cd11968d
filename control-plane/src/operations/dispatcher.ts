import type { Log } from '@cityos/http'
import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'
import type { Signals } from '../registry/signals.ts'
import { activeStatuses } from './journal.ts'
import type { Lease } from './lease.ts'
import { explain, isTakenOver, type Runner } from './runner.ts'

export interface DispatcherParts {
  registry: Registry
  lease: Lease
  runner: Runner
  signals: Signals
  clock: Clock
  log: Log
  /** Operations at the same time, each of another tenant. */
  most?: number
  /** Milliseconds between renewals of the lease; well under its length. */
  renewEvery?: number
}

/**
 * Holds the lease and keeps every active operation moving. It looks for work when a row says there is some, when a wait
 * is over, and when the lease is renewed, which also finds what a dead process left behind.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #running = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  start(): void {
    this.#loop ??= this.#turn()
  }

  /** Finishes the steps under way, leaves the rest to the next process, and gives the lease back. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await Promise.all(this.#running.values())
    await this.#parts.lease.release(this.#parts.clock.now())
  }

  get holdsLease(): boolean {
    return this.#parts.lease.fence !== null
  }

  async #turn(): Promise<void> {
    const { lease, clock, log, signals, renewEvery = 5_000 } = this.#parts
    let renewed = 0
    while (!this.#stop.signal.aborted) {
      let pause = renewEvery
      try {
        if (performance.now() - renewed >= renewEvery || lease.fence === null) {
          await lease.acquire(clock.now())
          renewed = performance.now()
        }
        if (lease.fence !== null) pause = Math.min(pause, await this.#dispatch())
      } catch (error) {
        log.error({ error }, 'the operation runner cannot reach the registry; trying again')
        pause = 1_000
      }
      await signals.wait(['work'], Math.max(pause, 20), this.#stop.signal)
    }
  }

  /** Starts what is ready. @returns milliseconds until the earliest wait is over */
  async #dispatch(): Promise<number> {
    const { registry, clock, most = 8 } = this.#parts
    const now = clock.now()
    const rows = await registry.db.operation.findMany({
      where: { status: { in: activeStatuses } },
      orderBy: { created_at: 'asc' },
      select: { id: true, wait_until: true },
      take: 200,
    })
    let soonest = Number.POSITIVE_INFINITY
    for (const { id, wait_until } of rows) {
      if (this.#running.has(id)) continue
      if (wait_until && wait_until > now) soonest = Math.min(soonest, wait_until.getTime() - now.getTime())
      else if (this.#running.size < most) this.#launch(id)
    }
    return soonest
  }

  #launch(id: string): void {
    const { runner, log, registry } = this.#parts
    const work = runner
      .run(id, () => this.#stop.signal.aborted)
      .catch((error: unknown) => {
        if (isTakenOver(error)) log.warn({ operation_id: id }, explain(error))
        else log.error({ error, operation_id: id }, 'an operation was interrupted; it goes on at the next turn')
      })
      .finally(async () => {
        this.#running.delete(id)
        if (!this.#stop.signal.aborted) await registry.db.$executeRaw`SELECT pg_notify('registry', 'work')`
      })
    this.#running.set(id, work)
    work.catch((error: unknown) => log.error({ error, operation_id: id }, 'the operation runner could not ask for its next turn'))
  }
}
