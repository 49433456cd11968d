import { DomainError } from '@cityos/contract'
import { quietLog } from '@cityos/http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Alerts } from '../alert/alerts.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import type { Settings } from '../settings.ts'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import { BackupSchedule } from './backup-schedule.ts'
import { RestoreTests } from './restore-tests.ts'

let bench: OperationBench
let schedule: BackupSchedule
let tests: RestoreTests
let tenantId: string
const driver = new MemoryDriver()
const hour = 3_600_000
const day = 24 * hour

beforeAll(async () => {
  bench = await OperationBench.start(driver)
  const { registry, sealing, clock } = bench
  const settings = new PlatformSettings(registry)
  const binding = { public: { scheme: 'http', base_domain: 'localhost', port: 8080 } }
  const alerts = new Alerts(registry, sealing, clock, { binding } as unknown as Settings)
  schedule = new BackupSchedule({ registry, sealing, clock, settings, alerts })
  tests = new RestoreTests({ registry, sealing, clock, settings, alerts, driverOf: () => driver, log: quietLog })
})
afterAll(() => bench.stop())

beforeEach(async () => {
  vi.restoreAllMocks()
  driver.failing = null
  tenantId = await bench.newTenant()
  await bench.perform('tenant-create', tenantId, { seed: false, invitation_id: 'inv_none' })
  await schedule.adopt()
})

/** Moves the control plane's clock; the lease stays valid, as if it had been renewed all the time. */
async function travelTo(moment: Date): Promise<void> {
  vi.spyOn(bench.clock, 'now').mockImplementation(() => moment)
  await bench.lease.acquire(moment)
}

const row = () => bench.registry.db.backup_schedule.findUniqueOrThrow({ where: { tenant_id: tenantId } })
const backups = () => bench.registry.db.backup.findMany({ where: { tenant_id: tenantId }, orderBy: { created_at: 'asc' } })
const open = async (kind: string) =>
  (await bench.registry.db.alert.findMany({ where: { tenant_id: tenantId, kind, closed_at: null } })).length
const later = async (milliseconds: number) => travelTo(new Date(bench.clock.now().getTime() + milliseconds))

/** One night: the backup falls due, is started, ends and is noted. */
async function night(): Promise<void> {
  await travelTo(new Date((await row()).next_backup_at.getTime() + 1000))
  expect(await schedule.reconcile(tenantId)).toBe('started')
  await bench.finish((await row()).operation_id!)
  await later(60_000)
  expect(await schedule.reconcile(tenantId)).toBe('noted')
}

describe('the daily backup', () => {
  it('is made once a night at the tenant’s own hour, also while it sleeps, and does not wake it', async () => {
    await bench.perform('tenant-sleep', tenantId, {})
    expect(await schedule.reconcile(tenantId)).toBe(null)
    await travelTo(new Date((await row()).next_backup_at.getTime() + 1000))
    const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Riyadh', hour: 'numeric', hourCycle: 'h23' })
    expect(Number(local.format(bench.clock.now()))).toBe(2)
    expect(await schedule.due()).toContain(tenantId)
    const outcomes = await Promise.all([1, 2, 3].map(() => schedule.reconcile(tenantId)))
    expect(outcomes.filter((outcome) => outcome === 'started')).toHaveLength(1)
    await bench.finish((await row()).operation_id!)
    await later(60_000)
    expect(await schedule.reconcile(tenantId)).toBe('noted')
    const after = await row()
    expect(after.next_backup_at.getTime() - bench.clock.now().getTime()).toBeGreaterThan(22 * hour)
    const [backup] = await backups()
    expect(backup).toMatchObject({ kind: 'scheduled', status: 'ready' })
    expect(after).toMatchObject({ last_backup_id: backup!.id, failures: 0, operation_id: null })
    expect((await driver.state(tenantId)).runtime).toBe('asleep')
    expect(await schedule.reconcile(tenantId)).toBe(null)
  })

  it('waits for an operation that is under way', async () => {
    await travelTo(new Date((await row()).next_backup_at.getTime() + 1000))
    const busy = await bench.queue('tenant-sleep', tenantId, {})
    expect(await schedule.reconcile(tenantId)).toBe('postponed')
    await bench.finish(busy)
    await later(6 * 60_000)
    expect(await schedule.reconcile(tenantId)).toBe('started')
  })

  it('that fails is told, tried again an hour later, and the alert closes by itself', async () => {
    await travelTo(new Date((await row()).next_backup_at.getTime() + 1000))
    driver.failing = { method: 'exportArchive', when: 'before', times: 100 }
    expect(await schedule.reconcile(tenantId)).toBe('started')
    expect(await bench.finish((await row()).operation_id!)).toBe('failed')
    await later(60_000)
    expect(await schedule.reconcile(tenantId)).toBe('noted')
    expect(await row()).toMatchObject({ failures: 1, last_failure: expect.stringContaining('exportArchive') })
    await schedule.watch()
    await schedule.watch()
    expect(await open('backup-failed')).toBe(1)
    const told = await bench.registry.db.mail.count({ where: { tenant_id: tenantId, template: 'alert' } })
    expect(told).toBe(await bench.registry.db.staff_user.count())
    driver.failing = null
    await later(hour)
    expect(await schedule.reconcile(tenantId)).toBe('started')
    await bench.finish((await row()).operation_id!)
    await later(60_000)
    await schedule.reconcile(tenantId)
    await schedule.watch()
    expect(await open('backup-failed')).toBe(0)
  })

  it('that is missed is told, until there is one', async () => {
    await later(29 * hour)
    await schedule.watch()
    expect(await open('backup-missed')).toBe(0)
    await later(2 * hour)
    await schedule.watch()
    expect(await open('backup-missed')).toBe(1)
    await night()
    await schedule.watch()
    expect(await open('backup-missed')).toBe(0)
  })

  it('is not made of a tenant that is closing', async () => {
    const until = new Date(bench.clock.now().getTime() + 30 * day).toISOString()
    await bench.perform('tenant-close', tenantId, { status_before: 'active', resume_status_before: null, closing_until: until })
    await travelTo(new Date((await row()).next_backup_at.getTime() + 1000))
    expect(await schedule.reconcile(tenantId)).toBe('postponed')
    await later(3 * day)
    await schedule.watch()
    expect(await open('backup-missed')).toBe(0)
  })
})

