import { CompactSign } from 'jose'
import type { Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { activeSigner } from '../sign-in/signing-keys.ts'
import { type DeletionCertificate, DeletionInventory } from './certificate.contract.ts'
import { leftOver } from './inventory.ts'

/** What stays when a tenant is erased, in words for whoever holds the certificate. */
const kept = [
  'the journal of its operations and the audit trail: ids and codes, no personal data',
  'issued invoices and credit notes, for as long as the law on bookkeeping asks',
  'accounts of members of staff, who may work for other tenants; their grants to this one are gone',
]

/**
 * Signs and keeps the certificate of a deletion: what was found before, what its journal says was destroyed, and what a
 * search found after. The first one stays (a repeat of the step finds it).
 * @param issuer host of this platform
 */
export async function certifyDeletion(tx: Tx, sealing: Sealing, operationId: string, issuer: string, now: Date): Promise<void> {
  const operation = await tx.operation.findUniqueOrThrow({
    where: { id: operationId },
    include: { steps: { orderBy: { position: 'asc' } }, tenant: { select: { id: true, slug: true } } },
  })
  const tenantId = operation.tenant.id
  if (await tx.deletion_certificate.findUnique({ where: { tenant_id: tenantId } })) return
  const found = await tx.deletion_inventory.findUniqueOrThrow({ where: { tenant_id: tenantId } })
  const certificate: DeletionCertificate = {
    kind: 'tenant-deletion',
    version: 2,
    issuer,
    tenant_id: tenantId,
    slug: operation.tenant.slug,
    operation_id: operation.id,
    requested_by: operation.requested_by,
    closing: await closingOf(tx, tenantId),
    before: { ...DeletionInventory.parse(found.before), taken_at: found.taken_at.toISOString() },
    destroyed: operation.steps
      .filter((step) => step.finished_at && step.status === 'done' && step.name !== 'inventory')
      .map((step) => ({ step: step.name, what: step.message ?? '', at: step.finished_at!.toISOString() })),
    backups: {
      key_destroyed_at: (found.key_destroyed_at ?? now).toISOString(),
      destroyed_at: (found.backups_destroyed_at ?? now).toISOString(),
    },
    after: { swept_at: found.swept_at?.toISOString() ?? null, left: leftOver(found.after), forced: operation.forced_steps },
    kept,
    issued_at: now.toISOString(),
  }
  const { kid, key } = await activeSigner(tx, sealing)
  const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(certificate)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'deletion-certificate' })
    .sign(key)
  await tx.deletion_certificate.create({ data: { tenant_id: tenantId, jws, issued_at: now } })
}

/** The two people who closed it; the last closing that was agreed to counts. */
async function closingOf(tx: Tx, tenantId: string): Promise<DeletionCertificate['closing']> {
  const row = await tx.approval.findFirst({
    where: { tenant_id: tenantId, kind: 'tenant-close', status: 'approved' },
    orderBy: { created_at: 'desc' },
  })
  if (!row?.decided_by || !row.decided_at) return null
  return {
    approval_id: row.id,
    requested_by: row.requested_by,
    approved_by: row.decided_by,
    approved_at: row.decided_at.toISOString(),
    retention_days: (row.parameters as { retention_days: number }).retention_days,
  }
}
