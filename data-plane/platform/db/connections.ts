import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresQueryCompiler,
  type QueryResult,
  Transaction,
} from 'kysely'
import type pg from 'pg'
import type { DB } from '../../generated/db.ts'
import type { TenantClient } from './client.ts'
import type { Answer, Statement } from './exchange.ts'
import { Turns } from './turns.ts'

const begin: Statement = { text: 'begin', values: [] }
const commit: Statement = { text: 'commit', values: [] }
const rollback: Statement = { text: 'rollback', values: [] }

const changing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

const compiler = new PostgresQueryCompiler()
const adapter = new PostgresAdapter()

/** A checked-out connection as Kysely uses it. */
class Connection implements DatabaseConnection {
  constructor(readonly client: TenantClient & pg.PoolClient) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const [answer] = await this.client.exchange([{ text: sql, values: parameters }])
    return resultOf(answer!)
  }

  // biome-ignore lint/correctness/useYield: nothing here reads row by row
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are not streamed: read them in pages')
  }
}

function resultOf<Row>({ command, count, rows }: Answer): QueryResult<Row> {
  return { rows: rows as Row[], ...(changing.has(command) && { numAffectedRows: BigInt(count) }) }
}

/** Statements outside transactions: a connection of the pool for each. */
class PoolDriver implements Driver {
  constructor(private readonly pool: pg.Pool) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new Connection(await connect(this.pool))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as Connection).client.release()
  }

  beginTransaction = notHere
  commitTransaction = notHere
  rollbackTransaction = notHere

  async destroy(): Promise<void> {
    await this.pool.end()
  }
}

async function notHere(): Promise<never> {
  throw new Error('transactions are made by Database.transaction')
}

class PoolDialect extends PostgresDialect {
  constructor(private readonly pool: pg.Pool) {
    super({ pool })
  }

  override createDriver(): Driver {
    return new PoolDriver(this.pool)
  }
}

/** The pool as Kysely, for single statements and for transactions of its own. */
export class Connections {
  readonly read: Kysely<DB>
  readonly #dialect: PoolDialect
  readonly #driver: PoolDriver
  /**
   * One connection is never in a transaction: what a transaction waits for may be a single statement on its way in
   * another request, a cache being filled, and would never come if transactions had all connections.
   */
  readonly #transactions: Turns

  constructor(private readonly pool: pg.Pool) {
    this.#transactions = new Turns((pool.options.max ?? 5) - 1, pool.options.connectionTimeoutMillis ?? 5_000)
    this.#dialect = new PoolDialect(pool)
    this.#driver = new PoolDriver(pool)
    this.read = new Kysely<DB>({ dialect: this.#dialect })
  }

  /** Sends statements together outside a transaction of ours; Postgres runs them as one. */
  async exchange(statements: readonly Statement[]): Promise<Answer[]> {
    const client = await connect(this.pool)
    try {
      return await client.exchange(statements)
    } finally {
      client.release()
    }
  }

  /**
   * Runs `fn` in one transaction. Its begin travels with its first statement; one without any statement never begins.
   * @throws what `fn` throws, after rolling back
   */
  async transaction<T>(fn: (tx: Kysely<DB>, client: TenantClient) => Promise<T>): Promise<T> {
    await this.#transactions.take()
    try {
      return await this.#transaction(fn)
    } finally {
      this.#transactions.release()
    }
  }

  async #transaction<T>(fn: (tx: Kysely<DB>, client: TenantClient) => Promise<T>): Promise<T> {
    const client = await connect(this.pool)
    let broken = false
    try {
      client.queue(begin)
      const result = await fn(this.#bound(client), client)
      await finish(client)
      return result
    } catch (error) {
      broken = !(await undo(client))
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Kysely on one connection. Statements started together go out in the order they were started in. */
  #bound(client: TenantClient & pg.PoolClient): Kysely<DB> {
    const connection = new Connection(client)
    const executor = new DefaultQueryExecutor(compiler, adapter, { provideConnection: (consumer) => consumer(connection) })
    return new Transaction<DB>({ config: { dialect: this.#dialect }, driver: this.#driver, dialect: this.#dialect, executor })
  }
}

async function connect(pool: pg.Pool): Promise<TenantClient & pg.PoolClient> {
  return (await pool.connect()) as TenantClient & pg.PoolClient
}

/** @throws when a failed statement was not noticed: Postgres answers such a commit with a rollback */
async function finish(client: TenantClient): Promise<void> {
  if (client.holdsOnly(begin)) {
    client.dropQueued()
    return
  }
  const [answer] = await client.exchange([commit])
  if (answer!.command === 'ROLLBACK') throw new Error('a statement of this transaction failed and nobody noticed: it is rolled back')
}

/** @returns whether the connection is clean again */
async function undo(client: TenantClient): Promise<boolean> {
  const begun = !client.holds(begin)
  client.dropQueued()
  if (!begun) return true
  return client.exchange([rollback]).then(
    () => true,
    () => false,
  )
}
