import { endpoint, staff } from '@cityos/contract'
import { z } from 'zod'

/** What a deletion certificate says; ids and addresses only, no personal data. */
export const DeletionCertificate = z.object({
  kind: z.literal('tenant-deletion'),
  tenant_id: z.string(),
  slug: z.string(),
  operation_id: z.string(),
  requested_by: z.string(),
  /** Each thing that was destroyed, in order, with the moment it was gone. */
  destroyed: z.array(z.object({ step: z.string(), what: z.string(), at: z.iso.datetime() })),
  issued_at: z.iso.datetime(),
})
export type DeletionCertificate = z.infer<typeof DeletionCertificate>

export const readCertificate = endpoint({
  id: 'tenant.certificate',
  method: 'GET',
  path: '/api/v1/tenants/{id}/certificate',
  summary: 'The signed certificate of a deleted tenant',
  access: staff('read', 'certificate'),
  /** The id: a deleted tenant has no address any more. */
  params: z.object({ id: z.string() }),
  response: z.object({ certificate: DeletionCertificate, jws: z.string() }),
})

export const verifyCertificate = endpoint({
  id: 'certificate.verify',
  method: 'POST',
  path: '/api/v1/certificates/verify',
  summary: 'Whether this platform has signed a certificate, and what it says',
  access: staff('read', 'certificate'),
  body: z.object({ jws: z.string().min(10).max(20_000) }),
  response: z.object({ valid: z.boolean(), certificate: DeletionCertificate.nullable() }),
})
