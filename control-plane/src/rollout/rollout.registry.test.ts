import type { TrafficSample } from '@cityos/provisioning'
import { latencyBoundsMs } from '@cityos/provisioning/upgrade'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json } from '../registry/registry.ts'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench, testNext, testRelease } from '../testing/operation-bench.ts'
import { SeededRandom } from '../testing/seeded-random.ts'
import { defaultThresholds } from './gate.contract.ts'
import { planRings } from './rollout.plan.ts'
import { RolloutRows } from './rollout.rows.ts'
import { RolloutRunner } from './rollout.runner.ts'

/** The same as the simulation, through the registry, the real operations and the strict driver: runner and SQL are killed too. */

const to = testNext.version
const size = 8
const active = ['queued', 'running', 'waiting', 'undoing']

class Killed extends Error {}

let bench: OperationBench
let driver: MemoryDriver

beforeAll(async () => {
  driver = new MemoryDriver()
  bench = await OperationBench.start(driver)
})
afterAll(() => bench.stop())

async function newRollout(tenants: string[]): Promise<string> {
  const { db } = bench.registry
  const id = `rlt_${tenants[0]}`
  const now = bench.clock.now()
  const planned = planRings(
    tenants.map((tenant, index) => ({ id: tenant, internal: index === 0 })),
    ['internal', '40%', 'rest'],
    to,
    0.1,
    null,
  )
  await db.rollout.create({
    data: {
      id,
      to_release: to,
      status: 'running',
      rings: ['internal', '40%', 'rest'],
      soak_seconds: 60,
      parallel: 3,
      rehearse: true,
      control_share: 0.1,
      thresholds: json({ ...defaultThresholds, min_requests: 100 }),
      requested_by: 'system:test',
      correlation_id: 'test',
      created_at: now,
      started_at: now,
    },
  })
  for (const { position, name, kind, maxFailures, tenants: members } of planned) {
    await db.rollout_ring.create({ data: { rollout_id: id, position, name, kind, status: 'pending', max_failures: maxFailures } })
    await db.rollout_tenant.createMany({
      data: members.map((tenant_id) => ({
        rollout_id: id,
        tenant_id,
        slug: tenant_id,
        ring: position,
        control: kind === 'control',
        status: 'pending',
        from_release: testRelease.version,
      })),
    })
  }
  return id
}

/** A gateway that counts 30 requests a tick of every tenant, with errors on the bad release. */
function count(tenants: readonly string[], bad: boolean): void {
  for (const id of tenants) {
    const release = driver.tenants.get(id)?.active ?? testRelease.version
    const known = driver.counted.find((sample) => sample.tenantId === id && sample.release === release)
    const latency = new Array<number>(latencyBoundsMs.length + 1).fill(0)
    const fresh: TrafficSample = { tenantId: id, release, epoch: '1', requests: 0, errors: 0, checkouts: 0, failedCheckouts: 0, latency }
    const sample = known ?? fresh
    if (!known) driver.counted.push(sample)
    sample.requests += 30
    sample.latency[10]! += 30
    if (bad && release === to) sample.errors += 6
  }
}

async function runToTheEnd(seed: number, tenants: string[], bad: boolean): Promise<{ id: string; kills: number }> {
  const random = new SeededRandom(seed)
  const id = await newRollout(tenants)
  const { db } = bench.registry
  let now = bench.clock.now().getTime()
  let kills = 0
  const dies = () => {
    if (random.chance(0.02)) throw new Killed()
  }
  const survive = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      kills += 1
      // another process takes over: what the dead one holds is refused from now on
      await bench.lease.release(bench.clock.now())
      await bench.lease.acquire(bench.clock.now())
    }
  }
  for (let tick = 0; tick < 400; tick++) {
    const rows = new RolloutRows(bench.registry, bench.lease, bench.sealing, () => new Date(now))
    const runner = new RolloutRunner({
      store: rows,
      driverOf: () => driver,
      now: () => new Date(now),
      fence: () => ({ operationId: 'rollout', number: Number(bench.lease.fence) }),
      boundary: dies,
    })
    await survive(() => runner.carry(id))
    for (const { id: operation } of await db.operation.findMany({ where: { status: { in: active } }, select: { id: true } }))
      await survive(() => bench.runner({ boundary: dies }).run(operation))
    const { status } = await db.rollout.findUniqueOrThrow({ where: { id }, select: { status: true } })
    if (status === 'succeeded' || status === 'rolled_back') return { id, kills }
    now += 5_000
    count(tenants, bad)
  }
  throw new Error('it does not come to an end')
}

