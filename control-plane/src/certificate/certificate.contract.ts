import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

/** One thing, or as many of a kind, that existed for a tenant. */
export const InventoryEntry = z.object({ kind: z.string(), name: z.string(), count: z.int() })
export type InventoryEntry = z.infer<typeof InventoryEntry>

/** What there was before a deletion began. */
export const DeletionInventory = z.object({
  entries: z.array(InventoryEntry),
  /** Rows of its database by table, as the archive of that moment counted them; null when none was ever made. */
  rows: z.object({ counted_at: z.iso.datetime(), tables: z.record(z.string(), z.int()), total: z.int() }).nullable(),
  backups: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      taken_at: z.iso.datetime().nullable(),
      size_bytes: z.int().nullable(),
      checksum: z.string().nullable(),
    }),
  ),
})
export type DeletionInventory = z.infer<typeof DeletionInventory>

/** What a deletion certificate says; ids, addresses and figures only, no personal data. */
export const DeletionCertificate = z.object({
  kind: z.literal('tenant-deletion'),
  version: z.literal(2),
  /** Host of the platform that signed it. */
  issuer: z.string(),
  tenant_id: z.string(),
  slug: z.string(),
  operation_id: z.string(),
  requested_by: z.string(),
  /** Who closed it and who agreed; null where the platform did (a tenant that never served, or was suspended for too long). */
  closing: z
    .object({
      approval_id: z.string(),
      requested_by: z.string(),
      approved_by: z.string(),
      approved_at: z.iso.datetime(),
      retention_days: z.int(),
    })
    .nullable(),
  before: DeletionInventory.extend({ taken_at: z.iso.datetime() }),
  /** Each thing that was destroyed, in order, with the moment it was gone. */
  destroyed: z.array(z.object({ step: z.string(), what: z.string(), at: z.iso.datetime() })),
  backups: z.object({
    /** From this moment nobody can read a backup any more, wherever a copy of one may lie: the key is gone. */
    key_destroyed_at: z.iso.datetime(),
    /** The files themselves. */
    destroyed_at: z.iso.datetime(),
  }),
  /** What a search found afterwards: nothing, unless the check was skipped by force. */
  after: z.object({ swept_at: z.iso.datetime().nullable(), left: z.array(InventoryEntry), forced: z.array(z.string()) }),
  /** What stays, and why. */
  kept: z.array(z.string()),
  issued_at: z.iso.datetime(),
})
export type DeletionCertificate = z.infer<typeof DeletionCertificate>

const Jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

export const listCertificates = listEndpoint({
  id: 'certificate.list',
  method: 'GET',
  path: '/api/v1/certificates',
  summary: 'Certificates of deleted tenants, newest first',
  access: staff('read', 'certificate'),
  response: z.object({ tenant_id: z.string(), slug: z.string(), issued_at: z.iso.datetime() }),
})

export const readCertificate = endpoint({
  id: 'tenant.certificate',
  method: 'GET',
  path: '/api/v1/tenants/{id}/certificate',
  summary: 'The signed certificate of a deleted tenant',
  access: staff('read', 'certificate'),
  /** The id, or the address it had: then the newest certificate of that address. */
  params: z.object({ id: z.string() }),
  response: z.object({
    certificate: DeletionCertificate,
    jws: z.string(),
    /** The public key that signed it: kept beside the certificate, it can be verified without the platform. */
    jwks: Jwks,
  }),
})

export const verifyCertificate = endpoint({
  id: 'certificate.verify',
  method: 'POST',
  path: '/api/v1/certificates/verify',
  summary: 'Whether this platform has signed a certificate, and what it says',
  access: staff('read', 'certificate'),
  body: z.object({ jws: z.string().min(10).max(200_000) }),
  response: z.object({ valid: z.boolean(), certificate: DeletionCertificate.nullable() }),
})
