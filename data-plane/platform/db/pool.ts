import type { Log } from '@cityos/http'
import pg from 'pg'

export interface StatementMetrics {
  duration: { observe(seconds: number): void }
  slow: { inc(): void }
}

const slowMilliseconds = 500
const mostPrepared = 400

/**
 * int8 and whole numerics as numbers: amounts are minor units and stay far below 2^53. One that does not is refused
 * rather than rounded.
 */
export function parseInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`)
  return value
}

const parseNumeric = (text: string): number | string => (/^-?\d+$/.test(text) ? parseInteger(text) : text)

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === 20) return parseInteger
    if (oid === 1700) return parseNumeric
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/** Connection settings every client of this process shares. */
export function connectionSettings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    types,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    connectionTimeoutMillis: 5_000,
    application_name: 'cityos-data-plane',
  }
}

type Answer = pg.QueryResult<Record<string, unknown>>

/**
 * Makes the pool: at most five connections. Statements seen before are prepared once per connection, so that Postgres
 * parses and plans what a shopper waits on only once; each is timed, slow ones are logged without their values.
 */
export function createPool(url: string, log: Log, metrics: StatementMetrics | undefined): pg.Pool {
  const names = new Map<string, string>()

  /** A statement gets a name the second time it is seen; the number of names is bounded because each costs memory in Postgres. */
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined) return known
    if (names.size < mostPrepared && text.length > 40) names.set(text, `s${names.size}`)
    return undefined
  }

  const timed = async (text: string, run: () => Promise<Answer>): Promise<Answer> => {
    const startedAt = performance.now()
    try {
      return await run()
    } finally {
      const milliseconds = performance.now() - startedAt
      metrics?.duration.observe(milliseconds / 1000)
      if (milliseconds > slowMilliseconds) {
        metrics?.slow.inc()
        log.warn({ duration_ms: Math.round(milliseconds), statement: text.slice(0, 500) }, 'slow statement')
      }
    }
  }

  class PreparingClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg's query cannot be repeated in a subclass
    override query(...given: any[]): any {
      const [text, values] = given
      if (typeof text !== 'string' || given.length !== 2 || typeof values === 'function') return super.query(...(given as [string]))
      return timed(text, () => super.query({ name: nameOf(text), text, values }) as Promise<Answer>)
    }
  }

  const pool = new pg.Pool({ ...connectionSettings(url), max: 5, idleTimeoutMillis: 30_000, Client: PreparingClient } as pg.PoolConfig)
  // A connection may break while it is checked out between two statements; nobody else listens then.
  pool.on('connect', (client) => client.on('error', (error) => log.warn({ error }, 'a database connection broke')))
  pool.on('error', () => {})
  return pool
}
