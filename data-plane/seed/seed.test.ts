import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listProducts } from '../core/catalogue/contract.ts'
import { vendorSignIn } from '../core/customer/contract.ts'
import { downloadFile } from '../core/file/contract.ts'
import { getAdminDashboard } from '../core/order/contract.ts'
import { Clock, days } from '../platform/clock/clock.ts'
import { Database } from '../platform/db/index.ts'
import { SeedSource } from '../platform/seed/seed-source.ts'
import { admin, startTestPlane, type TestPlane } from '../testing/plane.ts'
import { priceIn, seedId } from './rows.ts'

let plane: TestPlane
let signIns: Record<string, string>[]
const run = () => plane.app.get(SeedSource).run(RequestContext.system('seed'))

beforeAll(async () => {
  plane = await startTestPlane()
  const first = await run()
  expect(first.changed).toBe(true)
  signIns = first.sign_ins!
})
afterAll(async () => {
  await plane?.stop()
})

describe('the demo shop', () => {
  it('has orders in several states, one over four vendors, and books that balance', async () => {
    const { read } = plane.app.get(Database)
    const parts = await read.selectFrom('sub_order').select(['order_id', 'status']).execute()
    expect(new Set(parts.map((part) => part.status)).size).toBeGreaterThanOrEqual(5)
    const perOrder = Map.groupBy(parts, (part) => part.order_id)
    expect(perOrder.size).toBe(12)
    expect(Math.max(...[...perOrder.values()].map((group) => group.length))).toBe(4)
    const sums = await read
      .selectFrom('ledger_entry')
      .select((eb) => eb.fn.sum('amount').as('sum'))
      .executeTakeFirstOrThrow()
    expect(Number(sums.sum)).toBe(0)
  })

  it('has orders of a whole month, each a little before what its vendors did with it', async () => {
    const { read } = plane.app.get(Database)
    const placed = await read.selectFrom('order').select(['id', 'placed_at']).orderBy('placed_at').execute()
    const now = plane.app.get(Clock).now()
    const daysAgo = placed.map((order) => Math.floor((now.getTime() - order.placed_at!.getTime()) / days(1)))
    expect([daysAgo[0], daysAgo.at(-1), new Set(daysAgo).size]).toEqual([27, 0, 10])
    const parts = await read.selectFrom('sub_order').select(['order_id', 'accepted_at', 'fulfilled_at']).execute()
    const worked = parts.filter((part) => part.accepted_at !== null)
    expect(worked.length).toBeGreaterThan(5)
    for (const part of worked) {
      const order = placed.find((row) => row.id === part.order_id)!
      expect(part.accepted_at!.getTime()).toBeGreaterThan(order.placed_at!.getTime())
      expect((part.fulfilled_at ?? part.accepted_at)!.getTime()).toBeLessThanOrEqual(now.getTime())
    }
    const { by_day: byDay } = await plane.call(getAdminDashboard, {}, { actor: admin })
    // shortly after midnight two of the ten fall on one day of the calendar
    expect(byDay.filter((day) => day.orders > 0).length).toBeGreaterThanOrEqual(8)
  })

  it('what was due on those days has happened once the shop stands, and no order was undone by it', async () => {
    const { read } = plane.app.get(Database)
    const now = plane.app.get(Clock).now()
    const overdue = () =>
      read.selectFrom('timer').select(['kind', 'ref']).where('status', '=', 'pending').where('due_at', '<=', now).execute()
    await expect.poll(overdue, { timeout: 30_000 }).toEqual([])
    expect(await read.selectFrom('timer').select(['kind', 'last_error']).where('status', '=', 'dead').execute()).toEqual([])
    const failed = await read.selectFrom('order').select('number').where('checkout_failed_at', 'is not', null).execute()
    expect(failed).toEqual([])
    const states = await read.selectFrom('sub_order').select('status').execute()
    expect(states.filter((part) => part.status === 'completed').length).toBeGreaterThan(0)
    expect(new Set(states.map((part) => part.status)).size).toBeGreaterThanOrEqual(5)
  })

  it('run again, changes nothing and says the same sign-ins', async () => {
    const again = await run()
    expect(again.changed).toBe(false)
    expect(again.sign_ins).toEqual(signIns)
  })

  it('its vendors can sign in, with a password of this tenant only', async () => {
    const owner = signIns.find((entry) => entry['of'] === 'dates-co-op')!
    const signedIn = await plane.call(vendorSignIn, { body: { email: owner['email']!, password: owner['password']! } })
    expect(signedIn.user.vendor.id).toBe(seedId('ven', 'dates-co-op'))
    await expect(plane.call(vendorSignIn, { body: { email: owner['email']!, password: 'demo' } })).rejects.toMatchObject({ status: 401 })
  })

  it('every picture is there, and no two products share one', async () => {
    const { items } = await plane.call(listProducts, { query: { limit: 100 } })
    const keys = items.map((card) => card.picture!.url.split('/').at(-1)!)
    expect(new Set(keys).size).toBe(items.length)
    for (const key of keys)
      expect(await plane.call(downloadFile, { params: { key } })).toMatchObject({
        status: 200,
        headers: { 'content-type': 'image/svg+xml' },
      })
  })

  it('prices look like prices in every currency', () => {
    expect(priceIn('SAR', 245)).toBe(24_500)
    expect(priceIn('USD', 245)).toBe(6500)
    expect(priceIn('KWD', 68)).toBe(5500)
    expect(priceIn('JPY', 100)).toBe(4040)
    expect(priceIn('XXX', 1)).toBeNull()
  })
})

it('a tenant without the catalogue is seeded with what it has, twice', async () => {
  const other = await startTestPlane({}, { verticals: ['booking', 'restaurant'] })
  try {
    const seed = () => other.app.get(SeedSource).run(RequestContext.system('seed'))
    expect((await seed()).changed).toBe(true)
    expect((await seed()).changed).toBe(false)
    expect(await other.app.get(Database).read.selectFrom('order').select('id').limit(1).execute()).toEqual([])
  } finally {
    await other.stop()
  }
})
