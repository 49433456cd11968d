import { newId } from '@cityos/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { json } from '../registry/registry.ts'
import { defaultThresholds } from '../rollout/gate.contract.ts'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench, testNext, testRelease } from '../testing/operation-bench.ts'
import { makeCurrent } from './release.intake.ts'
import { keptDays, ReleasePruning } from './release.pruning.ts'

const day = 86_400_000
let bench: OperationBench
let pruning: ReleasePruning
let tenantId: string
const driver = new MemoryDriver()

beforeAll(async () => {
  bench = await OperationBench.start(driver)
  pruning = new ReleasePruning({ registry: bench.registry, clock: bench.clock, drivers: () => [driver] })
  await bench.registry.db.release.delete({ where: { version: testNext.version } })
  tenantId = await bench.newTenant()
  await bench.perform('tenant-create', tenantId, { seed: false, invitation_id: 'inv_none' })
})
afterAll(() => bench.stop())
beforeEach(() => vi.restoreAllMocks())

const db = () => bench.registry.db
const row = (version: string) => db().release.findUniqueOrThrow({ where: { version } })

/** Moves the control plane's clock on by days. */
function travel(days: number): void {
  const to = bench.clock.now().getTime() + days * day
  vi.spyOn(bench.clock, 'now').mockImplementation(() => new Date(to))
}

/** A release that was taken in so many days ago. */
async function release(version: string, days: number): Promise<void> {
  const created_at = new Date(bench.clock.now().getTime() - days * day)
  await db().release.create({ data: { ...testRelease, version, status: 'available', created_at } })
  await driver.prepareRelease({ ...testRelease, version })
}

async function round(): Promise<string[]> {
  const gone: string[] = []
  for (const version of await pruning.due()) if ((await pruning.reconcile(version)) === 'pruned') gone.push(version)
  return gone
}

describe('an old release', () => {
  it('goes a week after its last use: folder and template, while its row stays', async () => {
    await release('0.1.0+left', 40)
    await db().tenant.update({ where: { id: tenantId }, data: { release: '0.1.0+left' } })
    expect(await round()).toEqual([])
    await db().tenant.update({ where: { id: tenantId }, data: { release: testRelease.version } })
    expect(await pruning.keptBecause(db(), '0.1.0+left')).toBe(`it was in use in the last ${keptDays} days`)
    travel(keptDays - 0.1)
    expect(await round()).toEqual([])
    travel(0.2)
    expect(await round()).toEqual(['0.1.0+left'])
    expect(driver.releases.has('0.1.0+left')).toBe(false)
    expect(await row('0.1.0+left')).toMatchObject({ status: 'pruned', pruned_at: bench.clock.now() })
    expect(await round()).toEqual([])
  })

  it('stays while it is pinned, while an archive needs it, while an operation or a rollout is under way with it', async () => {
    await release('0.2.0+kept', 40)
    const now = bench.clock.now()
    const archive = {
      id: newId('bkp'),
      kind: 'manual',
      status: 'running',
      driver: 'local',
      release: '0.2.0+kept',
      schema: 'test',
      created_at: now,
    }
    await db().backup.create({ data: { ...archive, tenant_id: tenantId } })
    expect(await pruning.keptBecause(db(), '0.2.0+kept')).toBe('an archive needs it')
    await db().backup.delete({ where: { id: archive.id } })
    const pin = { release: '0.2.0+kept', owner: 'somebody', reason: 'a fair', created_by: 'test', created_at: now }
    await db().tenant_pin.create({ data: { ...pin, tenant_id: tenantId, until: new Date(now.getTime() + day) } })
    expect(await pruning.keptBecause(db(), '0.2.0+kept')).toBe('it is in use')
    await db().tenant_pin.delete({ where: { tenant_id: tenantId } })
    const plan = { rings: ['rest'], soak_seconds: 1, parallel: 1, rehearse: false, control_share: 0, thresholds: json(defaultThresholds) }
    const by = { requested_by: 'system:test', correlation_id: 'test', created_at: now }
    await db().rollout.create({ data: { id: 'rlt_planned', to_release: '0.2.0+kept', status: 'planned', ...plan, ...by } })
    expect(await round()).toEqual([])
    await db().rollout.delete({ where: { id: 'rlt_planned' } })
    const operation = { id: newId('op'), kind: 'tenant-upgrade', status: 'queued', deadline_at: now, tenant_id: tenantId }
    await db().operation.create({ data: { ...operation, ...by, parameters: { from: testRelease.version, to: '0.2.0+kept' } } })
    expect(await pruning.keptBecause(db(), '0.2.0+kept')).toBe('it is in use')
    await db().operation.delete({ where: { id: operation.id } })
    // it was seen in use meanwhile
    expect(await round()).toEqual([])
    travel(keptDays + 1)
    expect(await round()).toEqual(['0.2.0+kept'])
  })

  it('stays when it is what new tenants get, the one before it, or newer; the one before that goes', async () => {
    const versions = ['0.3.0+first', '0.4.0+second', '0.5.0+third', '0.6.0+waits']
    for (const [index, version] of versions.entries()) await release(version, 60 - index)
    for (const [index, version] of versions.slice(0, 3).entries()) {
      const at = new Date(bench.clock.now().getTime() + index * 1000)
      await bench.registry.transaction((tx) => makeCurrent(tx, version, at))
    }
    // the releases of this bench would be newer than what is current here
    await db().release.updateMany({ where: { version: { startsWith: '0.0.' } }, data: { created_at: new Date(0) } })
    travel(keptDays + 1)
    const gone = await round()
    expect(gone).toContain('0.3.0+first')
    expect(gone.filter((version) => versions.slice(1).includes(version))).toEqual([])
    expect(await pruning.keptBecause(db(), '0.4.0+second')).toBe('it is the one before the current one')
    expect(await pruning.keptBecause(db(), '0.6.0+waits')).toBe('it is newer than the current one')
    expect(await row(testRelease.version)).toMatchObject({ status: 'available' })
  })

  it('that could not be removed goes in the next round, and nobody is brought to it meanwhile', async () => {
    await release('0.2.5+half', 400)
    driver.failing = { method: 'dropRelease', when: 'before', times: 1 }
    await expect(pruning.reconcile('0.2.5+half')).rejects.toThrow()
    expect(await row('0.2.5+half')).toMatchObject({ status: 'pruned', pruned_at: null })
    const upgrade = {
      from: testRelease.version,
      to: '0.2.5+half',
      backup_id: newId('bkp'),
      rollout_id: null,
      rehearse: false,
      override: null,
    }
    await expect(bench.queue('tenant-upgrade', tenantId, upgrade)).rejects.toMatchObject({ code: 'invalid_transition' })
    await expect(bench.queue('tenant-downgrade', tenantId, { ...upgrade })).rejects.toMatchObject({ code: 'invalid_transition' })
    expect(await round()).toEqual(['0.2.5+half'])
  })
})
