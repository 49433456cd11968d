import type { Log } from '@cityos/http'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { Notifications } from '../db/notifications.ts'
import { LOG } from '../log/log.ts'
import { TenantContext } from '../tenant/tenant-context.ts'

/** Injection token: address of Redis, or undefined. */
export const REDIS_URL = Symbol('cityos:redis-url')

const mostEntries = 2_000
/** What stands under a barred key, here and in Redis: no JSON, so that no value looks like it. */
const barred = '!'
/** After a failure Redis is left alone for a while, so that requests do not queue behind its timeouts. */
const pauseMilliseconds = 5_000

/**
 * Values that may be a little old. In process by default, dropped by NOTIFY when another process of this tenant drops
 * them; in Redis when REDIS_URL is set, so that processes share them. A cache that is away is a miss, never a failure.
 * Values in process are handed out as they are: plain JSON, never changed by whoever reads them.
 */
@Injectable()
export class Cache implements OnApplicationShutdown {
  readonly #local = new LRUCache<string, object>({ max: mostEntries, ttl: 60_000 })
  readonly #running = new Map<string, Promise<unknown>>()
  #redis: Promise<Redis> | undefined
  #missUntil = 0

  constructor(
    private readonly notifications: Notifications,
    private readonly tenant: TenantContext,
    @Inject(LOG) private readonly log: Log,
    @Inject(REDIS_URL) private readonly redisUrl: string | undefined,
  ) {
    notifications.on('cache', (prefix) => this.#dropLocal(prefix))
    notifications.on('cache-bar', (body) => {
      const [key = '', ttl = '0'] = body.split(' ')
      this.#local.set(key, { value: barred }, { ttl: Number(ttl) * 1000 })
    })
    notifications.onReconnect(() => this.#local.clear())
    tenant.onChange(() => this.#local.clear())
  }

  /** Whether processes share this cache. */
  get shared(): boolean {
    return this.redisUrl !== undefined
  }

  async get<T>(key: string): Promise<T | undefined> {
    if (!this.redisUrl) {
      const value = (this.#local.get(key) as { value: T | typeof barred } | undefined)?.value
      return value === barred ? undefined : value
    }
    const text = await this.#safely((redis) => redis.get(this.#name(key)))
    return text === undefined || text === null || text === barred ? undefined : (JSON.parse(text) as T)
  }

  /** @param ttl seconds */
  async set(key: string, value: unknown, ttl: number): Promise<void> {
    if (!this.redisUrl) {
      this.#local.set(key, { value }, { ttl: ttl * 1000 })
      return
    }
    const text = JSON.stringify(value)
    await this.#safely((redis) => redis.set(this.#name(key), text, 'EX', Math.max(1, Math.round(ttl))))
  }

  /** Keeps `value` only where nothing stands under `key`, not even a bar. @param ttl seconds */
  async add(key: string, value: unknown, ttl: number): Promise<void> {
    if (!this.redisUrl) {
      if (!this.#local.has(key)) this.#local.set(key, { value }, { ttl: ttl * 1000 })
      return
    }
    const text = JSON.stringify(value)
    await this.#safely((redis) => redis.set(this.#name(key), text, 'EX', Math.max(1, Math.round(ttl)), 'NX'))
  }

  /**
   * Forgets `key` at once in all processes of this tenant, and lets nobody `add` one under it for `ttl` seconds: whoever
   * has read the old truth a moment ago comes too late to keep it. Call it before the commit that ends that truth.
   */
  async bar(key: string, ttl: number): Promise<void> {
    if (this.redisUrl) {
      await this.#safely((redis) => redis.set(this.#name(key), barred, 'EX', ttl))
      return
    }
    this.#local.set(key, { value: barred }, { ttl: ttl * 1000 })
    await this.notifications.send('cache-bar', `${key} ${ttl}`)
  }

  /**
   * The cached value of `key`, else what `fn` gives; callers that ask at the same time wait for one `fn`.
   * @param ttl seconds
   */
  async wrap<T>(key: string, ttl: number, fn: () => Promise<T>): Promise<T> {
    const found = await this.get<T>(key)
    if (found !== undefined) return found
    const running = this.#running.get(key) as Promise<T> | undefined
    if (running) return running
    const made = fn()
    this.#running.set(key, made)
    try {
      const value = await made
      await this.set(key, value, ttl)
      return value
    } finally {
      this.#running.delete(key)
    }
  }

  /** Forgets every key that begins with `prefix`, in all processes of this tenant. Call it after the commit. */
  async drop(prefix: string): Promise<void> {
    if (this.redisUrl) {
      await this.#safely((redis) => this.#dropShared(redis, prefix))
      return
    }
    this.#dropLocal(prefix)
    await this.notifications.send('cache', prefix)
  }

  /** @throws when Redis does not answer */
  async ping(): Promise<void> {
    await (await this.#connection()).ping()
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#redis) (await this.#redis).disconnect()
  }

  #name(key: string): string {
    return `${this.tenant.id}:cache:${key}`
  }

  #dropLocal(prefix: string): void {
    for (const key of this.#local.keys()) if (key.startsWith(prefix)) this.#local.delete(key)
  }

  async #dropShared(redis: Redis, prefix: string): Promise<void> {
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${this.#name(prefix)}*`, 'COUNT', 500)
      if (keys.length > 0) await redis.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
  }

  #connection(): Promise<Redis> {
    this.#redis ??= import('ioredis').then(({ Redis: Client }) => {
      const client = new Client(this.redisUrl!, { maxRetriesPerRequest: 1, connectTimeout: 1000, commandTimeout: 500 })
      client.on('error', (error: Error) => this.log.warn({ error }, 'redis connection'))
      return client
    })
    return this.#redis
  }

  async #safely<T>(work: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.#missUntil) return undefined
    try {
      return await work(await this.#connection())
    } catch (error) {
      this.#missUntil = performance.now() + pauseMilliseconds
      this.log.warn({ error }, 'redis is away; going on without the shared cache')
      return undefined
    }
  }
}
