import { Injectable } from '@nestjs/common'

/**
 * The only source of time in domain code. Test tenants move it at `/internal/clock`; it keeps running from there.
 */
@Injectable()
export class Clock {
  #offset = 0
  readonly #listeners = new Set<() => void>()

  now(): Date {
    return new Date(Date.now() + this.#offset)
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
