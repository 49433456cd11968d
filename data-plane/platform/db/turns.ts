/** At most so many at a time; the others wait in the order they came, but not for ever. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(
    most: number,
    private readonly milliseconds: number,
  ) {
    this.#free = most
  }

  /**
   * Waits for a turn; whoever gets one gives it back with `release`.
   * @throws after the time to wait, as the pool does
   */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const late = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1)
      reject(new Error('timeout exceeded when trying to connect: every connection is in a transaction'))
    }, this.milliseconds)
    await promise.finally(() => clearTimeout(late))
  }

  /** Gives the turn to who has waited longest. */
  release(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
