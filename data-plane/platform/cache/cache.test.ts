import { createLog, RateLimiter, RequestContext } from '@cityos/http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestCluster, until } from '../../testing/platform.ts'
import { hasRedis, startTestRedis, type TestRedis } from '../../testing/redis.ts'
import { Notifications } from '../db/index.ts'
import { Cache } from './cache.ts'

let cluster: TestCluster
const log = createLog('test', {}, { write: () => {} })

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
afterEach(() => {
  delete process.env['REDIS_URL']
})

describe('in process', () => {
  it('computes a value once for all who ask at the same time, and again when it was dropped', async () => {
    const cache = (await cluster.platform(await cluster.tenant())).get(Cache)
    let computed = 0
    const ask = () => cache.wrap('store:tree', 60, async () => ({ number: ++computed }))
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }])
    expect(await ask()).toEqual({ number: 1 })
    await cache.drop('store:')
    expect(await ask()).toEqual({ number: 2 })
  })

  it('a drop reaches the other processes of the tenant, and no other tenant', async () => {
    const tenant = await cluster.tenant()
    const [one, two, stranger] = [
      await cluster.platform(tenant),
      await cluster.platform(tenant),
      await cluster.platform(await cluster.tenant()),
    ]
    for (const each of [one, two, stranger]) {
      await each.get(Notifications).start()
      await each.get(Cache).set('store:tree', 'old', 60)
    }
    await one.get(Cache).drop('store:')
    await until(async () => (await two.get(Cache).get('store:tree')) === undefined)
    expect(await stranger.get(Cache).get('store:tree')).toBe('old')
  })
})

describe.skipIf(!hasRedis)('with REDIS_URL (needs redis-server: apt-get install redis-server)', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startTestRedis()
  })
  afterAll(() => redis.stop())

  it('processes share values and drops', async () => {
    process.env['REDIS_URL'] = redis.url
    const tenant = await cluster.tenant()
    const [one, two] = [(await cluster.platform(tenant)).get(Cache), (await cluster.platform(tenant)).get(Cache)]
    expect([one.shared, await one.wrap('store:tree', 60, async () => ({ a: 1 }))]).toEqual([true, { a: 1 }])
    expect(await two.wrap('store:tree', 60, async () => ({ a: 2 }))).toEqual({ a: 1 })
    await two.drop('store:')
    expect(await one.get('store:tree')).toBeUndefined()
  })

  it('a Redis that is away is a miss, not a failure', async () => {
    process.env['REDIS_URL'] = '/nowhere/redis.sock'
    const cache = (await cluster.platform(await cluster.tenant())).get(Cache)
    expect(await cache.wrap('k', 60, async () => 'computed')).toBe('computed')
    await cache.drop('k')
    await expect(cache.ping()).rejects.toThrow()
  })

  it('counts rate limits across processes; alone each counts for itself', async () => {
    const limiters = (redisUrl: string | undefined, keyPrefix: string) => [1, 2].map(() => new RateLimiter({ redisUrl, keyPrefix, log }))
    const ctx = new RequestContext({ ip: '203.0.113.1' })
    const limit = { perAddress: 3, windowSeconds: 60 }
    const used = async (pair: RateLimiter[]): Promise<string[]> => {
      const codes: string[] = []
      for (let round = 0; round < 4; round += 1) {
        for (const limiter of pair) {
          await limiter.enforce(ctx, 'sign-in', limit, {}).then(
            () => codes.push('ok'),
            (error: { code: string }) => codes.push(error.code),
          )
        }
      }
      for (const limiter of pair) await limiter.onApplicationShutdown()
      return codes
    }
    expect((await used(limiters(redis.url, 'ten_a'))).filter((code) => code === 'ok')).toHaveLength(3)
    expect((await used(limiters(redis.url, 'ten_b'))).filter((code) => code === 'ok')).toHaveLength(3)
    expect((await used(limiters(undefined, 'ten_a'))).filter((code) => code === 'ok')).toHaveLength(6)
    expect((await used(limiters('/nowhere/redis.sock', 'ten_a'))).filter((code) => code === 'ok')).toHaveLength(6)
  })
})
