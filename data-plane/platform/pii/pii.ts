import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Binding } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../binding/binding.ts'

export type IndexKind = 'email' | 'phone' | 'national_id' | 'name' | 'token'

/** Version that new values are written with; older ones stay readable until they are written again. */
const currentVersion = 1

/**
 * Encrypts personal data columns (00-conventions, Personal data): AES-256-GCM under a key derived from the tenant's key,
 * written as `v<version>.<base64url of nonce, tag, ciphertext>`. Look-ups go through `index`, a keyed hash.
 */
@Injectable()
export class Pii {
  readonly #tenantKey: Buffer
  /** As key objects: with bare bytes each use of a key costs twice as much. */
  readonly #keys = new Map<string, KeyObject>()

  constructor(@Inject(BINDING) binding: Pick<Binding, 'secrets'>) {
    this.#tenantKey = Buffer.from(binding.secrets.tenant_key, 'base64')
    if (this.#tenantKey.length !== 32) throw new Error('the tenant key is not 32 bytes')
  }

  encrypt(text: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key('column', currentVersion), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return `v${currentVersion}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
  }

  /** @throws when the value was not written with this tenant's key or was changed since */
  decrypt(value: string): string {
    const match = /^v(\d+)\.([\w-]+)$/.exec(value)
    if (!match) throw new Error('not an encrypted value')
    const bytes = Buffer.from(match[2]!, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.#key('column', Number(match[1])), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  }

  /** Encrypts null to null, for nullable columns. */
  encryptOptional(text: string | null | undefined): string | null {
    return text === null || text === undefined ? null : this.encrypt(text)
  }

  decryptOptional(value: string | null): string | null {
    return value === null ? null : this.decrypt(value)
  }

  /** Keyed hash of the normalised value: equal values find each other, nothing else is learnt. */
  index(kind: IndexKind, text: string): string {
    return createHmac('sha256', this.#key('index', 1))
      .update(`${kind}\n${normalise(kind, text)}`)
      .digest('base64url')
  }

  #key(purpose: 'column' | 'index', version: number): KeyObject {
    const name = `${purpose}.v${version}`
    let key = this.#keys.get(name)
    if (!key) {
      key = createSecretKey(Buffer.from(hkdfSync('sha256', this.#tenantKey, Buffer.alloc(0), `cityos.pii.${name}`, 32)))
      this.#keys.set(name, key)
    }
    return key
  }
}

function normalise(kind: IndexKind, text: string): string {
  const plain = text.normalize('NFKC').trim()
  switch (kind) {
    case 'email':
      return plain.toLowerCase()
    case 'phone':
      return plain.replace(/^00/, '+').replace(/[^\d+]/g, '')
    case 'national_id':
      return plain.replace(/\D/g, '')
    case 'name':
      return plain.toLowerCase().replace(/\s+/g, ' ')
    case 'token':
      return plain
  }
}
