import { DomainError } from '@cityos/contract'
import type { Log } from '@cityos/http'
import type { DataPlaneDriver, ImportReport } from '@cityos/provisioning'
import type { backup } from '../../generated/client.ts'
import type { Alerts } from '../alert/alerts.ts'
import { archiveIdentity } from '../backup/archive-key.ts'
import type { Verification } from '../backup/backup.contract.ts'
import type { Clock } from '../clock.ts'
import { json, type Registry } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { PlatformSettings } from '../setting/platform-settings.ts'

const hour = 3600
/** What says that the backup itself is no good. */
const unreadable = ['archive_damaged', 'archive_wrong_key', 'not_found']

export interface RestoreTestParts {
  registry: Registry
  sealing: Sealing
  clock: Clock
  settings: PlatformSettings
  alerts: Alerts
  driverOf(name: string): DataPlaneDriver
  log: Log
}

/**
 * A backup counts only once it has been restored (design §3): each is loaded into a scratch database in its turn, and
 * rows and checksum are compared with what the backup says of itself. The tenant is not touched.
 */
export class RestoreTests {
  readonly #parts: RestoreTestParts

  constructor(parts: RestoreTestParts) {
    this.#parts = parts
  }

  /** Tenants whose turn it is. */
  async due(): Promise<string[]> {
    const rows = await this.#parts.registry.db.backup_schedule.findMany({
      where: { next_test_at: { lte: this.#parts.clock.now() } },
      orderBy: { next_test_at: 'asc' },
      select: { tenant_id: true },
      take: 20,
    })
    return rows.map((row) => row.tenant_id)
  }

  /** Tests the newest backup that was not tested yet. @returns what came of it; null when there was none */
  async reconcile(tenantId: string): Promise<Verification | null> {
    const { registry, clock, settings } = this.#parts
    const tenant = await registry.db.tenant.findUnique({ where: { id: tenantId }, select: { slug: true, driver: true, deleted_at: true } })
    const where = { tenant_id: tenantId, status: 'ready', verified_at: null }
    const row = await registry.db.backup.findFirst({ where, orderBy: { created_at: 'desc' } })
    const next = clock.in((await settings.get('restore_test_days')) * 24 * hour)
    if (!row || !tenant || tenant.deleted_at) {
      // a backup may come at any time: look again soon
      await this.#set(tenantId, { next_test_at: clock.in(hour) })
      return null
    }
    const found = await this.#test(row)
    if (!found) {
      await this.#set(tenantId, { next_test_at: clock.in(hour) })
      return null
    }
    await registry.transaction(async (tx) => {
      await tx.backup.updateMany({
        where: { id: row.id },
        data: { verification: json(found), ...(found.matches ? { verified_at: clock.now() } : { status: 'damaged' }) },
      })
      await tx.backup_schedule.updateMany({
        where: { tenant_id: tenantId },
        data: found.matches
          ? { last_verified_id: row.id, last_verified_at: clock.now(), verification: json(found), next_test_at: next }
          : { next_test_at: clock.in(hour) },
      })
    })
    await this.#tell(tenantId, tenant.slug, row, found)
    return found
  }

  /** Null when it could not be tested now (the driver is away, the disk is full): that says nothing about the backup. */
  async #test(row: backup): Promise<Verification | null> {
    const { registry, sealing, driverOf } = this.#parts
    try {
      const identity = await archiveIdentity(registry.db, sealing, row.tenant_id)
      const report = await driverOf(row.driver).testArchive({ archive: { tenantId: row.tenant_id, archiveId: row.id }, identity })
      return compare(row, report)
    } catch (error) {
      if (error instanceof DomainError && unreadable.includes(error.code)) return { ...nothingRead, message: error.message.slice(0, 500) }
      this.#parts.log.warn({ error, backup_id: row.id, tenant_id: row.tenant_id }, 'a backup could not be tested now')
      return null
    }
  }

  async #tell(tenantId: string, slug: string, row: backup, found: Verification): Promise<void> {
    const { alerts } = this.#parts
    const subject = `backup-unreadable:${tenantId}`
    if (found.matches) return void (await alerts.resolve(subject))
    await alerts.raise({
      kind: 'backup-unreadable',
      subject,
      severity: 'critical',
      tenantId,
      parameters: { slug, backup: row.id, reason: found.message ?? '' },
    })
  }

  async #set(tenantId: string, data: { next_test_at: Date }): Promise<void> {
    await this.#parts.registry.db.backup_schedule.updateMany({ where: { tenant_id: tenantId }, data })
  }
}

const nothingRead: Verification = { tables: 0, rows: 0, files: 0, content_checksum: '', matches: false, milliseconds: 0, message: null }

/** What was loaded against what the backup's row says was saved: rows table by table, and the checksum over everything. */
export function compare(row: Pick<backup, 'row_counts' | 'content_checksum' | 'files'>, report: ImportReport): Verification {
  const counts = (row.row_counts ?? {}) as Record<string, number>
  const files = (row.files as { count?: number } | null)?.count ?? 0
  const different = [...new Set([...Object.keys(counts), ...Object.keys(report.rowCounts)])].filter(
    (table) => (counts[table] ?? 0) !== (report.rowCounts[table] ?? 0),
  )
  const wrong = [
    ...different.map((table) => `${table}: ${report.rowCounts[table] ?? 0} rows instead of ${counts[table] ?? 0}`),
    ...(report.files.count === files ? [] : [`${report.files.count} files instead of ${files}`]),
    ...(report.contentChecksum === row.content_checksum ? [] : ['the content has another checksum']),
  ]
  return {
    tables: Object.keys(report.rowCounts).length,
    rows: Object.values(report.rowCounts).reduce((sum, rows) => sum + rows, 0),
    files: report.files.count,
    content_checksum: report.contentChecksum,
    matches: wrong.length === 0,
    milliseconds: report.milliseconds,
    message: wrong.length === 0 ? null : wrong.join('; ').slice(0, 500),
  }
}
