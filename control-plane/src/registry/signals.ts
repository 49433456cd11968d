import { EventEmitter } from 'node:events'
import type { Log } from '@cityos/http'
import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import pg from 'pg'
import type { Db } from './registry.ts'

/** What has changed: `operation:<id>`, `rollout:<id>`, `rollouts` (one has something to do), `plane:<tenantId>`, `plane:*`, `work`, `mail` (a message was put into the outbox), `keys` (signing keys rotated). */
export type Topic =
  | `operation:${string}`
  | `rollout:${string}`
  | 'rollouts'
  | `plane:${string}`
  | 'work'
  | 'governance'
  | 'mail'
  | 'billing'
  | 'stripe'
  | 'keys'

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

  /** Begins to listen; what is announced while the reader is busy is remembered until it asks. */
  subscribe(...topics: Topic[]): Subscription {
    return new Subscription(this.#emitter, topics)
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

/** One reader's ear: `next` returns at once when something was announced since the last time. */
export class Subscription {
  readonly #emitter: EventEmitter
  readonly #topics: readonly string[]
  #announced = false
  #wake: () => void = () => undefined

  constructor(emitter: EventEmitter, topics: readonly string[]) {
    this.#emitter = emitter
    this.#topics = topics
    for (const topic of topics) emitter.on(topic, this.#hear)
  }

  /** Resolves at the next announcement, after `milliseconds`, or when `signal` aborts; says nothing about which. */
  async next(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.#announced && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(finish, milliseconds)
        const wake = finish
        function finish() {
          clearTimeout(timer)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        signal?.addEventListener('abort', wake, { once: true })
        this.#wake = wake
      })
    }
    this.#announced = false
  }

  close(): void {
    for (const topic of this.#topics) this.#emitter.off(topic, this.#hear)
  }

  readonly #hear = () => {
    this.#announced = true
    this.#wake()
  }
}
