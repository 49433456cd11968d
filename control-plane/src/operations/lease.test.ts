import { quietLog } from '@cityos/http'
import { startTestPostgres, type TestPostgres } from '@cityos/provisioning/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { registryMigrations } from '../testing/operation-bench.ts'
import { Lease, LeaseLost, leaseName } from './lease.ts'
import { Lifeline, withLifeline } from './lifeline.ts'

const noon = new Date('2026-11-23T12:00:00Z')
const after = (seconds: number) => new Date(noon.getTime() + seconds * 1000)

let postgres: TestPostgres
let url: string
let registry: Registry
const lifelines: Lifeline[] = []

beforeAll(async () => {
  postgres = await startTestPostgres({ platform: registryMigrations })
  url = (await postgres.platformDatabase(registryMigrations)).url
  registry = new Registry(url)
})
afterAll(async () => {
  await Promise.all(lifelines.map((lifeline) => lifeline.end()))
  await registry.onApplicationShutdown()
  await postgres.stop()
})

/** A runner on another machine. */
function runner(name: string): Lease {
  const owner = withLifeline(`${name}:1:1`)
  const lifeline = new Lifeline(url, owner, quietLog)
  lifelines.push(lifeline)
  return new Lease(registry, 15, owner, lifeline)
}

/** As the server sees it when a machine is switched off: the sessions of its process end, nobody says goodbye. */
async function endLifelines(): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query("SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE application_name = 'cityos operations lifeline'")
  await client.end()
}

describe('the lease of operations', () => {
  it('is with one of two runners, and the other one takes over once its session has ended, long before the lease runs out', async () => {
    const [first, second] = [runner('one'), runner('two')]
    expect(await first.acquire(noon)).toBe(true)
    expect(await second.acquire(after(1))).toBe(false)
    expect(await first.acquire(after(2))).toBe(true)
    const fence = first.fence!
    await endLifelines()
    expect(await second.acquire(after(3))).toBe(true)
    expect(second.fence).toBe(fence + 1n)
    await expect(first.guarded(fence, () => Promise.resolve())).rejects.toBeInstanceOf(LeaseLost)
    expect(await first.acquire(after(4))).toBe(false)
    expect(first.fence).toBeNull()
    await second.release(after(5))
  })

  it('stays with a runner that opens another session before anybody looked', async () => {
    const [first, second] = [runner('three'), runner('four')]
    expect(await first.acquire(after(10))).toBe(true)
    await endLifelines()
    await expect.poll(async () => first.acquire(after(11)).catch(() => false), { timeout: 10_000 }).toBe(true)
    expect(await second.acquire(after(12))).toBe(false)
    await first.release(after(13))
    expect(await second.acquire(after(13))).toBe(true)
    await second.release(after(14))
  })

  it('of a runner without such a session is waited for', async () => {
    await registry.db.runner_lease.update({ where: { name: leaseName }, data: { owner: 'elsewhere:1:1', expires_at: after(30) } })
    const second = runner('five')
    expect(await second.acquire(after(29))).toBe(false)
    expect(await second.acquire(after(30))).toBe(true)
    await second.release(after(31))
  })
})
