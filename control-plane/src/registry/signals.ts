import { EventEmitter } from 'node:events'
import type { Log } from '@cityos/http'
import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import pg from 'pg'
import type { Db } from './registry.ts'

/** What has changed: `operation:<id>`, `plane:<tenantId>`, `plane:*`, `work`. */
export type Topic = `operation:${string}` | `plane:${string}` | 'work'

const channel = 'registry'

/**
 * Tells waiting readers that rows have changed, across processes, by LISTEN/NOTIFY on one direct connection. A signal
 * says only "look again": a lost one costs a little time, never a row, since every reader also looks by itself.
 */
@Injectable()
export class Signals implements OnApplicationShutdown {
  readonly #emitter = new EventEmitter().setMaxListeners(0)
  readonly #url: string
  readonly #log: Log
  #client: pg.Client | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(url: string, log: Log) {
    this.#url = url
    this.#log = log
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true, application_name: 'cityos registry signals' })
    client.on('error', (error) => this.#lost(error))
    client.on('end', () => this.#lost(new Error('the connection has ended')))
    client.on('notification', (message) => this.#emitter.emit(message.payload ?? ''))
    await client.connect()
    await client.query(`LISTEN ${channel}`)
    this.#client = client
  }

  /** Announces a change when the transaction commits. */
  static async announce(db: Db, topic: Topic): Promise<void> {
    await db.$executeRaw`SELECT pg_notify(${channel}, ${topic})`
  }

  on(topic: Topic, listener: () => void): () => void {
    this.#emitter.on(topic, listener)
    return () => this.#emitter.off(topic, listener)
  }

  /** Resolves at the next signal on any of the topics, after `milliseconds`, or when `signal` aborts; says nothing about which. */
  wait(topics: Topic[], milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        for (const topic of topics) this.#emitter.off(topic, finish)
        resolve()
      }
      const timer = setTimeout(finish, milliseconds)
      signal?.addEventListener('abort', finish, { once: true })
      for (const topic of topics) this.#emitter.on(topic, finish)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#client?.end()
  }

  #lost(error: Error): void {
    if (this.#closed || this.#retry) return
    this.#log.warn({ error }, 'lost the signal connection to the registry; connecting again')
    this.#client = undefined
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.start().catch((failure: Error) => this.#lost(failure))
    }, 1_000)
  }
}
