import { randomBytes } from 'node:crypto'
import type { Log } from '@cityos/http'
import pg from 'pg'
import type { Db } from '../registry/registry.ts'

/** First half of the advisory lock's key, so that no other lock of this database is meant. */
const family = 'cityos operations'
/** Ends the name of an owner that has such a lock; one without is only known by its lease. */
const mark = ':session'

/** The name under which one engine of a process holds the lease and its lifeline. */
export const withLifeline = (owner: string): string => `${owner}:${randomBytes(4).toString('hex')}${mark}`

/**
 * A session of the registry that lasts as long as its process: it holds an advisory lock that is named after the process.
 * When the process dies, wherever it ran, its system ends the connection, the lock is free, and whoever waits for the lease
 * need not wait until it has run out. A lost session proves nothing for good, so fencing numbers go on deciding.
 */
export class Lifeline {
  readonly #url: string
  readonly #owner: string
  readonly #log: Log
  #client: pg.Client | undefined

  /** @param url of the registry, directly: a pooler in transaction mode keeps no session */
  constructor(url: string, owner: string, log: Log) {
    this.#url = url
    this.#owner = owner
    this.#log = log
  }

  /** Opens the session and takes the lock, unless it is there. */
  async hold(): Promise<void> {
    if (this.#client) return
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'cityos operations lifeline',
    })
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the connection has ended')))
    await client.connect()
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtext($1), hashtext($2)) AS held', [
      family,
      this.#owner,
    ])
    if (!rows[0]?.held) {
      // the session lost a moment ago has not ended on the server yet
      await client.end()
      throw new Error('the former session of this process still holds its lock')
    }
    this.#client = client
  }

  async end(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  #lost(client: pg.Client, error: Error): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#log.warn({ error }, 'lost the session that shows that this process lives; opening another')
  }
}

/** Whether `owner` had a lifeline and has lost it. */
export async function hasLostLifeline(db: Db, owner: string): Promise<boolean> {
  if (!owner.endsWith(mark)) return false
  const [row] = await db.$queryRaw<{ held: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 2 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid::bigint = hashtext(${family})::bigint & 4294967295
        AND objid::bigint = hashtext(${owner})::bigint & 4294967295) AS held`
  return row?.held === false
}
