import type { Binding } from '@cityos/contract'
import type { Log } from '@cityos/http'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { BINDING } from '../binding/binding.ts'
import { LOG } from '../log/log.ts'
import { DirectConnection } from './direct-connection.ts'
import { connectionSettings } from './pool.ts'

const channel = 'cityos'

/**
 * The one direct connection of this process: LISTEN for what other processes of this tenant did, and the sign of life
 * behind the lease. Messages are hints; nobody may depend on getting one.
 */
@Injectable()
export class Notifications implements OnApplicationShutdown {
  #client: DirectConnection | undefined
  #stopped = false
  #failures = 0
  readonly #listeners = new Map<string, Set<(body: string) => void>>()
  readonly #reconnected = new Set<() => void>()
  readonly #disconnected = new Set<() => void>()

  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Connects; afterwards it reconnects by itself. */
  async start(): Promise<void> {
    const client = new DirectConnection({
      ...connectionSettings(this.binding.database.direct_url),
      keepAlive: true,
      idle_in_transaction_session_timeout: 0,
    })
    client.on('notification', ({ payload }) => this.#deliver(payload ?? ''))
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, undefined))
    await client.connect()
    await client.ask(`LISTEN ${channel}`)
    this.#client = client
    this.#failures = 0
  }

  /** A connection that is held as long as this process lives; undefined while it is being renewed. */
  get connection(): DirectConnection | undefined {
    return this.#client
  }

  on(topic: string, listener: (body: string) => void): void {
    const set = this.#listeners.get(topic) ?? new Set()
    set.add(listener)
    this.#listeners.set(topic, set)
  }

  /** Called in the moment the connection is lost, before it is renewed: whatever stood on its session has ended. */
  onDisconnect(listener: () => void): void {
    this.#disconnected.add(listener)
  }

  /** After a lost connection messages may be missing: drop what depends on them. */
  onReconnect(listener: () => void): void {
    this.#reconnected.add(listener)
  }

  /** Tells the other processes of this tenant (and this one). @param body at most some hundred bytes */
  async send(topic: string, body: string): Promise<void> {
    await this.#client?.ask('SELECT pg_notify($1, $2)', [channel, `${topic} ${body}`])
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true
    await this.#client?.end()
  }

  #deliver(payload: string): void {
    const space = payload.indexOf(' ')
    for (const listener of this.#listeners.get(payload.slice(0, space)) ?? []) listener(payload.slice(space + 1))
  }

  #lost(client: DirectConnection, error: Error | undefined): void {
    if (this.#stopped || (this.#client !== undefined && this.#client !== client)) return
    if (this.#client === undefined) return
    this.#client = undefined
    for (const listener of this.#disconnected) listener()
    this.log.warn({ error }, 'the direct database connection is lost')
    this.#retry()
  }

  #retry(): void {
    if (this.#stopped) return
    const delay = Math.min(10_000, 200 * 2 ** this.#failures)
    this.#failures += 1
    setTimeout(() => {
      this.start().then(
        () => {
          for (const listener of this.#reconnected) listener()
        },
        (error: unknown) => {
          this.log.warn({ error }, 'the direct database connection is still away')
          this.#retry()
        },
      )
    }, delay).unref()
  }
}
