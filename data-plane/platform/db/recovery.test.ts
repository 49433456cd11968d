import { RequestContext } from '@cityos/http'
import type { TestDatabase } from '@cityos/provisioning/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, until } from '../../testing/platform.ts'
import { Background } from '../background/background.ts'
import { Lease } from '../lease/lease.ts'
import { appendEvent, EventHandlers } from '../outbox/outbox.ts'
import { Database, violates } from './index.ts'

let cluster: TestCluster
let tenant: TestDatabase
let platform: TestPlatform
let database: Database
const ctx = RequestContext.system('test')

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  tenant = await cluster.tenant()
  platform = await cluster.platform(tenant)
  database = platform.get(Database)
})

/** What a crash or a failover of Postgres looks like from here: every session ends at once. */
async function endAllSessions(): Promise<void> {
  const client = new pg.Client(tenant.url)
  await client.connect()
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user`,
  )
  await client.end()
}

it('after all its sessions were ended it connects anew, takes the lease back and delivers', async () => {
  const seen: number[] = []
  platform.get(EventHandlers).on('*', 'mail', async (_tx, event) => void seen.push(event.aggregate.version))
  const place = (version: number) =>
    database.transaction((tx) => appendEvent(tx, { type: 'a.b.c', aggregate: { type: 'a', id: '1', version }, payload: {}, ctx }))
  await platform.get(Background).start()
  await place(1)
  await until(() => seen.length === 1)
  await endAllSessions()
  await until(async () =>
    place(2).then(
      () => true,
      () => false,
    ),
  )
  await until(() => seen.length === 2 && platform.get(Lease).held)
  expect(seen).toEqual([1, 2])
})

it('rolls back everything of a transaction whose session was ended in its middle', async () => {
  await expect(
    database.transaction(async (tx) => {
      await appendEvent(tx, { type: 'a.b.c', aggregate: { type: 'a', id: '1', version: 1 }, payload: {}, ctx })
      await endAllSessions()
      await appendEvent(tx, { type: 'a.b.c', aggregate: { type: 'a', id: '1', version: 2 }, payload: {}, ctx })
    }),
  ).rejects.toThrow()
  expect(await database.read.selectFrom('outbox_event').select('id').execute()).toEqual([])
})

it('transactions that wait for a single statement elsewhere get its answer, however many there are', async () => {
  let filled: Promise<unknown> | undefined
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      database.transaction(async (tx) => {
        await tx.selectFrom('timer').select('id').execute()
        // as a cache is filled: by the first who asks, for all
        filled ??= database.read.selectFrom('timer').select('id').execute()
        return filled
      }),
    ),
  )
  expect(answers).toEqual(Array.from({ length: 12 }, () => []))
})

it('the loser of a deadlock is run again', async () => {
  const insert = (ref: string) =>
    database.read
      .insertInto('consumed_event')
      .values({ consumer: 'c', event_id: ref, consumed_at: new Date(0) })
      .execute()
  await insert('a')
  await insert('b')
  let runs = 0
  const both = Promise.withResolvers<void>()
  let arrived = 0
  const touch = (order: string[]) =>
    database.transaction(async (tx) => {
      runs += 1
      for (const [index, event_id] of order.entries()) {
        await tx
          .updateTable('consumed_event')
          .set({ consumed_at: new Date(1) })
          .where('event_id', '=', event_id)
          .execute()
        if (index === 0 && ++arrived >= 2) both.resolve()
        if (index === 0) await both.promise
      }
    })
  await Promise.all([touch(['a', 'b']), touch(['b', 'a'])])
  expect(runs).toBe(3)
})

it('reads int8 as a number and refuses what a number cannot hold', async () => {
  const client = await database.pool.connect()
  try {
    expect(
      (await client.query('SELECT 9007199254740991::int8 AS big, sum(x)::numeric AS total FROM generate_series(1, 3) x')).rows[0],
    ).toEqual({ big: 9007199254740991, total: 6 })
    await expect(client.query('SELECT 9007199254740993::int8 AS big')).rejects.toThrow('safe integers')
  } finally {
    client.release()
  }
})

it('ends a statement that runs for more than ten seconds', async () => {
  const { rows } = await database.pool.query<{ statement_timeout: string }>('SHOW statement_timeout')
  expect(rows[0]?.statement_timeout).toBe('10s')
})

it('tells constraint violations apart by code and name', async () => {
  const insert = () =>
    database.read
      .insertInto('revoked_session')
      .values({ sid: 's', revoked_at: new Date(0) })
      .execute()
  await insert()
  const error = await insert().catch((thrown: unknown) => thrown)
  expect([
    violates(error, '23505'),
    violates(error, '23505', 'revoked_session_pkey'),
    violates(error, '23505', 'other'),
    violates(error, '23P01'),
  ]).toEqual([true, true, false, false])
})
