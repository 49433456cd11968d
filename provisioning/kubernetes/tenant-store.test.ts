import { afterAll, beforeAll, expect, it } from 'vitest'
import { StaleFence } from '../driver.ts'
import { startTestPostgres, type TestPostgres } from '../local/postgres/testing.ts'
import { HostTaken, TenantStore } from './tenant-store.ts'

let postgres: TestPostgres
let store: TenantStore
let url: string
const fence = (number: number) => ({ operationId: `op_${number}`, number })

beforeAll(async () => {
  postgres = await startTestPostgres()
  url = (await postgres.emptyDatabase()).url
  store = new TenantStore(url)
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
})

it('two control planes that start at once make one memory', async () => {
  const other = new TenantStore(url)
  await Promise.all([store.takeOver('tnt_a', fence(1)), other.takeOver('tnt_b', fence(1))])
  expect(await other.find('tnt_a')).toMatchObject({ id: 'tnt_a', fence: 1, desired: 'down', hosts: [] })
  await other.close()
})

it('who comes with an older fence changes nothing, also in the middle of its change', async () => {
  const record = await store.takeOver('tnt_c', fence(5))
  await expect(store.takeOver('tnt_c', fence(4))).rejects.toThrow(StaleFence)
  await store.takeOver('tnt_c', fence(6))
  await expect(store.change('tnt_c', record.fence, { asleep: true })).rejects.toThrow(StaleFence)
  expect((await store.change('tnt_c', 6, { asleep: true })).asleep).toBe(true)
})

it('a host leads to one tenant, and a refused set leaves the former one', async () => {
  await store.takeOver('tnt_d', fence(1))
  await store.takeOver('tnt_e', fence(1))
  await store.setHosts('tnt_d', 1, ['one.example', 'two.example'])
  await store.setHosts('tnt_e', 1, ['three.example'])
  await expect(store.setHosts('tnt_e', 1, ['four.example', 'two.example'])).rejects.toThrow(HostTaken)
  expect((await store.find('tnt_e'))?.hosts).toEqual(['three.example'])
  await store.setHosts('tnt_d', 1, [])
  expect((await store.setHosts('tnt_e', 1, ['two.example'])).hosts).toEqual(['two.example'])
})

it('the journal of a release stays known when its folder is gone', async () => {
  const seen = { version: '1', dir: '/opt/cityos', schema: 'a', migrations: ['a.sql'], template: 'rel_1' }
  await store.rememberRelease(seen)
  await store.rememberRelease({ ...seen, dir: '/elsewhere', migrations: [], template: null })
  expect(await store.release('1')).toEqual({ ...seen, dir: '/elsewhere' })
  expect(await store.release('2')).toBeNull()
})

it('a tenant of whom nothing is kept but the fence is no tenant any more', async () => {
  expect((await store.all()).map(({ id }) => id)).not.toContain('tnt_c')
  expect((await store.all()).map(({ id }) => id)).toContain('tnt_e')
})

it('sleepers are due from the moment at which they have something to do', async () => {
  const sleeps = { asleep: true, next_wake_at: '2026-11-23T10:00:00.000Z' }
  for (const id of ['tnt_f', 'tnt_g', 'tnt_h']) await store.takeOver(id, fence(1))
  await store.change('tnt_f', 1, sleeps)
  await store.change('tnt_g', 1, { ...sleeps, asleep: false })
  await store.change('tnt_h', 1, { ...sleeps, next_wake_at: null })
  expect(await store.dueBy(new Date('2026-11-23T09:59:59.999Z'))).toEqual([])
  expect(await store.dueBy(new Date('2026-11-23T10:00:00Z'))).toEqual(['tnt_f'])
})
