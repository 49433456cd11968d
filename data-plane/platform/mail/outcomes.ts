import type { Outcome } from './mail-rows.ts'

/** One that hangs at its server does not keep what is known of the others waiting for longer than this. */
const gatherMilliseconds = 200

/** Writes down together what was learned about messages at about the same time. */
export class Outcomes {
  readonly #write: (batch: Outcome[]) => Promise<void>
  readonly #writing: Promise<void>[] = []
  #gathered: Outcome[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param write never fails: it deals with its own errors */
  constructor(write: (batch: Outcome[]) => Promise<void>) {
    this.#write = write
  }

  add(outcome: Outcome): void {
    this.#gathered.push(outcome)
    this.#timer ??= setTimeout(() => this.#flush(), gatherMilliseconds)
  }

  /** Resolves when everything that was added is written. */
  async written(): Promise<void> {
    this.#flush()
    await Promise.all(this.#writing)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#gathered.length === 0) return
    this.#writing.push(this.#write(this.#gathered))
    this.#gathered = []
  }
}
