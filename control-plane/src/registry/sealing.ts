import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'

/** What a sealed text is about: a text sealed for one purpose does not open for another. */
export type SealPurpose = 'personal' | 'tenant-secret' | 'signing-key' | 'answer' | 'mail' | 'totp' | 'certificate' | 'acme' | 'cell'

const version = 'v1'

/**
 * Seals texts at rest with AES-256-GCM under keys derived from the root key (design §8: root key → key per purpose),
 * and makes the HMAC index that personal data is looked up by.
 */
@Injectable()
export class Sealing {
  readonly #keys = new Map<string, Buffer>()
  readonly #root: Buffer

  /** @param rootKey 32 bytes, base64 */
  constructor(rootKey: string) {
    this.#root = Buffer.from(rootKey, 'base64')
    if (this.#root.length !== 32)
      throw new Error('the root key must be 32 bytes in base64; restore root.key or start with an empty data directory')
  }

  seal(purpose: SealPurpose, text: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key(`seal:${purpose}`), nonce)
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return [version, nonce.toString('base64url'), body.toString('base64url'), cipher.getAuthTag().toString('base64url')].join('.')
  }

  /** @throws when the text was sealed by another root key, for another purpose, or was changed */
  open(purpose: SealPurpose, sealed: string): string {
    const [found, nonce = '', body = '', tag = ''] = sealed.split('.')
    if (found !== version) throw new Error(`unknown sealing version ${found}`)
    const decipher = createDecipheriv('aes-256-gcm', this.#key(`seal:${purpose}`), Buffer.from(nonce, 'base64url'))
    decipher.setAuthTag(Buffer.from(tag, 'base64url'))
    return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString('utf8')
  }

  /** Keyed hash of an e-mail address, the same for any spelling of it. */
  emailIndex(email: string): string {
    return createHmac('sha256', this.#key('index:email')).update(normaliseEmail(email)).digest('base64url')
  }

  #key(purpose: string): Buffer {
    const known = this.#keys.get(purpose)
    if (known) return known
    const key = Buffer.from(hkdfSync('sha256', this.#root, Buffer.alloc(0), `cityos registry ${purpose}`, 32))
    this.#keys.set(purpose, key)
    return key
  }
}

export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}
