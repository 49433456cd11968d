import type { Log } from '@cityos/http'
import pg from 'pg'
import { StatementNames, TenantClient } from './client.ts'
import { types } from './encoding.ts'

export interface StatementMetrics {
  duration: { observe(seconds: number): void }
  slow: { inc(): void }
}

const slowMilliseconds = 500
const mostPrepared = 400

/** Connection settings every client of this process shares. */
export function connectionSettings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    types,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    // in a rush a shopper would rather wait than be refused
    connectionTimeoutMillis: 10_000,
    application_name: 'cityos-data-plane',
  }
}

/**
 * Makes the pool: at most five connections. Statements seen before are prepared once per connection and keep one plan
 * for all values: planned for each value anew, the quote of a cart cost ten times what it takes to run. Exchanges are
 * timed, slow ones are logged without their values.
 * @param url with `prepared=off` nothing is prepared: for a pooler that keeps no statements apart (PgBouncer before 1.21)
 */
export function createPool(url: string, log: Log, metrics: StatementMetrics | undefined): pg.Pool {
  const { address, prepares } = withoutOwnSettings(url)
  const names = new StatementNames(prepares ? mostPrepared : 0)
  const timed = (milliseconds: number, text: string) => {
    metrics?.duration.observe(milliseconds / 1000)
    if (milliseconds > slowMilliseconds) {
      metrics?.slow.inc()
      log.warn({ duration_ms: Math.round(milliseconds), statement: text.slice(0, 500) }, 'slow statement')
    }
  }
  const settings = { ...connectionSettings(address), options: '-c plan_cache_mode=force_generic_plan' }
  class PooledClient extends TenantClient {
    constructor(config?: pg.ClientConfig) {
      super(config ?? settings, names, timed)
    }
  }
  const pool = new pg.Pool({ ...settings, max: 5, idleTimeoutMillis: 30_000, Client: PooledClient } as pg.PoolConfig)
  // A connection may break while it is checked out between two statements; nobody else listens then.
  pool.on('connect', (client) => client.on('error', (error) => log.warn({ error }, 'a database connection broke')))
  pool.on('error', () => {})
  return pool
}

function withoutOwnSettings(url: string): { address: string; prepares: boolean } {
  const address = new URL(url)
  if (!address.searchParams.has('prepared')) return { address: url, prepares: true }
  const prepares = address.searchParams.get('prepared') !== 'off'
  address.searchParams.delete('prepared')
  return { address: address.toString(), prepares }
}
