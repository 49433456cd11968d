import { createHash } from 'node:crypto'
import { DomainError, type RateLimit } from '@cityos/contract'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { actorId } from './actor.ts'
import type { RequestContext } from './request-context.ts'
import { HTTP_SETTINGS, type HttpSettings } from './settings.ts'

interface Window {
  count: number
  endsAt: number
}

/** After a failure Redis is left alone for a while, so that requests do not queue behind its timeouts. */
const pauseMilliseconds = 5_000

/**
 * Fixed-window counters per address and per account. In process by default; counted in Redis when several processes
 * share a tenant (REDIS_URL). If Redis is away the process counts alone: a limit is never a reason to refuse everybody.
 */
@Injectable()
export class RateLimiter implements OnApplicationShutdown {
  readonly #windows = new LRUCache<string, Window>({ max: 20_000 })
  #redis: Promise<Redis> | undefined
  #aloneUntil = 0

  constructor(@Inject(HTTP_SETTINGS) private readonly settings: Pick<HttpSettings, 'redisUrl' | 'keyPrefix' | 'log'>) {}

  /**
   * Counts one use of an operation by the caller's address and, where the body names one, by account.
   * @throws DomainError rate_limited with `details.retry_after` in seconds
   */
  async enforce(ctx: RequestContext, operation: string, limit: RateLimit, body: unknown): Promise<void> {
    await this.take(`${operation}:address:${ctx.ip}`, limit.perAddress, limit.windowSeconds)
    const account =
      limit.accountField === '@actor' ? actorId(ctx.actor) : (body as Record<string, unknown> | undefined)?.[limit.accountField ?? '']
    if (typeof account === 'string' && limit.perAccount) {
      const digest = createHash('sha256').update(account.trim().toLowerCase()).digest('base64url').slice(0, 22)
      await this.take(`${operation}:account:${digest}`, limit.perAccount, limit.windowSeconds)
    }
  }

  /**
   * Counts one use of `key`.
   * @param most allowed uses per window
   * @param seconds length of the window
   * @throws DomainError rate_limited
   */
  async take(key: string, most: number, seconds: number): Promise<void> {
    const used = await this.#count(key, seconds)
    if (used.count > most) throw new DomainError('rate_limited', { details: { retry_after: Math.max(1, Math.ceil(used.secondsLeft)) } })
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#redis) (await this.#redis).disconnect()
  }

  async #count(key: string, seconds: number): Promise<{ count: number; secondsLeft: number }> {
    if (this.settings.redisUrl && performance.now() > this.#aloneUntil) {
      try {
        return await this.#countShared(this.settings.redisUrl, `${this.settings.keyPrefix}:limit:${key}`, seconds)
      } catch (error) {
        this.#aloneUntil = performance.now() + pauseMilliseconds
        this.settings.log.warn({ error }, 'redis is away; rate limits count in this process only')
      }
    }
    return this.#countAlone(key, seconds)
  }

  #countAlone(key: string, seconds: number): { count: number; secondsLeft: number } {
    const now = performance.now() / 1000
    const current = this.#windows.get(key)
    const window = current && current.endsAt > now ? current : { count: 0, endsAt: now + seconds }
    window.count += 1
    this.#windows.set(key, window)
    return { count: window.count, secondsLeft: window.endsAt - now }
  }

  async #countShared(url: string, key: string, seconds: number): Promise<{ count: number; secondsLeft: number }> {
    this.#redis ??= import('ioredis').then(({ Redis: Client }) => {
      const client = new Client(url, { maxRetriesPerRequest: 1, enableOfflineQueue: true, connectTimeout: 1000, commandTimeout: 500 })
      client.on('error', (error: Error) => this.settings.log.warn({ error }, 'redis connection'))
      return client
    })
    const redis = await this.#redis
    const answers = await redis.multi().incr(key).expire(key, seconds, 'NX').ttl(key).exec()
    const [count, , left] = (answers ?? []).map(([error, value]) => {
      if (error) throw error
      return value as number
    })
    return { count: count ?? 0, secondsLeft: left ?? seconds }
  }
}
