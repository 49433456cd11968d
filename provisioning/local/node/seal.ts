import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { writeAtomically } from './storage.ts'

/**
 * The platform's root key: `CITYOS_ROOT_KEY` (32 bytes, base64) or the file, made at the first run with mode 0600.
 * @param mayCreate false when sealed data exists already: a new key could not open it
 */
export function loadRootKey(file: string, fromEnvironment: string | undefined, mayCreate: boolean): Buffer {
  if (fromEnvironment) return checked(fromEnvironment, 'CITYOS_ROOT_KEY')
  if (!existsSync(file)) {
    if (!mayCreate) throw new Error(`${file} is missing, and data sealed with it exists: put the file back, or set CITYOS_ROOT_KEY`)
    writeAtomically(file, `${randomBytes(32).toString('base64')}\n`)
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`${file} can be read by others: run "chmod 600 ${file}"`)
  return checked(readFileSync(file, 'utf8').trim(), file)
}

function checked(text: string, source: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length !== 32)
    throw new Error(`${source} is not 32 bytes in base64: put the right key back; without it sealed data cannot be opened`)
  return key
}

/** @param context what the secret belongs to; it opens with the same context only */
export function sealWith(key: Buffer, plain: string, context: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`
}

/** @throws when the text was changed, or sealed with another key or context */
export function openWith(key: Buffer, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed.slice(3), 'base64')
  if (!sealed.startsWith('v1.') || bytes.length < 28) throw new Error(`the sealed secret of ${context} is damaged`)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new Error(`the sealed secret of ${context} does not open: it was changed, or root.key is another one`, { cause })
  }
}

/** Seals secrets at rest (AES-256-GCM) and derives passwords, all from the root key. */
export class Sealer {
  private readonly rootKey: Buffer
  private readonly sealingKey: Buffer

  constructor(rootKey: Buffer) {
    this.rootKey = rootKey
    this.sealingKey = this.derive('node.seal.v1')
  }

  /** @param context what the secret belongs to; it opens with the same context only */
  seal(plain: string, context: string): string {
    return sealWith(this.sealingKey, plain, context)
  }

  /** @throws when the text was changed, or sealed with another key or context */
  open(sealed: string, context: string): string {
    return openWith(this.sealingKey, sealed, context)
  }

  /** A password that derives from the root key: never stored, the same after every restart. */
  password(purpose: string): string {
    return this.derive(`password.${purpose}.v1`).toString('base64url')
  }

  /** Short and the same for ever: tells platforms apart that share a database server. */
  get platformId(): string {
    return this.derive('platform.id.v1').toString('hex').slice(0, 10)
  }

  /** Seals the keys of hosts: the gateway gets it as well, and with it nothing else. */
  get certificateKey(): Buffer {
    return this.derive('certificates.v1')
  }

  get rootKeyBase64(): string {
    return this.rootKey.toString('base64')
  }

  private derive(info: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.rootKey, Buffer.alloc(0), info, 32))
  }
}
