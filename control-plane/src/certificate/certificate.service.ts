import { DomainError, type Page } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { compactVerify, decodeProtectedHeader, errors } from 'jose'
import { Registry } from '../registry/registry.ts'
import { SigningKeys } from '../sign-in/signing-keys.ts'
import { DeletionCertificate } from './certificate.contract.ts'

type Jwks = { keys: Record<string, unknown>[] }

/** Reads and verifies certificates of deletion. */
@Injectable()
export class CertificateService {
  constructor(
    private readonly registry: Registry,
    private readonly keys: SigningKeys,
  ) {}

  async list(paging: { limit: number; offset: number }): Promise<Page<{ tenant_id: string; slug: string; issued_at: string }>> {
    const [rows, total] = await Promise.all([
      this.registry.db.deletion_certificate.findMany({
        orderBy: [{ issued_at: 'desc' }, { tenant_id: 'desc' }],
        take: paging.limit,
        skip: paging.offset,
        select: { tenant_id: true, issued_at: true },
      }),
      this.registry.db.deletion_certificate.count(),
    ])
    const tenants = await this.registry.db.tenant.findMany({
      where: { id: { in: rows.map((row) => row.tenant_id) } },
      select: { id: true, slug: true },
    })
    const slugs = new Map(tenants.map((tenant) => [tenant.id, tenant.slug]))
    const items = rows.map((row) => ({
      tenant_id: row.tenant_id,
      slug: slugs.get(row.tenant_id) ?? '',
      issued_at: row.issued_at.toISOString(),
    }))
    return { items, total }
  }

  /** @param idOrSlug an address names the tenant that had it last. @throws DomainError not_found for a tenant that was not deleted */
  async read(idOrSlug: string): Promise<{ certificate: DeletionCertificate; jws: string; jwks: Jwks }> {
    const tenant = await this.registry.db.tenant.findFirst({
      where: { OR: [{ id: idOrSlug }, { slug: idOrSlug }], deleted_at: { not: null } },
      orderBy: { deleted_at: 'desc' },
      select: { id: true },
    })
    const row = tenant && (await this.registry.db.deletion_certificate.findUnique({ where: { tenant_id: tenant.id } }))
    const { certificate } = row ? await this.verify(row.jws) : { certificate: null }
    if (!row || !certificate)
      throw new DomainError('not_found', {
        message: `no tenant "${idOrSlug.slice(0, 60)}" was deleted here: there is no certificate of it`,
      })
    const { kid } = decodeProtectedHeader(row.jws)
    const key = await this.registry.db.signing_key.findUniqueOrThrow({ where: { kid: kid ?? '' }, select: { public_jwk: true } })
    return { certificate, jws: row.jws, jwks: { keys: [key.public_jwk as Record<string, unknown>] } }
  }

  /** Also with a key that has been retired since. */
  async verify(jws: string): Promise<{ valid: boolean; certificate: DeletionCertificate | null }> {
    try {
      const { kid, typ } = decodeProtectedHeader(jws)
      const key = typ === 'deletion-certificate' && kid && isCanonical(jws) ? await this.keys.publicKey(kid) : null
      if (!key) return { valid: false, certificate: null }
      const { payload } = await compactVerify(jws, key, { algorithms: ['EdDSA'] })
      // One that an earlier release signed may say less: it is valid, and its own words are in the file.
      const said = DeletionCertificate.safeParse(JSON.parse(new TextDecoder().decode(payload)))
      return { valid: true, certificate: said.success ? said.data : null }
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return { valid: false, certificate: null }
      throw error
    }
  }
}

/** Base64 leaves spare bits in its last letter: another spelling of the same bytes is a changed certificate all the same. */
function isCanonical(jws: string): boolean {
  const parts = jws.split('.')
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
