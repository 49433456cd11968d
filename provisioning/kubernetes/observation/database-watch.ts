import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds between two questions to a Postgres that answers, and to one that does not. */
const intervals = { well: 10_000, away: 3_000 }

export interface DatabaseWatchParts {
  /** @throws what is wrong with the database */
  check(): Promise<void>
  answered(fault: Error | null): void
  intervals?: typeof intervals
}

/** Asks a cell's Postgres again and again whether the platform is let in. */
export class DatabaseWatch {
  readonly #parts: DatabaseWatchParts
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined

  constructor(parts: DatabaseWatchParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Resolves once nothing is asked any more. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { check, answered } = this.#parts
    const { well, away } = this.#parts.intervals ?? intervals
    const { signal } = this.#stop
    while (!signal.aborted) {
      const fault = await check().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      )
      if (!signal.aborted) answered(fault)
      await delay(fault ? away : well, undefined, { signal }).catch(() => undefined)
    }
  }
}
