import { createTenant, listTenantOperations, readTenant, sleepTenant } from '@cityos/control-plane/contract'
import type { Platform } from './platform.ts'
import { memory } from './proc.ts'
import { type Figure, percentile } from './report.ts'

async function until<T>(what: string, look: () => Promise<T | null | undefined | false>, everyMs = 10): Promise<T> {
  const start = performance.now()
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() - start > 60_000) throw new Error(`waited a minute for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** Milliseconds from `start` until `path` of `host` answers 200 for the first time. */
async function firstAnswer(platform: Platform, host: string, path: string, start: number): Promise<number> {
  await until(
    `${host}${path}`,
    async () => {
      const response = await platform.fetch(`http://${host}:${platform.port}${path}`).catch(() => null)
      await response?.body?.cancel()
      return response?.status === 200
    },
    5,
  )
  return performance.now() - start
}

/** Waits until the warm pool is as full as this platform keeps it, so that every round starts alike. */
function pooled(platform: Platform): Promise<unknown> {
  if (!platform.pool) return Promise.resolve()
  return until('the warm pool', async () => {
    const { pool } = await platform.status()
    return pool.processes >= 1 && pool.clones >= 1
  })
}

/** From the request to the first 200 of the new tenant's own API; empty tenants, one after the other; the last is returned. */
export async function measureCreate(
  platform: Platform,
  count: number,
): Promise<{ figures: Figure[]; tenant: { id: string; host: string } }> {
  const times: number[] = []
  let last = { id: '', host: '' }
  for (let index = 0; index < count; index += 1) {
    await pooled(platform)
    const slug = `empty-${platform.pool ? 'warm' : 'cold'}-${index + 1}`
    const start = performance.now()
    const { tenant } = await platform.operator.call(createTenant, {
      body: { slug, name: 'Empty', owner: `owner@${slug}.test`, verticals: 'all' },
    })
    times.push(await firstAnswer(platform, `${slug}.localhost`, '/v1/store/tenant', start))
    last = { id: tenant.id, host: `${slug}.localhost` }
    await idle(platform, tenant.id)
  }
  const [name, aim] = platform.pool ? ['from the warm pool', 1000] : ['without a pool', 4000]
  const figures: Figure[] = [
    { group: 'tenant create: request → first 200', name: String(name), value: percentile(times, 0.5), unit: 'ms', aim: Number(aim) },
  ]
  return { figures, tenant: last }
}

/** From a shopper's request to a sleeping tenant to its answer, through the gateway. */
export async function measureWake(platform: Platform, tenant: { id: string; host: string }, count: number): Promise<Figure[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    await sleep(platform, tenant.id)
    await pooled(platform)
    times.push(await firstAnswer(platform, tenant.host, '/v1/store/products', performance.now()))
  }
  const [name, aim] = platform.pool ? ['bound to a warm process', 400] : ['cold: boot to first 200', 1000]
  return [{ group: 'wake: request → first 200', name: String(name), value: percentile(times, 0.5), unit: 'ms', aim: Number(aim) }]
}

/** Puts a tenant to sleep and waits until its process is gone. */
export async function sleep(platform: Platform, tenantId: string): Promise<void> {
  await platform.operator.call(sleepTenant, { params: { id: tenantId } })
  await idle(platform, tenantId)
  await until('the tenant to sleep', async () => {
    const { tenants } = await platform.status()
    return tenants.find((tenant) => tenant.id === tenantId)?.runtime === 'asleep'
  })
}

/** Waits until no operation of the tenant is under way. */
async function idle(platform: Platform, tenantId: string): Promise<void> {
  await until('the operation to end', async () => {
    const tenant = await platform.operator.call(readTenant, { params: { id: tenantId } })
    if (tenant.operation_id === null) return true
    const { items } = await platform.operator.call(listTenantOperations, { params: { id: tenantId }, query: { limit: 1 } })
    if (items[0]?.status === 'failed') throw new Error(`${items[0].kind} failed: ${items[0].failure?.message}`)
    return false
  })
}

/** Memory of a data plane as it stands. */
export async function measureMemory(platform: Platform, host: string): Promise<Figure[]> {
  const { dataPlane } = await platform.pids(host)
  const { pss, rss } = memory(dataPlane)
  const group = 'data plane after a page, a checkout and an admin list'
  return [
    { group, name: 'PSS', value: pss / 1e6, unit: 'MB', aim: 120 },
    { group, name: 'RSS', value: rss / 1e6, unit: 'MB' },
  ]
}
