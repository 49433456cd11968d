import { AsyncLocalStorage } from 'node:async_hooks'
import { Injectable } from '@nestjs/common'

/**
 * The only source of time in domain code. Test tenants move it at `/internal/clock`; it keeps running from there.
 */
@Injectable()
export class Clock {
  #offset = 0
  readonly #moments = new AsyncLocalStorage<{ from: Date; began: number }>()
  readonly #listeners = new Set<() => void>()

  now(): Date {
    const moment = this.#moments.getStore()
    if (moment) return new Date(moment.from.getTime() + (performance.now() - moment.began))
    return new Date(Date.now() + this.#offset)
  }

  /**
   * Runs `work` as if it were `from` o'clock, for it alone: demo data that happened on other days. Time goes on from
   * there; everybody else keeps the present.
   */
  at<T>(from: Date, work: () => Promise<T>): Promise<T> {
    return this.#moments.run({ from, began: performance.now() }, work)
  }

  /** Runs `work` in the present, also within `at`: what it starts (timeouts) stays there. */
  present<T>(work: () => T): T {
    return this.#moments.exit(work)
  }

  /** The machine's own time in milliseconds: for tokens that another process made, which knows nothing of our jumps. */
  machineTime(): number {
    return Date.now()
  }

  /** Jumps to a moment; null goes back to the machine's time. */
  travelTo(moment: Date | null): void {
    this.#offset = moment === null ? 0 : moment.getTime() - Date.now()
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` after every jump: armed timeouts have to be set anew. */
  onJump(listener: () => void): void {
    this.#listeners.add(listener)
  }
}

export const seconds = (count: number): number => count * 1000
export const minutes = (count: number): number => count * 60_000
export const hours = (count: number): number => count * 3_600_000
export const days = (count: number): number => count * 86_400_000

/** `from` plus a length in milliseconds, e.g. `later(clock.now(), minutes(15))`. */
export function later(from: Date, milliseconds: number): Date {
  return new Date(from.getTime() + milliseconds)
}
