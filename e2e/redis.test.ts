import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis } from '@cityos/cli/test-requirements'
import { getMe, listProducts, signUp, verify } from '@cityos/data-plane/contract'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort, Platform } from './platform.ts'
import { buy } from './shopping.ts'
import { ensureTenant } from './tenants.ts'

const server = findRedis()
const host = 'cached.localhost'

describe.runIf(server !== null)('with REDIS_URL', () => {
  let redis: ChildProcess
  let folder: string
  let client: Redis
  let platform: Platform

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityos-redis-'))
    const port = await freePort()
    redis = spawn(server!, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: 'ignore' })
    client = new Redis({ port, lazyConnect: true, maxRetriesPerRequest: null })
    client.on('error', () => undefined) // refused until the server listens
    await eventually(async () => (await client.ping()) === 'PONG', 'Redis answers')
    platform = await Platform.start({ environment: { REDIS_URL: `redis://127.0.0.1:${port}` } })
    await ensureTenant(platform, 'cached')
  })

  afterAll(async () => {
    await platform?.end()
    client?.disconnect()
    if (redis?.exitCode === null) redis.kill('SIGKILL')
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  test('cache and rate limits lie in Redis, under the tenant’s name', async () => {
    const tenant = await ensureTenant(platform, 'cached')
    await platform.client(host)(listProducts)
    await buy(platform, host)
    await signInWrongly()
    const keys = await client.keys('*')
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => !key.includes(tenant.id) && !key.includes('cityos'))).toEqual([])
    for (const key of keys) expect([key, (await client.ttl(key)) > 0]).toEqual([key, true])
  })

  test('a rate limit outlives the process that counted', async () => {
    await eventually(async () => (await signInWrongly()) === 429, 'the limit is reached')
    await platform.kill((await platform.planePid('cached'))!)
    await eventually(async () => (await platform.request(host, '/v1/store/products')).status === 200, 'the data plane is back')
    expect(await signInWrongly()).toBe(429)
  })

  test('a session outlives the process that opened it, and Redis as well', async () => {
    const store = platform.client(host)
    const email = 'session@redis.test'
    const asked = await store(signUp, { body: { email, password: 'a-long-password-1', name: 'Customer' } })
    const { token } = await store(verify, { body: { email, code: asked.code! } })
    const customer = platform.client(host, { authorization: `Bearer ${token}` })
    await platform.kill((await platform.planePid('cached'))!)
    await client.flushall()
    await eventually(async () => (await platform.request(host, '/v1/store/products')).status === 200, 'the data plane is back')
    expect(await customer(getMe)).toMatchObject({ email })
  })

  test('when Redis is gone the shop goes on', async () => {
    redis.kill('SIGKILL')
    await eventually(() => redis.signalCode !== null, 'Redis is gone')
    const { order } = await buy(platform, host)
    expect(order.number).toBeTruthy()
  })

  async function signInWrongly(): Promise<number> {
    const response = await platform.request(host, '/v1/store/auth/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'limited@redis.test', password: 'wrong-password' }),
    })
    await response.body?.cancel()
    return response.status
  }
})
