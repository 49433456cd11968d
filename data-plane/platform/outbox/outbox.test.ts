import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestCluster, type TestPlatform, until } from '../../testing/platform.ts'
import { Clock, later, seconds } from '../clock/clock.ts'
import { Database, sendAlong } from '../db/index.ts'
import { TimerScheduler } from '../timer/timer-scheduler.ts'
import { schedule } from '../timer/timers.ts'
import { appendEvent, EventHandlers } from './outbox.ts'
import { OutboxRelay } from './outbox-relay.ts'

let cluster: TestCluster
let platform: TestPlatform
let database: Database
const ctx = RequestContext.system('test')

beforeAll(async () => {
  cluster = await TestCluster.start()
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  platform = await cluster.platform(await cluster.tenant())
  database = platform.get(Database)
})

const place = (id: string, version: number, on = database) =>
  on.transaction((tx) =>
    appendEvent(tx, { type: 'order.order.placed', aggregate: { type: 'order', id, version }, payload: { version }, ctx }),
  )

const pending = async () => (await database.read.selectFrom('outbox_event').select('id').where('status', '=', 'pending').execute()).length

it('delivers right after the commit, once per consumer', async () => {
  const seen: unknown[] = []
  platform.get(EventHandlers).on('order.*', 'mail', async (_tx, event) => void seen.push(event.payload['version']))
  platform.get(EventHandlers).on('payment.*', 'books', async () => void seen.push('wrong'))
  platform.get(OutboxRelay).start()
  await place('ord_1', 1)
  await until(async () => (await pending()) === 0)
  expect(seen).toEqual([1])
})

it('writes nothing when the cause is rolled back', async () => {
  await expect(
    database.transaction(async (tx) => {
      await appendEvent(tx, { type: 'a.b.c', aggregate: { type: 'a', id: '1', version: 1 }, payload: {}, ctx })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await pending()).toBe(0)
  await expect(
    appendEvent(database.read, { type: 'a.b.c', aggregate: { type: 'a', id: '1', version: 1 }, payload: {}, ctx }),
  ).rejects.toThrow('inside Database.transaction')
})

it('still delivers what a process committed before it died', async () => {
  await place('ord_1', 1)
  expect(await pending()).toBe(1)
  const next = await cluster.platform(platform.binding.database)
  const seen: string[] = []
  next.get(EventHandlers).on('order.*', 'mail', async (_tx, event) => void seen.push(event.aggregate.id))
  next.get(OutboxRelay).start()
  await until(async () => (await pending()) === 0)
  expect(seen).toEqual(['ord_1'])
})

it('retries a failing consumer, keeps the order of its aggregate, and has each effect once', async () => {
  const effects: string[] = []
  let fails = true
  platform.get(EventHandlers).on('order.*', 'shaky', async (_tx, event) => {
    if (fails && event.aggregate.id === 'ord_1') throw new Error('smtp is away')
    effects.push(`${event.aggregate.id}.${event.aggregate.version}`)
  })
  platform
    .get(EventHandlers)
    .on('order.*', 'steady', async (_tx, event) => void effects.push(`steady ${event.aggregate.id}.${event.aggregate.version}`))
  const relay = platform.get(OutboxRelay)
  relay.start()
  await place('ord_1', 1)
  await place('ord_1', 2)
  await place('ord_2', 1)
  await until(async () => (await pending()) === 0)
  await relay.settled()
  expect(effects.filter((effect) => effect.includes('ord_1'))).toEqual(['steady ord_1.1', 'steady ord_1.2'])
  expect(effects.filter((effect) => effect.includes('ord_2')).sort()).toEqual(['ord_2.1', 'steady ord_2.1'])
  const rows = await database.read.selectFrom('event_delivery').select(['attempts', 'status']).orderBy('aggregate_version').execute()
  expect(rows).toEqual([
    { attempts: 1, status: 'pending' },
    { attempts: 0, status: 'pending' },
  ])

  fails = false
  const clock = platform.get(Clock)
  platform.get(TimerScheduler).start()
  clock.travelTo(later(clock.now(), seconds(11)))
  await until(() => effects.length === 6)
  expect(effects.slice(4)).toEqual(['ord_1.1', 'ord_1.2'])
  await platform.get(TimerScheduler).stop()
})

it('a statement that nobody waits for and that fails holds up its own delivery only', async () => {
  platform.get(EventHandlers).on('order.*', 'careless', async (tx, event) => {
    if (event.aggregate.id === 'ord_2') sendAlong(tx, { text: 'insert into timer (id) values (null)', values: [] })
  })
  platform.get(EventHandlers).on('order.*', 'steady', async (tx, event) => {
    await schedule(tx, { kind: 'effect', ref: event.aggregate.id, dueAt: new Date(8.64e15) })
  })
  for (const id of ['ord_1', 'ord_2', 'ord_3']) await place(id, 1)
  const relay = platform.get(OutboxRelay)
  relay.start()
  await until(async () => (await pending()) === 0)
  await relay.settled()
  const effects = await database.read.selectFrom('timer').select(['ref', 'revision']).where('kind', '=', 'effect').orderBy('ref').execute()
  expect(effects).toEqual(['ord_1', 'ord_2', 'ord_3'].map((ref) => ({ ref, revision: 0 })))
  expect(await database.read.selectFrom('event_delivery').select(['aggregate_id', 'consumer', 'status']).execute()).toEqual([
    { aggregate_id: 'ord_2', consumer: 'careless', status: 'pending' },
  ])
})

it('gives up after the sixth wait and lets later events pass', async () => {
  platform.get(EventHandlers).on('order.*', 'broken', async () => {
    throw new Error('never')
  })
  const relay = platform.get(OutboxRelay)
  relay.start()
  await place('ord_1', 1)
  await until(async () => (await pending()) === 0)
  const clock = platform.get(Clock)
  for (const wait of [11, 61, 301, 1801, 7201, 43201]) {
    clock.travelTo(later(clock.now(), seconds(wait)))
    await relay.retryDue()
  }
  expect(await database.read.selectFrom('event_delivery').select(['attempts', 'status', 'last_error']).execute()).toEqual([
    { attempts: 7, status: 'dead', last_error: 'never' },
  ])
})

it('two relays deliver each event once and in order', async () => {
  const other = await cluster.platform(platform.binding.database)
  const seen: string[] = []
  for (const each of [platform, other]) {
    each.get(EventHandlers).on('order.*', 'mail', async (_tx, event) => void seen.push(`${event.aggregate.id}.${event.aggregate.version}`))
  }
  for (let version = 1; version <= 20; version += 1) await Promise.all(['ord_a', 'ord_b', 'ord_c'].map((id) => place(id, version)))
  platform.get(OutboxRelay).start()
  other.get(OutboxRelay).start()
  await until(async () => (await pending()) === 0)
  await Promise.all([platform.get(OutboxRelay).settled(), other.get(OutboxRelay).settled()])
  expect(seen).toHaveLength(60)
  for (const id of ['ord_a', 'ord_b', 'ord_c']) {
    expect(seen.filter((entry) => entry.startsWith(id))).toEqual(Array.from({ length: 20 }, (_, index) => `${id}.${index + 1}`))
  }
})
