import type { DataPlaneDriver } from '@cityos/provisioning'
import { billingInventory } from '../billing/billing.erasure.ts'
import { domainInventory } from '../domain/domain.erasure.ts'
import { type Db, json, type Tx } from '../registry/registry.ts'
import { cacheKeysOf } from './cache-keys.ts'
import { DeletionInventory, InventoryEntry } from './certificate.contract.ts'

/**
 * Everything that exists for a tenant and has to be gone after its deletion: what its driver keeps, and what the
 * registry and the shared cache hold. Empty once it is erased.
 */
export async function inventoryOf(db: Db, driver: DataPlaneDriver, tenantId: string): Promise<InventoryEntry[]> {
  const where = { tenant_id: tenantId }
  const outside = (await driver.inventory()).filter((item) => item.tenantId === tenantId)
  const [secrets, domains, billing, grants, invitations, reports, samples, messages, backups, schedules, mails, cached, owned] =
    await Promise.all([
      db.tenant_secret.findMany({ where, select: { kind: true } }),
      db.tenant_domain.findMany({ where, select: { host: true } }),
      billingInventory(db, tenantId),
      db.staff_grant.count({ where }),
      db.invitation.count({ where }),
      db.plane_report.count({ where }),
      db.usage_sample.count({ where }),
      db.plane_message.count({ where }),
      db.backup.count({ where }),
      db.backup_schedule.count({ where }),
      db.mail.count({ where }),
      cacheKeysOf(tenantId),
      domainInventory(db, tenantId),
    ])
  const counted = (kind: string, name: string, count: number): InventoryEntry[] => (count > 0 ? [{ kind, name, count }] : [])
  return [
    ...outside.map((item) => ({ kind: item.kind, name: item.name, count: 1 })),
    ...secrets.map((row) => ({ kind: 'sealed key', name: row.kind, count: 1 })),
    ...domains.map((row) => ({ kind: 'domain', name: row.host, count: 1 })),
    ...owned.map((item) => ({ ...item, count: 1 })),
    ...billing.map((item) => ({ ...item, count: 1 })),
    ...counted('grants of staff', 'staff_grant', grants),
    ...counted('invitations', 'invitation', invitations),
    ...counted('reports', 'plane_report', reports),
    ...counted('usage', 'usage_sample', samples),
    ...counted('messages to its data plane', 'plane_message', messages),
    ...counted('backups', 'backup', backups),
    ...counted('backup schedule', 'backup_schedule', schedules),
    ...counted('mails', 'mail', mails),
    ...counted('cache keys', `${tenantId}:*`, cached),
  ].sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1))
}

/** What there is before anything is touched, with the row counts of its newest archive. */
export async function takeInventory(db: Db, driver: DataPlaneDriver, tenantId: string): Promise<DeletionInventory> {
  const backups = await db.backup.findMany({ where: { tenant_id: tenantId }, orderBy: { created_at: 'desc' } })
  const counted = backups.find((row) => row.status === 'ready' && row.taken_at && row.row_counts)
  const tables = counted ? (counted.row_counts as Record<string, number>) : null
  return {
    entries: await inventoryOf(db, driver, tenantId),
    rows: tables
      ? { counted_at: counted!.taken_at!.toISOString(), tables, total: Object.values(tables).reduce((sum, count) => sum + count, 0) }
      : null,
    backups: backups.map((row) => ({
      id: row.id,
      kind: row.kind,
      taken_at: row.taken_at?.toISOString() ?? null,
      size_bytes: row.size_bytes === null ? null : Number(row.size_bytes),
      checksum: row.checksum,
    })),
  }
}

/** Keeps what this deletion found first; a repeat of the step finds it, another deletion (the first was undone) begins anew. */
export async function keepInventory(
  tx: Tx,
  tenantId: string,
  operationId: string,
  before: DeletionInventory,
  now: Date,
): Promise<DeletionInventory> {
  const known = await tx.deletion_inventory.findUnique({ where: { tenant_id: tenantId } })
  if (known?.operation_id === operationId) return DeletionInventory.parse(known.before)
  await tx.deletion_inventory.deleteMany({ where: { tenant_id: tenantId } })
  await tx.deletion_inventory.create({ data: { tenant_id: tenantId, operation_id: operationId, before: json(before), taken_at: now } })
  return before
}

/** Notes once when keys and files of the backups were destroyed: the first moment counts. */
export async function noteDestroyed(tx: Tx, tenantId: string, what: 'key_destroyed_at' | 'backups_destroyed_at', now: Date): Promise<void> {
  await tx.deletion_inventory.updateMany({ where: { tenant_id: tenantId, [what]: null }, data: { [what]: now } })
}

/** Notes what the search afterwards has found. */
export async function noteSwept(tx: Tx, tenantId: string, left: readonly InventoryEntry[], now: Date): Promise<void> {
  await tx.deletion_inventory.updateMany({ where: { tenant_id: tenantId }, data: { after: json(left), swept_at: now } })
}

export function leftOver(after: unknown): InventoryEntry[] {
  return InventoryEntry.array().parse(after ?? [])
}
