import type { TestDatabase } from '@cityos/provisioning/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, until } from '../../testing/platform.ts'
import { Background } from '../background/background.ts'
import { Clock } from '../clock/clock.ts'
import { Database, Notifications } from '../db/index.ts'
import { schedule, TimerHandlers } from '../timer/timers.ts'
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

it('who stands by asks for nothing, and takes it at once when the other gives it up', async () => {
  await old.get(Background).start()
  await young.get(Background).start(true)
  const owner = await cluster.owner(tenant)
  await owner.query('DELETE FROM lease')
  expect([held(young), await old.get(Lease).confirm()]).toEqual([false, false])
  await until(() => held(old))
  expect(await young.get(Background).takeOver(0)).toBe(false)
  const taking = young.get(Background).takeOver(30_000)
  const began = performance.now()
  await old.get(Background).stop()
  expect(await taking).toBe(true)
  // told of it: asking again by itself would have taken two seconds
  expect(performance.now() - began).toBeLessThan(1_500)
})

it('one that is stopped while it asks does not hold it afterwards', async () => {
  await old.get(Background).start(true)
  const asking = old.get(Background).takeOver(0)
  await Promise.all([old.get(Background).stop(), asking])
  expect(held(old)).toBe(false)
  await young.get(Background).start()
  expect(held(young)).toBe(true)
})

describe('a hand-over under load', { retry: 0 }, () => {
  it('runs every timer once, whoever wrote it, and leaves none behind', async () => {
    const ran: string[] = []
    for (const platform of [old, young]) {
      platform.get(TimerHandlers).on('test.mark', async (_ctx, timer) => void ran.push(timer.ref))
    }
    await old.get(Background).start()
    await young.get(Background).start(true)
    const write = async (platform: TestPlatform, ref: string) => {
      const database = platform.get(Database)
      await database.transaction((tx) => schedule(tx, { kind: 'test.mark', ref, dueAt: platform.get(Clock).now() }))
    }
    const refs: string[] = []
    const writing = async (platform: TestPlatform, name: string) => {
      for (let count = 0; count < 150; count += 1) {
        refs.push(`${name}:${count}`)
        await write(platform, `${name}:${count}`)
      }
    }
    const writers = Promise.all([writing(old, 'old'), writing(young, 'young')])
    await until(() => ran.length > 30)
    const taking = young.get(Background).takeOver(30_000)
    await old.get(Background).stop()
    await taking
    await writers
    await until(() => ran.length >= refs.length)
    const left = await young.get(Database).read.selectFrom('timer').select('ref').where('kind', '=', 'test.mark').execute()
    expect([ran.toSorted(), left]).toEqual([refs.toSorted(), []])
  })
})

it('in quarantine nothing runs, though the lease is held', async () => {
  const copy = await cluster.platform(await cluster.tenant())
  Object.assign(copy.binding.tenant, { quarantined: true })
  await copy.get(Background).start()
  expect(held(copy)).toBe(true)
  expect(await copy.get(Background).nextDueAt()).toBeNull()
})
