import type pg from 'pg'
import { encode, types } from './encoding.ts'

/** A statement as it is sent: its text with `$1` … and their values. */
export interface Statement {
  text: string
  values: readonly unknown[]
}

export interface Answer {
  /** `SELECT`, `INSERT`, `COMMIT` … */
  command: string
  /** Rows returned or changed. */
  count: number
  rows: Record<string, unknown>[]
}

/** A statement Postgres keeps parsed and planned on one connection. */
export interface Prepared {
  name: string
  parsed: boolean
  /** The columns it answers with, null when it answers none; undefined until it has answered once. */
  columns: Columns | null | undefined
}

interface Column {
  name: string
  parse: (text: string) => unknown
}
type Columns = Column[]

interface Part {
  text: string
  values: (string | Buffer | null)[]
  prepared: Prepared | undefined
  columns: Columns | null | undefined
}

/** The messages of the extended query protocol, as pg's connection sends them. */
interface Wire {
  stream: { cork(): void; uncork(): void }
  parse(message: { name: string; text: string; types: number[] }): void
  bind(message: { portal: string; statement: string; values: (string | Buffer | null)[]; binary: false }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  sync(): void
  sendCopyFail(message: string): void
}

/**
 * One or more statements sent in one packet and answered in one: each round trip saved is two context switches here and
 * two in Postgres. The first that fails ends it, the statements behind it are not run. Handed to pg's client, which calls
 * the `handle…` methods with what Postgres answers.
 */
export class Exchange implements pg.Submittable {
  readonly done: Promise<Answer[]>
  readonly #parts: Part[]
  readonly #answers: Answer[] = []
  readonly #parsing: (Prepared | undefined)[] = []
  #rows: Record<string, unknown>[] = []
  #unreadable: unknown
  #resolve: (answers: Answer[]) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  /**
   * @param preparedOf the prepared form of a text, undefined for one that is not worth it
   * @param onTurn called when the connection is free for it
   * @throws RangeError or TypeError for a value that cannot be sent; nothing has been sent then
   */
  constructor(
    statements: readonly Statement[],
    preparedOf: (text: string) => Prepared | undefined,
    private readonly onTurn: (exchange: Exchange) => void,
  ) {
    this.#parts = statements.map(({ text, values }) => ({
      text,
      values: values.map(encode),
      prepared: preparedOf(text),
      columns: undefined,
    }))
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire
    this.onTurn(this)
    wire.stream.cork()
    for (const part of this.#parts) this.#send(wire, part)
    wire.sync()
    wire.stream.uncork()
  }

  #send(wire: Wire, part: Part): void {
    const { text, values, prepared } = part
    part.columns = prepared?.columns
    const statement = prepared?.name ?? ''
    if (!prepared?.parsed && !(prepared && this.#parsing.includes(prepared))) {
      wire.parse({ name: statement, text, types: [] })
      this.#parsing.push(prepared)
    }
    wire.bind({ portal: '', statement, values, binary: false })
    if (part.columns === undefined) wire.describe({ type: 'P', name: '' })
    wire.execute({ portal: '', rows: 0 })
  }

  /** Postgres has parsed the next statement that was sent to be parsed. */
  handleParseComplete(): void {
    const prepared = this.#parsing.shift()
    if (prepared) prepared.parsed = true
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    const columns = fields.map(({ name, dataTypeID }) => ({ name, parse: types.getTypeParser(dataTypeID, 'text') as Column['parse'] }))
    const part = this.#current
    part.columns = columns
    if (part.prepared) part.prepared.columns = columns
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const columns = this.#current.columns!
    const row: Record<string, unknown> = {}
    try {
      for (let index = 0; index < fields.length; index += 1) {
        const text = fields[index]!
        const { name, parse } = columns[index]!
        row[name] = text === null ? null : parse(text)
      }
      this.#rows.push(row)
    } catch (error) {
      this.#unreadable ??= error
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const { prepared } = this.#current
    if (prepared && prepared.columns === undefined) prepared.columns = null
    // `INSERT 0 1`, `SELECT 20`, `COMMIT`
    const words = text.split(' ')
    this.#answers.push({ command: words[0]!, count: Number(words.at(-1)) || 0, rows: this.#rows })
    this.#rows = []
  }

  handleEmptyQuery(): void {
    this.#answers.push({ command: '', count: 0, rows: [] })
  }

  handleError(error: unknown): void {
    this.#parsing.length = 0
    this.#reject(error)
  }

  handleReadyForQuery(): void {
    if (this.#unreadable) this.#reject(this.#unreadable)
    else this.#resolve(this.#answers)
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: pg.Connection): void {
    ;(connection as unknown as Wire).sendCopyFail('this connection takes no copies')
  }

  handleCopyData(): void {}

  get #current(): Part {
    return this.#parts[this.#answers.length]!
  }
}
