import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { compactVerify, decodeProtectedHeader, errors } from 'jose'
import { Registry } from '../registry/registry.ts'
import { SigningKeys } from '../sign-in/signing-keys.ts'
import { DeletionCertificate } from './certificate.contract.ts'

/** Reads and verifies certificates of deletion. */
@Injectable()
export class CertificateService {
  constructor(
    private readonly registry: Registry,
    private readonly keys: SigningKeys,
  ) {}

  /** @throws DomainError not_found for a tenant that was not deleted */
  async read(tenantId: string): Promise<{ certificate: DeletionCertificate; jws: string }> {
    const row = await this.registry.db.deletion_certificate.findUnique({ where: { tenant_id: tenantId } })
    const { certificate } = row ? await this.verify(row.jws) : { certificate: null }
    if (!row || !certificate) throw new DomainError('not_found')
    return { certificate, jws: row.jws }
  }

  /** Also with a key that has been retired since. */
  async verify(jws: string): Promise<{ valid: boolean; certificate: DeletionCertificate | null }> {
    try {
      const { kid, typ } = decodeProtectedHeader(jws)
      const key = typ === 'deletion-certificate' && kid ? await this.keys.publicKey(kid) : null
      if (!key) return { valid: false, certificate: null }
      const { payload } = await compactVerify(jws, key, { algorithms: ['EdDSA'] })
      return { valid: true, certificate: DeletionCertificate.parse(JSON.parse(new TextDecoder().decode(payload))) }
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return { valid: false, certificate: null }
      throw error
    }
  }
}
