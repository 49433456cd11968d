import { anyone, DomainError, endpoint, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import type { TestDatabase } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { TestCluster, type TestPlatform } from '../../testing/platform.ts'
import { Clock, hours, later, seconds } from '../clock/clock.ts'
import { Database } from '../db/index.ts'
import { schedule } from '../timer/timers.ts'
import { Idempotency, storeAnswer } from './idempotency.ts'

const pay = endpoint({
  id: 'pay',
  method: 'POST',
  path: '/v1/store/pay',
  summary: '',
  access: anyone,
  status: 201,
  idempotencyKey: true,
  response: z.object({}),
})

let cluster: TestCluster
let tenant: TestDatabase
let platform: TestPlatform
let database: Database
let store: Idempotency

beforeAll(async () => {
  cluster = await TestCluster.start()
  tenant = await cluster.tenant()
  platform = await cluster.platform(tenant)
  database = platform.get(Database)
  store = platform.get(Idempotency)
})
afterAll(() => cluster.stop())

const asking = (key: string, customer = 'cus_1') =>
  new RequestContext({ idempotencyKey: key, actor: { kind: 'customer', id: customer, sessionId: 's' } })

/** An effect that leaves one row per run, with its answer in the same transaction. */
const effect = (name: string) => async () => {
  const body = { paid: name, card: '4242' }
  await database.transaction(async (tx) => {
    await schedule(tx, { kind: 'effect', ref: newId('eff'), dueAt: new Date(0), payload: { name } })
    await storeAnswer(tx, body)
  })
  return { status: 201, body }
}

const effects = async (name: string) =>
  (await database.read.selectFrom('timer').select('payload').where('kind', '=', 'effect').execute()).filter(
    (row) => (row.payload as { name: string }).name === name,
  ).length

it('two hundred requests with one key have one effect; the others are told to wait or get its answer', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 200 }, () => store.run(asking('key-parallel'), pay, 'hash', effect('parallel'))),
  )
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as DomainError).code] : []))
  expect(await effects('parallel')).toBe(1)
  expect(new Set(refused)).toEqual(refused.length > 0 ? new Set(['request_in_progress']) : new Set())
  expect(await store.run(asking('key-parallel'), pay, 'hash', effect('parallel'))).toEqual({
    status: 201,
    body: { paid: 'parallel', card: '4242' },
  })
  expect(await effects('parallel')).toBe(1)
})

it('the same key with another request is a conflict, with another actor a request of its own', async () => {
  await store.run(asking('key-shared'), pay, 'one', effect('shared'))
  await expect(store.run(asking('key-shared'), pay, 'two', effect('shared'))).rejects.toMatchObject({ code: 'idempotency_conflict' })
  await store.run(asking('key-shared', 'cus_2'), pay, 'two', effect('shared'))
  expect(await effects('shared')).toBe(2)
})

it('a failed request had no effect: its key may be used again', async () => {
  const failing = async () => {
    await database.transaction(async (tx) => {
      await schedule(tx, { kind: 'effect', ref: newId('eff'), dueAt: new Date(0), payload: { name: 'failing' } })
      await storeAnswer(tx, {})
      throw new DomainError('insufficient_stock')
    })
    return { status: 201, body: {} }
  }
  await expect(store.run(asking('key-failing'), pay, 'hash', failing)).rejects.toMatchObject({ code: 'insufficient_stock' })
  await store.run(asking('key-failing'), pay, 'hash', effect('failing'))
  expect(await effects('failing')).toBe(1)
})

it('a claim that could not be given back, as when the database went away, does not lock its key', async () => {
  const owner = await cluster.owner(tenant)
  const cut = async () => {
    await owner.query('REVOKE DELETE ON idempotency_key FROM cityos_app')
    throw new Error('Connection terminated unexpectedly')
  }
  await expect(store.run(asking('key-cut'), pay, 'hash', cut)).rejects.toThrow('Connection terminated unexpectedly')
  await owner.query('GRANT DELETE ON idempotency_key TO cityos_app')
  expect(await database.read.selectFrom('idempotency_key').select('claim').where('key', '=', 'key-cut').execute()).toHaveLength(1)
  await expect(store.run(asking('key-cut'), pay, 'other', effect('cut'))).rejects.toMatchObject({ code: 'idempotency_conflict' })
  await store.run(asking('key-cut'), pay, 'hash', effect('cut'))
  expect(await effects('cut')).toBe(1)
})

it('the key of a killed request is taken over after a minute; the late first one cannot commit any more', async () => {
  const clock = platform.get(Clock)
  const started = Promise.withResolvers<void>()
  const resume = Promise.withResolvers<void>()
  const slow = store.run(asking('key-killed'), pay, 'hash', async () => {
    started.resolve()
    await resume.promise
    return effect('killed')()
  })
  await started.promise
  await expect(store.run(asking('key-killed'), pay, 'hash', effect('killed'))).rejects.toMatchObject({ code: 'request_in_progress' })
  clock.travelTo(later(clock.now(), seconds(61)))
  await store.run(asking('key-killed'), pay, 'hash', effect('killed'))
  resume.resolve()
  await expect(slow).rejects.toMatchObject({ code: 'request_in_progress' })
  expect(await effects('killed')).toBe(1)
})

it('answers are kept for a day, encrypted', async () => {
  const clock = platform.get(Clock)
  await store.run(asking('key-day'), pay, 'hash', effect('day'))
  const row = await database.read
    .selectFrom('idempotency_key')
    .select('response_body')
    .where('key', '=', 'key-day')
    .executeTakeFirstOrThrow()
  expect(row.response_body).not.toContain('4242')
  clock.travelTo(later(clock.now(), hours(25)))
  await store.run(asking('key-day'), pay, 'other hash', effect('day'))
  expect(await effects('day')).toBe(2)
  clock.travelTo(null)
})
