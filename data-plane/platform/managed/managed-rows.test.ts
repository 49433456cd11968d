import { I18nText, managedNoun, newId } from '@cityos/contract'
import { type Actor, RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { TestCluster, type TestPlatform } from '../../testing/platform.ts'
import { Database, type Tx } from '../db/index.ts'
import { ManagedParts, ManagedRows } from './managed-rows.ts'

const fields = {
  handle: z.string(),
  name: I18nText,
  city: z.string().default('Riyadh'),
  lat: z.number().nullable().default(null),
  capacity: z.int().nullable().default(null),
}
const venue = managedNoun({
  noun: 'venue',
  path: 'venues',
  surface: 'vendor',
  subject: 'event',
  vertical: 'event-ticketing',
  called: ['a venue', 'venues'],
  shape: z.object({ ...fields, id: z.string(), version: z.int(), created_at: z.string(), events: z.int() }),
  input: z.object(fields),
  filter: z.object({ city: z.string().optional() }),
})

class Venues extends ManagedRows<'event_venue', typeof venue> {
  constructor(parts: ManagedParts) {
    super(parts, venue, {
      table: 'event_venue',
      entity: 'event.venue',
      prefix: 'vnu',
      owner: { column: 'vendor_id' },
      order: ['-created_at', 'handle'],
      search: 'name',
      keepsRemoved: true,
    })
  }

  protected override async further(_db: Tx, _ctx: RequestContext, rows: readonly { id: string }[]) {
    return new Map(rows.map((row) => [row.id, { events: 0 }]))
  }
}

let cluster: TestCluster
let platform: TestPlatform
let venues: Venues
const vendorOf = (vendorId: string) =>
  new RequestContext({ actor: { kind: 'vendor', userId: newId('vus'), vendorId, role: 'owner', sessionId: 's' } satisfies Actor })

beforeAll(async () => {
  cluster = await TestCluster.start()
  platform = await cluster.platform(await cluster.tenant())
  venues = new Venues(platform.get(ManagedParts))
})
afterAll(() => cluster.stop())

async function vendor(): Promise<RequestContext> {
  const id = newId('ven')
  await sql`INSERT INTO vendor (id, handle, name, legal_name, kind, status, verticals) VALUES (${id}, ${id}, '{"en":"V"}', 'V', 'company', 'active', '{}')`.execute(
    platform.get(Database).read,
  )
  return vendorOf(id)
}

const hall = { handle: 'hall', name: { en: 'Hall', ar: 'قاعة' }, city: 'Jeddah', lat: 21.5, capacity: 300 }

it('adds, reads, changes in part and removes; each write leaves its event, its audit entry and a version', async () => {
  const ctx = await vendor()
  const made = await venues.create(ctx, hall)
  expect(made).toMatchObject({ ...hall, version: 0, events: 0 })
  const changed = await venues.update(ctx, made.id, { capacity: null, version: 0 })
  expect(changed).toMatchObject({ ...hall, capacity: null, version: 1 })
  await expect(venues.update(ctx, made.id, { city: 'Abha', version: 0 })).rejects.toMatchObject({
    code: 'stale_version',
    details: { version: 1 },
  })
  await venues.remove(ctx, made.id)
  await expect(venues.get(ctx, made.id)).rejects.toMatchObject({ code: 'not_found' })
  const { rows } = await sql<{ event_type: string; aggregate_version: number }>`SELECT event_type, aggregate_version FROM outbox_event
    WHERE aggregate_id = ${made.id} ORDER BY aggregate_version`.execute(platform.get(Database).read)
  expect(rows).toEqual([
    { event_type: 'event.venue.created', aggregate_version: 0 },
    { event_type: 'event.venue.changed', aggregate_version: 1 },
    { event_type: 'event.venue.removed', aggregate_version: 2 },
  ])
  const audited = await sql<{ action: string }>`SELECT action FROM audit_entry WHERE resource_id = ${made.id} ORDER BY at, id`.execute(
    platform.get(Database).read,
  )
  expect(audited.rows.map((row) => row.action)).toEqual(['event.venue.created', 'event.venue.changed', 'event.venue.removed'])
})

it('one vendor never sees, changes or removes a row of another', async () => {
  const [owner, other] = [await vendor(), await vendor()]
  const made = await venues.create(owner, hall)
  expect((await venues.list(other, { limit: 20, offset: 0 })).total).toBe(0)
  const attempts = [
    () => venues.get(other, made.id),
    () => venues.update(other, made.id, { city: 'Abha' }),
    () => venues.remove(other, made.id),
  ]
  for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'not_found' })
  const guest = new RequestContext({ actor: { kind: 'guest' } })
  expect((await venues.list(guest, { limit: 20, offset: 0 })).total).toBe(0)
  expect(await venues.get(owner, made.id)).toMatchObject({ city: 'Jeddah', version: 0 })
})

it('lists by filter, search, order and page; an unknown order is refused', async () => {
  const ctx = await vendor()
  for (const [handle, city] of [
    ['a', 'Abha'],
    ['b', 'Riyadh'],
    ['c', 'Abha'],
  ] as const)
    await venues.create(ctx, { ...hall, handle, city, name: { en: `Place ${handle}` } })
  const handles = async (query: Partial<Parameters<Venues['list']>[1]>) =>
    (await venues.list(ctx, { limit: 20, offset: 0, ...query })).items.map((item) => item.handle)
  expect(await handles({ order: 'handle' })).toEqual(['a', 'b', 'c'])
  expect(await handles({ order: '-handle', city: 'Abha' })).toEqual(['c', 'a'])
  expect(await handles({ q: 'place B' })).toEqual(['b'])
  expect(await handles({ q: '%' })).toEqual([])
  expect(await venues.list(ctx, { limit: 1, offset: 1, order: 'handle' })).toMatchObject({ total: 3, items: [{ handle: 'b' }] })
  await expect(venues.list(ctx, { limit: 1, offset: 0, order: 'secret' })).rejects.toMatchObject({ code: 'invalid_request' })
})

it('a handle taken twice and a number that breaks a rule of the database are refused, nothing is written', async () => {
  const ctx = await vendor()
  await venues.create(ctx, hall)
  await expect(venues.create(ctx, hall)).rejects.toMatchObject({ code: 'already_exists' })
  expect((await venues.list(ctx, { limit: 20, offset: 0 })).total).toBe(1)
})

it('of twenty changes made from the same version one is written', async () => {
  const ctx = await vendor()
  const made = await venues.create(ctx, hall)
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => venues.update(ctx, made.id, { capacity: n, version: 0 })))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  expect((await venues.get(ctx, made.id)).version).toBe(1)
})
