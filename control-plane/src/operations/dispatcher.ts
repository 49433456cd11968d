import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '@cityos/http'
import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
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
  /** Milliseconds between two looks at the lease while another process holds it. */
  standbyEvery?: number
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
    const { lease, clock, log, registry } = this.#parts
    await lease
      .release(clock.now())
      .then(() => Signals.announce(registry.db, 'work'))
      .catch((error: unknown) => log.warn({ error }, 'the lease could not be given back; it runs out by itself'))
  }

  get holdsLease(): boolean {
    return this.#parts.lease.fence !== null
  }

  async #turn(): Promise<void> {
    const { lease, clock, log, signals, renewEvery = 5_000, standbyEvery = 1_000 } = this.#parts
    const work = signals.subscribe('work')
    let renewed = 0
    while (!this.#stop.signal.aborted) {
      let pause = renewEvery
      try {
        if (performance.now() - renewed >= renewEvery || lease.fence === null) {
          await lease.acquire(clock.now())
          renewed = performance.now()
        }
        pause = lease.fence === null ? standbyEvery : Math.min(pause, await this.#dispatch())
      } catch (error) {
        log.error({ error }, 'the operation runner cannot reach the registry; trying again')
        pause = 1_000
      }
      await work.next(Math.max(pause, 20), this.#stop.signal)
    }
    work.close()
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
    const work = this.#carry(id).finally(() => this.#running.delete(id))
    this.#running.set(id, work)
  }

  /** Carries one operation on; what interrupts it (the registry is away, a defect) is tried again a second later, not at once. */
  async #carry(id: string): Promise<void> {
    const { runner, log, registry } = this.#parts
    try {
      await runner.run(id, () => this.#stop.signal.aborted)
      await Signals.announce(registry.db, 'work')
    } catch (error) {
      if (isTakenOver(error)) log.warn({ operation_id: id }, explain(error))
      else log.error({ error, operation_id: id }, 'an operation was interrupted; it goes on in a second')
      await pauseFor(1_000, this.#stop.signal)
    }
  }
}

/** Ends early, without a fault, when the process is draining. */
async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined)
}
