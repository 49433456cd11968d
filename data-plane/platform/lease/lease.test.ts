import type { TestDatabase } from '@cityos/provisioning/testing'
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

it('in quarantine nothing runs, though the lease is held', async () => {
  const copy = await cluster.platform(await cluster.tenant())
  Object.assign(copy.binding.tenant, { quarantined: true })
  await copy.get(Background).start()
  expect(held(copy)).toBe(true)
  expect(await copy.get(Background).nextDueAt()).toBeNull()
})
