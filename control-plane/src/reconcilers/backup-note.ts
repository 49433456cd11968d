import type { Tx } from '../registry/registry.ts'

/** Notes the tenant's newest backup in its schedule, whoever made it: the badge shows it, and nothing is missed any more. */
export async function noteBackup(tx: Tx, tenantId: string): Promise<void> {
  const newest = await tx.backup.findFirst({
    where: { tenant_id: tenantId, status: 'ready', taken_at: { not: null } },
    orderBy: { created_at: 'desc' },
  })
  if (!newest) return
  await tx.backup_schedule.updateMany({
    where: { tenant_id: tenantId },
    data: { last_backup_id: newest.id, last_backup_at: newest.created_at, failures: 0, last_failure: null },
  })
}
