import { CompactSign } from 'jose'
import type { Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { activeSigner } from '../sign-in/signing-keys.ts'
import type { DeletionCertificate } from './certificate.contract.ts'

/**
 * Signs and keeps the certificate of a deletion: what its journal says was destroyed. The first one stays (a repeat of
 * the step finds it).
 */
export async function certifyDeletion(tx: Tx, sealing: Sealing, operationId: string, now: Date): Promise<void> {
  const operation = await tx.operation.findUniqueOrThrow({
    where: { id: operationId },
    include: { steps: { orderBy: { position: 'asc' } }, tenant: { select: { id: true, slug: true } } },
  })
  if (await tx.deletion_certificate.findUnique({ where: { tenant_id: operation.tenant.id } })) return
  const certificate: DeletionCertificate = {
    kind: 'tenant-deletion',
    tenant_id: operation.tenant.id,
    slug: operation.tenant.slug,
    operation_id: operation.id,
    requested_by: operation.requested_by,
    destroyed: operation.steps
      .filter((step) => step.finished_at && step.status === 'done')
      .map((step) => ({ step: step.name, what: step.message ?? '', at: step.finished_at!.toISOString() })),
    issued_at: now.toISOString(),
  }
  const { kid, key } = await activeSigner(tx, sealing)
  const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(certificate)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'deletion-certificate' })
    .sign(key)
  await tx.deletion_certificate.create({ data: { tenant_id: operation.tenant.id, jws, issued_at: now } })
}
