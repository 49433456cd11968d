import type { TestDatabase } from '@cityos/provisioning/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, until } from '../../testing/platform.ts'
import { Background } from '../background/background.ts'
import { Notifications } from '../db/index.ts'
import { Lease } from './lease.ts'

let cluster: TestCluster
let tenant: TestDatabase
let old: TestPlatform
let young: TestPlatform

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  tenant = await cluster.tenant()
  old = await cluster.platform(tenant)
  young = await cluster.platform(tenant)
})

const held = (platform: TestPlatform) => platform.get(Lease).held

it('one process of a tenant holds it; the next one takes it when the first lets go', async () => {
  await old.get(Background).start()
  await young.get(Background).start()
  expect([held(old), held(young)]).toEqual([true, false])
  await old.get(Background).stop()
  await until(() => held(young))
  expect(young.get(Lease).fence).toBeGreaterThan(0)
})

it('a killed process loses it at once: its database session is gone', async () => {
  await old.get(Background).start()
  const pid = (await old.get(Notifications).connection?.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.rows[0]?.pid
  old.get(Notifications).onReconnect(() => {})
  await old.get(Notifications).onApplicationShutdown()
  const owner = await cluster.owner(tenant)
  await until(async () => (await owner.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).rows.length === 0)
  await young.get(Background).start()
  expect([held(young), young.get(Lease).fence]).toEqual([true, 2])
})

it('a process whose session ends stops at once, before another one begins', async () => {
  const order: string[] = []
  old.get(Lease).onLost(() => order.push('the old one stops'))
  young.get(Lease).onGained(async () => void order.push('the young one begins'))
  await old.get(Background).start()
  await young.get(Background).start()
  // the network between the old one and its database does not come back
  Object.assign(old.binding.database, { direct_url: 'postgres://nobody@127.0.0.1:1/none' })
  const sameRole = new pg.Client(tenant.url)
  await sameRole.connect()
  await sameRole.query('SELECT pg_terminate_backend(backend_pid) FROM lease')
  await sameRole.end()
  await until(() => order.length === 2)
  expect(order).toEqual(['the old one stops', 'the young one begins'])
  expect([held(old), await old.get(Lease).confirm(), await young.get(Lease).confirm()]).toEqual([false, false, true])
})

it('a holder that has not heard of its end is told by the number of the fence, and stops', async () => {
  const lost: string[] = []
  old.get(Lease).onLost(() => lost.push('old'))
  await old.get(Background).start()
  expect(await old.get(Lease).confirm()).toBe(true)
  const owner = await cluster.owner(tenant)
  await owner.query(`UPDATE lease SET holder = 'own_another', fence = fence + 1, expires_at = now() + interval '1 hour'`)
  expect(held(old)).toBe(true)
  expect(await old.get(Lease).confirm()).toBe(false)
  expect([held(old), lost]).toEqual([false, ['old']])
})

it('in quarantine nothing runs, though the lease is held', async () => {
  const copy = await cluster.platform(await cluster.tenant())
  Object.assign(copy.binding.tenant, { quarantined: true })
  await copy.get(Background).start()
  expect(held(copy)).toBe(true)
  expect(await copy.get(Background).nextDueAt()).toBeNull()
})
