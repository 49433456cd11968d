import { sleepTenant } from '@cityos/control-plane/contract'
import type { Platform } from './platform.ts'
import { memory } from './proc.ts'
import { type Figure, percentile } from './report.ts'

const poll = 5

/** Milliseconds until `host` answers 200 to `path` for the first time. */
async function firstAnswer(platform: Platform, host: string, path: string, start: number): Promise<number> {
  for (;;) {
    const response = await platform.fetch(`http://${host}:${platform.port}${path}`).catch(() => null)
    await response?.body?.cancel()
    if (response?.status === 200) return performance.now() - start
    if (performance.now() - start > 60_000) throw new Error(`${host}${path} does not answer: ${response?.status}`)
    await new Promise((resolve) => setTimeout(resolve, poll))
  }
}

/** From the request to the first 200 of the new tenant's own storefront API; empty tenants, one after the other. */
export async function measureCreate(
  platform: Platform,
  name: string,
  count: number,
  aim: number,
  ready: () => Promise<void>,
): Promise<Figure[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    await ready()
    const slug = `bench-${Math.trunc(performance.timeOrigin + performance.now()).toString(36)}`
    const { createTenant } = await import('@cityos/control-plane/contract')
    const start = performance.now()
    await platform.operator.call(createTenant, { body: { slug, name: 'Bench', owner: `owner@${slug}.test`, verticals: 'all' } })
    times.push(await firstAnswer(platform, `${slug}.localhost`, '/v1/store/tenant', start))
  }
  return [{ group: 'tenant create → first 200', name, value: percentile(times, 0.5), unit: 'ms', aim }]
}

/** From the request of a shopper to a sleeping tenant to its answer, through the gateway. */
export async function measureWake(
  platform: Platform,
  host: string,
  tenantId: string,
  name: string,
  count: number,
  aim: number,
  ready: () => Promise<void>,
): Promise<Figure[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    await platform.operator.call(sleepTenant, { params: { id: tenantId } })
    await asleep(platform, tenantId)
    await ready()
    times.push(await firstAnswer(platform, host, '/v1/store/products', performance.now()))
  }
  return [{ group: 'wake from sleep → first 200', name, value: percentile(times, 0.5), unit: 'ms', aim }]
}

async function asleep(platform: Platform, tenantId: string): Promise<void> {
  const { readTenant } = await import('@cityos/control-plane/contract')
  for (;;) {
    const tenant = await platform.operator.call(readTenant, { params: { id: tenantId } })
    if (tenant.runtime === 'asleep' && tenant.operation_id === null) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Memory of a data plane after one SSR page, one checkout and one admin list (design: the shape of a quiet tenant). */
export async function measureMemory(platform: Platform, host: string): Promise<Figure[]> {
  const { dataPlane } = await platform.pids(host)
  const { pss, rss } = memory(dataPlane)
  const group = 'memory of a data plane after a page, a checkout and an admin list'
  return [
    { group, name: 'PSS', value: pss / 1e6, unit: 'MB', aim: 120 },
    { group, name: 'RSS', value: rss / 1e6, unit: 'MB' },
  ]
}
