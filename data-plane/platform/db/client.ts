import pg from 'pg'
import { type Answer, Exchange, type Prepared, type Statement } from './exchange.ts'

/** Which texts are prepared, and under what name; the same for all connections of a pool. */
export class StatementNames {
  readonly #names = new Map<string, string>()

  /** @param most each name costs memory in Postgres; 0 prepares nothing */
  constructor(private readonly most: number) {}

  /** A text gets a name the second time it is seen. */
  of(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    if (this.#names.size < this.most) this.#names.set(text, `s${this.#names.size}`)
    return undefined
  }
}

/** Told how long each exchange took, waiting included, and the text of its last statement. */
export type Timed = (milliseconds: number, text: string) => void

/**
 * A connection to the tenant's database. Statements seen before are prepared on it; one that nobody has to wait for is
 * queued and travels with the next.
 */
export class TenantClient extends pg.Client {
  readonly #prepared = new Map<string, Prepared>()
  #queued: Statement[] = []
  #running: Exchange | undefined
  /** Resolves when the last exchange asked for is over. */
  #last: Promise<void> | undefined

  constructor(
    config: pg.ClientConfig,
    private readonly names: StatementNames,
    private readonly timed: Timed,
  ) {
    super(config)
    // pg tells queries of everything but this
    this.connection.on('parseComplete', () => this.#running?.handleParseComplete())
  }

  /** Sends a statement in front of the next one. When it fails, that one fails with its error. */
  queue(statement: Statement): void {
    this.#queued.push(statement)
  }

  /** Whether a queued statement has not been sent yet. */
  holds(statement: Statement): boolean {
    return this.#queued.includes(statement)
  }

  /** Whether it is the only one. */
  holdsOnly(statement: Statement): boolean {
    return this.#queued.length === 1 && this.#queued[0] === statement
  }

  /** Forgets what was queued and not sent. */
  dropQueued(): void {
    this.#queued = []
  }

  /**
   * Sends what is queued and these statements together.
   * @returns the answers of these statements
   * @throws the error of the first that failed
   */
  async exchange(statements: readonly Statement[]): Promise<Answer[]> {
    const all = this.#queued.length > 0 ? [...this.#queued, ...statements] : statements
    const exchange = new Exchange(
      all,
      (text) => this.#preparedOf(text),
      (running) => {
        this.#running = running
      },
    )
    this.#queued = []
    const startedAt = performance.now()
    const before = this.#last
    const { promise, resolve: over } = Promise.withResolvers<void>()
    this.#last = promise
    try {
      // one after the other, in the order they were asked for
      if (before) await before
      this.query(exchange)
      const answers = await exchange.done
      return answers.length > statements.length ? answers.slice(answers.length - statements.length) : answers
    } finally {
      over()
      if (this.#last === promise) this.#last = undefined
      this.timed(performance.now() - startedAt, all.at(-1)?.text ?? '')
    }
  }

  #preparedOf(text: string): Prepared | undefined {
    const known = this.#prepared.get(text)
    if (known) return known
    const name = this.names.of(text)
    if (name === undefined) return undefined
    const prepared: Prepared = { name, parsed: false, columns: undefined }
    this.#prepared.set(text, prepared)
    return prepared
  }
}
