import type { TestDatabase } from '@cityos/provisioning/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestCluster } from '../../testing/platform.ts'
import { Database, sendAlong } from './index.ts'

let cluster: TestCluster
let tenant: TestDatabase
let database: Database

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  tenant = await cluster.tenant()
  database = (await cluster.platform(tenant)).get(Database)
})

const mark = (consumer: string, event_id: string, on = database.read) =>
  on.insertInto('consumed_event').values({ consumer, event_id, consumed_at: new Date(0) })

const marks = async () =>
  (await database.read.selectFrom('consumed_event').select('event_id').orderBy('event_id').execute()).map((row) => row.event_id)

it('what is sent along is written with the next statement, in order', async () => {
  const seen = await database.transaction(async (tx) => {
    sendAlong(tx, mark('c', 'a', tx))
    sendAlong(tx, mark('c', 'b', tx))
    return tx.selectFrom('consumed_event').select('event_id').orderBy('event_id').execute()
  })
  expect(seen.map((row) => row.event_id)).toEqual(['a', 'b'])
})

it('what is sent along last is written with the commit, and fails it', async () => {
  await database.transaction(async (tx) => sendAlong(tx, mark('c', 'a', tx)))
  const again = database.transaction(async (tx) => {
    await mark('c', 'b', tx).execute()
    sendAlong(tx, mark('c', 'a', tx))
  })
  await expect(again).rejects.toMatchObject({ code: '23505' })
  expect(await marks()).toEqual(['a'])
})

it('a statement sent along that fails is undone to the savepoint around it', async () => {
  await mark('c', 'a').execute()
  await database.transaction(async (tx) => {
    await mark('c', 'b', tx).execute()
    await sql`savepoint here`.execute(tx)
    sendAlong(tx, mark('c', 'a', tx))
    await expect(sql`release savepoint here`.execute(tx)).rejects.toMatchObject({ code: '23505' })
    await sql`rollback to savepoint here`.execute(tx)
    await mark('c', 'z', tx).execute()
  })
  expect(await marks()).toEqual(['a', 'b', 'z'])
})

it('what was not sent yet is forgotten when the transaction is given up', async () => {
  await expect(
    database.transaction(async (tx) => {
      sendAlong(tx, mark('c', 'a', tx))
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await database.transaction((tx) => mark('c', 'b', tx).execute())
  expect(await marks()).toEqual(['b'])
})

it('a failure that nobody noticed does not end in a commit that looks like one', async () => {
  await mark('c', 'a').execute()
  const silent = database.transaction(async (tx) => {
    await mark('c', 'a', tx)
      .execute()
      .catch(() => undefined)
  })
  await expect(silent).rejects.toThrow('rolled back')
  expect(await marks()).toEqual(['a'])
})

it('a statement prepared in a run that failed is run again', async () => {
  for (let run = 0; run < 4; run += 1) {
    await expect(Promise.all([mark('c', 'a').execute(), mark('c', 'a').execute()])).rejects.toMatchObject({ code: '23505' })
    await database.read.deleteFrom('consumed_event').where('event_id', '=', 'a').execute()
  }
  await mark('c', 'a').execute()
  expect(await marks()).toEqual(['a'])
})

it('reads several things in one round trip, with statements that answer nothing between them', async () => {
  await mark('c', 'a').execute()
  for (let run = 0; run < 3; run += 1) {
    const [events, numbers, none] = await database.together(database.read, [
      database.read.selectFrom('consumed_event').select('event_id'),
      { text: 'select n::int8 as n from generate_series(1, $1::int) n', values: [3] },
      database.read.updateTable('consumed_event').set({ consumed_at: new Date(run) }),
    ])
    expect(events).toEqual([{ event_id: 'a' }])
    expect(numbers).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(none).toEqual([])
  }
})

it('sends arrays, times, bytes and documents as Postgres reads them', async () => {
  const texts = ['a"b', 'c\\d', '{x,y}', '', 'NULL', null]
  const at = new Date('2026-11-22T10:11:12.345Z')
  const { rows } =
    await sql`select ${texts}::text[] as texts, ${[[1, 2], [3, 4]]}::int[] as numbers, ${at}::timestamptz as at, ${{ a: [1] }}::jsonb as document,
    ${Buffer.from('hé')}::bytea as bytes, ${true}::boolean as yes, ${new Date(8.64e15)}::timestamptz as last`.execute(database.read)
  expect(rows).toEqual([
    {
      texts,
      numbers: [
        [1, 2],
        [3, 4],
      ],
      at,
      document: { a: [1] },
      bytes: Buffer.from('hé'),
      yes: true,
      last: new Date(8.64e15),
    },
  ])
})

it('a value that cannot be sent leaves the connection usable', async () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  await expect(
    database.transaction(async (tx) => {
      await mark('c', 'a', tx).execute()
      await sql`select ${circle}::jsonb`.execute(tx)
    }),
  ).rejects.toThrow('circular')
  await mark('c', 'b').execute()
  expect(await marks()).toEqual(['b'])
})
