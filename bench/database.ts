import { seedBenchCatalogue } from '@cityos/data-plane/seed/bench'
import { applicationUrl, platformUrl } from '@cityos/provisioning/local/addresses'
import pg from 'pg'
import type { Platform } from './platform.ts'
import { type Figure, percentile } from './report.ts'

async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** Fills a tenant's catalogue up to `products`, and lets Postgres count what is there; nothing when it is full already. */
export async function addProducts(dataDir: string, tenantId: string, products: number): Promise<void> {
  await connected(applicationUrl(dataDir, tenantId), async (client) => {
    await client.query('SET statement_timeout = 0')
    await seedBenchCatalogue((sql, values) => client.query(sql, values), products)
  })
  await analyze(dataDir, tenantId)
}

/** Lets Postgres count what is in a tenant's database, as it does by itself after a while. */
export async function analyze(dataDir: string, tenantId: string): Promise<void> {
  await connected(platformUrl(dataDir, databaseName(tenantId)), (client) => client.query('ANALYZE'))
}

function databaseName(tenantId: string): string {
  return `t_${tenantId.slice(tenantId.indexOf('_') + 1)}`
}

/** Size of a tenant's database as Postgres counts it. */
export async function databaseSize(dataDir: string, tenantId: string): Promise<Figure[]> {
  const bytes = await connected(platformUrl(dataDir), async (client) => {
    const { rows } = await client.query<{ bytes: string }>('SELECT pg_database_size($1) AS bytes', [databaseName(tenantId)])
    return Number(rows[0]!.bytes)
  })
  return [{ group: 'database', name: 'empty tenant', value: bytes / 1e6, unit: 'MB', aim: 50 }]
}

/** Clones the release's template as the warm pool does, without the pool. */
export async function measureClone(platform: Platform, count: number): Promise<Figure[]> {
  return connected(platformUrl(platform.dataDir), async (client) => {
    const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_database WHERE datname ~ '^rel_[0-9a-f]+$'")
    const times: number[] = []
    for (let index = 0; index < count; index += 1) {
      const name = `bench_clone_${index}`
      const start = performance.now()
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${rows[0]!.datname}`)
      times.push(performance.now() - start)
      await client.query(`DROP DATABASE ${name}`)
    }
    return [{ group: 'database', name: 'clone of the template', value: percentile(times, 0.5), unit: 'ms' }]
  })
}
