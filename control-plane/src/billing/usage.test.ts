import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import { priceOfUse } from './metered.ts'
import { startSubscription } from './subscription.start.ts'
import { recordMeter, rollUp } from './usage.record.ts'

let bench: OperationBench
const start = new Date('2026-03-01T10:20:00Z')
const hourOf = (index: number) => new Date(Date.parse('2026-03-01T10:00:00Z') + index * 3_600_000).toISOString()

beforeAll(async () => {
  bench = await OperationBench.start(new MemoryDriver())
})
afterAll(() => bench.stop())

async function newTenant(): Promise<string> {
  const id = await bench.newTenant()
  await bench.registry.transaction((tx) => startSubscription(tx, id, 'standard', start))
  return id
}

const usageOf = async (tenantId: string) => {
  const rows = await bench.registry.db.tenant_usage.findMany({ where: { tenant_id: tenantId }, orderBy: { metric: 'asc' } })
  return Object.fromEntries(rows.map((row) => [row.metric, Number(row.used)]))
}

describe('use by the hour', () => {
  it.each([1, 2, 3, 4, 5, 6])('comes to the same whatever of its reports is doubled, late or missed (%i)', { retry: 0 }, async (seed) => {
    const tenantId = await newTenant()
    const random = generator(seed)
    // What the tenant's own rows say after each of twenty measurements; each tells the last eight hours.
    const truth = Array.from({ length: 20 }, () => 0)
    const reports = Array.from({ length: 20 }, (_, turn) => {
      for (let sale = 0; sale < 3; sale++) truth[Math.max(0, turn - Math.floor(random() * 3))]! += 1
      const first = Math.max(0, turn - 7)
      return {
        measured_at: new Date(Date.parse(hourOf(turn)) + 3_000_000).toISOString(),
        hours: truth.slice(first, turn + 1).map((orders, index) => ({
          hour: hourOf(first + index),
          orders,
          gmv_amount: orders * 5000,
          storage_mb: first + index === turn ? 10 + turn : null,
        })),
      }
    })
    const last = reports.at(-1)!
    const sent = [...reports, ...reports].filter(() => random() < 0.7).map((report) => ({ report, at: random() }))
    // Only the hours that the last report no longer tells need an earlier one to have arrived.
    const needed = [reports[7]!, reports[14]!, last].map((report) => ({ report, at: random() }))
    for (const { report } of [...sent, ...needed].sort((a, b) => a.at - b.at)) {
      await recordMeter(bench.registry.db, tenantId, report)
      if (random() < 0.5) await rollUp(bench.registry.db, tenantId, start)
    }
    await Promise.all([1, 2, 3].map(() => rollUp(bench.registry.db, tenantId, start)))
    const kept = await bench.registry.db.usage_hour.findMany({ where: { tenant_id: tenantId, metric: 'orders' }, orderBy: { hour: 'asc' } })
    const inWindow = truth.slice(12)
    expect(kept.slice(-8).map((row) => Number(row.quantity))).toEqual(inWindow)
    const sum = kept.reduce((all, row) => all + Number(row.quantity), 0)
    expect(await usageOf(tenantId)).toEqual({ orders: sum, gmv_amount: sum * 5000, storage_mb: 29 })
    expect(kept.every((row) => row.rolled_quantity === row.quantity)).toBe(true)
  })

  it('belongs to the period in which the hour ends, also when it comes in afterwards', async () => {
    const tenantId = await newTenant()
    const { period_end } = await bench.registry.db.subscription.findUniqueOrThrow({ where: { tenant_id: tenantId } })
    const boundary = new Date(Math.floor(period_end.getTime() / 3_600_000) * 3_600_000)
    await bench.registry.db.subscription_period.create({
      data: { tenant_id: tenantId, no: 2, starts_at: period_end, ends_at: new Date(period_end.getTime() + 30 * 86_400_000) },
    })
    const before = new Date(boundary.getTime() - 3_600_000).toISOString()
    const report = (orders: number) => ({ orders, gmv_amount: 0, storage_mb: null })
    await recordMeter(bench.registry.db, tenantId, {
      measured_at: new Date(boundary.getTime() + 7_200_000).toISOString(),
      hours: [
        { hour: before, ...report(4) },
        { hour: boundary.toISOString(), ...report(9) },
      ],
    })
    await rollUp(bench.registry.db, null, start)
    const rows = await bench.registry.db.tenant_usage.findMany({
      where: { tenant_id: tenantId, metric: 'orders' },
      orderBy: { period_no: 'asc' },
    })
    expect(rows.map((row) => [row.period_no, Number(row.used), Number(row.quota)])).toEqual([
      [1, 4, 50_000],
      [2, 9, 50_000],
    ])
  })
})

it('use beyond the plan has its price: orders each, a share of sales, storage by begun GB', () => {
  const terms = {
    orders: { included: 100, unit_amount: 10 },
    gmv_amount: { included: 1_000_00, bps: 50 },
    storage_mb: { included: 1024, unit_amount: 500 },
  }
  expect(priceOfUse(terms, 'orders', 130)).toEqual({ quantity: 30, unit: 10, amount: 300 })
  expect(priceOfUse(terms, 'orders', 99).amount).toBe(0)
  expect(priceOfUse(terms, 'gmv_amount', 1_010_01).amount).toBe(5)
  expect(priceOfUse(terms, 'storage_mb', 1025)).toEqual({ quantity: 1, unit: 500, amount: 500 })
  expect(priceOfUse({}, 'orders', 1_000_000).amount).toBe(0)
})

/** A small generator of numbers below 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
