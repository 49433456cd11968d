import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'

/** What an index column may be an index of; the same kinds, keys and normal forms as the data plane's `Pii`. */
export const indexKinds = ['email', 'phone', 'national_id', 'name', 'token'] as const
export type IndexKind = (typeof indexKinds)[number]

/**
 * Encrypted columns and their HMAC indexes as a data plane writes them (00-conventions, Personal data), for one tenant
 * key: `v1.<base64url of nonce, tag, ciphertext>`, AES-256-GCM. An archive's copy is re-encrypted on its way, without the
 * data plane.
 */
export class ColumnCipher {
  private readonly tenantKey: Buffer
  private readonly keys = new Map<string, KeyObject>()

  /** @param tenantKey 32 bytes, base64 */
  constructor(tenantKey: string) {
    this.tenantKey = Buffer.from(tenantKey, 'base64')
    if (this.tenantKey.length !== 32) throw new Error('the tenant key is not 32 bytes')
  }

  encrypt(text: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.key('column.v1'), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
  }

  /** @returns null when the text was not written with this key: whatever merely looks like a sealed value stays as it is */
  decrypt(version: number, body: string): string | null {
    const bytes = Buffer.from(body, 'base64url')
    if (bytes.length < 28) return null
    const decipher = createDecipheriv('aes-256-gcm', this.key(`column.v${version}`), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }

  /** The look-up value of a text, 43 characters of base64url. */
  index(kind: IndexKind, text: string): string {
    return createHmac('sha256', this.key('index.v1'))
      .update(`${kind}\n${normalise(kind, text)}`)
      .digest('base64url')
  }

  private key(name: string): KeyObject {
    let key = this.keys.get(name)
    if (!key) {
      key = createSecretKey(Buffer.from(hkdfSync('sha256', this.tenantKey, Buffer.alloc(0), `cityos.pii.${name}`, 32)))
      this.keys.set(name, key)
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
