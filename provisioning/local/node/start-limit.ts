/** Lets a few tasks run at once and queues the others in order: many tenants may be due in the same second. */
export class StartLimit {
  private readonly atOnce: number
  private running = 0
  private readonly queue: (() => void)[] = []
  private readonly onIdle: () => void

  /** @param onIdle called whenever the last task has ended */
  constructor(atOnce: number, onIdle: () => void) {
    this.atOnce = atOnce
    this.onIdle = onIdle
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) await new Promise<void>((resolve) => this.queue.push(resolve))
    else this.running += 1
    try {
      return await task()
    } finally {
      const next = this.queue.shift()
      // The place is handed on, not given up: nobody can slip in between.
      if (next) next()
      else {
        this.running -= 1
        if (this.running === 0) this.onIdle()
      }
    }
  }
}
