import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import { Retention, suspendedDays } from './retention.ts'

let bench: OperationBench
let retention: Retention
let tenantId: string
const driver = new MemoryDriver()
const day = 86_400_000

beforeAll(async () => {
  bench = await OperationBench.start(driver)
  retention = new Retention(bench.registry, bench.sealing, bench.clock)
})
afterAll(() => bench.stop())
beforeEach(async () => {
  vi.restoreAllMocks()
  tenantId = await bench.newTenant()
  await bench.perform('tenant-create', tenantId, { seed: false, invitation_id: 'inv_none' })
})

/** Moves the control plane's clock; the lease stays valid, as if it had been renewed all the time. */
async function travel(milliseconds: number): Promise<void> {
  const to = bench.clock.now().getTime() + milliseconds
  vi.spyOn(bench.clock, 'now').mockImplementation(() => new Date(to))
  await bench.lease.acquire(bench.clock.now())
}

const row = () => bench.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId } })
const started = (kind: string) => bench.registry.db.operation.findMany({ where: { tenant_id: tenantId, kind } })
const finish = async (kind: string) => {
  const [operation] = await started(kind)
  expect(await bench.finish(operation!.id)).toBe('succeeded')
}
const close = () =>
  bench.perform('tenant-close', tenantId, {
    status_before: 'active',
    resume_status_before: null,
    closing_until: new Date(bench.clock.now().getTime() + 30 * day).toISOString(),
  })

describe('a closing tenant', () => {
  it('is left alone for 30 days and then deleted by itself, once, with a certificate', async () => {
    await close()
    await travel(30 * day - 1000)
    expect(await retention.reconcile(tenantId)).toBe(null)
    await travel(2000)
    expect(await Promise.all([1, 2, 3].map(() => retention.reconcile(tenantId)))).toEqual(
      expect.arrayContaining(['tenant-delete', null, null]),
    )
    await finish('tenant-delete')
    expect(await row()).toMatchObject({ status: 'closed', deleted_at: bench.clock.now() })
    expect(await bench.inventory(tenantId)).toEqual([])
    expect(await bench.registry.db.deletion_certificate.findUnique({ where: { tenant_id: tenantId } })).not.toBe(null)
    expect(await retention.reconcile(tenantId)).toBe(null)
    expect(await started('tenant-delete')).toHaveLength(1)
  })

  it('that was reopened in time stays', async () => {
    await close()
    await travel(29 * day)
    const until = (await row()).closing_until!.toISOString()
    await bench.perform('tenant-reopen', tenantId, { resume_status: 'active', closing_until: until })
    await travel(10 * day)
    expect(await retention.reconcile(tenantId)).toBe(null)
    expect(await row()).toMatchObject({ status: 'active' })
  })
})

describe('a suspended tenant', () => {
  it('begins to close after 90 days, and can be reopened for 30 more', async () => {
    await bench.perform('tenant-suspend', tenantId, { status_before: 'active' })
    await travel(suspendedDays * day - 1000)
    expect(await retention.reconcile(tenantId)).toBe(null)
    await travel(2000)
    expect(await retention.reconcile(tenantId)).toBe('tenant-close')
    await finish('tenant-close')
    expect(await row()).toMatchObject({ status: 'closing', closing_until: bench.clock.in(30 * 86_400) })
    await travel(31 * day)
    expect(await retention.reconcile(tenantId)).toBe('tenant-delete')
  })

  it('that was resumed and suspended again begins its 90 days anew', async () => {
    await bench.perform('tenant-suspend', tenantId, { status_before: 'active' })
    await travel(80 * day)
    await bench.perform('tenant-resume', tenantId, { resume_status: 'active' })
    await bench.perform('tenant-suspend', tenantId, { status_before: 'active' })
    await travel(11 * day)
    expect(await retention.reconcile(tenantId)).toBe(null)
  })
})

it('an operation under way is waited for', async () => {
  await close()
  await travel(31 * day)
  await bench.queue('tenant-delete', tenantId, { status_before: 'closing' })
  expect(await retention.reconcile(tenantId)).toBe(null)
  expect(await started('tenant-delete')).toHaveLength(1)
})
