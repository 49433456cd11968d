import { listTenants, readFleet, readTenant, readTenantPolicy } from '@cityos/control-plane/contract'
import { fillFleet } from '@cityos/control-plane/testing/fleet'
import { platformUrl } from '@cityos/provisioning/local/addresses'
import pg from 'pg'
import type { Platform } from './platform.ts'
import { cpuMs, memory } from './proc.ts'
import { type Figure, percentile } from './report.ts'

/** Tenants the registry is filled up to. */
const tenants = 10_000
const rounds = 100

/**
 * The control plane over a registry of ten thousand tenants: lists, searches and filters as an operator asks for them, one
 * after the other. The tenants are rows only (closed, closing or failed); nothing runs for them.
 */
export async function measureRegistry(platform: Platform, tenantId: string): Promise<Figure[]> {
  await fill(platform, tenantId)
  const pid = await controlPlane(platform)
  const { call } = platform.operator
  const page = (query: object) => () => call(listTenants, { query: { limit: 25, ...query } })
  const asked: [string, number, () => Promise<unknown>][] = [
    ['list', 150, page({})],
    ['far page', 150, page({ offset: 9_000 })],
    ['ordered by name', 150, page({ order: 'name' })],
    ['search', 150, page({ q: 'falcon market 47' })],
    ['filter', 150, page({ status: 'failed', quarantined: 'false', order: '-updated_at' })],
    ['one tenant', 100, () => call(readTenant, { params: { id: tenantId } })],
    ['effective policy', 100, () => call(readTenantPolicy, { params: { id: tenantId } })],
    ['fleet', 300, () => call(readFleet)],
  ]
  const figures: Figure[] = []
  for (const [name, aim, ask] of asked) {
    for (let warm = 0; warm < 10; warm += 1) await ask()
    const before = cpuMs(pid)
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now()
      await ask()
      times.push(performance.now() - from)
    }
    const group = `registry of ${tenants} tenants: ${name}`
    figures.push(
      { group, name: 'p95', value: percentile(times, 0.95), unit: 'ms', aim },
      { group, name: 'control plane', value: (cpuMs(pid) - before) / rounds, unit: 'ms CPU' },
    )
  }
  figures.push({ group: `registry of ${tenants} tenants`, name: 'control plane PSS', value: memory(pid).pss / 1e6, unit: 'MB', aim: 350 })
  return figures
}

async function controlPlane(platform: Platform): Promise<number> {
  const pid = (await platform.status()).parts.find((part) => part.name === 'control-plane')?.pid
  if (!pid) throw new Error('the control plane is not running')
  return pid
}

async function fill(platform: Platform, tenantId: string): Promise<void> {
  const client = new pg.Client(platformUrl(platform.dataDir, 'cityos_registry'))
  await client.connect()
  try {
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM tenant')
    const there = rows[0]?.count ?? 0
    if (there < tenants) await fillFleet(client, tenantId, tenants)
  } finally {
    await client.end()
  }
}
