import { newArchiveKey } from '@cityos/provisioning/archive-key'
import type { Db, Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'

const kind = 'archive_key'

/** Makes the key of a tenant's archives once, sealed; a repeat finds it. Destroying it makes every backup unreadable. */
export async function ensureArchiveKey(tx: Tx, sealing: Sealing, tenantId: string, now: Date): Promise<void> {
  if (await tx.tenant_secret.findUnique({ where: { tenant_id_kind: { tenant_id: tenantId, kind } } })) return
  await tx.tenant_secret.createMany({
    data: [{ tenant_id: tenantId, kind, sealed: sealing.seal('tenant-secret', await newArchiveKey()), created_at: now }],
    skipDuplicates: true,
  })
}

/** What opens a tenant's archives: `AGE-SECRET-KEY-1…`. @throws when it was never made, or was destroyed */
export async function archiveIdentity(db: Db, sealing: Sealing, tenantId: string): Promise<string> {
  const row = await db.tenant_secret.findUnique({ where: { tenant_id_kind: { tenant_id: tenantId, kind } } })
  if (!row) throw new Error(`the key of tenant ${tenantId}’s backups does not exist: they cannot be opened`)
  return sealing.open('tenant-secret', row.sealed)
}