async function newFleet(): Promise<string[]> {
  driver.defects.clear()
  driver.counted = []
  const tenants: string[] = []
  for (let index = 0; index < size; index++) {
    const id = await bench.newTenant()
    await bench.perform('tenant-create', id, { seed: true, invitation_id: 'inv_none' })
    tenants.push(id)
  }
  return tenants
}

/** Nothing is in between: registry, document, process and rollout say the same of every tenant. */
async function expectWhole(id: string): Promise<void> {
  const { db } = bench.registry
  const inventory = await driver.inventory()
  for (const row of await db.rollout_tenant.findMany({ where: { rollout_id: id }, include: { tenant: true } })) {
    expect(['upgraded', 'rolled_back', 'failed', 'not_reached']).toContain(row.status)
    const release = row.status === 'upgraded' ? to : testRelease.version
    const kept = driver.tenants.get(row.tenant_id)
    expect([row.tenant.release, kept?.active, kept?.document?.release, kept?.beside]).toEqual([release, release, release, null])
    expect(inventory.filter((item) => item.tenantId === row.tenant_id && item.name.includes('beside'))).toEqual([])
  }
  expect(await db.operation.count({ where: { status: { in: active } } })).toBe(0)
}

describe('through the registry, with runner and operations killed at random points', { retry: 0, timeout: 180_000 }, () => {
  it('a release without fault reaches everybody, and is what new tenants get', async () => {
    const tenants = await newFleet()
    const { id, kills } = await runToTheEnd(1, tenants, false)
    await expectWhole(id)
    const { db } = bench.registry
    expect(await db.rollout.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'succeeded', failure: null })
    expect(await db.rollout_tenant.count({ where: { rollout_id: id, status: 'upgraded' } })).toBe(size)
    expect(await db.release.findUnique({ where: { version: to } })).toMatchObject({ is_current: true })
    expect(kills).toBeGreaterThan(0)
    const backups = await db.backup.groupBy({ by: ['tenant_id'], where: { tenant_id: { in: tenants }, kind: 'safety', status: 'ready' } })
    expect(backups).toHaveLength(size)
  })

  it.each([
    ['that does not start', 'boot', 'failures'],
    ['that fails its rehearsal', 'rehearsal', 'failures'],
    ['whose migration fails', 'migration', 'failures'],
    ['that fails its probes', 'probes', 'failures'],
    ['with errors under traffic', null, 'error_rate'],
  ] as const)('a release %s goes no further than its first ring', async (_, defect, figure) => {
    const tenants = await newFleet()
    if (defect) driver.defects.set(to, defect)
    const { id } = await runToTheEnd(7, tenants, defect === null)
    await expectWhole(id)
    const { db } = bench.registry
    const row = await db.rollout.findUniqueOrThrow({ where: { id } })
    expect(row).toMatchObject({ status: 'rolled_back', back_scope: 'ring', failure: { ring: 'internal', figure } })
    expect(await db.rollout_tenant.count({ where: { rollout_id: id, status: 'not_reached' } })).toBe(size - 1)
    const kinds = (await db.rollout_event.findMany({ where: { rollout_id: id }, orderBy: { sequence: 'asc' } })).map((event) => event.kind)
    expect(kinds).toContain('ring_failed')
    expect(kinds.at(-1)).toBe('rolled_back')
  })
})
