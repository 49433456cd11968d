import type { Log } from '@cityos/http'

/** Calls a piece of work again and again, never twice at once; a failure is said and does not end it. */
export class Recurring {
  readonly #name: string
  readonly #every: number
  readonly #work: () => Promise<void>
  readonly #log: Log
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> = Promise.resolve()
  stopped = false

  /** @param every milliseconds between the end of one turn and the next */
  constructor(name: string, every: number, work: () => Promise<void>, log: Log) {
    this.#name = name
    this.#every = every
    this.#work = work
    this.#log = log
  }

  start(): void {
    if (this.stopped) return
    this.#timer = setTimeout(() => {
      this.#turn = this.#work()
        .catch((error: unknown) => this.#log.error({ error }, `${this.#name}: could not be looked at`))
        .finally(() => this.start())
    }, this.#every)
    this.#timer.unref()
  }

  /** Ends after the turn under way. */
  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.#timer)
    await this.#turn
  }
}
