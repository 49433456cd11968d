import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { json } from '../registry/registry.ts'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import { TenantReconciler } from './tenant.reconciler.ts'

let bench: OperationBench
let reconciler: TenantReconciler
let tenantId: string
const driver = new MemoryDriver()

beforeAll(async () => {
  bench = await OperationBench.start(driver)
  reconciler = new TenantReconciler({
    registry: bench.registry,
    sealing: bench.sealing,
    clock: bench.clock,
    driverOf: () => driver,
    inventoryOf: () => driver.inventory(),
    fence: () => (bench.lease.fence === null ? null : { operationId: 'reconciler', number: Number(bench.lease.fence) }),
  })
})
afterAll(() => bench.stop())
beforeEach(async () => {
  tenantId = await bench.newTenant()
  await bench.perform('tenant-create', tenantId, { seed: false, invitation_id: 'inv_none' })
})

const kept = () => driver.tenants.get(tenantId)!
const row = () => bench.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId } })

describe('a tenant that has drifted', () => {
  it('without drift nothing is done', async () => {
    const calls = driver.calls.length
    expect(await reconciler.reconcile(tenantId)).toEqual([])
    expect(driver.calls.length).toBe(calls)
  })

  it('is put back when the driver has lost it', async () => {
    Object.assign(kept(), { document: null, secrets: null, process: false })
    expect(await reconciler.reconcile(tenantId)).toEqual(['started'])
    expect(kept()).toMatchObject({ process: true })
    expect((await row()).runtime).toBe('running')
  })

  it('gets its route again', async () => {
    const { hosts } = kept()
    kept().hosts = []
    expect(await reconciler.reconcile(tenantId)).toEqual(['routed'])
    expect(kept().hosts).toEqual(hosts)
  })

  it('is sent its document again when it reports an older one', async () => {
    await bench.perform('tenant-change', tenantId, { changes: { timezone: 'UTC' }, before: { timezone: 'Asia/Riyadh' } })
    const { version } = await row()
    const report = {
      status: 'ok',
      release: 'r',
      schema: 's',
      uptime_s: 1,
      tenant_version: version - 1,
      dependencies: {},
      next_due_at: null,
      usage: {
        orders: 0,
        gmv_amount: 0,
        products: 0,
        customers: 0,
        database_bytes: 0,
        memory_bytes: 0,
        requests: 0,
        last_request_at: null,
      },
    }
    await bench.registry.db.plane_report.create({ data: { tenant_id: tenantId, report: json(report), reported_at: bench.clock.in(60) } })
    expect(await reconciler.reconcile(tenantId)).toEqual(['document-sent'])
    const last = await bench.registry.db.plane_message.findFirstOrThrow({ where: { tenant_id: tenantId }, orderBy: { sequence: 'desc' } })
    expect(last.payload).toMatchObject({ tenant: { version, timezone: 'UTC' } })
  })

  it('is stopped again when it is closing and something runs', async () => {
    await bench.perform('tenant-close', tenantId, {
      status_before: 'active',
      resume_status_before: null,
      closing_until: '2099-01-01T00:00:00.000Z',
    })
    kept().process = true
    expect(await reconciler.reconcile(tenantId)).toEqual(['stopped'])
  })

  it('sleeping is not drift', async () => {
    await driver.sleep(tenantId)
    expect(await reconciler.reconcile(tenantId)).toEqual([])
    expect((await row()).runtime).toBe('asleep')
  })
})

describe('a tenant that is left alone', () => {
  it('has an operation under way', async () => {
    await bench.queue('tenant-suspend', tenantId, { status_before: 'active' })
    kept().hosts = []
    expect(await reconciler.reconcile(tenantId)).toEqual([])
    expect(kept().hosts).toEqual([])
  })

  it('is unknown', async () => {
    expect(await reconciler.reconcile('tnt_unknown')).toEqual([])
  })
})

describe('a runner that lost its lease', () => {
  it('changes nothing, neither in the registry nor at the driver', async () => {
    const operationId = await bench.queue('tenant-suspend', tenantId, { status_before: 'active' })
    const runner = bench.runner()
    await bench.registry.db.runner_lease.updateMany({
      data: { fence: { increment: 1n }, owner: 'elsewhere:1:1', expires_at: bench.clock.in(600) },
    })
    await expect(runner.run(operationId)).rejects.toThrow('another runner has taken over')
    expect(await row()).toMatchObject({ status: 'active' })
    expect(await bench.lease.acquire(bench.clock.now())).toBe(false)
    await bench.registry.db.runner_lease.updateMany({ data: { expires_at: bench.clock.in(-1) } })
    expect(await bench.lease.acquire(bench.clock.now())).toBe(true)
    expect(await bench.finish(operationId)).toBe('succeeded')
  })
})
