import { DomainError, newId } from '@cityos/contract'
import { type Actor, RequestContext } from '@cityos/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestCluster, type TestPlatform } from '../../testing/platform.ts'
import { Clock, days, later } from '../clock/clock.ts'
import { Database } from '../db/index.ts'
import { actionsFor, defineLifecycle, transition } from './lifecycle.ts'

const cartLife = defineLifecycle({
  entity: 'cart',
  table: 'cart',
  states: ['open', 'completing', 'completed', 'abandoned'],
  transitions: [
    {
      name: 'complete',
      from: ['open'],
      to: 'completing',
      by: ['customer'],
      event: 'cart.cart.completing',
      guard: (row) => {
        if (row.currency_code !== 'SAR') throw new DomainError('currency_not_supported')
      },
    },
    { name: 'abandon', from: ['open'], to: 'abandoned', by: ['staff', 'system'], event: 'cart.cart.abandoned' },
  ],
})

let cluster: TestCluster
let platform: TestPlatform
let database: Database
const customer = new RequestContext({ actor: { kind: 'customer', id: 'cus_1', sessionId: 's' } })
const staffActor: Actor = { kind: 'staff', sub: 'usr_1', email: '', name: '', sid: '', grants: [], expiresAt: new Date(0) }

beforeAll(async () => {
  cluster = await TestCluster.start()
  platform = await cluster.platform(await cluster.tenant())
  database = platform.get(Database)
})
afterAll(() => cluster.stop())

async function openCart(currency = 'SAR'): Promise<string> {
  const now = platform.get(Clock).now()
  const id = newId('crt')
  await database.read
    .insertInto('cart')
    .values({
      id,
      token_hash: id,
      currency_code: currency,
      locale: 'en',
      expires_at: later(now, days(30)),
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}

const move = (id: string, name: string, ctx: RequestContext) =>
  database.transaction((tx) => transition(tx, cartLife, { id, name, ctx, reason: 'test' }))

it('of two hundred that race for one step, exactly one wins and the others get 409', async () => {
  const id = await openCart()
  const results = await Promise.allSettled(Array.from({ length: 200 }, () => move(id, 'complete', customer)))
  const codes = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as DomainError).code] : []))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  expect(codes).toHaveLength(199)
  expect(new Set(codes)).toEqual(new Set(['invalid_transition']))
  const history = await database.read
    .selectFrom('transition_history')
    .select(['name', 'from_status', 'to_status'])
    .where('entity_id', '=', id)
    .execute()
  expect(history).toEqual([{ name: 'complete', from_status: 'open', to_status: 'completing' }])
  const events = await database.read
    .selectFrom('outbox_event')
    .select(['event_type', 'aggregate_version'])
    .where('aggregate_id', '=', id)
    .execute()
  expect(events).toEqual([{ event_type: 'cart.cart.completing', aggregate_version: 1 }])
})

it('refuses the wrong actor, the wrong state, a failing guard and an unknown row', async () => {
  const id = await openCart()
  await expect(move(id, 'abandon', customer)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(move(id, 'reopen', customer)).rejects.toMatchObject({ code: 'invalid_transition', details: { status: 'open' } })
  await expect(move(await openCart('USD'), 'complete', customer)).rejects.toMatchObject({ code: 'currency_not_supported' })
  await expect(move('crt_none', 'complete', customer)).rejects.toMatchObject({ code: 'not_found' })
  await expect(
    database.transaction((tx) => transition(tx, cartLife, { id, name: 'complete', ctx: customer, expectedVersion: 7 })),
  ).rejects.toMatchObject({ code: 'stale_version' })
})

it('audits what staff did, in the same transaction', async () => {
  const id = await openCart()
  const after = await move(id, 'abandon', new RequestContext({ actor: staffActor }))
  expect([after.status, after.version]).toEqual(['abandoned', 1])
  const entries = await database.read
    .selectFrom('audit_entry')
    .select(['action', 'actor_id', 'before', 'after', 'reason'])
    .where('resource_id', '=', id)
    .execute()
  expect(entries).toEqual([
    { action: 'cart.abandon', actor_id: 'usr_1', before: { status: 'open' }, after: { status: 'abandoned' }, reason: 'test' },
  ])
})

it('names the buttons an actor may see', async () => {
  const row = await database.read
    .selectFrom('cart')
    .selectAll()
    .where('id', '=', await openCart())
    .executeTakeFirstOrThrow()
  expect(actionsFor(cartLife, row, customer)).toEqual(['complete'])
  expect(actionsFor(cartLife, row, new RequestContext({ actor: staffActor }))).toEqual(['abandon'])
  expect(actionsFor(cartLife, { ...row, currency_code: 'USD' }, customer)).toEqual([])
})

it('a table that contradicts itself does not load', () => {
  const broken = { ...cartLife, transitions: [{ name: 'x', from: ['open'], to: 'nowhere', by: ['customer' as const], event: 'a.b.c' }] }
  expect(() => defineLifecycle(broken)).toThrow('unknown state nowhere')
})
