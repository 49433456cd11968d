import { seconds } from '../clock/clock.ts'

/** How a queue is worked off. */
export interface RoundsOptions {
  /** Milliseconds by which `soon` waits, so that what comes closely together is one round. */
  gather: number
  /** Works off what is there; looks at `Rounds.running` between two batches. */
  work(): Promise<void>
  /** Told of a round that failed; the next one begins five seconds later. */
  failed(error: unknown): void
}

/**
 * One round of work at a time, while it is started: a call that comes during a round makes one more follow, so nothing that
 * was committed before a call is left lying.
 */
export class Rounds {
  readonly #options: RoundsOptions
  #running = false
  #round: Promise<void> | undefined
  #again = false
  #gathering: NodeJS.Timeout | undefined

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  get running(): boolean {
    return this.#running
  }

  start(): void {
    this.#running = true
    this.wake()
  }

  /** Begins no more rounds, and waits for the one under way. */
  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    await this.#round
  }

  /** A round now. */
  wake(): void {
    if (!this.#running) return
    if (this.#round) {
      this.#again = true
      return
    }
    this.#round = this.#options
      .work()
      .catch((error: unknown) => {
        this.#options.failed(error)
        setTimeout(() => this.wake(), seconds(5)).unref()
      })
      .finally(() => {
        this.#round = undefined
        if (!this.#again) return
        this.#again = false
        this.wake()
      })
  }

  /** A round in a moment. */
  soon(): void {
    if (!this.#running) return
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.wake()
    }, this.#options.gather)
  }

  /** Resolves when what was there at the moment of the call has been through a round. */
  async settled(): Promise<void> {
    if (this.#gathering) this.wake()
    while (this.#round) await this.#round
  }
}
