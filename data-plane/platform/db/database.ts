import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Binding } from '@cityos/contract'
import { type Log, Metrics } from '@cityos/http'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import type { Compilable, Kysely } from 'kysely'
import type { Pool } from 'pg'
import type { DB } from '../../generated/db.ts'
import { BINDING } from '../binding/binding.ts'
import { Clock } from '../clock/clock.ts'
import { LOG } from '../log/log.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { Connections } from './connections.ts'
import type { Statement } from './exchange.ts'
import { createPool } from './pool.ts'
import { bindTransaction, type CommitSignal, scopeIn, scopeOf, type TransactionScope } from './transaction-scope.ts'

/** A connection to the tenant's database: inside a transaction, or not. */
export type Tx = Kysely<DB>

const attempts = 3
/** Serialization failure and deadlock: the loser may simply try again. */
const retryable = new Set(['40001', '40P01'])

/** The tenant's database. `read` for single statements, `transaction` for everything that changes more than one row. */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly read: Kysely<DB>
  /** The connections themselves, for the workflow engine; everybody else uses `read` and `transaction`. */
  readonly pool: Pool
  readonly #connections: Connections
  readonly #committed = new Set<(signals: CommitSignal[]) => void>()

  constructor(
    @Inject(BINDING) binding: Binding,
    @Inject(LOG) private readonly log: Log,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    metrics: Metrics,
  ) {
    this.pool = createPool(binding.database.url, log, {
      duration: metrics.histogram(
        'db_statement_duration_seconds',
        'Time of one SQL statement, waiting included',
        [],
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 2],
      ),
      slow: metrics.counter('db_slow_statements_total', 'Statements of more than 500 ms'),
    })
    metrics.gauge('db_pool_connections', 'Open connections of the pool', () => this.pool.totalCount)
    metrics.gauge('db_pool_waiting', 'Requests waiting for a connection', () => this.pool.waitingCount)
    this.#connections = new Connections(this.pool)
    this.read = this.#connections.read
  }

  /**
   * Runs `fn` in one transaction (read committed) and commits, or rolls back on any throw. A deadlock's loser is run
   * again, so `fn` must do nothing outside the database.
   */
  async transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const scope = { clock: this.clock, tenantId: this.tenant.id, signals: [], afterCommit: [] } as Omit<TransactionScope, 'client'>
      try {
        const result = await this.#connections.transaction((tx, client) => {
          bindTransaction(tx, { ...scope, client })
          return fn(tx)
        })
        // who acts on it does so now, also when it was written as if on another day
        if (scope.signals.length > 0)
          this.clock.present(() => {
            for (const listener of this.#committed) listener(scope.signals)
          })
        for (const work of scope.afterCommit) await this.#tell(work)
        return result
      } catch (error) {
        if (attempt >= attempts || !retryable.has((error as { code?: string }).code ?? '')) throw error
        // at once it would overtake the winner, which has yet to be woken, and both would be stuck again
        await delay(attempt * randomInt(10, 40))
      }
    }
  }

  /**
   * Reads several things in one round trip, inside the transaction `tx` or, given `read`, outside one.
   * @returns the rows of each, in the order of `queries`
   */
  async together<Queries extends readonly Question[]>(tx: Tx, queries: readonly [...Queries]): Promise<RowsOf<Queries>> {
    const statements = queries.map(statementOf)
    const client = scopeIn(tx)?.client
    const answers = await (client ?? this.#connections).exchange(statements)
    return answers.map((answer) => answer.rows) as RowsOf<Queries>
  }

  /** Runs `work` right after the commit of `tx`: notifications, never effects that must not get lost. */
  afterCommit(tx: Tx, work: () => Promise<void>): void {
    scopeOf(tx).afterCommit.push(work)
  }

  /** Tells `listener` after each commit what was written that somebody should act on at once (events, timers). */
  onCommitted(listener: (signals: CommitSignal[]) => void): void {
    this.#committed.add(listener)
  }

  /** The transaction is committed: whatever goes wrong while telling others about it must not look like a failure of it. */
  async #tell(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.log.warn({ error }, 'others could not be told of a commit')
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end()
  }
}

/** A query of Kysely, or one written by hand. */
export type Question = Compilable<unknown> | HandWritten<unknown>
export type HandWritten<Row> = Statement & { row?: Row }
type RowsOf<Queries extends readonly Question[]> = {
  [Index in keyof Queries]: Queries[Index] extends Compilable<infer Row>
    ? Row[]
    : Queries[Index] extends HandWritten<infer Row>
      ? Row[]
      : never
}

function statementOf(query: Question): Statement {
  if ('text' in query) return query
  const { sql, parameters } = query.compile()
  return { text: sql, values: parameters }
}

/**
 * Sends a statement nobody needs the answer of with the next one of its transaction, in order, and saves its round trip.
 * When it fails, that next statement (or the commit) fails with its error.
 */
export function sendAlong(tx: Tx, query: Question): void {
  scopeOf(tx).client.queue(statementOf(query))
}

/** A value for a JSON column: Postgres takes it as text. */
export function jsonb(value: unknown): string {
  return JSON.stringify(value ?? null)
}

/** Whether an error of Postgres is the violation of a named (or any) unique or exclusion constraint. */
export function violates(error: unknown, code: '23505' | '23P01' | '23001' | '23503' | '23514', constraint?: string): boolean {
  const { code: actual, constraint: name } = (error ?? {}) as { code?: string; constraint?: string }
  return actual === code && (constraint === undefined || name === constraint)
}
