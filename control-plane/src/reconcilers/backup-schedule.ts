import { DomainError, newId } from '@cityos/contract'
import type { backup_schedule } from '../../generated/client.ts'
import type { Alerts } from '../alert/alerts.ts'
import type { Clock } from '../clock.ts'
import { startOperation } from '../operations/start.ts'
import type { Registry, Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { PlatformSettings } from '../setting/platform-settings.ts'
import { noteBackup } from './backup-note.ts'
import { jitterOf, nextBackupAt, thinnedOut } from './backup-times.ts'

const serving = ['trial', 'active', 'past_due', 'suspended']
const active = ['queued', 'running', 'waiting', 'undoing']
const hour = 3600
/** Seconds in which a new tenant is left to those who set it up. */
const settling = 3 * hour
/** Backups of the schedule under way at the same time, of different tenants. */
const most = 3

export interface ScheduleParts {
  registry: Registry
  sealing: Sealing
  clock: Clock
  settings: PlatformSettings
  alerts: Alerts
}

/**
 * Every tenant's daily backup, its thinning, and what is said when one is missing. A row of `backup_schedule` holds the
 * due dates; each method takes a tenant's id, asks row and clock, and does what is due. Backing up goes through the
 * driver, so that a sleeping tenant sleeps on.
 */
export class BackupSchedule {
  readonly #parts: ScheduleParts

  constructor(parts: ScheduleParts) {
    this.#parts = parts
  }

  /** Tenants that came since the last look get their dates. @returns how many */
  async adopt(): Promise<number> {
    const { registry, clock, settings } = this.#parts
    const rows = await registry.db.$queryRaw<{ id: string; timezone: string }[]>`
      SELECT t.id, t.timezone FROM tenant t
      WHERE t.deleted_at IS NULL AND t.status = ANY (${serving})
        AND NOT EXISTS (SELECT 1 FROM backup_schedule s WHERE s.tenant_id = t.id)
      LIMIT 1000`
    if (rows.length === 0) return 0
    const now = clock.now()
    const atHour = await settings.get('backup_hour')
    const { count } = await registry.db.backup_schedule.createMany({
      data: rows.map(({ id, timezone }) => ({
        tenant_id: id,
        next_backup_at: nextBackupAt(id, timezone, atHour, clock.in(settling)),
        next_test_at: clock.in(2 * hour),
        next_thinning_at: clock.in(Math.floor(jitterOf(id) * 24 * hour)),
        created_at: now,
      })),
      skipDuplicates: true,
    })
    return count
  }

  /** Tenants whose backup is due, or was started and not looked at since. */
  async due(): Promise<string[]> {
    return ids(
      await this.#parts.registry.db.backup_schedule.findMany({
        where: { next_backup_at: { lte: this.#parts.clock.now() } },
        orderBy: { next_backup_at: 'asc' },
        select: { tenant_id: true },
        take: 50,
      }),
    )
  }

  /** @returns what it did, for log and tests */
  async reconcile(tenantId: string): Promise<'started' | 'noted' | 'postponed' | null> {
    const { registry, clock } = this.#parts
    const row = await registry.db.backup_schedule.findUnique({ where: { tenant_id: tenantId } })
    if (!row || row.next_backup_at > clock.now()) return null
    if (row.operation_id) return this.#look(row, row.operation_id)
    const underWay = await registry.db.operation.count({
      where: { status: { in: active }, kind: 'tenant-backup', requested_by: 'system:backups' },
    })
    if (underWay >= most) return null
    try {
      return await registry.transaction((tx) => this.#start(tx, tenantId))
    } catch (error) {
      // somebody's operation is under way, or the status changed meanwhile: later in the same night
      if (!(error instanceof DomainError)) throw error
      await this.#set(tenantId, { next_backup_at: clock.in(300) })
      return 'postponed'
    }
  }

  async #start(tx: Tx, tenantId: string): Promise<'started' | 'postponed' | null> {
    const { clock, sealing } = this.#parts
    await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR UPDATE`
    const row = await tx.backup_schedule.findUniqueOrThrow({ where: { tenant_id: tenantId }, include: { tenant: true } })
    if (row.next_backup_at > clock.now() || row.operation_id) return null
    const { tenant } = row
    if (tenant.deleted_at || !serving.includes(tenant.status)) {
      await tx.backup_schedule.update({ where: { tenant_id: tenantId }, data: { next_backup_at: await this.#tonight(tenant) } })
      return 'postponed'
    }
    const operationId = await startOperation(
      tx,
      sealing,
      {
        kind: 'tenant-backup',
        tenantId,
        parameters: { backup_id: newId('bkp'), kind: 'scheduled', expires_at: null },
        requestedBy: 'system:backups',
        correlationId: `backup:${tenantId}`,
      },
      clock.now(),
    )
    await tx.backup_schedule.update({ where: { tenant_id: tenantId }, data: { operation_id: operationId, next_backup_at: clock.in(10) } })
    return 'started'
  }

  /** What became of the backup that was started. */
  async #look(row: backup_schedule, operationId: string): Promise<'noted' | null> {
    const { registry, clock } = this.#parts
    const operation = await registry.db.operation.findUnique({ where: { id: operationId }, include: { tenant: true } })
    if (operation && active.includes(operation.status)) {
      await this.#set(row.tenant_id, { next_backup_at: clock.in(30) })
      return null
    }
    if (operation?.status === 'succeeded') {
      await registry.transaction(async (tx) => {
        await noteBackup(tx, row.tenant_id)
        await tx.backup_schedule.update({
          where: { tenant_id: row.tenant_id },
          data: { operation_id: null, next_backup_at: await this.#tonight(operation.tenant) },
        })
      })
      return 'noted'
    }
    const failure = operation?.failure as { message?: string } | null | undefined
    await this.#set(row.tenant_id, {
      operation_id: null,
      failures: row.failures + 1,
      last_failure: (failure?.message ?? `the backup was ${operation?.status ?? 'lost'}`).slice(0, 500),
      next_backup_at: clock.in(hour),
    })
    return 'noted'
  }

  /** Tenants whose backups are looked through for what may go. */
  async dueForThinning(): Promise<string[]> {
    return ids(
      await this.#parts.registry.db.backup_schedule.findMany({
        where: { next_thinning_at: { lte: this.#parts.clock.now() } },
        orderBy: { next_thinning_at: 'asc' },
        select: { tenant_id: true },
        take: 50,
      }),
    )
  }

  /** Starts the deletion of one backup that may go; the next one a minute later, the next look tomorrow. @returns its id */
  async thin(tenantId: string): Promise<string | null> {
    const { registry, clock, settings, sealing } = this.#parts
    const keeping = {
      days: await settings.get('backup_keep_days'),
      weeks: await settings.get('backup_keep_weeks'),
      months: await settings.get('backup_keep_months'),
    }
    const rows = await registry.db.backup.findMany({ where: { tenant_id: tenantId, status: 'ready', taken_at: { not: null } } })
    const [first, ...more] = thinnedOut(
      rows.map((row) => ({
        id: row.id,
        takenAt: row.taken_at!,
        verifiedAt: row.verified_at,
        kind: row.kind,
        expiresAt: row.expires_at,
      })),
      keeping,
      clock.now(),
    )
    const next = clock.in(first && more.length > 0 ? 60 : 24 * hour)
    if (!first) {
      await this.#set(tenantId, { next_thinning_at: next })
      return null
    }
    try {
      await registry.transaction(async (tx) => {
        await startOperation(
          tx,
          sealing,
          {
            kind: 'backup-delete',
            tenantId,
            parameters: { backup_id: first },
            requestedBy: 'system:backups',
            correlationId: `thinning:${tenantId}`,
          },
          clock.now(),
        )
        await tx.backup_schedule.update({ where: { tenant_id: tenantId }, data: { next_thinning_at: next } })
      })
      return first
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      await this.#set(tenantId, { next_thinning_at: clock.in(300) })
      return null
    }
  }

  /** Raises what is missed or failing, and closes what is mended: two indexed queries, however many tenants there are. */
  async watch(): Promise<void> {
    const { registry, clock, settings, alerts } = this.#parts
    const before = clock.in(-(await settings.get('backup_late_hours')) * hour)
    const missed = await registry.db.$queryRaw<{ tenant_id: string; slug: string; since: Date }[]>`
      SELECT s.tenant_id, t.slug, COALESCE(s.last_backup_at, s.created_at) AS since
      FROM backup_schedule s JOIN tenant t ON t.id = s.tenant_id
      WHERE COALESCE(s.last_backup_at, s.created_at) < ${before} AND t.deleted_at IS NULL AND t.status = ANY (${serving})
      LIMIT 500`
    const failing = await registry.db.backup_schedule.findMany({
      where: { failures: { gt: 0 } },
      include: { tenant: { select: { slug: true } } },
      take: 500,
    })
    for (const { tenant_id, slug, since } of missed)
      await alerts.raise({
        kind: 'backup-missed',
        subject: `backup-missed:${tenant_id}`,
        severity: 'critical',
        tenantId: tenant_id,
        parameters: { slug, since: since.toISOString() },
      })
    for (const row of failing)
      await alerts.raise({
        kind: 'backup-failed',
        subject: `backup-failed:${row.tenant_id}`,
        severity: 'warning',
        tenantId: row.tenant_id,
        parameters: { slug: row.tenant.slug, failures: row.failures, reason: row.last_failure ?? '' },
      })
    // With more than were read, those beyond are neither raised nor closed in this look.
    if (missed.length === 500 || failing.length === 500) return
    const wrong = new Set([
      ...missed.map((row) => `backup-missed:${row.tenant_id}`),
      ...failing.map((row) => `backup-failed:${row.tenant_id}`),
    ])
    await alerts.resolveAllBut(['backup-missed', 'backup-failed'], wrong)
  }

  async #tonight(tenant: { id: string; timezone: string }): Promise<Date> {
    return nextBackupAt(tenant.id, tenant.timezone, await this.#parts.settings.get('backup_hour'), this.#parts.clock.now())
  }

  async #set(tenantId: string, data: Partial<Omit<backup_schedule, 'tenant_id' | 'verification'>>): Promise<void> {
    await this.#parts.registry.db.backup_schedule.updateMany({ where: { tenant_id: tenantId }, data })
  }
}

function ids(rows: readonly { tenant_id: string }[]): string[] {
  return rows.map((row) => row.tenant_id)
}
