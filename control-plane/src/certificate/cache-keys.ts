import type { Redis } from 'ioredis'

/** Keys of one tenant in the shared cache; none where every process has its own. */
export async function cacheKeysOf(tenantId: string): Promise<number> {
  let count = 0
  await eachBatch(tenantId, async (_, keys) => {
    count += keys.length
  })
  return count
}

/** Forgets everything the shared cache holds for a tenant. @returns how many keys */
export async function dropCacheKeys(tenantId: string): Promise<number> {
  let count = 0
  await eachBatch(tenantId, async (redis, keys) => {
    count += await redis.unlink(...keys)
  })
  return count
}

/** Data planes name every key after their tenant (`<id>:cache:…`, `<id>:limit:…`). */
async function eachBatch(tenantId: string, work: (redis: Redis, keys: string[]) => Promise<void>): Promise<void> {
  const url = process.env['REDIS_URL']
  if (!url) return
  const { Redis: Client } = await import('ioredis')
  const redis = new Client(url, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 5_000 })
  try {
    await redis.connect()
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${tenantId}:*`, 'COUNT', 500)
      if (keys.length > 0) await work(redis, keys)
      cursor = next
    } while (cursor !== '0')
  } finally {
    redis.disconnect()
  }
}