describe('a restore test', () => {
  it('restores each backup once, compares, and the badge says when and what', async () => {
    await night()
    const [backup] = await backups()
    await later(2 * hour)
    expect(await tests.due()).toContain(tenantId)
    const found = await tests.reconcile(tenantId)
    expect(found).toMatchObject({ matches: true, message: null, content_checksum: backup!.content_checksum })
    expect(await row()).toMatchObject({ last_verified_id: backup!.id, last_verified_at: bench.clock.now(), verification: found })
    expect((await backups())[0]?.verified_at).toEqual(bench.clock.now())
    expect(await tests.reconcile(tenantId)).toBe(null)
  })

  it('finds a damaged one, says so, and the next good one closes the alert', async () => {
    await night()
    vi.spyOn(driver, 'testArchive').mockRejectedValueOnce(new DomainError('archive_damaged', { message: 'a table breaks off' }))
    expect(await tests.reconcile(tenantId)).toMatchObject({ matches: false, message: 'a table breaks off' })
    expect((await backups())[0]).toMatchObject({ status: 'damaged', verified_at: null })
    expect(await open('backup-unreadable')).toBe(1)
    await night()
    expect(await tests.reconcile(tenantId)).toMatchObject({ matches: true })
    expect(await open('backup-unreadable')).toBe(0)
  })

  it('notices rows that are missing after the restore', async () => {
    await night()
    const [backup] = await backups()
    await bench.registry.db.backup.update({ where: { id: backup!.id }, data: { row_counts: { 'public.order': 7 } } })
    expect(await tests.reconcile(tenantId)).toMatchObject({ matches: false, message: expect.stringContaining('public.order') })
  })

  it('says nothing about a backup while the driver is away', async () => {
    await night()
    vi.spyOn(driver, 'testArchive').mockRejectedValueOnce(new DomainError('dependency_unavailable', { message: 'the node restarts' }))
    expect(await tests.reconcile(tenantId)).toBe(null)
    expect((await backups())[0]).toMatchObject({ status: 'ready', verified_at: null })
    expect(await open('backup-unreadable')).toBe(0)
  })
})

it('thinning destroys what may go, one at a time, and never the one verified last', async () => {
  await night()
  await tests.reconcile(tenantId)
  const [verified] = await backups()
  const { id: _, ...like } = verified!
  const at = (days: number) => new Date(bench.clock.now().getTime() - days * day)
  const old = ['bkp_01h0000000000000000000000a', 'bkp_01h0000000000000000000000b', 'bkp_01h0000000000000000000000c']
  for (const [index, id] of old.entries())
    await bench.registry.db.backup.create({
      data: {
        ...like,
        id,
        row_counts: {},
        files: {},
        verification: {},
        taken_at: at(1000 + index),
        created_at: at(1000 + index),
        verified_at: null,
      },
    })
  for (const _id of old) {
    const gone = await schedule.thin(tenantId)
    expect(old).toContain(gone)
    const operation = await bench.registry.db.operation.findFirstOrThrow({
      where: { tenant_id: tenantId, kind: 'backup-delete' },
      orderBy: { id: 'desc' },
    })
    expect(await bench.finish(operation.id)).toBe('succeeded')
    await later(61_000)
  }
  expect(await schedule.thin(tenantId)).toBe(null)
  expect((await backups()).map((backup) => backup.id)).toEqual([verified!.id])
})
