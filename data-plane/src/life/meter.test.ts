import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { Seeder } from '../../seed/seeder.ts'
import { startTestPlane, type TestPlane } from '../../testing/plane.ts'
import { UsageMeter } from './meter.ts'

let plane: TestPlane

beforeAll(async () => {
  plane = await startTestPlane()
  await plane.app.get(Seeder).run(RequestContext.system('test'))
}, 120_000)
afterAll(() => plane.stop())

describe('what a tenant used, by the hour', () => {
  it('is what its own orders say, over the last month at first, and from what arrived later on', async () => {
    const meter = new UsageMeter(plane.app.get(Database), plane.app.get(Clock))
    const first = (await meter.measure(false))!
    const since = new Date(Date.parse(first.measured_at) - 30 * 86_400_000)
    const { rows } = await sql<{ orders: number; gmv: number }>`select count(*)::int as orders, coalesce(sum(total_amount), 0) as gmv
      from "order" where checkout_failed_at is null and placed_at >= ${since}`.execute(plane.app.get(Database).read)
    const recent = first.hours.filter((row) => Date.parse(row.hour) + 3_600_000 > since.getTime())
    expect(rows[0]!.orders).toBeGreaterThan(3)
    expect(recent.reduce((sum, row) => sum + row.orders, 0)).toBeGreaterThanOrEqual(rows[0]!.orders)
    expect(recent.reduce((sum, row) => sum + row.gmv_amount, 0)).toBeGreaterThanOrEqual(Number(rows[0]!.gmv))
    expect(first.hours.at(-1)!.storage_mb).toBeGreaterThanOrEqual(0)
    expect(first.hours.filter((row) => row.storage_mb !== null)).toHaveLength(1)
    expect(await meter.measure(false)).toBeUndefined()
    meter.lost()
    expect((await meter.measure(false))?.hours.length).toBe(first.hours.length)
    meter.acknowledge(first)
    const last = (await meter.measure(true))!
    expect(Date.parse(last.hours[0]!.hour)).toBeGreaterThan(Date.parse(first.measured_at) - 6 * 3_600_000)
  })
})
